//! Model files from this browser's cache or the server, checked against the manifest
//! either way.

use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Cache, DedicatedWorkerGlobalScope, Request, RequestInit, Response};

use super::checksum::{ChecksumWorker, PendingChecksum};
use crate::protocol::{CACHE_KEY_HASH, MODEL_CACHE, ManifestEntry, NO_CACHES, Phase};

/// The largest file that is fetched, in bytes.
const MAX_BYTES: u32 = 1 << 30;

/// The cache of model files, and the server.
pub struct ModelCache<'a> {
    pub scope: &'a DedicatedWorkerGlobalScope,
    pub checksums: &'a ChecksumWorker,
}

/// A model's file from the cache, whose checksum is still being computed.
pub struct CachedFile {
    pub bytes: Vec<u8>,
    checksum: PendingChecksum,
    wanted: String,
    cache: Cache,
    key: String,
}

/// A model's file from the server, checked.
pub struct DownloadedFile {
    pub bytes: Vec<u8>,
    /// Why the browser could not keep the file, in a sentence for people.
    pub cache_note: Option<String>,
}

/// Called with [`Phase::Cache`] or [`Phase::Download`], the bytes read, and their total.
pub type Progress<'a> = &'a mut dyn FnMut(Phase, f64, f64);

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

impl ModelCache<'_> {
    /// A model's file from the cache, if it is there and has the manifest's size. What is
    /// made of it counts only if [`CachedFile::verify`] finds it intact.
    pub async fn cached(
        &self,
        url: &str,
        entry: &ManifestEntry,
        progress: Progress<'_>,
    ) -> Option<CachedFile> {
        let cache = open_cache(self.scope).await.ok()?;
        let key = entry.cache_key(url);
        let found = JsFuture::from(cache.match_with_str(&key)).await.ok()?;
        let response: Response = found.dyn_into().ok()?;
        // At once, since each of hundreds of chunks would be a turn of the event loop.
        progress(Phase::Cache, 0.0, entry.bytes as f64);
        let file = JsFuture::from(response.array_buffer().ok()?).await;
        let file = file.ok().and_then(|file| file.dyn_into().ok());
        let file: Option<ArrayBuffer> =
            file.filter(|file: &ArrayBuffer| u64::from(file.byte_length()) == entry.bytes);
        let Some(file) = file else {
            remove(&cache, &key).await;
            return None;
        };
        progress(Phase::Cache, entry.bytes as f64, entry.bytes as f64);
        Some(CachedFile {
            bytes: Uint8Array::new(&file).to_vec(),
            checksum: self.checksums.begin(file).await,
            wanted: entry.sha256.clone(),
            cache,
            key,
        })
    }

    /// Gets a model's file from the server, checks it and keeps it in the cache. A cache
    /// that is full, blocked or broken is no error.
    ///
    /// # Errors
    /// [`ModelCacheError`] if the server has no file that fits the manifest, or `signal`
    /// says that the page no longer wants it.
    pub async fn download(
        &self,
        url: &str,
        entry: &ManifestEntry,
        signal: Option<&AbortSignal>,
        progress: Progress<'_>,
    ) -> Result<DownloadedFile, ModelCacheError> {
        let to_error = |error| ReadError::Stream(error).of_download(entry, signal);
        let response = request(self.scope, url, signal).await.map_err(to_error)?;
        if !response.ok() {
            return Err(ModelCacheError::Missing {
                name: entry.name.clone(),
                status: response.status(),
            });
        }
        let mut tell = |done, total| progress(Phase::Download, done, total);
        // In a function of its own: the browser optimises whole functions, and this one
        // begins anew with each chunk.
        let file = Box::pin(read(&response, entry, &mut tell))
            .await
            .map_err(|error| error.of_download(entry, signal))?;
        let bytes = file.to_vec();
        let checksum = self.checksums.begin(file.buffer()).await;
        let (sha256, file) = checksum.finish().await.map_err(to_error)?;
        if !sha256.eq_ignore_ascii_case(&entry.sha256) {
            let problem = ReadError::Mismatch("its checksum is another".into());
            return Err(problem.of_download(entry, signal));
        }
        let kept = match open_cache(self.scope).await {
            Ok(cache) => keep(&cache, &entry.cache_key(url), &file).await,
            Err(error) => Err(error),
        };
        let cache_note = kept.err().map(|error| {
            format!(
                "This browser could not keep the model ({}); it is loaded again at the next visit. With some free disk space it would be kept.",
                exception_message(&error)
            )
        });
        Ok(DownloadedFile { bytes, cache_note })
    }
}

