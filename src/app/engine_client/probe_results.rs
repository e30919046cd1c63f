//! Handles what the engine finds out about a model.

use super::client::EngineClient;
use crate::app::state::{EngineEvent, EngineStep, ProbeResult};
use crate::protocol::{Event, Job};

impl EngineClient {
    /// Takes an answer about a model, if its request is in progress.
    pub(super) fn handle_probe(&self, job: Job, event: Event) {
        let (result, is_early) = match event {
            Event::ScalingTrials { trials, is_early } => {
                (ProbeResult::Scalings(trials.into()), is_early)
            }
            Event::Report { text } => (ProbeResult::Report(text.into()), false),
            _ => return,
        };
        let step = self.0.schedule.borrow_mut().answered(job, is_early);
        if let Some(EngineStep::Probe(probe)) = step {
            self.0.emit.emit(EngineEvent::Probed {
                probe,
                result,
                is_early,
            });
        }
        if !is_early {
            self.send_next();
        }
    }
}
