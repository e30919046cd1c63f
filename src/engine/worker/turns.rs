//! Turns of the worker's event loop, in which messages are heard.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// A channel to oneself, by which the event loop gets a turn. A timer would wait for at least
/// 4 ms, being called by another timer.
pub struct Turns(MessageChannel);

impl Turns {
    /// `None` where the browser gives no channel.
    pub fn new() -> Option<Turns> {
        MessageChannel::new().ok().map(Turns)
    }

    /// Waits for all messages that are there.
    pub async fn next(&self) {
        let turn = Promise::new(&mut |resolve, reject| {
            self.0.port1().set_onmessage(Some(&resolve));
            if let Err(error) = self.0.port2().post_message(&JsValue::UNDEFINED) {
                // Nobody may wait for a task that never comes.
                drop(reject.call1(&JsValue::UNDEFINED, &error));
            }
        });
        drop(JsFuture::from(turn).await);
    }
}

/// Else the browser would keep the channel as long as its port listens.
impl Drop for Turns {
    fn drop(&mut self) {
        self.0.port1().close();
    }
}
