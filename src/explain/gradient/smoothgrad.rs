//! SmoothGrad (Smilkov et al. 2017, "SmoothGrad: removing noise by adding noise").

#[cfg(feature = "network")]
use ndarray::Array3;

#[cfg(feature = "network")]
use super::reductions::greatest_magnitude;
use crate::explain::method::{Family, Method};
use crate::explain::setting::{Setting, SettingKind};
#[cfg(feature = "network")]
use crate::explain::{
    context::Context, error::ExplainError, method::Explain, random::Random, saliency::Saliency,
};

pub const METHOD: Method = Method {
    id: "smoothgrad",
    name: "SmoothGrad",
    plain_name: "which pixels matter, with the noise averaged out",
    summary: "The mean gradient over copies of the picture with noise.",
    caution: "Random: another seed gives a slightly different map. More copies, less noise.",
    family: Family::Gradient,
    cost: "one run forward and backward for each noisy copy",
    settings: &[SETTINGS],
    is_slow: true,
    is_random: true,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const SETTINGS: &[Setting] = &[samples(25), NOISE];

/// How many noisy copies.
pub const fn samples(default: u32) -> Setting {
    Setting {
        id: "samples",
        name: "Noisy copies",
        summary: "How many copies of the picture with noise are averaged.",
        kind: SettingKind::Integer {
            min: 1,
            max: 10_000,
            default,
            unit: "",
        },
    }
}

/// How much noise.
pub const NOISE: Setting = Setting {
    id: "noise",
    name: "Noise",
    summary: "Standard deviation of the noise, as a share of the span from black to white.",
    kind: SettingKind::Real {
        min: 0.0,
        max: 1.0,
        default: 0.15,
        unit: "of black to white",
    },
};

/// What [`Saliency::of_steps`] calls a step.
#[cfg(feature = "network")]
pub const STEPS: &str = "noisy copies were used";

/// A map is shown after each of so many copies.
#[cfg(feature = "network")]
const SHOWN_EVERY: usize = 5;

/// max_c |mean over n of ∂y/∂x_c at x + N(0, σ²)|.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let pixels = context.subject.pixels()?;
    let total = context.settings.integer("samples");
    let deviation = context.settings.real("noise") as f32 * context.subject.scale.range();
    let mut sum = Array3::<f32>::zeros(pixels.dim());
    let (mut done, mut goes_on) = (0, true);
    while done < total && goes_on {
        let copy = noisy(&pixels, context.seed, done as u64, deviation);
        sum += &context.input_gradient_of(copy).await?;
        done += 1;
        if done % SHOWN_EVERY == 0 && done < total {
            let early = map(context, &sum, done, total);
            context.show(&early);
        }
        goes_on = context.step(done, total);
    }
    Ok(map(context, &sum, done, total))
}

#[cfg(feature = "network")]
fn map(context: &Context, sum: &Array3<f32>, done: usize, total: usize) -> Saliency {
    let mean = sum / done.max(1) as f32;
    let saliency = Saliency {
        seed: Some(context.seed),
        ..context.input_map(greatest_magnitude(&mean), Some(mean))
    };
    saliency.of_steps(done, total, STEPS)
}

/// A copy of pixels [C, H, W] with normal noise, always the same for a seed and number.
#[cfg(feature = "network")]
pub fn noisy(pixels: &Array3<f32>, seed: u64, number: u64, deviation: f32) -> Array3<f32> {
    let mut random = Random::of_sample(seed, number);
    pixels.mapv(|value| value + deviation * random.normal() as f32)
}
