//! What an explanation is allowed: it gives the worker's event loop a turn now and then, so
//! that it can be told to stop.

use web_time::Instant;

use super::job::JobContext;
use super::messages::transferable;
use super::turns::Turns;
use crate::engine::elapsed_time::milliseconds_since;
use crate::explain::{Budget, LocalFuture, Saliency, Stopped};
use crate::protocol::{Event, ExplainTimings, MapSummary, Phase};

/// A job computes for so long before the event loop has a turn, in milliseconds: somebody who
/// says stop is heard within this and the time of one node.
const PAUSE_AFTER_MS: f64 = 33.0;

/// The budget of a job.
pub struct JobBudget<'a, 'b> {
    job: &'a mut JobContext<'b>,
    last_pause: Instant,
    started: Instant,
    /// How often the network ran on the picture before.
    runs_before: u32,
    /// Whether maps that are not complete yet are shown to the page.
    shows_maps: bool,
    /// Made for the first pause, which most jobs do not reach, and kept, since each is a pipe of the
    /// browser's; `None` after that where it gives none.
    turns: Option<Turns>,
}

impl<'a, 'b> JobBudget<'a, 'b> {
    pub fn new(job: &'a mut JobContext<'b>, runs_before: u32) -> JobBudget<'a, 'b> {
        JobBudget {
            job,
            last_pause: Instant::now(),
            started: Instant::now(),
            runs_before,
            shows_maps: true,
            turns: None,
        }
    }

    /// The budget of a job whose maps are not the page's.
    pub fn without_maps(job: &'a mut JobContext<'b>, runs_before: u32) -> JobBudget<'a, 'b> {
        JobBudget {
            shows_maps: false,
            ..JobBudget::new(job, runs_before)
        }
    }
}

impl Budget for JobBudget<'_, '_> {
    fn is_pause_due(&mut self) -> bool {
        milliseconds_since(self.last_pause) >= PAUSE_AFTER_MS
    }

    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(async {
            if self.turns.is_none() {
                self.turns = Turns::new();
            }
            // Without turns nothing can be heard.
            if let Some(turns) = &self.turns {
                turns.next().await;
            }
            self.last_pause = Instant::now();
            match &self.job.signal {
                Some(signal) if signal.aborted() => Err(Stopped),
                _ => Ok(()),
            }
        })
    }

    fn step(&mut self, done: usize, total: usize) -> bool {
        self.job.progress(Phase::Explain, done as f64, total as f64);
        true
    }

    fn show(&mut self, saliency: &Saliency) {
        if !self.shows_maps {
            return;
        }
        let timings_ms = ExplainTimings {
            explain: milliseconds_since(self.started),
        };
        let runs = self.runs_before + saliency.runs;
        send_map(self.job, saliency, true, runs, timings_ms);
    }
}

/// Sends a map to the page.
pub fn send_map(
    job: &JobContext,
    saliency: &Saliency,
    is_early: bool,
    forward_runs: u32,
    timings_ms: ExplainTimings,
) {
    let event = Event::Map {
        map: Box::new(MapSummary::from(saliency)),
        is_early,
        forward_runs,
        timings_ms,
    };
    let values: Vec<f32> = saliency.values.iter().copied().collect();
    let channels = saliency.channels_of_layer.iter();
    let activations = channels.flat_map(|channel| channel.activation.iter().copied());
    let activations: Vec<f32> = activations.collect();
    job.send(&event, &[transferable(&values), transferable(&activations)]);
}
