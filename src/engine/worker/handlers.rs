//! What each request does to the session, and the event that answers it.

use std::future::Future;
use std::pin::Pin;

use js_sys::Uint8Array;
use web_time::Instant;

use super::job::JobContext;
use super::messages::{ReceivedRequest, sentence, transferable};
use crate::engine::elapsed_time::milliseconds_since;
use crate::engine::model_cache::{self, ModelCacheError};
use crate::engine::model_summary::ModelOrigin;
use crate::engine::session::Session;
use crate::engine::session_error::SessionError;
use crate::engine::sha256::sha256_hex;
use crate::gradient::{AttachOptions, GradientError};
use crate::network::LoadError;
use crate::picture::Layout;
use crate::protocol::{
    Event, ExplainTimings, FailureKind, LoadTimings, MapSummary, ModelSource, PredictionOverrides,
    Remembered, Request,
};

/// Does what a request asks for, and sends the event that answers it.
///
/// # Errors
/// The event that says what went wrong.
pub async fn handle(
    job: &mut JobContext<'_>,
    session: &mut Session,
    received: ReceivedRequest,
) -> Result<(), Event> {
    let bytes = received
        .buffers
        .first()
        .map(|buffer| Uint8Array::new(buffer));
    let bytes = bytes.unwrap_or_default();
    match received.message.request {
        Request::LoadModel {
            model,
            layer,
            remembered,
        } => {
            let fetched = fetch(job, model, &bytes).await?;
            load(job, session, fetched, layer, &remembered).await
        }
        Request::Predict { name, overrides } => {
            let bytes = bytes.to_vec();
            predict(job, session, &name, &bytes, &overrides).map_err(failed)
        }
        Request::Explain {
            method,
            class,
            layer,
        } => explain(job, session, &method, class, &layer).map_err(failed),
        // The message loop does it on arrival.
        Request::Cancel { .. } => Ok(()),
    }
}

/// A model's file in memory, and how it came there.
struct FetchedFile {
    started: Instant,
    name: String,
    sha256: Checksum,
    bytes: Vec<u8>,
    cache_note: Option<String>,
}

/// SHA-256 in lower-case hexadecimal.
enum Checksum {
    Known(String),
    Pending(Pin<Box<dyn Future<Output = String>>>),
}

impl Checksum {
    async fn get(&mut self) -> String {
        match self {
            Checksum::Known(sha256) => sha256.clone(),
            Checksum::Pending(computed) => {
                let sha256 = computed.as_mut().await;
                *self = Checksum::Known(sha256.clone());
                sha256
            }
        }
    }
}

/// Gets a model's file from where the request says; `file` is the request's buffer.
async fn fetch(
    job: &mut JobContext<'_>,
    model: ModelSource,
    file: &Uint8Array,
) -> Result<FetchedFile, Event> {
    let started = Instant::now();
    let (url, entry) = match model {
        ModelSource::File { name } => {
            return Ok(FetchedFile {
                started,
                name,
                sha256: Checksum::Pending(Box::pin(sha256_hex(file))),
                bytes: file.to_vec(),
                cache_note: None,
            });
        }
        ModelSource::Manifest { url, entry } => (url, entry),
    };
    let (scope, signal) = (job.scope, job.signal.clone());
    let mut progress = |phase, done, total| job.progress(phase, done, total);
    let fetched = model_cache::fetch_model(scope, &url, &entry, &signal, &mut progress).await;
    let fetched = fetched.map_err(|error| match error {
        ModelCacheError::Cancelled => Event::Cancelled,
        other => Event::Failed {
            kind: FailureKind::Model,
            message: sentence(&other),
        },
    })?;
    Ok(FetchedFile {
        started,
        name: entry.name,
        sha256: Checksum::Known(entry.sha256.to_lowercase()),
        bytes: fetched.bytes,
        cache_note: fetched.cache_note,
    })
}

