//! Which request the engine gets next.
//!
//! The page says what it wants the engine to hold and to answer ([`Wish`]); the
//! schedule compares it with what the engine holds and sends one request at a
//! time. A wish that changes while a request runs is served after it, so that
//! the latest wins; a run that nobody wants any more is ended with its worker.

use crate::protocol::{Job, ManifestEntry, OutputActivation, Remembered};

/// A model that the engine shall hold.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelWish {
    /// New with each attempt, so that trying again is another wish.
    pub key: u32,
    pub source: ModelChoice,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ModelChoice {
    Entry(ManifestEntry),
    /// The user's own; `file` names it on the shelf.
    File {
        file: u32,
        name: String,
        bytes: u64,
    },
}

/// A picture, how often the user asked to look at it again, and how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureKey {
    /// The file on the shelf.
    pub file: u32,
    pub attempt: u32,
    pub reading: Reading,
}

/// How a picture is read and the answer made probabilities; `None` is as the
/// model's file says or as was assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// One of `picture::SCALINGS`.
    pub scaling: Option<&'static str>,
    pub ending: Option<OutputActivation>,
}

/// One map of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapKey {
    pub method: &'static str,
    pub class: usize,
    /// By its name in the model's file.
    pub layer: String,
}

/// What the page wants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    pub model: Option<ModelWish>,
    /// The layer that a model begins with; the engine chooses if there is none.
    pub layer: Option<String>,
    /// What the user said about files before.
    pub remembered: Vec<Remembered>,
    /// The model whose facts the page knows. Pictures wait until it is the one
    /// that the engine holds, since it says how they are read.
    pub known: Option<u32>,
    pub picture: Option<(PictureKey, String)>,
    pub map: Option<MapKey>,
    /// Raised when the user stops an explanation.
    pub stops: u32,
}

impl Wish {
    fn model_key(&self) -> Option<u32> {
        self.model.as_ref().map(|model| model.key)
    }

    fn picture_key(&self) -> Option<PictureKey> {
        self.picture.as_ref().map(|picture| picture.0)
    }

    fn contains(&self, step: &Step) -> bool {
        match step {
            Step::Load(key) => self.model_key() == Some(*key),
            Step::Predict(key) => self.picture_key() == Some(*key),
            Step::Explain(key) => self.map.as_ref() == Some(key),
        }
    }
}

/// One request on the way to a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Load(u32),
    Predict(PictureKey),
    Explain(MapKey),
}

/// What the client must do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    Nothing,
    Send(Job, Step),
    /// End the worker and start another.
    Replace,
}

/// What a crash means for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// What the engine was doing.
    pub step: Option<Step>,
    /// Whether it is tried once more; otherwise it has been given up.
    pub again: bool,
}

#[derive(Debug, Default)]
pub struct Schedule {
    wish: Wish,
    started: bool,
    held_model: Option<u32>,
    held_picture: Option<PictureKey>,
    running: Option<(Job, Step)>,
    last_job: Job,
    /// Wishes that were answered or given up, while they are still wished.
    settled: Vec<Step>,
    /// The step that crashed last and how often in a row.
    crashes: Option<(Step, u32)>,
    failed_starts: u32,
}

/// Crashes in a row on the same request after which it is given up.
const MOST_CRASHES: u32 = 2;

impl Schedule {
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    /// The number of the request in progress.
    pub fn running(&self) -> Option<(Job, &Step)> {
        self.running.as_ref().map(|(job, step)| (*job, step))
    }

    /// The model and the picture that the engine holds.
    pub fn held(&self) -> (Option<u32>, Option<PictureKey>) {
        (self.held_model, self.held_picture)
    }

    /// Takes a new wish.
    pub fn set_wish(&mut self, wish: Wish) -> Task {
        let stopped = wish.stops != self.wish.stops;
        self.wish = wish;
        let wish = &self.wish;
        self.settled.retain(|step| wish.contains(step));
        let useless = match &self.running {
            // A download can take minutes: do not wait for the wrong one.
            Some((_, step @ Step::Load(_))) => !wish.contains(step),
            // A run takes a second, and ending it costs the prepared model: only
            // when no other picture is waiting, or no model wanted.
            Some((_, Step::Predict(_))) => wish.picture.is_none() || wish.model.is_none(),
            // Most take milliseconds; another layer can take long, and then the
            // user may say so.
            Some((_, step @ Step::Explain(_))) => stopped && !wish.contains(step),
            None => false,
        };
        if useless {
            Task::Replace
        } else {
            self.next_task()
        }
    }

    /// Whether the worker in use ever listened.
    pub fn is_started(&self) -> bool {
        self.started
    }

    /// The worker listens.
    pub fn started(&mut self) -> Task {
        self.started = true;
        self.failed_starts = 0;
        self.next_task()
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
    pub fn answered(&mut self, job: Job) -> Option<Step> {
        let step = self.finish(job)?;
        match &step {
            Step::Load(key) => {
                self.held_model = Some(*key);
                self.held_picture = None;
            }
            Step::Predict(key) => self.held_picture = Some(*key),
            Step::Explain(_) => self.settled.push(step.clone()),
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
    pub fn failed(&mut self, job: Job) -> Option<Step> {
        let step = self.finish(job)?;
        if let Step::Load(_) = step {
            self.held_model = None;
            self.held_picture = None;
        }
        self.settled.push(step.clone());
        Some(step)
    }

    /// The engine says that it does not hold what `job` needs. True if that was
    /// news and the way there begins again; false if it must count as a failure.
    pub fn out_of_order(&mut self, job: Job) -> bool {
        let known = match &self.running {
            Some((running, Step::Explain(_))) if *running == job => {
                self.held_picture.take().is_some()
            }
            Some((running, Step::Predict(_))) if *running == job => {
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
                again: self.failed_starts < MOST_CRASHES,
            }
        });
        self.replaced();
        crash
    }

    /// Lets a worker that never started be tried again.
    pub fn forgive(&mut self) {
        self.failed_starts = 0;
    }

    /// The next request, if the engine is free and something is missing.
    pub fn next_task(&mut self) -> Task {
        if !self.started || self.running.is_some() {
            return Task::Nothing;
        }
        let Some(step) = self.missing().filter(|step| !self.settled.contains(step)) else {
            return Task::Nothing;
        };
        self.last_job += 1;
        self.running = Some((self.last_job, step.clone()));
        Task::Send(self.last_job, step)
    }

    fn missing(&self) -> Option<Step> {
        let model = self.wish.model_key()?;
        if self.held_model != Some(model) {
            return Some(Step::Load(model));
        }
        if self.wish.known != Some(model) {
            return None;
        }
        let picture = self.wish.picture_key()?;
        if self.held_picture != Some(picture) {
            return Some(Step::Predict(picture));
        }
        self.wish.map.clone().map(Step::Explain)
    }

    fn finish(&mut self, job: Job) -> Option<Step> {
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
        let again = before + 1 < MOST_CRASHES;
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

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
