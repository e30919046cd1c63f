//! SHA-256 checksums of files.

use std::future::Future;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use sha2::{Digest as _, Sha256};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Bytes that are copied into this program's memory at once.
const CHUNK_BYTES: u32 = 1 << 20;

/// The SHA-256 of some bytes, in lower-case hexadecimal.
///
/// The browser computes it (`crypto.subtle.digest`, Web Cryptography API), several times
/// faster than WebAssembly and on a thread of its own. It begins at the call, so that
/// other work can be done before the result is awaited; what happens to `bytes` meanwhile
/// does not matter, for the browser copies them first. Pages that are not served securely
/// have no `crypto.subtle`, and it takes no memory that is shared between threads: then,
/// and where it fails, the `sha2` crate computes the checksum while it is awaited.
pub fn sha256_hex(bytes: &Uint8Array) -> impl Future<Output = String> + use<> {
    let begun = browser_digest(bytes);
    let bytes = bytes.clone();
    async move {
        let digest = match begun {
            Some(promise) => JsFuture::from(promise).await.ok(),
            None => None,
        };
        match digest {
            Some(digest) => hexadecimal(&Uint8Array::new(&digest).to_vec()),
            None => hexadecimal(&own_digest(&bytes)),
        }
    }
}

/// `None` where the browser has no `crypto.subtle` or refuses these bytes at once.
fn browser_digest(bytes: &Uint8Array) -> Option<Promise> {
    let property = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let subtle = property(&property(&js_sys::global(), "crypto")?, "subtle")?;
    let digest: Function = property(&subtle, "digest")?.dyn_into().ok()?;
    let promise = digest.call2(&subtle, &"SHA-256".into(), bytes).ok()?;
    promise.dyn_into().ok()
}

/// In chunks, so that the file is not copied as a whole.
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
