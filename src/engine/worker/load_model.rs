//! The request that loads a model: its file, its checksum, its network.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsValue;
use web_time::Instant;

use super::job::JobContext;
use super::messages::{failed, sentence};
use crate::engine::checksum::PendingChecksum;
use crate::engine::elapsed_time::milliseconds_since;
use crate::engine::model_cache::{ModelCache, ModelCacheError};
use crate::engine::model_summary::ModelOrigin;
use crate::engine::preparation::{PreparedNetwork, prepare_as_remembered};
use crate::engine::session::Session;
use crate::engine::session_error::SessionError;
use crate::engine::warm_up;
use crate::gradient::{AttachOptions, GradientError};
use crate::network::LoadError;
use crate::onnx::{ExternalFile, Limits, embed_external_data};
use crate::picture::Layout;
use crate::protocol::{Event, FailureKind, LoadTimings, ManifestEntry, Remembered, WeightsFile};

/// What a person wants of the model.
pub struct LoadOptions {
    /// The layer to explain.
    pub layer: Option<String>,
    /// What the person said of files before.
    pub remembered: Vec<Remembered>,
    /// Bytes that the network may take; `None` if the person wants it whatever it takes.
    pub memory_limit: Option<u64>,
}

/// Loads a model from its file's bytes.
///
/// # Errors
/// The event that says what went wrong; the model before then stays.
pub async fn load_given(
    job: &mut JobContext<'_>,
    session: &mut Session,
    name: String,
    (file, weights): (ArrayBuffer, &[WeightsFile]),
    options: &LoadOptions,
) -> Result<(), Event> {
    let started = Instant::now();
    warm_up::end();
    let mut bytes = Uint8Array::new(&file).to_vec();
    let mut configurations = Vec::new();
    let file = if weights.is_empty() {
        file
    } else {
        let whole = with_weights(&bytes, weights).map_err(|error| failed(error.into()))?;
        (bytes, configurations) = (whole.bytes, whole.configurations);
        Uint8Array::from(bytes.as_slice()).buffer()
    };
    let mut checksum = Checksum::Pending(job.checksums.begin(file).await);
    // Where nothing is remembered of any file, nobody needs the checksum before the network.
    let sha256 = if options.remembered.is_empty() {
        String::new()
    } else {
        checksum.get().await?
    };
    let attach_options = AttachOptions {
        configurations,
        ..options.attach_options(&sha256)
    };
    let prepared = prepare(job, bytes, attach_options, started);
    let origin = Origin {
        name,
        sha256: checksum.get().await?,
        cache_note: None,
    };
    answer(job, session, prepared, origin)
}

/// A model as one file, and what lay beside it.
struct WholeModel {
    bytes: Vec<u8>,
    /// Names and texts.
    configurations: Vec<(String, String)>,
}

/// A model with its weights, from its bytes and those of the files that came with it behind them.
fn with_weights(bytes: &[u8], others: &[WeightsFile]) -> Result<WholeModel, LoadError> {
    let mut rest = bytes;
    let (mut files, mut configurations) = (Vec::new(), Vec::new());
    for WeightsFile { name, bytes } in others.iter().rev() {
        let length = usize::try_from(*bytes).unwrap_or(usize::MAX);
        let (before, bytes) = rest.split_at(rest.len().saturating_sub(length));
        rest = before;
        if name.ends_with(".json") {
            let text = String::from_utf8_lossy(bytes).into_owned();
            configurations.push((name.clone(), text));
        } else {
            files.push(ExternalFile { name, bytes });
        }
    }
    Ok(WholeModel {
        bytes: embed_external_data(rest, &files, Limits::default())?,
        configurations,
    })
}

/// Loads a model of the manifest, from the cache or the server.
///
/// # Errors
/// As [`load_given`].
pub async fn load_listed(
    job: &mut JobContext<'_>,
    session: &mut Session,
    url: &str,
    entry: ManifestEntry,
    options: &LoadOptions,
) -> Result<(), Event> {
    let started = Instant::now();
    let signal = job.signal.clone();
    let cache = ModelCache {
        scope: job.scope,
        checksums: job.checksums,
    };
    let sha256 = entry.sha256.to_lowercase();
    let mut progress = |phase, done, total| job.progress(phase, done, total);
    if let Some(mut file) = cache.cached(url, &entry, &mut progress).await {
        let bytes = std::mem::take(&mut file.bytes);
        let prepared = prepare(job, bytes, options.attach_options(&sha256), started);
        if file.verify().await {
            let origin = Origin {
                name: entry.name,
                sha256,
                cache_note: None,
            };
            return answer(job, session, prepared, origin);
        }
    }
    let mut progress = |phase, done, total| job.progress(phase, done, total);
    let file = cache
        .download(url, &entry, signal.as_ref(), &mut progress)
        .await;
    let file = file.map_err(not_downloaded)?;
    let prepared = prepare(job, file.bytes, options.attach_options(&sha256), started);
    let origin = Origin {
        name: entry.name,
        sha256,
        cache_note: file.cache_note,
    };
    answer(job, session, prepared, origin)
}

