//! Model files from this browser's cache or the server, checked against the manifest
//! either way.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Cache, DedicatedWorkerGlobalScope, Request, RequestInit, Response};

use super::sha256::sha256_hex;
use crate::protocol::{ManifestEntry, Phase};

/// Name of the cache (Cache API); the number changes with the form of its keys.
const CACHE_NAME: &str = "gradcam-models-1";

/// The largest file that is fetched, in bytes.
const MAX_BYTES: usize = 1 << 30;

/// A model's file.
pub struct FetchedModel {
    pub bytes: Vec<u8>,
    /// Why the browser could not keep the file, in a sentence for people.
    pub cache_note: Option<String>,
}

/// A file that was read to its end and fits the manifest: in this program's memory, and
/// as a copy outside of it.
struct CheckedFile {
    bytes: Vec<u8>,
    copy: Uint8Array,
}

/// Why a model's file cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelCacheError {
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

/// Gets a model's file: from the cache if it is there and undamaged, else from the server,
/// and then it is cached. A cache that is full, blocked or broken is no error.
///
/// `progress` is called with [`Phase::Cache`] or [`Phase::Download`], the bytes read, and
/// their total.
///
/// # Errors
/// [`ModelCacheError`] if the server has no file that fits the manifest, or `signal` says
/// that the page no longer wants it.
pub async fn fetch_model(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    entry: &ManifestEntry,
    signal: &AbortSignal,
    progress: &mut dyn FnMut(Phase, f64, f64),
) -> Result<FetchedModel, ModelCacheError> {
    let cache = open_cache(scope).await;
    let cache_key = format!("{url}?sha256={}", entry.sha256);
    if let Ok(cache) = &cache
        && let Some(bytes) = from_cache(cache, &cache_key, entry, progress).await
    {
        return Ok(FetchedModel {
            bytes,
            cache_note: None,
        });
    }
    let CheckedFile { bytes, copy } = download(scope, url, entry, signal, progress).await?;
    let kept = match &cache {
        Ok(cache) => keep(cache, url, &cache_key, &copy).await,
        Err(error) => Err(error.clone()),
    };
    let cache_note = kept.err().map(|error| {
        format!(
            "This browser could not keep the model ({}); it is loaded again at the next visit. With some free disk space it would be kept.",
            exception_message(&error)
        )
    });
    Ok(FetchedModel { bytes, cache_note })
}

async fn open_cache(scope: &DedicatedWorkerGlobalScope) -> Result<Cache, JsValue> {
    let opened = JsFuture::from(scope.caches()?.open(CACHE_NAME)).await?;
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
        // The server's copy will take the place of the damaged one.
        let _ = JsFuture::from(cache.delete_with_str(cache_key)).await;
    }
    checked.ok().map(|file| file.bytes)
}

async fn download(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    entry: &ManifestEntry,
    signal: &AbortSignal,
    progress: &mut dyn FnMut(Phase, f64, f64),
) -> Result<CheckedFile, ModelCacheError> {
    let name = || entry.name.clone();
    let unreachable = |error: JsValue| {
        if signal.aborted() {
            return ModelCacheError::Cancelled;
        }
        ModelCacheError::Unreachable {
            name: name(),
            reason: exception_message(&error),
        }
    };
    let options = RequestInit::new();
    options.set_signal(Some(signal));
    let request = Request::new_with_str_and_init(url, &options).map_err(unreachable)?;
    let response = JsFuture::from(scope.fetch_with_request(&request))
        .await
        .map_err(unreachable)?;
    let response: Response = response.dyn_into().map_err(unreachable)?;
    if !response.ok() {
        return Err(ModelCacheError::Missing {
            name: name(),
            status: response.status(),
        });
    }
    let mut tell = |done, total| progress(Phase::Download, done, total);
    read_checked(&response, entry, &mut tell)
        .await
        .map_err(|error| match error {
            _ if signal.aborted() => ModelCacheError::Cancelled,
            ReadError::Stream(error) => unreachable(error),
            ReadError::Mismatch(problem) => ModelCacheError::Mismatch {
                name: name(),
                problem,
            },
        })
}

enum ReadError {
    Stream(JsValue),
    Mismatch(String),
}

/// Reads a response to its end and compares its size and checksum with the manifest's. The
/// total of `progress` is the manifest's size: Content-Length would be that of the
/// compressed transfer.
async fn read_checked(
    response: &Response,
    entry: &ManifestEntry,
    progress: &mut dyn FnMut(f64, f64),
) -> Result<CheckedFile, ReadError> {
    let wanted = usize::try_from(entry.bytes)
        .ok()
        .filter(|&bytes| bytes <= MAX_BYTES)
        .ok_or_else(|| ReadError::Mismatch(format!("{} bytes are too many", entry.bytes)))?;
    let Some(body) = response.body() else {
        return Err(ReadError::Mismatch("it is empty".into()));
    };
    let reader: web_sys::ReadableStreamDefaultReader = body
        .get_reader()
        .dyn_into()
        .map_err(|error| ReadError::Stream(error.into()))?;
    let mut bytes = Vec::with_capacity(wanted);
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
    let copy = Uint8Array::from(bytes.as_slice());
    let found = sha256_hex(&copy).await;
    if !found.eq_ignore_ascii_case(&entry.sha256) {
        return Err(ReadError::Mismatch("its checksum is another".into()));
    }
    Ok(CheckedFile { bytes, copy })
}

/// Puts a model's file into the cache, and removes other versions of it.
async fn keep(
    cache: &Cache,
    url: &str,
    cache_key: &str,
    bytes: &Uint8Array,
) -> Result<(), JsValue> {
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
    let response = Response::new_with_opt_js_u8_array(Some(bytes))?;
    JsFuture::from(cache.put_with_str(cache_key, &response))
        .await
        .map(|_| ())
}

/// An exception's message.
fn exception_message(error: &JsValue) -> String {
    let message = error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()));
    message
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "unknown reason".into())
}
