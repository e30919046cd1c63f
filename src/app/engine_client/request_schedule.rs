//! Which request the engine gets next.
//!
//! The page says what the engine shall hold and answer ([`DesiredState`]); the schedule
//! compares it with what the engine holds and sends one request at a time. A desired
//! state that changes while a request runs is served after it, so that the latest wins;
//! a run that nobody wants any more is ended with its worker.

use crate::app::state::{DesiredState, EngineStep, PictureKey};
use crate::protocol::Job;

/// What the client must do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Nothing,
    Send(Job, EngineStep),
    /// End the worker and start another.
    Replace,
}

/// What a crash means for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// What the engine was doing.
    pub step: Option<EngineStep>,
    /// Whether it is tried once more; otherwise it has been given up.
    pub again: bool,
}

#[derive(Debug, Default)]
pub struct Schedule {
    desired: DesiredState,
    started: bool,
    held_model: Option<u32>,
    held_picture: Option<PictureKey>,
    running: Option<(Job, EngineStep)>,
    last_job: Job,
    /// Wishes that were answered or given up, while they are still wished.
    settled: Vec<EngineStep>,
    /// The step that crashed last and how often in a row.
    crashes: Option<(EngineStep, u32)>,
    failed_starts: u32,
}

/// Crashes in a row on the same request after which it is given up.
const MAX_CRASHES: u32 = 2;

impl Schedule {
    pub fn desired_state(&self) -> &DesiredState {
        &self.desired
    }

    /// The number of the request in progress.
    pub fn running(&self) -> Option<(Job, &EngineStep)> {
        self.running.as_ref().map(|(job, step)| (*job, step))
    }

    /// The model and the picture that the engine holds.
    pub fn held(&self) -> (Option<u32>, Option<PictureKey>) {
        (self.held_model, self.held_picture)
    }

    /// Takes a new desired.
    pub fn set_desired(&mut self, desired: DesiredState) -> Command {
        let stopped = desired.stops != self.desired.stops;
        self.desired = desired;
        let desired = &self.desired;
        self.settled.retain(|step| desired.contains(step));
        let useless = match &self.running {
            // A download can take minutes: do not wait for the wrong one.
            Some((_, step @ EngineStep::Load(_))) => !desired.contains(step),
            // A run takes a second, and ending it costs the prepared model: only
            // when no other picture is waiting, or no model wanted.
            Some((_, EngineStep::Predict(_))) => {
                desired.picture.is_none() || desired.model.is_none()
            }
            // Most take milliseconds; another layer can take long, and then the
            // user may say so.
            Some((_, step @ EngineStep::Explain(_))) => stopped && !desired.contains(step),
            None => false,
        };
        if useless {
            Command::Replace
        } else {
            self.next_command()
        }
    }

    /// Whether the worker in use ever listened.
    pub fn is_started(&self) -> bool {
        self.started
    }

    /// The worker listens.
    pub fn started(&mut self) -> Command {
        self.started = true;
        self.failed_starts = 0;
        self.next_command()
    }

    /// The worker was ended and another one begun.
    pub fn replaced(&mut self) {
        self.started = false;
        self.running = None;
        self.held_model = None;
        self.held_picture = None;
    }

    /// Request `job` was answered with what it asked for. `None` if nobody
    /// waits for it.
    pub fn answered(&mut self, job: Job) -> Option<EngineStep> {
        let step = self.finish(job)?;
        match &step {
            EngineStep::Load(key) => {
                self.held_model = Some(*key);
                self.held_picture = None;
            }
            EngineStep::Predict(key) => self.held_picture = Some(*key),
            EngineStep::Explain(_) => self.settled.push(step.clone()),
        }
        if self
            .crashes
            .as_ref()
            .is_some_and(|(crashed, _)| *crashed == step)
        {
            self.crashes = None;
        }
        Some(step)
    }

    /// Request `job` ended without a result.
    pub fn failed(&mut self, job: Job) -> Option<EngineStep> {
        let step = self.finish(job)?;
        if let EngineStep::Load(_) = step {
            self.held_model = None;
            self.held_picture = None;
        }
        self.settled.push(step.clone());
        Some(step)
    }

    /// The engine says that it does not hold what `job` needs. True if that was
    /// news and the way there begins again; false if it must count as a failure.
    pub fn lost_prerequisite(&mut self, job: Job) -> bool {
        let known = match &self.running {
            Some((running, EngineStep::Explain(_))) if *running == job => {
                self.held_picture.take().is_some()
            }
            Some((running, EngineStep::Predict(_))) if *running == job => {
                self.held_model.take().is_some()
            }
            _ => false,
        };
        // Counted as a crash, so that it cannot go on for ever.
        known && self.count_crash().is_some_and(|crash| crash.again)
    }

    /// The worker died. The caller replaces it, unless it never starts.
    pub fn crashed(&mut self) -> Crash {
        let crash = self.count_crash().unwrap_or_else(|| {
            self.failed_starts += 1;
            Crash {
                step: None,
                again: self.failed_starts < MAX_CRASHES,
            }
        });
        self.replaced();
        crash
    }

    /// Lets a worker that never started be tried again.
    pub fn reset_failed_starts(&mut self) {
        self.failed_starts = 0;
    }

    /// The next request, if the engine is free and something is missing.
    pub fn next_command(&mut self) -> Command {
        if !self.started || self.running.is_some() {
            return Command::Nothing;
        }
        let Some(step) = self.missing().filter(|step| !self.settled.contains(step)) else {
            return Command::Nothing;
        };
        self.last_job += 1;
        self.running = Some((self.last_job, step.clone()));
        Command::Send(self.last_job, step)
    }

    fn missing(&self) -> Option<EngineStep> {
        let model = self.desired.model_key()?;
        if self.held_model != Some(model) {
            return Some(EngineStep::Load(model));
        }
        if self.desired.known != Some(model) {
            return None;
        }
        let picture = self.desired.picture_key()?;
        if self.held_picture != Some(picture) {
            return Some(EngineStep::Predict(picture));
        }
        self.desired.map.clone().map(EngineStep::Explain)
    }

    fn finish(&mut self, job: Job) -> Option<EngineStep> {
        self.running
            .take_if(|(running, _)| *running == job)
            .map(|(_, step)| step)
    }

    fn count_crash(&mut self) -> Option<Crash> {
        let (_, step) = self.running.take()?;
        let before = self
            .crashes
            .take()
            .filter(|(crashed, _)| *crashed == step)
            .map_or(0, |(_, count)| count);
        let again = before + 1 < MAX_CRASHES;
        if again {
            self.crashes = Some((step.clone(), before + 1));
        } else {
            self.settled.push(step.clone());
        }
        Some(Crash {
            step: Some(step),
            again,
        })
    }
}