impl LoadOptions {
    /// With what is remembered of the file with this checksum.
    fn attach_options(&self, sha256: &str) -> AttachOptions {
        let found = self.remembered.iter().find(|file| file.sha256 == sha256);
        let mut options = found.map(remembered_options).unwrap_or_default();
        options.memory_limit = self.memory_limit;
        if let Some(layer) = &self.layer {
            options.layers = vec![layer.clone()];
        }
        options
    }
}

fn remembered_options(remembered: &Remembered) -> AttachOptions {
    AttachOptions {
        layers: remembered.layer.iter().cloned().collect(),
        logits: remembered.logits.clone(),
        inputs: remembered.inputs.clone(),
        size: remembered.size,
        layout: remembered.channels_last.map(layout),
        ..AttachOptions::default()
    }
}

fn layout(channels_last: bool) -> Layout {
    if channels_last {
        Layout::Nhwc
    } else {
        Layout::Nchw
    }
}

/// SHA-256 in lower-case hexadecimal.
enum Checksum {
    Known(String),
    Pending(PendingChecksum),
}

impl Checksum {
    async fn get(&mut self) -> Result<String, Event> {
        let unknown = Checksum::Known(String::new());
        let sha256 = match std::mem::replace(self, unknown) {
            Checksum::Known(sha256) => sha256,
            Checksum::Pending(pending) => pending.finish().await.map_err(no_checksum)?.0,
        };
        *self = Checksum::Known(sha256.clone());
        Ok(sha256)
    }
}

/// What became of a file.
struct Prepared {
    network: Result<PreparedNetwork, SessionError>,
    size_is_chosen: bool,
    timings_ms: LoadTimings,
}

/// `started` is when the file was asked for.
fn prepare(
    job: &mut JobContext<'_>,
    file: Vec<u8>,
    options: AttachOptions,
    started: Instant,
) -> Prepared {
    warm_up::end();
    let fetch = milliseconds_since(started);
    let started = Instant::now();
    let size_is_chosen = options.size.is_some();
    let mut progress = |phase, done, total| job.progress(phase, done as f64, total as f64);
    let network = prepare_as_remembered(file, options, &mut progress);
    let prepare = milliseconds_since(started);
    Prepared {
        network,
        size_is_chosen,
        timings_ms: LoadTimings { fetch, prepare },
    }
}

struct Origin {
    name: String,
    sha256: String,
    cache_note: Option<String>,
}

/// Makes the network the session's, and says so; or says what is missing.
fn answer(
    job: &JobContext<'_>,
    session: &mut Session,
    prepared: Prepared,
    origin: Origin,
) -> Result<(), Event> {
    let PreparedNetwork { network, note } = match prepared.network {
        Ok(network) => network,
        Err(SessionError::Load(LoadError::Gradient(GradientError::NoPictureSize { input }))) => {
            let sha256 = origin.sha256;
            job.send(&Event::SizeWanted { sha256, input }, &[]);
            return Ok(());
        }
        Err(error) => return Err(failed(error)),
    };
    let summary = session.install(network).summary(ModelOrigin {
        name: origin.name,
        sha256: origin.sha256,
        size_is_chosen: prepared.size_is_chosen,
        notes: note.into_iter().collect(),
        cache_note: origin.cache_note,
    });
    let event = Event::Ready {
        model: Box::new(summary),
        timings_ms: prepared.timings_ms,
    };
    job.send(&event, &[]);
    Ok(())
}

fn not_downloaded(error: ModelCacheError) -> Event {
    match error {
        ModelCacheError::Cancelled => Event::Cancelled,
        other => Event::Failed {
            kind: FailureKind::Model,
            message: sentence(&other),
        },
    }
}

fn no_checksum(_: JsValue) -> Event {
    Event::Failed {
        kind: FailureKind::Model,
        message:
            "the checksum of the model's file could not be computed. Try again, or reload the page"
                .into(),
    }
}
