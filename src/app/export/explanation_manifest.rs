//! How an explanation was made, for repeating it: JSON with the fields of
//! `protocol::ExplanationRecord`.

use js_sys::{Array, JSON, Number, Object, Reflect};
use wasm_bindgen::JsValue;

use super::exported_map::ExportedMap;
use crate::app::browser::json::js;
use crate::app::state::{AppState, ChosenPicture, Prediction};
use crate::protocol::RECORD_VERSION;
use crate::render;

/// How the explanation was made, for repeating it: JSON. `picture_name` is that of the picture's file,
/// if it may be named, `picture_sha256` is of the picture's
/// file, if the browser could compute it.
pub fn explanation_manifest(
    state: &AppState,
    exported: &ExportedMap<'_>,
    picture_name: Option<&str>,
    picture_sha256: Option<String>,
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
    let (size, frame) = ((prediction.width, prediction.height), prediction.frame);
    let [input_height, input_width] = model.summary.input.size;
    let (input, is_picture) = ((input_width, input_height), size != (0, 0));
    let reading = &prediction.reading;
    let background = prediction.choices.background.unwrap_or_default();
    let background = reading.is_transparent.then(|| background.id());
    let color_profile = reading
        .has_profile
        .then_some(if prediction.choices.converts_colors {
            "converted"
        } else {
            "ignored"
        });
    let manifest = object(&[
        ("version", js(&RECORD_VERSION)),
        (
            "image",
            object(&[
                ("name", js(&picture_name.unwrap_or("picture"))),
                ("sha256", js(&picture_sha256)),
                ("width", js(&prediction.width)),
                ("height", js(&prediction.height)),
                ("seen", js(&is_picture.then(|| frame.seen_pixels(size)))),
                (
                    "place_in_input",
                    js(&is_picture.then(|| frame.place_in_input(input))),
                ),
                (
                    "window",
                    js(&reading.levels.as_ref().map(|levels| levels.window)),
                ),
                ("background", js(&background)),
                ("color_profile", js(&color_profile)),
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
        ("preprocessing", preprocessing(prediction)),
        ("method", js(&map.summary.method)),
        ("target", js(&map.summary.target)),
        ("value", number(Some(&(map.summary.value as f32)))),
        ("settings", settings(&map.summary.settings)),
        ("seed", js(&map.summary.seed)),
        ("layer", js(&map.summary.layer)),
        ("further_layers", js(&map.summary.further_layers)),
        ("class", class_facts(prediction, class)),
        ("top_classes", top_classes(prediction)),
        (
            "map",
            object(&[
                ("height", js(&map.summary.height)),
                ("width", js(&map.summary.width)),
                ("min", number(Some(&map.summary.min))),
                ("max", number(Some(&map.summary.max))),
                ("state", js(&map.summary.state)),
                (
                    "grid",
                    js(if map.summary.is_at_layer {
                        "layer"
                    } else {
                        "input"
                    }),
                ),
                ("unit", js(&map.summary.unit)),
                ("values", js("signed, before ReLU and normalisation")),
            ]),
        ),
        ("runs", js(&map.summary.runs)),
        ("left_out", js(&map.summary.left_out)),
        ("completeness", js(&map.summary.completeness)),
        ("coincides_with", js(&map.summary.coincides_with)),
        ("important_channels", js(&map.summary.channels)),
        ("measurements", measurements(state, picture)),
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
        ("engine", engine(state)),
        ("gradcam_version", js(env!("CARGO_PKG_VERSION"))),
    ]);
    let text = JSON::stringify_with_replacer_and_space(&manifest, &JsValue::NULL, &2.into())?;
    Ok(String::from(text) + "\n")
}

/// What was measured of the map, each with its protocol.
fn measurements(state: &AppState, picture: &ChosenPicture) -> JsValue {
    let Some(key) = &picture.shown else {
        return JsValue::NULL;
    };
    let found = state.measurements(picture, key);
    let found: Array = found.map(|found| js(&found.summary)).collect();
    found.into()
}

/// All that is done to the picture before the network sees it: the file's own, with the
/// scaling that the user chose in its place.
fn preprocessing(prediction: &Prediction) -> JsValue {
    let known = prediction.preprocess();
    let Some(known) = known else {
        return JsValue::NULL;
    };
    let numbers = |values: &Vec<f32>| {
        let values = values.iter().map(|value| number(Some(value)));
        JsValue::from(values.collect::<Array>())
    };
    object(&[
        ("layout", js(&known.layout)),
        ("channels", js(&known.channels)),
        ("size", js(&known.size)),
        ("fit", js(&known.fit)),
        ("resize", js(&known.resize)),
        (
            "pixels",
            js("(byte × scale − mean) / std, in the order of channels"),
        ),
        ("scale", number(Some(&known.scale))),
        ("mean", numbers(&known.mean)),
        ("std", numbers(&known.std)),
    ])
}

fn class_facts(prediction: &Prediction, class: usize) -> JsValue {
    object(&[
        ("id", js(&class)),
        ("label", js(prediction.label(class))),
        ("logit", number(prediction.logits.get(class))),
        ("probability", number(prediction.probabilities.get(class))),
    ])
}

fn top_classes(prediction: &Prediction) -> JsValue {
    let top = prediction.top().iter();
    let classes: Array = top.map(|&class| class_facts(prediction, class)).collect();
    classes.into()
}

/// Settings of the method, by id.
fn settings(settings: &[(String, String)]) -> JsValue {
    let fields = settings.iter().map(|(id, value)| (id.as_str(), js(value)));
    object(&fields.collect::<Vec<_>>())
}

/// The build of the engine.
fn engine(state: &AppState) -> JsValue {
    let facts = state.engine.facts.as_ref();
    facts.map_or(JsValue::NULL, |facts| {
        object(&[
            ("variant", js(&facts.variant)),
            ("threads", js(&facts.threads)),
        ])
    })
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
