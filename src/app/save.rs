//! Files for the user: the overlay as PNG, the signed map as NPY, how both were
//! made as JSON; and the overlay on the clipboard.

use gloo::utils::{document, window};
use js_sys::{Array, Object, Reflect, Uint8Array};
use serde_json::json;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, ClipboardItem, HtmlAnchorElement, Url};

use super::engine_client::text_of;
use super::format;
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
    #[error(transparent)]
    Png(#[from] render::png::PngError),
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
        Form::Json => manifest(state, &shown).into_bytes(),
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

fn png(state: &State, shelf: &Shelf, shown: &Shown<'_>) -> Result<Vec<u8>, SaveError> {
    let canvas = shelf
        .canvas(shown.subject.key.file)
        .ok_or(SaveError::Nothing)?;
    let picture = pictures::pixels_of(&canvas)?;
    let overlay = render::overlay(&picture, shown.view, &state.look(shown.subject));
    Ok(render::png::encode(&overlay)?)
}

fn blob(bytes: &[u8], form: Form) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(form.media_type());
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options)
}

/// How the explanation was made, for repeating it.
fn manifest(state: &State, shown: &Shown<'_>) -> String {
    let Shown {
        subject,
        prediction,
        map,
        ..
    } = shown;
    let (model, class) = (&prediction.model, map.summary.class);
    let entry = model.wish.source.entry();
    let look = state.look(subject);
    let manifest = json!({
        "image": { "name": subject.name, "width": prediction.width, "height": prediction.height },
        "model": {
            "id": entry.map(|entry| &entry.id),
            "name": model.wish.source.name(),
            "sha256": model.summary.sha256,
            "source": model.summary.source,
            "license": model.summary.license,
            "input_size": model.summary.input.size,
            "input": model.summary.input,
            "logits": model.summary.output.logits,
            "scaling": prediction.reading.scaling,
            "probabilities": prediction.reading.ending,
            "assumptions": state.assumptions(),
        },
        "method": map.summary.method,
        "layer": map.summary.layer,
        "class": {
            "id": class,
            "label": prediction.label(class),
            "logit": prediction.logits.get(class),
            "probability": prediction.probabilities.get(class),
        },
        "map": {
            "height": map.summary.height,
            "width": map.summary.width,
            "min": map.summary.min,
            "max": map.summary.max,
            "state": map.summary.state,
            "values": "signed, in logit units, before ReLU and normalisation",
        },
        "overlay": {
            "colour_map": look.colormap.id(),
            "opacity": look.opacity,
            "signed": look.sign == render::Sign::Signed,
            "scale": look.scale,
            "raw_cells": look.cells,
        },
        "timings_ms": { "predict": prediction.timings, "explain": map.timings },
        "gradcam_version": env!("CARGO_PKG_VERSION"),
    });
    format!("{manifest:#}\n")
}
