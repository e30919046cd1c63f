//! Several layers fused (Jiang et al. 2021, "LayerCAM: Exploring Hierarchical Class Activation
//! Maps for Localization").

#[cfg(feature = "network")]
use ndarray::Array2;

#[cfg(feature = "network")]
use super::layer_maps::layer_maps;
use crate::explain::combine::layer_maps::FUSED_METHOD;
use crate::explain::method::{Family, Method};
use crate::explain::setting::{Choice, Setting, SettingKind};
#[cfg(feature = "network")]
use crate::explain::{
    context::Context, error::ExplainError, method::Explain, saliency::Saliency,
    upsampling::upsampled,
};

pub const METHOD: Method = Method {
    id: "fused-layers",
    name: "Fused layers",
    plain_name: "where several layers look, coarse and fine together",
    summary: "The maps of one method at the chosen layer and at an earlier, finer one, each made equally large and then combined.",
    caution: "Earlier layers know edges and textures more than classes: their detail can be beside the point.",
    family: Family::Combination,
    cost: "a gradient at each layer",
    settings: &[SETTINGS],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const MAXIMUM: &str = "maximum";

const SETTINGS: &[Setting] = &[
    FUSED_METHOD,
    Setting {
        id: "fusion",
        name: "Fusion",
        summary: "How the maps of the layers are combined.",
        kind: SettingKind::Choice(&[
            Choice {
                id: "mean",
                name: "mean (pytorch-grad-cam)",
            },
            Choice {
                id: MAXIMUM,
                name: "greatest (paper)",
            },
        ]),
    },
];

/// The mean of the layers' maps on the input's grid, or the greatest of them: section III-C of the
/// paper without its tanh for shallow layers.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let is_maximum = context.settings.choice("fusion") == MAXIMUM;
    let maps = layer_maps(context).await?;
    let (_, height, width) = context.subject.pixels()?.dim();
    let mut fused = Array2::<f32>::zeros((height, width));
    for map in &maps {
        fused.zip_mut_with(
            &upsampled(map.view(), (height, width), false),
            |fused, &value| {
                *fused = if is_maximum {
                    fused.max(value)
                } else {
                    *fused + value / maps.len() as f32
                };
            },
        );
    }
    Ok(Saliency {
        further_layers: context.further_layers.to_vec(),
        ..context.input_map(fused, None)
    })
}
