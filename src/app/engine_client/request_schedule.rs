//! Which request the engine gets next.
//!
//! The page says what the engine shall hold and answer ([`DesiredState`]); the schedule
//! compares it with what the engine holds and sends one request at a time. A desired
//! state that changes while a request runs is served after it, so that the latest wins;
//! a run that nobody wants any more is ended with its worker.

use crate::app::state::{DesiredState, EngineStep, PictureKey};
use crate::protocol::Job;

/// What the client must do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Nothing,
    Send(Job, EngineStep),
    /// Tell the worker to give a job up; it answers.
    Cancel(Job),
    /// End the worker and start another.
    Replace,
}

/// What a crash means for the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Crash {
    /// What the engine was doing.
    pub step: Option<EngineStep>,
    /// Whether it is tried once more; otherwise it has been given up.
    pub again: bool,
}

/// What the engine holds, as far as the page knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeldState {
    /// The key of the model.
    pub model: Option<u32>,
    pub picture: Option<PictureKey>,
}

#[derive(Debug)]
struct RunningRequest {
    job: Job,
    step: EngineStep,
    /// Whether the worker was told to give it up.
    is_cancelled: bool,
}

/// How often in a row a step crashed.
#[derive(Debug)]
struct CrashCount {
    step: EngineStep,
    count: u32,
}

/// What the engine holds, what it does, and what is desired of it.
#[derive(Debug, Default)]
pub struct RequestSchedule {
    desired: DesiredState,
    started: bool,
    held: HeldState,
    running: Option<RunningRequest>,
    last_job: Job,
    /// Steps that were completed or given up and are still part of the desired state.
    settled: Vec<EngineStep>,
    last_crash: Option<CrashCount>,
    failed_starts: u32,
}

/// Crashes in a row on the same request after which it is given up.
const MAX_CRASHES: u32 = 2;

impl RequestSchedule {
    /// What was desired last.
    pub fn desired_state(&self) -> &DesiredState {
        &self.desired
    }

    /// The request in progress.
    pub fn running(&self) -> Option<(Job, &EngineStep)> {
        self.running
            .as_ref()
            .map(|running| (running.job, &running.step))
    }

    /// The model and the picture that the engine holds.
    pub fn held(&self) -> HeldState {
        self.held
    }

    /// Takes a new desired state.
    pub fn set_desired(&mut self, desired: DesiredState) -> Command {
        let stopped = desired.stopped_explanations != self.desired.stopped_explanations;
        self.desired = desired;
        let desired = &self.desired;
        self.settled.retain(|step| desired.contains(step));
        let running = self.running.as_ref().map(|running| &running.step);
        let is_useless = match running {
            // A download can take minutes: do not wait for the wrong one.
            Some(step @ EngineStep::Load(_)) => !desired.contains(step),
            // A run takes a second, and ending it costs the prepared model: only
            // when no other picture is waiting, or no model desired.
            Some(EngineStep::Predict(_)) => desired.picture.is_none() || desired.model.is_none(),
            // It is given up between two pieces of a run. A worker that was told so and
            // does not answer is ended if the user says stop again.
            Some(step) if !desired.lets_go_on(step) => return self.cancel_explanation(stopped),
            _ => false,
        };
        if is_useless {
            Command::Replace
        } else {
            self.next_command()
        }
    }

    /// Gives the explanation in progress up.
    fn cancel_explanation(&mut self, stopped: bool) -> Command {
        match &mut self.running {
            Some(running) if !running.is_cancelled => {
                running.is_cancelled = true;
                Command::Cancel(running.job)
            }
            Some(_) if stopped => Command::Replace,
            _ => Command::Nothing,
        }
    }

    /// Request `job` was given up, as the worker was told to. False if nobody waits for it.
    pub fn cancelled(&mut self, job: Job) -> bool {
        self.finish(job).is_some()
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
        self.held = HeldState::default();
    }

    /// Request `job` was answered with what it asked for. `None` if nobody
    /// waits for it.
    pub fn completed(&mut self, job: Job) -> Option<EngineStep> {
        let step = self.finish(job)?;
        match &step {
            EngineStep::Load(key) => {
                self.held = HeldState {
                    model: Some(*key),
                    picture: None,
                };
            }
            EngineStep::Predict(key) => self.held.picture = Some(*key),
            // One that is no longer desired may be desired again.
            _ if self.desired.contains(&step) => self.settled.push(step.clone()),
            _ => {}
        }
        self.last_crash.take_if(|crash| crash.step == step);
        Some(step)
    }

    /// The step that `job` answers; it is completed unless the answer comes early, before another
    /// that is more complete. `None` if nobody waits for it.
    pub fn answered(&mut self, job: Job, is_early: bool) -> Option<EngineStep> {
        if !is_early {
            return self.completed(job);
        }
        let running = self.running().filter(|(running, _)| *running == job);
        running.map(|(_, step)| step.clone())
    }

    /// Request `job` ended without a result.
    pub fn failed(&mut self, job: Job) -> Option<EngineStep> {
        let step = self.finish(job)?;
        if let EngineStep::Load(_) = step {
            self.held = HeldState::default();
        }
        self.settled.push(step.clone());
        Some(step)
    }

    /// The engine says that it does not hold what `job` needs. True if that was
    /// news and the way there begins again; false if it must count as a failure.
    pub fn lost_prerequisite(&mut self, job: Job) -> bool {
        let running = self.running.as_ref().filter(|running| running.job == job);
        let is_news = match running.map(|running| &running.step) {
            Some(EngineStep::Predict(_)) => self.held.model.take().is_some(),
            Some(EngineStep::Load(_)) | None => false,
            Some(_) => self.held.picture.take().is_some(),
        };
        // Counted as a crash, so that it cannot go on for ever.
        is_news && self.count_crash().is_some_and(|crash| crash.again)
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
        self.running = Some(RunningRequest {
            job: self.last_job,
            step: step.clone(),
            is_cancelled: false,
        });
        Command::Send(self.last_job, step)
    }

    /// The next step from what the engine holds to the desired state.
    fn missing(&self) -> Option<EngineStep> {
        let model = self.desired.model_key()?;
        if self.held.model != Some(model) {
            return Some(EngineStep::Load(model));
        }
        if self.desired.known_model != Some(model) {
            return None;
        }
        let picture = self.desired.picture_key()?;
        if self.held.picture != Some(picture) {
            return Some(EngineStep::Predict(picture));
        }
        let map = self.desired.map.clone().map(EngineStep::Explain);
        map.or_else(|| self.desired.tests.first().cloned().map(EngineStep::Test))
            .or_else(|| self.desired.probe.map(EngineStep::Probe))
    }

    /// Takes the step of request `job`, if it is the one in progress.
    fn finish(&mut self, job: Job) -> Option<EngineStep> {
        self.running
            .take_if(|running| running.job == job)
            .map(|running| running.step)
    }

    fn count_crash(&mut self) -> Option<Crash> {
        let step = self.running.take()?.step;
        let before = self
            .last_crash
            .take()
            .filter(|crash| crash.step == step)
            .map_or(0, |crash| crash.count);
        let again = before + 1 < MAX_CRASHES;
        if again {
            self.last_crash = Some(CrashCount {
                step: step.clone(),
                count: before + 1,
            });
        } else {
            self.settled.push(step.clone());
        }
        Some(Crash {
            step: Some(step),
            again,
        })
    }
}
