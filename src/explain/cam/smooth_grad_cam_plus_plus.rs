//! Smooth Grad-CAM++ (Omeiza et al. 2019, "Smooth Grad-CAM++: An Enhanced Inference Level
//! Visualization Technique for Deep Convolutional Neural Network Models").

#[cfg(feature = "network")]
use ndarray::{Array3, Axis, Zip};

#[cfg(feature = "network")]
use super::grad_cam_plus_plus::weight;
#[cfg(feature = "network")]
use super::times_weights;
use crate::explain::gradient::smoothgrad::{NOISE, samples};
use crate::explain::method::{Family, Method};
use crate::explain::setting::Setting;
#[cfg(feature = "network")]
use crate::explain::{
    context::Context,
    error::ExplainError,
    gradient::smoothgrad::{STEPS, noisy},
    method::Explain,
    saliency::Saliency,
};

pub const METHOD: Method = Method {
    id: "smooth-grad-cam++",
    name: "Smooth Grad-CAM++",
    plain_name: "where the layer has something that would raise the class, under noise",
    summary: "Grad-CAM++ of derivatives and activations that are means over noisy copies of the picture.",
    caution: "Random: another seed gives a slightly different map. With much noise the network may see another class.",
    family: Family::ClassActivation,
    cost: "one run for each noisy copy",
    settings: &[SETTINGS],
    is_slow: true,
    is_random: true,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const SETTINGS: &[Setting] = &[samples(4), NOISE];

/// Sums over noisy copies, each [C, h, w].
#[cfg(feature = "network")]
struct Sums {
    activations: Array3<f32>,
    gradient: Array3<f32>,
    square: Array3<f32>,
    cube: Array3<f32>,
}

/// Grad-CAM++ with the means of A, g, g² and g³ over noisy copies. torchcam takes g of the
/// last copy alone.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let pixels = context.subject.pixels()?;
    let total = context.settings.integer("samples");
    let deviation = context.settings.real("noise") as f32 * context.subject.scale.range();
    let (mut done, mut goes_on) = (0, true);
    let mut sums: Option<Sums> = None;
    while done < total && goes_on {
        let copy = noisy(&pixels, context.seed, done as u64, deviation);
        let (activations, gradient) = context.layer_of(copy).await?;
        sums = Some(Sums::add(sums, activations, gradient));
        done += 1;
        goes_on = context.step(done, total);
    }
    let sums = sums.ok_or(ExplainError::NoBudget)?;
    let (activations, weighed) = sums.weigh(done as f32);
    let saliency = Saliency {
        seed: Some(context.seed),
        ..context.weighed_map(&activations, &weighed)
    };
    Ok(saliency.of_steps(done, total, STEPS))
}

#[cfg(feature = "network")]
impl Sums {
    fn add(sums: Option<Sums>, activations: Array3<f32>, gradient: Array3<f32>) -> Sums {
        let square = gradient.mapv(|value| value * value);
        let cube = gradient.mapv(|value| value * value * value);
        match sums {
            None => Sums {
                activations,
                gradient,
                square,
                cube,
            },
            Some(sums) => Sums {
                activations: sums.activations + activations,
                gradient: sums.gradient + gradient,
                square: sums.square + square,
                cube: sums.cube + cube,
            },
        }
    }

    /// The mean activations, and those weighed.
    fn weigh(self, count: f32) -> (Array3<f32>, Array3<f32>) {
        let mean = |sum: Array3<f32>| sum / count;
        let (activations, gradient) = (mean(self.activations), mean(self.gradient));
        let (square, cube) = (mean(self.square), mean(self.cube));
        let channels = activations.len_of(Axis(0));
        let weights = (0..channels).map(|channel| {
            let of = |all: &Array3<f32>| all.index_axis(Axis(0), channel).to_owned();
            let sum = of(&activations).iter().map(|&value| f64::from(value)).sum();
            let mut total = 0.0;
            Zip::from(&of(&gradient))
                .and(&of(&square))
                .and(&of(&cube))
                .for_each(|&gradient, &square, &cube| {
                    total += weight(sum, gradient.into(), square.into(), cube.into());
                });
            total
        });
        let weights: Vec<f64> = weights.collect();
        let weighed = times_weights(&activations, weights);
        (activations, weighed)
    }
}
