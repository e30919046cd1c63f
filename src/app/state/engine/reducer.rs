//! How the state takes what the engine reports, and a cancel.

use super::engine_event::EngineEvent;
use super::engine_state::{Activity, EngineFacts};
use super::engine_step::EngineStep;
use crate::app::state::app_state::AppState;
use crate::app::state::model::ProbeResult;
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::app::state::settings::View;
use crate::app::state::test_view::{TestRequest, TestResult};
use crate::protocol::{FailureKind, PROTOCOL_VERSION};

impl AppState {
    /// Takes an event of the engine.
    pub(in crate::app::state) fn reduce_engine(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::Started { variant, threads } => {
                self.engine.facts = Some(EngineFacts { variant, threads });
            }
            EngineEvent::OtherVersion { protocol } => self.refuse_version(protocol),
            EngineEvent::Began { step, now_ms } => {
                self.engine.activity = Some(Activity {
                    step,
                    phase: None,
                    done: 0.0,
                    total: 0.0,
                    since_ms: now_ms,
                });
            }
            EngineEvent::Progress { phase, done, total } => {
                if let Some(activity) = &mut self.engine.activity {
                    (activity.phase, activity.done, activity.total) = (Some(phase), done, total);
                }
            }
            EngineEvent::Idle => self.engine.activity = None,
            EngineEvent::Ready {
                desired,
                summary,
                timings,
            } => {
                self.ended();
                self.model_prepared(desired, summary, timings);
            }
            EngineEvent::SizeWanted { key, sha256, input } => {
                self.ended();
                self.ask_size(key, sha256, input);
            }
            EngineEvent::Predicted {
                picture,
                model,
                reply,
            } => {
                self.ended();
                self.predicted(picture, model, reply);
            }
            EngineEvent::Mapped {
                picture,
                model,
                key,
                map,
                is_early,
            } => {
                if !is_early {
                    self.ended();
                }
                self.mapped(picture, model, key, map, is_early);
            }
            EngineEvent::Tested {
                picture,
                request,
                result,
                is_early,
            } => {
                if !is_early {
                    self.ended();
                }
                self.tested(picture, request, result, is_early);
            }
            EngineEvent::Probed {
                probe,
                result,
                is_early,
            } => {
                if !is_early {
                    self.ended();
                }
                self.probed(probe, result, is_early);
            }
            EngineEvent::Failed {
                step,
                kind,
                message,
            } => {
                self.ended();
                self.failed(step, kind, message);
            }
            EngineEvent::Crashed {
                step,
                again,
                message,
            } => {
                self.ended();
                self.crashed(step, again, &message);
            }
        }
    }

    fn ended(&mut self) {
        self.engine.activity = None;
    }

    fn refuse_version(&mut self, protocol: u32) {
        self.engine.is_incompatible = true;
        let versions = [PROTOCOL_VERSION, protocol].map(|version| version.to_string());
        let sentence = (self.words.notices().other_versions)(&versions[0], &versions[1]);
        self.notify(NoticePlace::Engine, sentence, Some(Recovery::Reload));
    }

    /// A step failed: each part restores what was before it.
    fn failed(&mut self, step: EngineStep, kind: FailureKind, message: String) {
        match step {
            EngineStep::Load(key) if kind == FailureKind::Memory => {
                self.warn_of_memory(key, message);
            }
            EngineStep::Load(key) => self.load_failed(key, message),
            EngineStep::Predict(key) => {
                let Some(picture) = self
                    .picture
                    .current
                    .as_mut()
                    .filter(|picture| picture.key == key)
                else {
                    return;
                };
                if kind == FailureKind::Picture {
                    // The former result stays until there is a new one.
                    self.restore_previous_picture();
                    self.notify(NoticePlace::Picture, message, Some(Recovery::ChoosePicture));
                } else {
                    picture.stopped = true;
                    self.notify(NoticePlace::Picture, message, Some(Recovery::Predict));
                }
            }
            EngineStep::Explain(key) => self.map_failed(key, message),
            EngineStep::Test(request) => self.test_failed(request, message),
            EngineStep::Probe(probe) => self.probed(probe, ProbeResult::Failed(message), false),
        }
    }

    fn test_failed(&mut self, request: TestRequest, message: String) {
        if let Some(key) = self.picture.current.as_ref().map(|picture| picture.key) {
            self.tested(key, request, TestResult::Failed(message), false);
        }
    }

    /// The worker died. A step that crashed twice is given up like one that failed.
    fn crashed(&mut self, step: Option<EngineStep>, again: bool, message: &str) {
        let words = self.words.notices();
        let what = match &step {
            // Before it has been tried again it may as well have died idle.
            None if again => words.broke_down,
            None => words.no_start,
            Some(EngineStep::Load(_)) => words.broke_preparing,
            Some(EngineStep::Predict(_)) => words.broke_looking,
            Some(EngineStep::Explain(_)) => words.broke_explaining,
            Some(EngineStep::Test(_)) => words.broke_testing,
            Some(EngineStep::Probe(_)) => words.broke_trying,
        };
        let with_detail = |what: &str| match message {
            "" => what.to_owned(),
            message => (words.browser_says)(what, message),
        };
        let is_explaining = matches!(step, Some(EngineStep::Explain(_)));
        if is_explaining && self.keep_early_map() {
            let sentence = (words.broke_map_stays)(&with_detail(what));
            return self.notify(NoticePlace::Explanation, sentence, Some(Recovery::GoOn));
        }
        if again {
            let sentence = (words.broke_goes_on)(&with_detail(what));
            self.notify(NoticePlace::Engine, sentence, None);
            return;
        }
        let twice = || (words.memory)(&with_detail(&(words.broke_twice)(what)));
        self.notices.shown.remove(&NoticePlace::Engine);
        match step {
            None => self.notify(
                NoticePlace::Engine,
                with_detail(what) + ".",
                Some(Recovery::Restart),
            ),
            Some(EngineStep::Load(key)) => self.load_failed(key, twice()),
            Some(EngineStep::Predict(_)) if self.picture.previous.is_some() => {
                self.restore_previous_picture();
                self.notify(NoticePlace::Picture, twice(), Some(Recovery::ChoosePicture));
            }
            Some(EngineStep::Predict(_)) => {
                if let Some(picture) = &mut self.picture.current {
                    picture.stopped = true;
                }
                self.notify(NoticePlace::Picture, twice(), Some(Recovery::Predict));
            }
            Some(EngineStep::Explain(key)) => self.map_failed(key, twice()),
            Some(EngineStep::Test(request)) => {
                self.test_failed(request, twice());
            }
            Some(EngineStep::Probe(probe)) => {
                self.probed(probe, ProbeResult::Failed(twice()), false);
            }
        }
    }

    /// Stops what the engine is doing: a download, an explanation, or a prediction.
    pub(in crate::app::state) fn cancel(&mut self) {
        let step = self.engine.activity.as_ref().map(|activity| &activity.step);
        match step.cloned().as_ref() {
            Some(EngineStep::Load(key)) => self.stop_loading(*key),
            _ if self.settings.view == View::Compare => self.stop_comparing(),
            Some(EngineStep::Test(_)) => self.stop_testing(),
            Some(EngineStep::Probe(_)) => self.stop_probing(),
            Some(EngineStep::Explain(_)) => self.stop_explaining(),
            _ => {
                if let Some(picture) = &mut self.picture.current {
                    picture.stopped = true;
                    let words = self.words.notices();
                    self.notify(NoticePlace::Picture, words.stopped, Some(Recovery::Predict));
                }
            }
        }
    }
}
