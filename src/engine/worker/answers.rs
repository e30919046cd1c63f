//! What each request does to the session, and the event that answers it.

use js_sys::Uint8Array;
use sha2::{Digest as _, Sha256};
use web_time::Instant;

use super::wire::{Letter, buffer, sentence};
use super::{Pump, Throttle};
use crate::engine::session::milliseconds_since;
use crate::engine::store::{self, StoreError};
use crate::engine::{Origin, Session, SessionError};
use crate::gradient::{Choices, GradientError};
use crate::network::LoadError;
use crate::picture::Layout;
use crate::protocol::{
    Event, ExplainTimings, FailureKind, Job, LoadTimings, MapSummary, ModelSource, Reading,
    Remembered, Request, RequestMessage,
};

/// A model's file in memory, and how it came there.
struct Fetched {
    name: String,
    /// Lower-case hexadecimal.
    sha256: String,
    bytes: Vec<u8>,
    cache_note: Option<String>,
    milliseconds: f64,
}

impl Pump {
    /// Answers one request; an error is the event that says so.
    pub(super) async fn answer(&self, session: &mut Session, letter: Letter) -> Result<(), Event> {
        let Letter {
            message: RequestMessage { job, request },
            buffers,
        } = letter;
        let bytes = buffers
            .first()
            .map(|buffer| Uint8Array::new(buffer).to_vec());
        match request {
            Request::LoadModel {
                model,
                layer,
                remembered,
            } => {
                let mut throttle = Throttle::default();
                let file = bytes.unwrap_or_default();
                let fetched = self.fetch(job, model, file, &mut throttle).await?;
                self.load(session, job, fetched, layer, &remembered, &mut throttle)
            }
            Request::Predict { name, reading } => {
                let bytes = bytes.unwrap_or_default();
                let predicted = self.predict(session, job, &name, &bytes, &reading);
                predicted.map_err(failed)
            }
            Request::Explain {
                method,
                class,
                layer,
            } => {
                let explained = self.explain(session, job, &method, class, &layer);
                explained.map_err(failed)
            }
            // Answered on arrival.
            Request::Cancel { .. } => Ok(()),
        }
    }

    /// The model's bytes, wherever they come from.
    async fn fetch(
        &self,
        job: Job,
        model: ModelSource,
        file: Vec<u8>,
        throttle: &mut Throttle,
    ) -> Result<Fetched, Event> {
        let started = Instant::now();
        let (url, entry) = match model {
            ModelSource::File { name } => {
                let sha256 = store::hexadecimal(&Sha256::digest(&file));
                return Ok(Fetched {
                    name,
                    sha256,
                    bytes: file,
                    cache_note: None,
                    milliseconds: milliseconds_since(started),
                });
            }
            ModelSource::Manifest { url, entry } => (url, entry),
        };
        let signal = {
            let inbox = self.inbox.borrow();
            inbox.current.as_ref().map(|(_, c)| c.signal())
        };
        let Some(signal) = signal else {
            return Err(Event::Cancelled);
        };
        let mut tell = |phase, done, total| self.progress(throttle, job, phase, done, total);
        let stored = store::fetch_model(&self.scope, &url, &entry, &signal, &mut tell).await;
        let stored = stored.map_err(|error| match error {
            StoreError::Cancelled => Event::Cancelled,
            other => Event::Failed {
                kind: FailureKind::Model,
                message: sentence(&other),
            },
        })?;
        Ok(Fetched {
            name: entry.name,
            sha256: entry.sha256.to_lowercase(),
            bytes: stored.bytes,
            cache_note: stored.cache_note,
            milliseconds: milliseconds_since(started),
        })
    }

    fn load(
        &self,
        session: &mut Session,
        job: Job,
        fetched: Fetched,
        layer: Option<String>,
        remembered: &[Remembered],
        throttle: &mut Throttle,
    ) -> Result<(), Event> {
        let started = Instant::now();
        let about = remembered.iter().find(|one| one.sha256 == fetched.sha256);
        let layer = layer.or_else(|| about.and_then(|one| one.layer.clone()));
        let choices = Choices {
            layers: layer.into_iter().collect(),
            logits: about.and_then(|one| one.logits.clone()),
            size: about.and_then(|one| one.size),
            layout: about.and_then(|one| one.channels_last).map(layout),
            ..Choices::default()
        };
        let size_is_chosen = choices.size.is_some();
        let mut tell =
            |phase, done, total| self.progress(throttle, job, phase, done as f64, total as f64);
        let note = match session.load_leniently(fetched.bytes, choices, &mut tell) {
            Ok(note) => note,
            Err(SessionError::Load(LoadError::Gradient(GradientError::NoPictureSize {
                input,
            }))) => {
                let sha256 = fetched.sha256;
                self.send(job, &Event::SizeWanted { sha256, input }, &[]);
                return Ok(());
            }
            Err(error) => return Err(failed(error)),
        };
        let timings_ms = LoadTimings {
            fetch: fetched.milliseconds,
            prepare: milliseconds_since(started),
        };
        let Some(description) = session.description() else {
            return Err(failed(SessionError::NoModel));
        };
        let model = description.summary(Origin {
            name: fetched.name,
            sha256: fetched.sha256,
            size_is_chosen,
            notes: note.into_iter().collect(),
            cache_note: fetched.cache_note,
        });
        self.send(
            job,
            &Event::Ready {
                model: Box::new(model),
                timings_ms,
            },
            &[],
        );
        Ok(())
    }

    fn predict(
        &self,
        session: &mut Session,
        job: Job,
        name: &str,
        bytes: &[u8],
        reading: &Reading,
    ) -> Result<(), SessionError> {
        let mut throttle = Throttle::default();
        let mut tell = |phase, done, total| {
            self.progress(&mut throttle, job, phase, done as f64, total as f64)
        };
        let prediction = session.predict_read(bytes, name, reading, &mut tell)?;
        let ((width, height), notes) = (prediction.size, prediction.notes);
        let event = Event::Prediction {
            width,
            height,
            notes,
            timings_ms: prediction.timings_ms,
        };
        self.send(
            job,
            &event,
            &[
                buffer(&prediction.logits),
                buffer(&prediction.probabilities),
            ],
        );
        Ok(())
    }

    fn explain(
        &self,
        session: &mut Session,
        job: Job,
        method: &str,
        class: usize,
        layer: &str,
    ) -> Result<(), SessionError> {
        let mut throttle = Throttle::default();
        let mut tell = |phase, done, total| {
            self.progress(&mut throttle, job, phase, done as f64, total as f64)
        };
        let choosing = session.choose_layer(layer, &mut tell)?;
        let (saliency, timings_ms) = session.explain(method, class)?;
        let timings_ms = ExplainTimings {
            layer: choosing,
            ..timings_ms
        };
        let (height, width) = saliency.values.dim();
        let (min, max) = saliency.range();
        let map = MapSummary {
            class,
            method: saliency.method.into(),
            layer: saliency.layer.clone(),
            height,
            width,
            min,
            max,
            state: saliency.state(),
        };
        let values: Vec<f32> = saliency.values.iter().copied().collect();
        let event = Event::Map {
            map,
            forward_runs: session.forward_runs(),
            timings_ms,
        };
        self.send(job, &event, &[buffer(&values)]);
        Ok(())
    }
}

fn failed(error: impl Into<SessionError>) -> Event {
    let error = error.into();
    Event::Failed {
        kind: error.kind(),
        message: sentence(&error),
    }
}

fn layout(channels_last: bool) -> Layout {
    match channels_last {
        true => Layout::Nhwc,
        false => Layout::Nchw,
    }
}
