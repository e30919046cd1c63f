//! RefineCAM (2026, "RefineCAM", arXiv:2605.14641).

#[cfg(feature = "network")]
use ndarray::Array2;

#[cfg(feature = "network")]
use super::layer_maps::layer_maps;
use crate::explain::combine::layer_maps::REFINED_METHOD;
use crate::explain::method::{Family, Method};
use crate::explain::setting::Setting;
#[cfg(feature = "network")]
use crate::explain::{
    context::Context, error::ExplainError, method::Explain, saliency::Saliency,
    upsampling::upsampled,
};

pub const METHOD: Method = Method {
    id: "refine-cam",
    name: "RefineCAM",
    plain_name: "where several layers agree, as fine as the finest of them",
    summary: "The product of one method's maps at the chosen layer and at an earlier, finer one: what both light up stays.",
    caution: "What one layer misses is gone, whatever the other says.",
    family: Family::Combination,
    cost: "a gradient at each layer",
    settings: &[SETTINGS],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const SETTINGS: &[Setting] = &[REFINED_METHOD];

/// Π of the layers' maps on the finest layer's grid, brought to the input's.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let maps = layer_maps(context).await?;
    let (_, height, width) = context.subject.pixels()?.dim();
    let values = upsampled(product(&maps).view(), (height, width), false);
    Ok(Saliency {
        further_layers: context.further_layers.to_vec(),
        ..context.input_map(values, None)
    })
}

/// Π of maps on the grid of the greatest of them.
#[cfg(feature = "network")]
pub fn product(maps: &[Array2<f32>]) -> Array2<f32> {
    let sizes = maps.iter().map(Array2::dim);
    let (height, width) = sizes.fold((0, 0), |(height, width), (rows, columns)| {
        (rows.max(height), columns.max(width))
    });
    let mut product = Array2::<f32>::ones((height, width));
    for map in maps {
        product *= &upsampled(map.view(), (height, width), false);
    }
    product
}
