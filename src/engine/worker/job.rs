//! The job in work.

use js_sys::ArrayBuffer;
use web_sys::{AbortSignal, DedicatedWorkerGlobalScope};
use web_time::Instant;

use super::event_sender::EventSender;
use crate::engine::checksum::ChecksumWorker;
use crate::engine::elapsed_time::milliseconds_since;
use crate::protocol::{Event, Job, Phase};

/// Minimum time between two progress events of a job, in milliseconds.
const MIN_PROGRESS_INTERVAL_MS: f64 = 50.0;

/// What the handler of a request needs besides the session.
pub struct JobContext<'a> {
    pub scope: &'a DedicatedWorkerGlobalScope,
    pub checksums: &'a ChecksumWorker,
    /// Aborted when the page cancels the job; `None` where the browser has no such signals.
    pub signal: Option<AbortSignal>,
    number: Job,
    events: &'a EventSender,
    /// The last progress event: its phase, and when it was sent.
    last_progress: Option<(Phase, Instant)>,
}

impl<'a> JobContext<'a> {
    pub fn new(
        number: Job,
        signal: Option<AbortSignal>,
        scope: &'a DedicatedWorkerGlobalScope,
        checksums: &'a ChecksumWorker,
        events: &'a EventSender,
    ) -> JobContext<'a> {
        JobContext {
            scope,
            checksums,
            signal,
            number,
            events,
            last_progress: None,
        }
    }

    /// Sends events of this job while something else has hold of it.
    pub fn sender(&self) -> JobSender {
        JobSender {
            number: self.number,
            events: self.events.clone(),
        }
    }

    /// Sends an event of this job; its buffers are transferred, not copied.
    pub fn send(&self, event: &Event, buffers: &[ArrayBuffer]) {
        self.events.send(self.number, event, buffers);
    }

    /// Sends a progress event when a phase begins or ends, and in between at most every
    /// 50 milliseconds.
    pub fn progress(&mut self, phase: Phase, done: f64, total: f64) {
        let is_due = self.last_progress.is_none_or(|(last_phase, sent)| {
            done >= total
                || last_phase != phase
                || milliseconds_since(sent) >= MIN_PROGRESS_INTERVAL_MS
        });
        if is_due {
            self.last_progress = Some((phase, Instant::now()));
            self.send(&Event::Progress { phase, done, total }, &[]);
        }
    }
}

/// Sends events of a job.
pub struct JobSender {
    number: Job,
    events: EventSender,
}

impl JobSender {
    /// Sends an event of the job; its buffers are transferred, not copied.
    pub fn send(&self, event: &Event, buffers: &[ArrayBuffer]) {
        self.events.send(self.number, event, buffers);
    }
}
