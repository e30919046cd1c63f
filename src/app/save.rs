//! Files for the user: the overlay as PNG, the signed map as NPY, how both were
//! made as JSON; and the overlay on the clipboard.

use gloo::utils::{document, window};
use js_sys::{Array, JSON, Number, Object, Reflect, Uint8Array};
use wasm_bindgen::{Clamped, JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, ClipboardItem, HtmlAnchorElement, ImageData, Url};

use super::engine_client::text_of;
use super::format;
use super::json::js;
use super::pictures;
use super::result::{Map, Prediction, Subject};
use super::shelf::Shelf;
use super::state::State;
use crate::render::{self, MapView};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Png,
    Npy,
    Json,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    #[error("there is no explanation to save yet: choose a picture and a class first")]
    Nothing,
    #[error("the map cannot be written: its shape does not fit its values")]
    Shape,
    #[error("the picture could not be written as PNG: the browser gave no file")]
    Png,
    #[error("the browser did not allow it: {0}")]
    Browser(String),
}

impl From<JsValue> for SaveError {
    fn from(error: JsValue) -> Self {
        SaveError::Browser(text_of(&error))
    }
}

impl Form {
    pub fn extension(self) -> &'static str {
        match self {
            Form::Png => "png",
            Form::Npy => "npy",
            Form::Json => "json",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Form::Png => "image/png",
            Form::Npy => "application/octet-stream",
            Form::Json => "application/json",
        }
    }
}

/// What is shown, and what it is made of.
struct Shown<'a> {
    subject: &'a Subject,
    prediction: &'a Prediction,
    map: &'a Map,
    view: MapView<'a>,
}

impl<'a> Shown<'a> {
    fn of(state: &'a State) -> Result<Self, SaveError> {
        let subject = state.on_stage().ok_or(SaveError::Nothing)?;
        let prediction = subject.prediction.as_deref().ok_or(SaveError::Nothing)?;
        let map = subject.map().ok_or(SaveError::Nothing)?;
        let view = map.view().ok_or(SaveError::Shape)?;
        Ok(Self {
            subject,
            prediction,
            map,
            view,
        })
    }
}

/// Gives the user a file and says its name.
///
/// # Errors
/// If nothing was explained yet, or the browser refuses.
pub fn download(state: &State, shelf: &Shelf, form: Form) -> Result<String, SaveError> {
    let shown = Shown::of(state)?;
    let bytes = match form {
        Form::Png => png(state, shelf, &shown)?,
        Form::Npy => {
            render::npy::encode(shown.view.values(), shown.view.height(), shown.view.width())
        }
        Form::Json => manifest(state, &shown)?.into_bytes(),
    };
    let name = format!(
        "{}.{}.{}",
        format::stem(&shown.subject.name),
        shown.map.summary.method,
        form.extension()
    );
    let url = Url::create_object_url_with_blob(&blob(&bytes, form)?)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(&name);
    link.click();
    // The browser has taken hold of the file by the time the timer runs.
    gloo::timers::callback::Timeout::new(60_000, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(name)
}

/// Puts the overlay on the clipboard.
///
/// # Errors
/// If nothing was explained yet, or the browser refuses.
pub async fn copy(state: &State, shelf: &Shelf) -> Result<(), SaveError> {
    let bytes = png(state, shelf, &Shown::of(state)?)?;
    let item = Object::new();
    let png = blob(&bytes, Form::Png)?;
    Reflect::set(&item, &Form::Png.media_type().into(), &png)?;
    // Absent where the page is not served securely.
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into())?;
    if clipboard.is_undefined() {
        return Err(SaveError::Browser(
            "there is no clipboard here; save the PNG instead".to_owned(),
        ));
    }
    let item = ClipboardItem::new_with_record_from_str_to_blob_promise(&item)?;
    JsFuture::from(window().navigator().clipboard().write(&Array::of1(&item))).await?;
    Ok(())
}

/// The overlay as the browser writes it: an encoder of the page's own would be a tenth of
/// the page.
fn png(state: &State, shelf: &Shelf, shown: &Shown<'_>) -> Result<Vec<u8>, SaveError> {
    let picture = shelf
        .canvas(shown.subject.key.file)
        .ok_or(SaveError::Nothing)?;
    let picture = pictures::pixels_of(&picture)?;
    let overlay = render::overlay(&picture, shown.view, &state.look(shown.subject));
    let (width, height) = overlay.dimensions();
    let (canvas, context) = pictures::canvas(width, height)?;
    let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&overlay), width, height)?;
    context.put_image_data(&data, 0.0, 0.0)?;
    let url = canvas.to_data_url()?;
    let file = url
        .strip_prefix("data:image/png;base64,")
        .ok_or(SaveError::Png)?;
    // One letter for each byte.
    Ok(window()
        .atob(file)?
        .chars()
        .map(|byte| byte as u8)
        .collect())
}

fn blob(bytes: &[u8], form: Form) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(form.media_type());
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options)
}

/// How the explanation was made, for repeating it: JSON.
fn manifest(state: &State, shown: &Shown<'_>) -> Result<String, JsValue> {
    let Shown {
        subject,
        prediction,
        map,
        ..
    } = shown;
    let (model, class) = (&prediction.model, map.summary.class);
    let entry = model.wish.source.entry();
    let look = state.look(subject);
    let manifest = object(&[
        (
            "image",
            object(&[
                ("name", js(&subject.name)),
                ("width", js(&prediction.width)),
                ("height", js(&prediction.height)),
            ]),
        ),
        (
            "model",
            object(&[
                ("id", js(&entry.map(|entry| &entry.id))),
                ("name", js(model.wish.source.name())),
                ("sha256", js(&model.summary.sha256)),
                ("source", js(&model.summary.source)),
                ("license", js(&model.summary.license)),
                ("input_size", js(&model.summary.input.size)),
                ("input", js(&model.summary.input)),
                ("logits", js(&model.summary.output.logits)),
                ("scaling", js(&prediction.reading.scaling)),
                ("probabilities", js(&prediction.reading.ending)),
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
                ("colour_map", js(look.colormap.id())),
                ("opacity", number(Some(&look.opacity))),
                ("signed", js(&(look.sign == render::Sign::Signed))),
                ("scale", number(Some(&look.scale))),
                ("raw_cells", js(&look.cells)),
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
