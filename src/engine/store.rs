//! Model bytes from the server or this browser's cache, checked against the
//! manifest either way.

use js_sys::{Array, Reflect, Uint8Array};
use sha2::{Digest, Sha256};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Cache, DedicatedWorkerGlobalScope, Request, RequestInit, Response};

use crate::protocol::{ManifestEntry, Phase};

/// Name of the Cache API's cache; the number changes with the form of its keys.
const CACHE: &str = "gradcam-models-1";

/// A model's bytes and, if the browser could not keep them, why.
pub struct Stored {
    pub bytes: Vec<u8>,
    pub cache_note: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error(
        "the model '{name}' is not on the server (it answered {status}). Choose another model, or build it with `make models`"
    )]
    Missing { name: String, status: u16 },
    #[error(
        "the model '{name}' could not be loaded: the server cannot be reached ({reason}). Check the connection and try again"
    )]
    Unreachable { name: String, reason: String },
    #[error(
        "what the server sent as '{name}' is not the model of this page ({problem}). Reload the page; if it stays so, the site was not deployed completely"
    )]
    Mismatch { name: String, problem: String },
    #[error("cancelled")]
    Cancelled,
}

/// Fetches a model: from the cache if it is there and whole, else from the
/// server, and then keeps it. A cache that is full, blocked or broken is no
/// reason to fail.
///
/// # Errors
/// [`StoreError`] when the server has no model that fits the manifest.
pub async fn fetch_model(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    entry: &ManifestEntry,
    signal: &AbortSignal,
    progress: &mut dyn FnMut(Phase, f64, f64),
) -> Result<Stored, StoreError> {
    let cache = open_cache(scope).await;
    let cache_key = format!("{url}?sha256={}", entry.sha256);
    if let Ok(cache) = &cache
        && let Some(bytes) = from_cache(cache, &cache_key, entry, progress).await
    {
        return Ok(Stored {
            bytes,
            cache_note: None,
        });
    }
    let bytes = download(scope, url, entry, signal, progress).await?;
    let kept = match &cache {
        Ok(cache) => keep(cache, url, &cache_key, &bytes).await,
        Err(error) => Err(error.clone()),
    };
    let cache_note = kept.err().map(|error| {
        format!(
            "This browser could not keep the model ({}); it is loaded again at the next visit. With some free disk space it would be kept.",
            words(&error)
        )
    });
    Ok(Stored { bytes, cache_note })
}

async fn open_cache(scope: &DedicatedWorkerGlobalScope) -> Result<Cache, JsValue> {
    let opened = JsFuture::from(scope.caches()?.open(CACHE)).await?;
    opened.dyn_into()
}

async fn from_cache(
    cache: &Cache,
    cache_key: &str,
    entry: &ManifestEntry,
    progress: &mut dyn FnMut(Phase, f64, f64),
) -> Option<Vec<u8>> {
    let found = JsFuture::from(cache.match_with_str(cache_key)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let mut tell = |done, total| progress(Phase::Cache, done, total);
    let checked = read_checked(&response, entry, &mut tell).await;
    if checked.is_err() {
        // Damaged entries go; the server's copy takes their place.
        let _ = JsFuture::from(cache.delete_with_str(cache_key)).await;
    }
    checked.ok()
}

async fn download(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    entry: &ManifestEntry,
    signal: &AbortSignal,
    progress: &mut dyn FnMut(Phase, f64, f64),
) -> Result<Vec<u8>, StoreError> {
    let name = || entry.name.clone();
    let unreachable = |error: JsValue| match signal.aborted() {
        true => StoreError::Cancelled,
        false => StoreError::Unreachable {
            name: name(),
            reason: words(&error),
        },
    };
    let options = RequestInit::new();
    options.set_signal(Some(signal));
    let request = Request::new_with_str_and_init(url, &options).map_err(unreachable)?;
    let response = JsFuture::from(scope.fetch_with_request(&request))
        .await
        .map_err(unreachable)?;
    let response: Response = response.dyn_into().map_err(unreachable)?;
    if !response.ok() {
        return Err(StoreError::Missing {
            name: name(),
            status: response.status(),
        });
    }
    let mut tell = |done, total| progress(Phase::Download, done, total);
    read_checked(&response, entry, &mut tell)
        .await
        .map_err(|error| match error {
            _ if signal.aborted() => StoreError::Cancelled,
            ReadError::Stream(error) => unreachable(error),
            ReadError::Mismatch(problem) => StoreError::Mismatch {
                name: name(),
                problem,
            },
        })
}

enum ReadError {
    Stream(JsValue),
    Mismatch(String),
}

/// Reads a response to its end, hashing as it comes, and compares it with the
/// manifest. The manifest's size is the total: Content-Length would be that of
/// the compressed transfer.
async fn read_checked(
    response: &Response,
    entry: &ManifestEntry,
    progress: &mut dyn FnMut(f64, f64),
) -> Result<Vec<u8>, ReadError> {
    let wanted = usize::try_from(entry.bytes)
        .ok()
        .filter(|&bytes| bytes <= 1 << 30)
        .ok_or_else(|| ReadError::Mismatch(format!("{} bytes are too many", entry.bytes)))?;
    let Some(body) = response.body() else {
        return Err(ReadError::Mismatch("it is empty".into()));
    };
    let reader: web_sys::ReadableStreamDefaultReader = body
        .get_reader()
        .dyn_into()
        .map_err(|error| ReadError::Stream(error.into()))?;
    let mut bytes = Vec::with_capacity(wanted);
    let mut hasher = Sha256::new();
    loop {
        let chunk = JsFuture::from(reader.read())
            .await
            .map_err(ReadError::Stream)?;
        let field = |name: &str| Reflect::get(&chunk, &name.into()).map_err(ReadError::Stream);
        if field("done")?.is_truthy() {
            break;
        }
        let value: Uint8Array = field("value")?.unchecked_into();
        let start = bytes.len();
        bytes.resize(start + value.length() as usize, 0);
        value.copy_to(&mut bytes[start..]);
        hasher.update(&bytes[start..]);
        if bytes.len() > wanted {
            let _ = reader.cancel();
            return Err(ReadError::Mismatch(format!(
                "it is larger than {wanted} bytes"
            )));
        }
        progress(bytes.len() as f64, wanted as f64);
    }
    if bytes.len() != wanted {
        return Err(ReadError::Mismatch(format!(
            "{} bytes in place of {wanted}",
            bytes.len()
        )));
    }
    let found = hexadecimal(&hasher.finalize());
    if !found.eq_ignore_ascii_case(&entry.sha256) {
        return Err(ReadError::Mismatch("its checksum is another".into()));
    }
    Ok(bytes)
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps a model and forgets older versions of it.
async fn keep(cache: &Cache, url: &str, cache_key: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let requests: Array = JsFuture::from(cache.keys()).await?.dyn_into()?;
    for request in requests
        .iter()
        .filter_map(|request| request.dyn_into::<Request>().ok())
    {
        let kept = request.url();
        if kept != cache_key && kept.split('?').next() == Some(url) {
            JsFuture::from(cache.delete_with_request(&request)).await?;
        }
    }
    let body = Uint8Array::from(bytes);
    let response = Response::new_with_opt_js_u8_array(Some(&body))?;
    JsFuture::from(cache.put_with_str(cache_key, &response))
        .await
        .map(|_| ())
}

/// An exception's own words.
pub fn words(error: &JsValue) -> String {
    let message = error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()));
    message
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "unknown reason".into())
}
