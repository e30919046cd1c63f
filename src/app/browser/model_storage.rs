//! The models that this browser keeps for use without a network: what is in the engine's cache.

use gloo::utils::{document_element, window};
use js_sys::Array;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Request, Response};

use super::error_text::error_text;
use super::location;
use crate::protocol::{MODEL_CACHE, ManifestEntry, NO_CACHES};

/// Where a model of the site lies.
pub fn model_address(entry: &ManifestEntry) -> String {
    location::absolute_url(&format!("models/{}", entry.file))
}

/// Which of these models are kept.
///
/// # Errors
/// In the browser's words, if it lets the page store nothing.
pub async fn kept(entries: &[ManifestEntry]) -> Result<Vec<bool>, String> {
    let requests = async {
        let keys = JsFuture::from(cache().await?.keys()).await?;
        Ok(keys.unchecked_into::<Array>())
    };
    let requests = requests.await.map_err(in_words)?;
    let addresses: Vec<String> = (requests.iter())
        .map(|request| request.unchecked_into::<Request>().url())
        .collect();
    let is_kept = |entry: &ManifestEntry| {
        let key = entry.cache_key(&model_address(entry));
        addresses.contains(&key)
    };
    Ok(entries.iter().map(is_kept).collect())
}

/// Keeps a model, and asks the browser not to throw away what this site keeps. Whether the file is
/// what it should be is found out when it is opened.
///
/// # Errors
/// In words, if the model cannot be fetched or kept.
pub async fn keep(entry: &ManifestEntry) -> Result<(), String> {
    let address = model_address(entry);
    let stored = async {
        if let Ok(asked) = window().navigator().storage().persist() {
            // Kept either way, if not for as long.
            let _ = JsFuture::from(asked).await;
        }
        let response = JsFuture::from(window().fetch_with_str(&address)).await?;
        let response: Response = response.unchecked_into();
        if !response.ok() {
            let answer = format!("the server answered {}", response.status());
            return Err(JsValue::from_str(&answer));
        }
        let stored = cache()
            .await?
            .put_with_str(&entry.cache_key(&address), &response);
        JsFuture::from(stored).await
    };
    stored.await.map(drop).map_err(in_words)
}

/// Gives the room of a model back.
///
/// # Errors
/// In the browser's words.
pub async fn remove(entry: &ManifestEntry) -> Result<(), String> {
    let key = entry.cache_key(&model_address(entry));
    let removed = async { JsFuture::from(cache().await?.delete_with_str(&key)).await };
    removed.await.map(drop).map_err(in_words)
}

/// Whether the page itself is kept, as `www/offline.js` found; `None` as long as that is not known.
pub fn page_is_kept() -> Option<bool> {
    let state = document_element().get_attribute("data-offline")?;
    Some(state == "kept")
}

async fn cache() -> Result<Cache, JsValue> {
    let caches = window().caches()?;
    if caches.is_undefined() {
        return Err(NO_CACHES.into());
    }
    let opened = JsFuture::from(caches.open(MODEL_CACHE)).await?;
    Ok(opened.unchecked_into())
}

fn in_words(error: JsValue) -> String {
    error_text(&error)
}
