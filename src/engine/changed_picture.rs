//! The picture predicted last with a change, and how it is explained then.

use image::RgbImage;
use ndarray::{Array3, s};

use super::evaluation::rgb_picture;
use super::question::{Prediction, Question};
use super::session::Session;
use super::session_error::SessionError;
use crate::evaluate::{self, Attack, grey_levels};
use crate::explain::{Budget, Context, InputScale, Saliency, Settings, Subject, Target};
use crate::network::{Computation, NetworkError};
use crate::protocol::PictureChange;

/// A changed picture and what the network says of it.
pub struct ChangedPicture {
    pub prediction: Prediction,
    pub saliency: Saliency,
    /// Spearman's rank correlation of the maps before and after; NaN where one is flat.
    pub correlation: f64,
    /// The pictures before and after at the network's size.
    pub before: RgbImage,
    pub after: RgbImage,
}

impl Session {
    /// Changes the picture predicted last, runs the network on it and explains it. The picture
    /// itself stays the one that is predicted. `map` is its own answer to the question.
    ///
    /// # Errors
    /// [`SessionError`]: a change or a question that is none, or the budget's owner said stop.
    pub async fn explain_changed(
        &mut self,
        change: &PictureChange,
        map: &Saliency,
        question: &Question<'_>,
        budget: &mut dyn Budget,
    ) -> Result<ChangedPicture, SessionError> {
        let subject = self.subject().ok_or(NetworkError::NoForward)?;
        let (own, scale) = (subject.pixels()?, subject.scale.clone());
        let pixels = match change {
            PictureChange::Cover { area } => {
                covered(&own, &scale, self.frame().area_to_input(*area))
            }
            PictureChange::Attack {
                size,
                steps,
                class,
                towards,
            } => {
                let attack = Attack {
                    size: *size,
                    steps: *steps,
                    towards: *towards,
                };
                let target = Target::Logit(*class);
                self.perturb(target, attack, budget).await?.pixels
            }
        };
        let (prediction, saliency) = self.explain_pixels(&pixels, question, budget).await?;
        let preprocess = &self.description().ok_or(SessionError::NoModel)?.preprocess;
        let picture = |pixels| rgb_picture(&grey_levels(pixels, &scale), preprocess);
        Ok(ChangedPicture {
            correlation: evaluate::rank_correlation(map.values.view(), saliency.values.view()),
            before: picture(&own),
            after: picture(&pixels),
            prediction,
            saliency,
        })
    }

    /// Runs the network on other pixels [C, H, W] than those of the picture predicted last, which
    /// stays, and explains them.
    async fn explain_pixels(
        &mut self,
        pixels: &Array3<f32>,
        question: &Question<'_>,
        budget: &mut dyn Budget,
    ) -> Result<(Prediction, Saliency), SessionError> {
        let other = self.run_pixels(pixels, question.target, budget).await?;
        let network = self.description().ok_or(SessionError::NoModel)?;
        let mut prediction = Prediction::new(network, other.run.logits());
        self.apply_activation(&mut prediction);
        let own = self.replace_subject(other).ok_or(NetworkError::NoForward)?;
        let asked = self.ask(question, budget).await;
        self.replace_subject(own);
        Ok((prediction, asked?.0))
    }

    /// The subject of other pixels [C, H, W], with pauses where the budget wants them.
    async fn run_pixels(
        &mut self,
        pixels: &Array3<f32>,
        target: Target,
        budget: &mut dyn Budget,
    ) -> Result<Subject, SessionError> {
        let (layer, settings) = (self.layer().to_owned(), Settings::default());
        let (network, subject) = self.parts()?;
        let input = subject.input_of(pixels.clone());
        let layers = vec![layer.clone()];
        let mut context = Context {
            network,
            subject,
            budget,
            target,
            layer: &layer,
            further_layers: &[],
            method: "",
            settings: &settings,
            seed: 0,
            runs: 0,
        };
        let forward = Computation::Forward { input, layers };
        let run = context.compute(forward).await?.into_run()?;
        let other = subject.with_run(run);
        self.count_runs(1);
        Ok(other)
    }
}

/// Pixels [C, H, W] with an area in mid grey: left, top, width and height as parts of the
/// picture's.
fn covered(pixels: &Array3<f32>, scale: &InputScale, area: [f64; 4]) -> Array3<f32> {
    let (_, height, width) = pixels.dim();
    let place = |part: f64, length: usize| {
        let place = (part.clamp(0.0, 1.0) * length as f64).round();
        (place as usize).min(length)
    };
    let [left, top, across, down] = area;
    let columns = place(left, width)..place(left + across, width).max(place(left, width));
    let rows = place(top, height)..place(top + down, height).max(place(top, height));
    let mut covered = pixels.clone();
    for (channel, mut values) in covered.outer_iter_mut().enumerate() {
        let of = |values: &[f32]| values.get(channel).copied().unwrap_or(0.0);
        let grey = 0.5 * (of(&scale.black) + of(&scale.white));
        values
            .slice_mut(s![rows.clone(), columns.clone()])
            .fill(grey);
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    #[test]
    fn a_patch_covers_its_area_and_no_more() {
        let scale = InputScale {
            layout: Layout::Nchw,
            black: vec![-1.0],
            white: vec![3.0],
        };
        let pixels = Array3::zeros((1, 4, 10));
        let covered = covered(&pixels, &scale, [0.5, 0.0, 0.2, 0.5]);
        let greys = covered.indexed_iter().filter(|(_, value)| **value == 1.0);
        let places: Vec<_> = greys.map(|((_, row, column), _)| (row, column)).collect();
        assert_eq!(places, [(0, 5), (0, 6), (1, 5), (1, 6)]);
        // Beyond the edge there is nothing to cover.
        let beyond = super::covered(&pixels, &scale, [2.0, -1.0, 5.0, f64::NAN]);
        assert_eq!(beyond, pixels);
        assert_eq!(grey_levels(&covered, &scale)[[0, 0, 5]], 128);
        assert_eq!(grey_levels(&covered, &scale)[[0, 0, 0]], 64);
    }
}
