//! What a metric is given, and what it may ask.

use ndarray::{Array2, Array3};

use super::chance_maps::{centre_blob, random_map};
use super::error::EvaluateError;
use super::measurement::{Measured, Measurement};
use super::region::Region;
use crate::explain::{self, Budget, Context, Method, Saliency, Settings, Subject, Target};
use crate::network::{Computation, Network};

/// One measurement: of which picture and network, by which protocol, and how long it may take.
pub struct MetricContext<'a> {
    pub network: &'a mut dyn Network,
    pub subject: &'a mut Subject,
    pub budget: &'a mut dyn Budget,
    /// Told what is known so far.
    pub show: &'a mut dyn FnMut(&Measurement),
    /// The metric's id.
    pub metric: &'static str,
    pub metric_name: &'static str,
    pub settings: &'a Settings,
    pub seed: u64,
    /// Where the object is, if that is known.
    pub region: Option<&'a Region>,
    /// How often the network ran so far, forward or backward through all of it.
    pub runs: u32,
    /// Where the map that is measured comes from.
    pub source: Source,
    /// How many maps were measured, and how many will be: the map itself and those of chance.
    pub maps: (usize, usize),
}

/// Where a map comes from, and so who makes it again for another picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The map's own method.
    Method,
    /// Chance; the number of random maps that were drawn.
    Random(u64),
    /// A blob at the centre, whatever the picture.
    Centre,
}

