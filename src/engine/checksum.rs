//! SHA-256 checksums of files, computed in a worker while this one prepares the model.

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use sha2::{Digest as _, Sha256};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, Event, MessageChannel, MessageEvent, Worker};
use web_sys::{WorkerOptions, WorkerType};

/// Size of the chunks in which a file is copied into this program's memory.
const CHUNK_BYTES: u32 = 1 << 20;
/// The property of the worker's global scope that holds the address of the checksum
/// worker's script; `www/engine_loader.js` sets it.
const SCRIPT_PROPERTY: &str = "checksumScript";

/// A worker that lets the browser compute checksums (`crypto.subtle`, Web Cryptography API).
/// Chromium computes them in the thread that asks, which this one could not spare.
pub struct ChecksumWorker(Option<StartedWorker>);

struct StartedWorker {
    worker: Worker,
    /// Resolves to whether the worker listens.
    is_ready: Promise,
}

/// A checksum that is being computed.
pub enum PendingChecksum {
    /// Resolves to the worker's answer.
    InWorker(Promise),
    /// Computed when it is awaited.
    Here(ArrayBuffer),
}

impl ChecksumWorker {
    /// Starts the worker. There is none where the browser has no `crypto.subtle`, as on
    /// plain http, or cannot start it.
    pub fn start(scope: &DedicatedWorkerGlobalScope) -> ChecksumWorker {
        ChecksumWorker(start_worker(scope))
    }

    /// Begins to compute the SHA-256 of a file. The worker takes the file's bytes over;
    /// [`PendingChecksum::finish`] gives them back. Without a worker that listens the
    /// checksum is computed here, by the `sha2` crate.
    pub async fn begin(&self, file: ArrayBuffer) -> PendingChecksum {
        if let ChecksumWorker(Some(started)) = self
            && let Ok(is_ready) = JsFuture::from(started.is_ready.clone()).await
            && is_ready.is_truthy()
            && let Ok(answer) = post(&started.worker, &file)
        {
            return PendingChecksum::InWorker(answer);
        }
        PendingChecksum::Here(file)
    }
}

impl PendingChecksum {
    /// The checksum in lower-case hexadecimal, and the file's bytes.
    ///
    /// # Errors
    /// What the browser threw, if the worker's answer cannot be read.
    pub async fn finish(self) -> Result<(String, ArrayBuffer), JsValue> {
        let (digest, file) = match self {
            PendingChecksum::Here(file) => (None, file),
            PendingChecksum::InWorker(answer) => {
                let answer: MessageEvent = JsFuture::from(answer).await?.dyn_into()?;
                let field = |name: &str| Reflect::get(&answer.data(), &name.into());
                let digest = field("digest")?.dyn_into::<ArrayBuffer>().ok();
                (digest, field("bytes")?.dyn_into()?)
            }
        };
        let digest = match digest {
            Some(digest) => Uint8Array::new(&digest).to_vec(),
            None => own_digest(&file),
        };
        Ok((hexadecimal(&digest), file))
    }
}

fn start_worker(scope: &DedicatedWorkerGlobalScope) -> Option<StartedWorker> {
    let property = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    if !property(&property(scope, "crypto")?, "subtle")?.is_object() {
        return None;
    }
    let script = property(scope, SCRIPT_PROPERTY)?.as_string()?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("gradcam checksums");
    let worker = Worker::new_with_options(&script, &options).ok()?;
    let is_ready = Promise::new(&mut |resolve, _| {
        let fail = {
            let resolve = resolve.clone();
            Closure::once_into_js(move |event: Event| {
                // Else the page would take it for an error of the engine's worker.
                event.prevent_default();
                let _ = resolve.call1(&JsValue::NULL, &JsValue::FALSE);
            })
        };
        // The event itself is the truthy value.
        worker.set_onmessage(Some(&resolve));
        worker.set_onerror(Some(fail.unchecked_ref()));
    });
    Some(StartedWorker { worker, is_ready })
}

/// Hands a file over to the worker; the promise resolves to the event of its answer. Each
/// file has a channel of its own, since nobody may wait for the answer of the one before.
fn post(worker: &Worker, file: &ArrayBuffer) -> Result<Promise, JsValue> {
    let channel = MessageChannel::new()?;
    let message = Object::new();
    Reflect::set(&message, &"bytes".into(), file)?;
    Reflect::set(&message, &"answer".into(), &channel.port2())?;
    worker.post_message_with_transfer(&message, &Array::of2(file, &channel.port2()))?;
    Ok(Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
    }))
}

/// Copies the file into this program's memory in chunks.
fn own_digest(file: &ArrayBuffer) -> Vec<u8> {
    let bytes = Uint8Array::new(file);
    let mut hasher = Sha256::new();
    let mut start = 0;
    while start < bytes.length() {
        let end = bytes.length().min(start.saturating_add(CHUNK_BYTES));
        hasher.update(bytes.subarray(start, end).to_vec());
        start = end;
    }
    hasher.finalize().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
