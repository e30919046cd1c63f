//! FullGrad (Srinivas and Fleuret 2019, "Full-Gradient Representation for Neural Network
//! Visualization").

#[cfg(feature = "network")]
use ndarray::{Array2, ArrayView3};

use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{
    context::Context, error::ExplainError, method::Explain, saliency::Saliency,
    upsampling::upsampled,
};

pub const METHOD: Method = Method {
    id: "full-grad",
    name: "FullGrad",
    plain_name: "where the picture and what every layer adds of its own matter",
    summary: "The input times its gradient, and the bias of every layer times the gradient there, each made equally large and added up.",
    caution: "Each channel counts as much as any other, however little it matters, and there is no sign: what speaks against the class lights up too.",
    family: Family::Gradient,
    cost: "one run forward and backward",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// Of the scaling to 0…1, as in pytorch-grad-cam.
#[cfg(feature = "network")]
const EPSILON: f32 = 1e-7;

/// Σ_c ψ(|x_c g_c|) + Σ_layers Σ_c ψ(|b_c g_c|): ψ scales a channel to 0…1 and brings it to the
/// input's size bilinearly, as pytorch-grad-cam does; the authors' program scales all channels of
/// a layer together.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let biases = context.network.biases()?;
    let pixels = context.subject.pixels()?;
    let (_, height, width) = pixels.dim();
    let mut sum = Array2::<f32>::zeros((height, width));
    let mut add_products = |place: usize, gradient: ArrayView3<f32>| {
        let channels = gradient.outer_iter();
        match place.checked_sub(1).map(|layer| biases.get(layer)) {
            None => {
                let mut products = channels.zip(pixels.outer_iter()).map(|(channel, pixels)| {
                    let mut product = channel.to_owned();
                    product *= &pixels;
                    product
                });
                add(&mut sum, &mut products);
            }
            Some(None) => {}
            Some(Some(bias)) => {
                let products = channels.zip(&bias.values);
                let mut products =
                    products.map(|(channel, bias)| channel.mapv(|value| value * bias));
                add(&mut sum, &mut products);
            }
        }
    };
    context.bias_gradients(&mut add_products).await?;
    Ok(context.input_map(sum, None))
}

/// Adds the magnitudes of a layer's channels, each scaled to 0…1. Those of one size are summed
/// first: bringing to the input's size is linear.
#[cfg(feature = "network")]
fn add(sum: &mut Array2<f32>, channels: &mut dyn Iterator<Item = Array2<f32>>) {
    let scaled = channels.map(scaled);
    let own = scaled.reduce(|mut own, channel| {
        own += &channel;
        own
    });
    if let Some(own) = own {
        *sum += &upsampled(own.view(), sum.dim(), false);
    }
}

#[cfg(feature = "network")]
fn scaled(channel: Array2<f32>) -> Array2<f32> {
    let magnitudes = channel.mapv_into(f32::abs);
    let least = magnitudes.iter().copied().fold(f32::INFINITY, f32::min);
    let span = magnitudes.iter().map(|value| value - least);
    let greatest = span.fold(0.0, f32::max);
    magnitudes.mapv_into(|value| (value - least) / (EPSILON + greatest))
}