impl<'a> MetricContext<'a> {
    /// A measurement by a metric of this id and name, which has not begun.
    pub fn new(
        network: &'a mut dyn Network,
        subject: &'a mut Subject,
        budget: &'a mut dyn Budget,
        show: &'a mut dyn FnMut(&Measurement),
        (metric, metric_name): (&'static str, &'static str),
        settings: &'a Settings,
    ) -> MetricContext<'a> {
        MetricContext {
            network,
            subject,
            budget,
            show,
            metric,
            metric_name,
            settings,
            seed: 0,
            region: None,
            runs: 0,
            source: Source::Method,
            maps: (0, 1),
        }
    }

    /// The picture as the network sees it, [C, H, W].
    ///
    /// # Errors
    /// [`EvaluateError::Network`].
    pub fn pixels(&self) -> Result<Array3<f32>, EvaluateError> {
        Ok(self.subject.pixels()?)
    }

    /// The question whose answer is measured: of a logit its probability.
    pub fn score(saliency: &Saliency) -> Target {
        saliency.target.as_score()
    }

    /// The probability of the map's class, for metrics that are shares of it.
    ///
    /// # Errors
    /// [`EvaluateError::NotDefined`] for a map of what speaks against the class.
    pub fn probability(&self, saliency: &Saliency) -> Result<Target, EvaluateError> {
        match saliency.target {
            Target::Against(_) => Err(EvaluateError::NotDefined {
                metric: self.metric_name,
                reason: "what speaks against a class should not keep it probable; measure it by \
                         deletion or insertion",
            }),
            target => Ok(Target::Probability(target.class())),
        }
    }

    /// A target's value for the picture.
    pub fn value(&self, target: Target) -> f64 {
        target.value(self.subject.run.logits(), &self.subject.outputs)
    }

    /// A target's value for other pixels [C, H, W].
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub async fn value_of(
        &mut self,
        pixels: Array3<f32>,
        target: Target,
    ) -> Result<f64, EvaluateError> {
        let settings = Settings::default();
        let mut context = self.asking(target, "", &settings, 0);
        let value = context.value_of(pixels, target).await?;
        self.runs = context.runs;
        Ok(value)
    }

    /// The picture that shows nothing, [C, H, W], of this id.
    ///
    /// # Errors
    /// [`EvaluateError`] if the input cannot be read.
    pub fn baseline(&mut self, id: &str) -> Result<Array3<f32>, EvaluateError> {
        let settings = Settings::default();
        let context = self.asking(Target::Logit(0), "", &settings, 0);
        Ok(explain::baseline(&context, id)?)
    }

    /// The map that the method of `saliency` makes of the picture for a target. Of a map of
    /// chance: what chance makes.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub async fn map_for(
        &mut self,
        saliency: &Saliency,
        target: Target,
    ) -> Result<Array2<f32>, EvaluateError> {
        if let Some(map) = self.map_of_chance(saliency) {
            return Ok(map);
        }
        let method = own_method(saliency)?;
        let seed = saliency.seed.unwrap_or(0);
        let mut context = self.asking(target, &saliency.layer, &saliency.settings, seed);
        context.method = method.id;
        context.further_layers = &saliency.further_layers;
        let map = explain::explain(method, &mut context).await;
        self.runs = context.runs;
        Ok(map?.values)
    }

    /// The map that the method of `saliency` makes of other pixels [C, H, W]. Of a map of
    /// chance: what chance makes.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub async fn map_of(
        &mut self,
        saliency: &Saliency,
        pixels: Array3<f32>,
    ) -> Result<Array2<f32>, EvaluateError> {
        if let Some(map) = self.map_of_chance(saliency) {
            return Ok(map);
        }
        let mut other = self.subject_of(saliency, pixels).await?;
        std::mem::swap(self.subject, &mut other);
        let map = self.map_for(saliency, saliency.target).await;
        std::mem::swap(self.subject, &mut other);
        map
    }

    /// The subject of other pixels [C, H, W], with the activations of the map's layer.
    async fn subject_of(
        &mut self,
        saliency: &Saliency,
        pixels: Array3<f32>,
    ) -> Result<Subject, EvaluateError> {
        let input = self.subject.input_of(pixels);
        let layers = vec![saliency.layer.clone()];
        let settings = Settings::default();
        let mut context = self.asking(saliency.target, &saliency.layer, &settings, 0);
        let forward = Computation::Forward { input, layers };
        let run = context.compute(forward).await?.into_run()?;
        self.runs += 1;
        Ok(self.subject.with_run(run))
    }

    /// The same measurement, on another network for the same pictures.
    pub fn on_network<'b>(&'b mut self, network: &'b mut dyn Network) -> MetricContext<'b> {
        MetricContext {
            network,
            subject: self.subject,
            budget: self.budget,
            show: self.show,
            region: self.region,
            ..*self
        }
    }

    fn map_of_chance(&mut self, saliency: &Saliency) -> Option<Array2<f32>> {
        match self.source {
            Source::Method => None,
            Source::Centre => Some(centre_blob(saliency)),
            Source::Random(drawn) => {
                self.source = Source::Random(drawn + 1);
                Some(random_map(saliency, self.seed, drawn))
            }
        }
    }

    /// Told after each run of a map's: how many are done of how many. Whether there may be
    /// another.
    pub fn step(&mut self, done: usize, total: usize) -> bool {
        let (before, maps) = self.maps;
        self.budget.step(before * total + done, maps * total)
    }

    /// Lets others work, if it is time; for computations between runs of the network.
    ///
    /// # Errors
    /// If somebody said stop.
    pub async fn breathe(&mut self) -> Result<(), EvaluateError> {
        if self.budget.is_pause_due() {
            let paused = self.budget.pause().await;
            paused.map_err(explain::ExplainError::from)?;
        }
        Ok(())
    }

    /// Shows what is known of the map itself so far.
    pub fn show_early(&mut self, saliency: &Saliency, measured: &Measured) {
        if self.source == Source::Method {
            let early = self.measurement(saliency, measured.clone());
            (self.show)(&early);
        }
    }

    /// What was measured, with its protocol.
    pub fn measurement(&self, saliency: &Saliency, measured: Measured) -> Measurement {
        Measurement {
            metric: self.metric,
            method: saliency.method,
            target: saliency.target.to_string(),
            value: measured.value,
            curves: measured.curves,
            parts: measured.parts,
            maps: measured.maps,
            chance: None,
            protocol: self.settings.clone(),
            seed: self.seed,
            runs: self.runs,
            left_out: measured.left_out,
        }
    }

    /// What the network is asked by.
    fn asking<'b>(
        &'b mut self,
        target: Target,
        layer: &'b str,
        settings: &'b Settings,
        seed: u64,
    ) -> Context<'b> {
        Context {
            network: self.network,
            subject: self.subject,
            budget: self.budget,
            target,
            layer,
            further_layers: &[],
            method: "",
            settings,
            seed,
            runs: self.runs,
        }
    }
}

fn own_method(saliency: &Saliency) -> Result<&'static Method, EvaluateError> {
    let method = explain::method(saliency.method);
    method.map_err(|_| EvaluateError::UnknownMethod {
        method: saliency.method.to_owned(),
    })
}
