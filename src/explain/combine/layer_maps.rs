//! The maps of one method at several layers.

#[cfg(feature = "network")]
use ndarray::Array2;

#[cfg(feature = "network")]
use crate::explain::cam::one_gradient;
#[cfg(feature = "network")]
use crate::explain::context::Context;
#[cfg(feature = "network")]
use crate::explain::error::ExplainError;
#[cfg(feature = "network")]
use crate::explain::method::Explain;
use crate::explain::setting::{Choice, Setting, SettingKind};

/// Methods whose maps can be combined, the first being the usual one.
const fn methods(choices: &'static [Choice]) -> Setting {
    Setting {
        id: "method",
        name: "Method",
        summary: "The method whose maps at the layers are combined.",
        kind: SettingKind::Choice(choices),
    }
}

const LAYER_CAM: Choice = Choice {
    id: "layer-cam",
    name: "Layer-CAM",
};
const GRAD_CAM_PLUS_PLUS: Choice = Choice {
    id: "grad-cam++",
    name: "Grad-CAM++",
};
const GRAD_CAM: Choice = Choice {
    id: "grad-cam",
    name: "Grad-CAM",
};
const HIRESCAM: Choice = Choice {
    id: "hirescam",
    name: "HiResCAM",
};
const XGRAD_CAM: Choice = Choice {
    id: "xgrad-cam",
    name: "XGrad-CAM",
};

/// The method of fused layers: Layer-CAM was made for it.
pub const FUSED_METHOD: Setting =
    methods(&[LAYER_CAM, GRAD_CAM, HIRESCAM, XGRAD_CAM, GRAD_CAM_PLUS_PLUS]);
/// The method of RefineCAM, Grad-CAM++ as in its paper.
pub const REFINED_METHOD: Setting =
    methods(&[GRAD_CAM_PLUS_PLUS, LAYER_CAM, GRAD_CAM, HIRESCAM, XGRAD_CAM]);

/// The chosen method's maps at all layers of the context, what speaks against cut off, each
/// scaled to 0…1. A map without positive values is 0.
///
/// # Errors
/// [`ExplainError`].
#[cfg(feature = "network")]
pub async fn layer_maps(context: &mut Context<'_>) -> Result<Vec<Array2<f32>>, ExplainError> {
    let method = crate::explain::method(context.settings.choice("method"))?;
    let Explain::Weighted(weigh) = method.explain else {
        return Err(crate::explain::ExplainError::UnknownMethod {
            wanted: method.id.to_owned(),
            known: FUSED_METHOD.range(),
        });
    };
    let chosen = context.layer;
    let layers: Vec<&str> = std::iter::once(chosen)
        .chain(context.further_layers.iter().map(String::as_str))
        .collect();
    let mut maps = Vec::new();
    for layer in layers {
        context.layer = layer;
        let map = one_gradient::explain(context, weigh).await;
        context.layer = chosen;
        maps.push(positive_share(&map?.values));
    }
    Ok(maps)
}

/// max(M, 0), scaled to 0…1.
#[cfg(feature = "network")]
fn positive_share(map: &Array2<f32>) -> Array2<f32> {
    let positive = map.mapv(|value| value.max(0.0));
    let least = positive.iter().copied().fold(f32::INFINITY, f32::min);
    let greatest = positive.iter().copied().fold(0.0, f32::max) - least;
    if greatest > 0.0 {
        positive.mapv_into(|value| (value - least) / greatest)
    } else {
        Array2::zeros(map.dim())
    }
}
