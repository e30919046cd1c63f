//! Fetches what lies beside the page: the lists of models, samples and ImageNet's classes.

use gloo::utils::window;
use js_sys::Promise;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use crate::app::browser::{json, location};
use crate::protocol::{Manifest, Sample};

/// Why a file beside the page could not be fetched.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    Unreachable,
    /// The server's answer.
    Missing(u16),
    /// Why it cannot be read.
    Malformed(String),
}

/// `models/manifest.json`.
///
/// # Errors
/// If it cannot be fetched or is no manifest.
pub async fn manifest() -> Result<Manifest, FetchError> {
    json("models/manifest.json").await
}

/// `samples/samples.json`.
///
/// # Errors
/// If it cannot be fetched or is no list of samples.
pub async fn samples() -> Result<Vec<Sample>, FetchError> {
    json("samples/samples.json").await
}

/// The names of ImageNet's classes, one a line.
///
/// # Errors
/// If they cannot be fetched.
pub async fn imagenet() -> Result<String, FetchError> {
    text("labels/imagenet-1000.txt").await
}

/// The bytes of a sample picture.
///
/// # Errors
/// If it cannot be fetched.
pub async fn sample(sample: &Sample) -> Result<Blob, FetchError> {
    let blob = get(&sample_address(sample), Response::blob).await?;
    Ok(blob.unchecked_into())
}

/// Where a sample picture lies.
pub fn sample_address(sample: &Sample) -> String {
    location::absolute_url(&format!("samples/{}", sample.file))
}

async fn json<T: DeserializeOwned>(path: &str) -> Result<T, FetchError> {
    let text = text(path).await?;
    json::read(&text).map_err(FetchError::Malformed)
}

async fn text(path: &str) -> Result<String, FetchError> {
    let text = get(&location::absolute_url(path), Response::text).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// Fetches and takes what `part` gives of the answer.
async fn get(
    url: &str,
    part: fn(&Response) -> Result<Promise, JsValue>,
) -> Result<JsValue, FetchError> {
    let unreachable = |_| FetchError::Unreachable;
    let response = JsFuture::from(window().fetch_with_str(url)).await;
    let response: Response = response.map_err(unreachable)?.unchecked_into();
    if !response.ok() {
        return Err(FetchError::Missing(response.status()));
    }
    let part = part(&response).map_err(unreachable)?;
    JsFuture::from(part).await.map_err(unreachable)
}
