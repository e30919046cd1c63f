//! The probability of the picture, and of the part that a map keeps.

use crate::evaluate::context::MetricContext;
use crate::evaluate::error::EvaluateError;
use crate::evaluate::explanation_mask::{explanation_mask, masked};
use crate::explain::Saliency;

/// Y of the picture x, and O of x ⊙ E, E being the map as a mask of 0…1.
pub struct MaskedAnswer {
    pub whole: f64,
    pub kept: f64,
}

impl MaskedAnswer {
    /// Runs the network once.
    ///
    /// # Errors
    /// [`EvaluateError`], also for a map of what speaks against the class.
    pub async fn of(
        context: &mut MetricContext<'_>,
        saliency: &Saliency,
    ) -> Result<MaskedAnswer, EvaluateError> {
        let probability = context.probability(saliency)?;
        let pixels = context.pixels()?;
        let (_, height, width) = pixels.dim();
        let mask = explanation_mask(saliency.values.view(), height, width);
        let kept = context
            .value_of(masked(&pixels, &mask), probability)
            .await?;
        context.step(1, 1);
        let whole = context.value(probability);
        Ok(MaskedAnswer { whole, kept })
    }

    /// What the metrics were computed from, by name.
    pub fn parts(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("probability of the picture", self.whole),
            ("probability of what the map keeps", self.kept),
        ]
    }

    /// max(0, Y − O) / Y; 0 where Y is 0.
    pub fn drop(&self) -> f64 {
        if self.whole > 0.0 {
            (self.whole - self.kept).max(0.0) / self.whole
        } else {
            0.0
        }
    }

    /// 1 if Y < O, else 0.
    pub fn increase(&self) -> f64 {
        f64::from(u8::from(self.whole < self.kept))
    }

    /// max(0, O − Y) / (1 − Y); 0 where Y is 1.
    pub fn gain(&self) -> f64 {
        if self.whole < 1.0 {
            (self.kept - self.whole).max(0.0) / (1.0 - self.whole)
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_increase_and_gain_by_hand() {
        let answer = |whole, kept| MaskedAnswer { whole, kept };
        let fallen = answer(0.8, 0.2);
        assert!((fallen.drop() - 0.75).abs() < 1e-12);
        assert_eq!((fallen.increase(), fallen.gain()), (0.0, 0.0));
        let risen = answer(0.5, 0.75);
        assert_eq!(
            (risen.drop(), risen.increase(), risen.gain()),
            (0.0, 1.0, 0.5)
        );
        assert_eq!(
            (answer(0.0, 0.0).drop(), answer(1.0, 1.0).gain()),
            (0.0, 0.0)
        );
    }
}
