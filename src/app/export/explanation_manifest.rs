//! How an explanation was made, for repeating it: JSON.

use js_sys::{JSON, Number, Object, Reflect};
use wasm_bindgen::JsValue;

use super::exported_map::ExportedMap;
use crate::app::browser::json::js;
use crate::app::state::AppState;
use crate::render;

/// How the explanation was made, for repeating it: JSON.
pub fn explanation_manifest(
    state: &AppState,
    exported: &ExportedMap<'_>,
) -> Result<String, JsValue> {
    let ExportedMap {
        picture,
        prediction,
        map,
        ..
    } = exported;
    let (model, class) = (&prediction.model, map.summary.class);
    let entry = model.desired.source.entry();
    let style = state.overlay_style(picture);
    let manifest = object(&[
        (
            "image",
            object(&[
                ("name", js(&picture.name)),
                ("width", js(&prediction.width)),
                ("height", js(&prediction.height)),
            ]),
        ),
        (
            "model",
            object(&[
                ("id", js(&entry.map(|entry| &entry.id))),
                ("name", js(model.desired.source.name())),
                ("sha256", js(&model.summary.sha256)),
                ("source", js(&model.summary.source)),
                ("license", js(&model.summary.license)),
                ("input_size", js(&model.summary.input.size)),
                ("input", js(&model.summary.input)),
                ("logits", js(&model.summary.output.logits)),
                ("scaling", js(&prediction.overrides.scaling)),
                ("probabilities", js(&prediction.overrides.output_activation)),
                ("assumptions", js(&state.assumptions())),
            ]),
        ),
        ("method", js(&map.summary.method)),
        ("layer", js(&map.summary.layer)),
        (
            "class",
            object(&[
                ("id", js(&class)),
                ("label", js(prediction.label(class))),
                ("logit", number(prediction.logits.get(class))),
                ("probability", number(prediction.probabilities.get(class))),
            ]),
        ),
        (
            "map",
            object(&[
                ("height", js(&map.summary.height)),
                ("width", js(&map.summary.width)),
                ("min", number(Some(&map.summary.min))),
                ("max", number(Some(&map.summary.max))),
                ("state", js(&map.summary.state)),
                (
                    "values",
                    js("signed, in logit units, before ReLU and normalisation"),
                ),
            ]),
        ),
        (
            "overlay",
            object(&[
                ("colour_map", js(style.colormap.id())),
                ("opacity", number(Some(&style.opacity))),
                ("signed", js(&(style.sign == render::Sign::Signed))),
                ("scale", number(Some(&style.scale))),
                ("raw_cells", js(&style.cells)),
            ]),
        ),
        (
            "timings_ms",
            object(&[
                ("predict", js(&prediction.timings)),
                ("explain", js(&map.timings)),
            ]),
        ),
        ("gradcam_version", js(env!("CARGO_PKG_VERSION"))),
    ]);
    let text = JSON::stringify_with_replacer_and_space(&manifest, &JsValue::NULL, &2.into())?;
    Ok(String::from(text) + "\n")
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Fails only where an object forbids it.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// A value with as few digits as tell it from its neighbours; JavaScript, whose numbers
/// are longer, would write some that mean nothing.
fn number(value: Option<&f32>) -> JsValue {
    let Some(&value) = value.filter(|value| value.is_finite()) else {
        return JsValue::NULL;
    };
    let digits = |count| {
        let text = Number::from(f64::from(value)).to_precision(count);
        text.map_or(f64::NAN, |text| js_sys::parse_float(&String::from(text)))
    };
    let short = (1..=9).map(digits).find(|short| *short as f32 == value);
    short.unwrap_or(f64::from(value)).into()
}
