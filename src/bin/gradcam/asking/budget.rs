//! How many runs, or how much time, one explanation may take.

use std::time::{Duration, Instant};

use gradcam::explain::{Budget, LocalFuture, Saliency, Stopped};
use indicatif::ProgressBar;

use crate::interrupt;

/// A limit of runs, of time, or of neither; and where progress is shown.
pub struct RunBudget<'a> {
    max_runs: Option<usize>,
    deadline: Option<Instant>,
    bar: &'a ProgressBar,
    name: String,
}

impl<'a> RunBudget<'a> {
    /// The budget of an explanation that begins now; `name` is said beside its progress.
    pub fn new(
        max_runs: Option<usize>,
        seconds: Option<f64>,
        bar: &'a ProgressBar,
        name: String,
    ) -> RunBudget<'a> {
        let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        RunBudget {
            max_runs,
            deadline: time.and_then(|time| Instant::now().checked_add(time)),
            bar,
            name,
        }
    }
}

impl Budget for RunBudget<'_> {
    fn is_pause_due(&mut self) -> bool {
        interrupt::is_interrupted()
    }

    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>> {
        let is_stopped = interrupt::is_interrupted();
        Box::pin(async move { if is_stopped { Err(Stopped) } else { Ok(()) } })
    }

    fn step(&mut self, done: usize, total: usize) -> bool {
        self.bar
            .set_message(format!("{} {done}/{total}", self.name));
        let has_runs = self.max_runs.is_none_or(|max| done < max);
        has_runs
            && self
                .deadline
                .is_none_or(|deadline| Instant::now() < deadline)
    }

    fn show(&mut self, _: &Saliency) {}
}