impl CachedFile {
    /// Whether the file has the manifest's checksum; else it is removed from the cache.
    pub async fn verify(self) -> bool {
        let found = self.checksum.finish().await;
        let is_intact = found.is_ok_and(|(sha256, _)| sha256.eq_ignore_ascii_case(&self.wanted));
        if !is_intact {
            remove(&self.cache, &self.key).await;
        }
        is_intact
    }
}

async fn open_cache(scope: &DedicatedWorkerGlobalScope) -> Result<Cache, JsValue> {
    let caches = scope.caches()?;
    if caches.is_undefined() {
        return Err(NO_CACHES.into());
    }
    let opened = JsFuture::from(caches.open(MODEL_CACHE)).await?;
    opened.dyn_into()
}

/// Removes a file that is damaged; the server's takes its place.
async fn remove(cache: &Cache, key: &str) {
    // Where this fails, the damaged file is found out again at the next visit.
    let _ = JsFuture::from(cache.delete_with_str(key)).await;
}

async fn request(
    scope: &DedicatedWorkerGlobalScope,
    url: &str,
    signal: Option<&AbortSignal>,
) -> Result<Response, JsValue> {
    let options = RequestInit::new();
    options.set_signal(signal);
    let request = Request::new_with_str_and_init(url, &options)?;
    JsFuture::from(scope.fetch_with_request(&request))
        .await?
        .dyn_into()
}

enum ReadError {
    Stream(JsValue),
    Mismatch(String),
}

impl ReadError {
    fn of_download(self, entry: &ManifestEntry, signal: Option<&AbortSignal>) -> ModelCacheError {
        let name = entry.name.clone();
        match self {
            _ if signal.is_some_and(AbortSignal::aborted) => ModelCacheError::Cancelled,
            ReadError::Stream(error) => ModelCacheError::Unreachable {
                name,
                reason: exception_message(&error),
            },
            ReadError::Mismatch(problem) => ModelCacheError::Mismatch { name, problem },
        }
    }
}

/// Reads a response to its end and compares its size with the manifest's. The file stays
/// outside of this program's memory, where the browser computes checksums. The total of
/// `progress` is the manifest's size: Content-Length would be that of the compressed
/// transfer.
async fn read(
    response: &Response,
    entry: &ManifestEntry,
    progress: &mut dyn FnMut(f64, f64),
) -> Result<Uint8Array, ReadError> {
    let wanted = u32::try_from(entry.bytes)
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
    let file = Uint8Array::new_with_length(wanted);
    let mut len = 0;
    loop {
        let chunk = JsFuture::from(reader.read())
            .await
            .map_err(ReadError::Stream)?;
        let field = |name: &str| Reflect::get(&chunk, &name.into()).map_err(ReadError::Stream);
        if field("done")?.is_truthy() {
            break;
        }
        let value: Uint8Array = field("value")?.unchecked_into();
        if value.length() > wanted - len {
            let _ = reader.cancel();
            return Err(ReadError::Mismatch(format!(
                "it is larger than {wanted} bytes"
            )));
        }
        file.set(&value, len);
        len += value.length();
        progress(f64::from(len), f64::from(wanted));
    }
    if len != wanted {
        return Err(ReadError::Mismatch(format!(
            "{len} bytes in place of {wanted}"
        )));
    }
    Ok(file)
}

/// Puts a model's file into the cache, and removes other versions of it.
async fn keep(cache: &Cache, cache_key: &str, file: &ArrayBuffer) -> Result<(), JsValue> {
    // The cache has absolute addresses, and the page may give a relative one.
    let new = Request::new_with_str(cache_key)?.url();
    let requests: Array = JsFuture::from(cache.keys()).await?.dyn_into()?;
    for request in requests
        .iter()
        .filter_map(|request| request.dyn_into::<Request>().ok())
    {
        let kept = request.url();
        if kept != new && model_address(&kept) == model_address(&new) {
            JsFuture::from(cache.delete_with_request(&request)).await?;
        }
    }
    let response = Response::new_with_opt_buffer_source(Some(file))?;
    JsFuture::from(cache.put_with_str(cache_key, &response))
        .await
        .map(|_| ())
}

/// A key without its checksum.
fn model_address(key: &str) -> &str {
    key.rsplit_once(CACHE_KEY_HASH)
        .map_or(key, |(address, _)| address)
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
