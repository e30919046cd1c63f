//! Measuring maps of the picture predicted last, and changing that picture.

use image::RgbImage;
use ndarray::Array3;

use super::session::Session;
use super::session_error::SessionError;
use crate::evaluate::{
    self, Attack, CurvePoint, EvaluateError, Measurement, MetricContext, Perturbed, Points, Region,
};
use crate::explain::{Budget, Context, Saliency, Settings, Target};
use crate::frame::Frame;
use crate::picture::Preprocess;

/// What is measured of a map.
#[derive(Clone, Debug)]
pub struct MetricQuestion<'a> {
    /// The metric's id.
    pub metric: &'a str,
    /// Settings by id, where they are not the default.
    pub settings: &'a [(String, String)],
    /// What random numbers begin with.
    pub seed: u64,
    /// Where the object is, if that is known.
    pub region: Option<&'a Region>,
}

impl Session {
    /// Measures a map that was made of the picture predicted last. `show` is told what is known
    /// so far: early values, and the map's own value before chance is measured.
    ///
    /// # Errors
    /// [`SessionError`]: an unknown metric or setting, no region where one is needed, no
    /// prediction yet, or the budget's owner said stop. The model and the picture stay ready.
    pub async fn measure(
        &mut self,
        question: &MetricQuestion<'_>,
        saliency: &Saliency,
        budget: &mut dyn Budget,
        show: &mut dyn FnMut(&Measurement),
    ) -> Result<Measurement, SessionError> {
        let metric = evaluate::metric(question.metric)?;
        let said = question.settings.iter();
        let settings = metric.settings(said.map(|(id, value)| (id.as_str(), value.as_str())))?;
        let region = self.region_under_input(question.region)?;
        let (network, subject) = self.parts()?;
        let mut context = MetricContext {
            seed: question.seed,
            region: region.as_ref().or(question.region),
            ..MetricContext::new(network, subject, budget, show, metric.names(), &settings)
        };
        let measured = evaluate::evaluate(metric, &mut context, saliency).await;
        let runs = context.runs;
        self.count_runs(runs);
        Ok(measured?)
    }

    /// A region of the picture as a mask of the input, where that is not all of the picture.
    fn region_under_input(&self, region: Option<&Region>) -> Result<Option<Region>, SessionError> {
        let description = self.description().ok_or(SessionError::NoModel)?;
        let [height, width] = description.preprocess.size;
        match region {
            Some(region) if self.frame() != Frame::WHOLE => Ok(Some(Region::Mask(region.under(
                self.frame(),
                height,
                width,
            )?))),
            _ => Ok(None),
        }
    }

    /// The picture of a point of a metric's curve, as the network sees it.
    ///
    /// # Errors
    /// As [`Session::measure`]; [`EvaluateError::NoPictures`] for a metric without pictures.
    pub async fn curve_picture(
        &mut self,
        question: &MetricQuestion<'_>,
        saliency: &Saliency,
        point: CurvePoint,
        budget: &mut dyn Budget,
    ) -> Result<RgbImage, SessionError> {
        let metric = evaluate::metric(question.metric)?;
        let Points::Pictures { picture } = metric.points else {
            let metric = metric.name;
            return Err(EvaluateError::NoPictures { metric }.into());
        };
        let said = question.settings.iter();
        let settings = metric.settings(said.map(|(id, value)| (id.as_str(), value.as_str())))?;
        let (network, subject) = self.parts()?;
        let mut show = |_: &Measurement| ();
        let mut context = MetricContext {
            seed: question.seed,
            ..MetricContext::new(
                network,
                subject,
                budget,
                &mut show,
                metric.names(),
                &settings,
            )
        };
        let pixels = picture(&mut context, saliency, point).await?;
        let levels = evaluate::grey_levels(&pixels, &context.subject.scale);
        let description = self.description().ok_or(SessionError::NoModel)?;
        Ok(rgb_picture(&levels, &description.preprocess))
    }

    /// Changes the picture predicted last so that a target's value falls or rises.
    ///
    /// # Errors
    /// [`SessionError`]: an attack or a class that is none, no prediction yet, or the budget's
    /// owner said stop.
    pub async fn perturb(
        &mut self,
        target: Target,
        attack: Attack,
        budget: &mut dyn Budget,
    ) -> Result<Perturbed, SessionError> {
        let settings = Settings::default();
        let (network, subject) = self.parts()?;
        target.check(network.description().selection.classes)?;
        let mut context = Context {
            network,
            subject,
            budget,
            target,
            layer: "",
            further_layers: &[],
            method: "",
            settings: &settings,
            seed: 0,
            runs: 0,
        };
        let perturbed = evaluate::perturb(&mut context, attack).await;
        let runs = context.runs;
        self.count_runs(runs);
        Ok(perturbed?)
    }
}

/// A changed picture as RGB, of the size of the network's input: with the same preprocessing it
/// is the network's input again.
pub fn perturbed_picture(perturbed: &Perturbed, preprocess: &Preprocess) -> RgbImage {
    rgb_picture(&perturbed.levels, preprocess)
}

/// Grey levels [C, H, W] as RGB.
pub(super) fn rgb_picture(levels: &Array3<u8>, preprocess: &Preprocess) -> RgbImage {
    let (_, height, width) = levels.dim();
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let level =
            |channel| levels[[preprocess.channels.showing(channel), y as usize, x as usize]];
        image::Rgb([level(0), level(1), level(2)])
    })
}
