//! Grad-CAM (Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via
//! Gradient-based Localization").

#[cfg(feature = "network")]
use ndarray::{Array2, Array3, Axis};

#[cfg(feature = "network")]
use super::method::ExplainError;
use super::method::Method;
#[cfg(feature = "network")]
use super::saliency::Saliency;
#[cfg(feature = "network")]
use crate::network::{Forward, Network};

pub const METHOD: Method = Method {
    id: "grad-cam",
    name: "Grad-CAM",
    summary: "Weighs each feature of the layer by how much it matters for the class, and adds them up.",
    #[cfg(feature = "network")]
    explain,
};

#[cfg(feature = "network")]
fn explain(
    network: &mut dyn Network,
    forward: &Forward,
    class: usize,
) -> Result<Saliency, ExplainError> {
    let classes = network.classes();
    if class >= classes {
        return Err(ExplainError::UnknownClass { class, classes });
    }
    let mut cotangent = vec![0.0; classes];
    cotangent[class] = 1.0;
    let gradients = network.backward(&cotangent)?;
    Ok(Saliency {
        values: weighted_sum(&forward.activations, &gradients),
        class,
        logit: forward.logits.get(class).copied().unwrap_or(f32::NAN),
        method: METHOD.id,
        layer: network.layer().to_owned(),
    })
}

/// Σ_k α_k A_k with α_k = mean_ij ∂y/∂A_kij: equations 1 and 2 of the paper without the
/// ReLU, so the map is signed. Activations and gradients are [C, h, w], the map is [h, w].
/// Sums run in float64.
#[cfg(feature = "network")]
fn weighted_sum(activations: &Array3<f32>, gradients: &Array3<f32>) -> Array2<f32> {
    let (_, height, width) = activations.dim();
    let mut map = Array2::<f64>::zeros((height, width));
    for (channel, gradient) in activations
        .axis_iter(Axis(0))
        .zip(gradients.axis_iter(Axis(0)))
    {
        let sum: f64 = gradient.iter().map(|&value| f64::from(value)).sum();
        let weight = sum / gradient.len().max(1) as f64;
        map.zip_mut_with(&channel, |total, &value| {
            *total += weight * f64::from(value)
        });
    }
    map.mapv(|value| value as f32)
}

#[cfg(all(test, feature = "network"))]
mod tests {
    use super::*;
    use crate::explain::ExplainError;
    use crate::network::NetworkError;
    use crate::protocol::MapState;
    use ndarray::{Array4, arr2, arr3};

    /// A network of two feature maps and a fixed gradient.
    struct Fake {
        gradients: Array3<f32>,
    }

    impl Network for Fake {
        fn classes(&self) -> usize {
            1
        }

        fn layer(&self) -> &str {
            "relu1"
        }

        fn forward(
            &mut self,
            _: Array4<f32>,
            _: &mut dyn FnMut(usize, usize),
        ) -> Result<Forward, NetworkError> {
            Err(NetworkError::NoForward)
        }

        fn backward(&mut self, cotangent: &[f32]) -> Result<Array3<f32>, NetworkError> {
            Ok(&self.gradients * cotangent[0])
        }
    }

    /// Two 3×3 filters of ones over 0…15, biases −50 and −75, ReLU, then a
    /// Dense layer of ones and minus ones: small enough to be done by hand, and
    /// part of captum's own tests.
    fn toy() -> (Fake, Forward) {
        let gradients = arr3(&[[[1.0, 1.0], [1.0, 1.0]], [[1.0, -1.0], [-1.0, -1.0]]]);
        let activations = arr3(&[[[0.0, 4.0], [31.0, 40.0]], [[0.0, 0.0], [6.0, 15.0]]]);
        (
            Fake { gradients },
            Forward {
                logits: vec![54.0],
                activations,
            },
        )
    }

    #[test]
    fn the_toy_network_of_captum() {
        let (mut network, forward) = toy();
        let map = explain(&mut network, &forward, 0).unwrap();
        assert_eq!(map.values, arr2(&[[0.0, 4.0], [28.0, 32.5]]));
        assert_eq!((map.method, map.layer.as_str()), ("grad-cam", "relu1"));
    }

    #[test]
    fn a_class_that_nothing_speaks_for_keeps_its_signed_map() {
        let (mut network, forward) = toy();
        network.gradients *= -1.0;
        let map = explain(&mut network, &forward, 0).unwrap();
        assert_eq!(map.values, arr2(&[[0.0, -4.0], [-28.0, -32.5]]));
        assert_eq!(map.state(), MapState::NoPositiveEvidence);
    }

    #[test]
    fn a_class_that_is_not_there() {
        let (mut network, forward) = toy();
        let error = explain(&mut network, &forward, 7).unwrap_err();
        assert!(matches!(
            error,
            ExplainError::UnknownClass {
                class: 7,
                classes: 1
            }
        ));
    }
}
