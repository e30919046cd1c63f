//! Sends events to the page.

use js_sys::{Array, ArrayBuffer};
use web_sys::DedicatedWorkerGlobalScope;

use super::messages::serialize_event;
use crate::protocol::{Event, EventMessage, Job};

/// The worker's way to the page.
#[derive(Clone)]
pub struct EventSender {
    scope: DedicatedWorkerGlobalScope,
}

impl EventSender {
    pub fn new(scope: DedicatedWorkerGlobalScope) -> EventSender {
        EventSender { scope }
    }

    /// Sends an event; its buffers are transferred, not copied.
    pub fn send(&self, job: Job, event: &Event, buffers: &[ArrayBuffer]) {
        let buffers: Array = buffers.iter().collect();
        let message = EventMessage {
            job,
            event: event.clone(),
        };
        let sent = serialize_event(&message, &buffers)
            .and_then(|message| self.scope.post_message_with_transfer(&message, &buffers));
        if let Err(error) = sent {
            web_sys::console::error_1(&error);
        }
    }
}