/// Makes a model ready, with what a person said of this file before.
async fn load(
    job: &mut JobContext<'_>,
    session: &mut Session,
    fetched: FetchedFile,
    layer: Option<String>,
    remembered: &[Remembered],
) -> Result<(), Event> {
    let mut sha256 = fetched.sha256;
    let mut options = AttachOptions::default();
    // Where nothing is remembered of any file, the browser may compute the checksum while
    // the model is prepared.
    if !remembered.is_empty() {
        let sha256 = sha256.get().await;
        if let Some(remembered) = remembered.iter().find(|one| one.sha256 == sha256) {
            options = remembered_options(remembered);
        }
    }
    if let Some(layer) = layer {
        options.layers = vec![layer];
    }
    let fetch_ms = milliseconds_since(fetched.started);
    let started = Instant::now();
    let size_is_chosen = options.size.is_some();
    let mut progress = |phase, done, total| job.progress(phase, done as f64, total as f64);
    let note = match session.load_with_layer_fallback(fetched.bytes, options, &mut progress) {
        Ok(note) => note,
        Err(SessionError::Load(LoadError::Gradient(GradientError::NoPictureSize { input }))) => {
            let sha256 = sha256.get().await;
            job.send(&Event::SizeWanted { sha256, input }, &[]);
            return Ok(());
        }
        Err(error) => return Err(failed(error)),
    };
    let timings_ms = LoadTimings {
        fetch: fetch_ms,
        prepare: milliseconds_since(started),
    };
    let description = session
        .description()
        .ok_or_else(|| failed(SessionError::NoModel))?;
    let model = description.summary(ModelOrigin {
        name: fetched.name,
        sha256: sha256.get().await,
        size_is_chosen,
        notes: note.into_iter().collect(),
        cache_note: fetched.cache_note,
    });
    let model = Box::new(model);
    job.send(&Event::Ready { model, timings_ms }, &[]);
    Ok(())
}

fn remembered_options(remembered: &Remembered) -> AttachOptions {
    AttachOptions {
        layers: remembered.layer.iter().cloned().collect(),
        logits: remembered.logits.clone(),
        size: remembered.size,
        layout: remembered.channels_last.map(layout),
        ..AttachOptions::default()
    }
}

fn predict(
    job: &mut JobContext<'_>,
    session: &mut Session,
    name: &str,
    bytes: &[u8],
    overrides: &PredictionOverrides,
) -> Result<(), SessionError> {
    let mut progress = |phase, done, total| job.progress(phase, done as f64, total as f64);
    let prediction = session.predict_with(bytes, name, overrides, &mut progress)?;
    let (width, height) = prediction.size;
    let event = Event::Prediction {
        width,
        height,
        notes: prediction.notes,
        timings_ms: prediction.timings_ms,
    };
    let buffers = [
        transferable(&prediction.logits),
        transferable(&prediction.probabilities),
    ];
    job.send(&event, &buffers);
    Ok(())
}

fn explain(
    job: &mut JobContext<'_>,
    session: &mut Session,
    method: &str,
    class: usize,
    layer: &str,
) -> Result<(), SessionError> {
    let mut progress = |phase, done, total| job.progress(phase, done as f64, total as f64);
    let layer_ms = session.choose_layer(layer, &mut progress)?;
    let (saliency, timings_ms) = session.explain(method, class)?;
    let (height, width) = saliency.values.dim();
    let (min, max) = saliency.range();
    let event = Event::Map {
        map: MapSummary {
            class,
            method: saliency.method.into(),
            layer: saliency.layer.clone(),
            height,
            width,
            min,
            max,
            state: saliency.state(),
        },
        forward_runs: session.forward_runs(),
        timings_ms: ExplainTimings {
            layer: layer_ms,
            ..timings_ms
        },
    };
    let values: Vec<f32> = saliency.values.iter().copied().collect();
    job.send(&event, &[transferable(&values)]);
    Ok(())
}

fn failed(error: SessionError) -> Event {
    Event::Failed {
        kind: error.kind(),
        message: sentence(&error),
    }
}

fn layout(channels_last: bool) -> Layout {
    if channels_last {
        Layout::Nhwc
    } else {
        Layout::Nchw
    }
}
