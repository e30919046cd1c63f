//! How a target reads the outputs of a network.

use std::borrow::Cow;
use std::rc::Rc;

use crate::protocol::OutputActivation;

/// What a target reads besides the outputs.
#[derive(Clone, Debug)]
pub struct OutputContext {
    /// What makes probabilities of the logits.
    pub activation: OutputActivation,
    /// Of a network that gives K logits for each of h × w places, one class after the other: the
    /// places that are asked about, row by row. `None` for K logits.
    pub region: Option<Rc<[bool]>>,
    /// The outputs for a second picture.
    pub reference: Option<Rc<[f32]>>,
}

impl OutputContext {
    /// Of K logits, without a second picture.
    pub fn new(activation: OutputActivation) -> OutputContext {
        OutputContext {
            activation,
            region: None,
            reference: None,
        }
    }

    /// K logits: the outputs, or each class's sum over the region (Seg-Grad-CAM, Vinogradova et
    /// al. 2020, equation 3).
    pub fn logits<'a>(&self, outputs: &'a [f32]) -> Cow<'a, [f32]> {
        let Some(region) = self.region.as_ref().filter(|region| !region.is_empty()) else {
            return Cow::Borrowed(outputs);
        };
        let sums = outputs.chunks_exact(region.len()).map(|places| {
            let inside = places.iter().zip(region.iter());
            let inside = inside.filter(|(_, is_inside)| **is_inside);
            inside.map(|(&value, _)| f64::from(value)).sum::<f64>() as f32
        });
        Cow::Owned(sums.collect())
    }

    /// The cotangent of the outputs, from that of the K logits.
    pub fn cotangent(&self, of_logits: Vec<f32>) -> Vec<f32> {
        let Some(region) = self.region.as_ref().filter(|region| !region.is_empty()) else {
            return of_logits;
        };
        let spread = |&value: &f32| {
            let places = region.iter();
            places.map(move |&is_inside| if is_inside { value } else { 0.0 })
        };
        of_logits.iter().flat_map(spread).collect()
    }

    /// The cosine of the outputs and those of the second picture, and its derivative
    /// (q̂ − cos · ŷ) / ‖y‖. NaN where one of them is zero or missing.
    pub fn similarity(&self, outputs: &[f32]) -> (f64, Vec<f32>) {
        let reference = self.reference.as_deref().unwrap_or_default();
        let norm = |values: &[f32]| {
            let squares = values.iter().map(|&value| f64::from(value).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let (own, other) = (norm(outputs), norm(reference));
        let products = outputs.iter().zip(reference);
        let product: f64 = products.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        let cosine = product / (own * other);
        let derivative = outputs.iter().zip(reference).map(|(&a, &b)| {
            let difference = f64::from(b) / other - cosine * f64::from(a) / own;
            (difference / own) as f32
        });
        (cosine, derivative.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_sums_its_places() {
        let mut context = OutputContext::new(OutputActivation::Softmax);
        let outputs = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0];
        assert_eq!(context.logits(&outputs).as_ref(), outputs);
        context.region = Some([true, false, true].into());
        assert_eq!(context.logits(&outputs).as_ref(), [4.0, 40.0]);
        let spread = context.cotangent(vec![1.0, -0.5]);
        assert_eq!(spread, [1.0, 0.0, 1.0, -0.5, 0.0, -0.5]);
    }

    #[test]
    fn a_picture_is_like_itself() {
        let mut context = OutputContext::new(OutputActivation::Softmax);
        assert!(context.similarity(&[1.0, 2.0]).0.is_nan());
        context.reference = Some([3.0, 4.0].into());
        let (cosine, derivative) = context.similarity(&[6.0, 8.0]);
        assert!((cosine - 1.0).abs() < 1e-12);
        assert!(derivative.iter().all(|value| value.abs() < 1e-7));
        assert!((context.similarity(&[4.0, -3.0]).0).abs() < 1e-12);
    }
}
