//! SHA-256 checksums of files.

use std::future::Future;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use sha2::{Digest as _, Sha256};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Size of the chunks in which a file is copied into this program's memory.
const CHUNK_BYTES: u32 = 1 << 20;

/// The SHA-256 of a file, in lower-case hexadecimal.
///
/// Where the browser has `crypto.subtle` (Web Cryptography API; it needs a secure context),
/// it computes the checksum, faster than WebAssembly and on a thread of its own. It copies
/// the bytes and begins at the call, so that other work can be done before the result is
/// awaited. Where `crypto.subtle` is missing or fails, the `sha2` crate computes the
/// checksum while it is awaited. `crypto.subtle` refuses shared memory: in a build with
/// threads `bytes` must not be a view of this program's memory.
pub fn sha256_hex(bytes: &Uint8Array) -> impl Future<Output = String> + use<> {
    let started = browser_digest(bytes);
    let bytes = bytes.clone();
    async move {
        let digest = match started {
            Some(promise) => JsFuture::from(promise).await.ok(),
            None => None,
        };
        match digest {
            Some(digest) => hexadecimal(&Uint8Array::new(&digest).to_vec()),
            None => hexadecimal(&own_digest(&bytes)),
        }
    }
}

/// `None` where the browser has no `crypto.subtle` or refuses these bytes.
fn browser_digest(bytes: &Uint8Array) -> Option<Promise> {
    let property = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let subtle = property(&property(&js_sys::global(), "crypto")?, "subtle")?;
    let digest: Function = property(&subtle, "digest")?.dyn_into().ok()?;
    let promise = digest.call2(&subtle, &"SHA-256".into(), bytes).ok()?;
    promise.dyn_into().ok()
}

/// Copies the file into this program's memory in chunks.
fn own_digest(bytes: &Uint8Array) -> Vec<u8> {
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
