//! Fetches what lies beside the page: the lists of models, samples and ImageNet's classes.

use gloo::utils::window;
use js_sys::Promise;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::app::browser::{json, location};
use crate::protocol::{Manifest, Sample};

/// Why a file beside the page could not be fetched; `what` names it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    #[error("{what} could not be fetched; check the connection and try again")]
    Unreachable { what: String },
    #[error("{what} is missing on the server (it answered {status})")]
    Missing { what: String, status: u16 },
    #[error("{what} on the server cannot be read: {reason}")]
    Malformed { what: String, reason: String },
}

/// `models/manifest.json`.
///
/// # Errors
/// If it cannot be fetched or is no manifest.
pub async fn manifest() -> Result<Manifest, FetchError> {
    json("The list of models", "models/manifest.json").await
}

/// `samples/samples.json`.
///
/// # Errors
/// If it cannot be fetched or is no list of samples.
pub async fn samples() -> Result<Vec<Sample>, FetchError> {
    json("The list of sample pictures", "samples/samples.json").await
}

/// The names of ImageNet's classes, one a line.
///
/// # Errors
/// If they cannot be fetched.
pub async fn imagenet() -> Result<String, FetchError> {
    text("The list of ImageNet’s classes", "labels/imagenet-1000.txt").await
}

/// The bytes of a sample picture.
///
/// # Errors
/// If it cannot be fetched.
pub async fn sample(sample: &Sample) -> Result<Blob, FetchError> {
    let what = format!("The sample picture {}", sample.file);
    let blob = get(&what, &sample_address(sample), Response::blob).await?;
    Ok(blob.unchecked_into())
}

/// Where a sample picture lies.
pub fn sample_address(sample: &Sample) -> String {
    location::absolute_url(&format!("samples/{}", sample.file))
}

async fn json<T: DeserializeOwned>(what: &str, path: &str) -> Result<T, FetchError> {
    let text = text(what, path).await?;
    json::read(&text).map_err(|reason| FetchError::Malformed {
        what: what.to_owned(),
        reason,
    })
}

async fn text(what: &str, path: &str) -> Result<String, FetchError> {
    let text = get(what, &location::absolute_url(path), Response::text).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// Fetches and takes what `part` gives of the answer.
async fn get(
    what: &str,
    url: &str,
    part: fn(&Response) -> Result<Promise, JsValue>,
) -> Result<JsValue, FetchError> {
    let unreachable = |_| FetchError::Unreachable {
        what: what.to_owned(),
    };
    let response = JsFuture::from(window().fetch_with_str(url)).await;
    let response: Response = response.map_err(unreachable)?.unchecked_into();
    if !response.ok() {
        return Err(FetchError::Missing {
            what: what.to_owned(),
            status: response.status(),
        });
    }
    let part = part(&response).map_err(unreachable)?;
    JsFuture::from(part).await.map_err(unreachable)
}
