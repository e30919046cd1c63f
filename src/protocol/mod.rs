//! Every message between the page and the engine.
//!
//! A message is a small header (a [`Request`] or an [`Event`] with its job
//! number) and a list of `ArrayBuffer`s, which are transferred and never copied.
//! Which buffers travel with which header is said at each variant; a variant
//! that says nothing has none.
//!
//! The engine says [`Event::Started`] once, as job 0, when it can listen: what is
//! sent to a worker before that is lost. Every other event carries the job
//! number of the request that it answers, and the page drops events of jobs
//! that it no longer waits for.

mod catalogue;
mod explanation_record;
mod manifest;
mod map_summary;
mod measurement;
mod model_summary;
mod output_activation;
mod picture_reading;
mod scaling_trial;
mod timings;
#[cfg(test)]
mod typescript;

use serde::{Deserialize, Serialize};

pub use self::catalogue::{Catalogue, ColorMapEntry, MethodEntry, TargetEntry};
pub use self::explanation_record::{
    ClassRecord, EngineRecord, ExplanationRecord, ImageRecord, MapRecord, ModelRecord,
    PreprocessingRecord, RECORD_VERSION,
};
pub use self::manifest::{CACHE_KEY_HASH, MODEL_CACHE, Manifest, ManifestEntry, NO_CACHES, Sample};
pub use self::map_summary::{ChannelSummary, CompletenessSummary, MapState, MapSummary, MapUnit};
pub use self::measurement::{
    ChanceSummary, CurveSummary, DrawnRegion, MeasurementSummary, PictureChange,
};
pub use self::model_summary::{
    FurtherInputSummary, InputSummary, LayerSummary, ModelSummary, OutputSummary,
};
pub use self::output_activation::OutputActivation;
pub use self::picture_reading::{LevelsReading, PictureOverrides, PictureReading};
pub use self::scaling_trial::ScalingTrial;
pub use self::timings::{ExplainTimings, LoadTimings, PredictTimings};

/// Raised with every change of the messages. The page compares it with the one
/// in [`Event::Started`], since a host or a cache can mix the files of two builds. In all
/// versions it stands there: `{ header: { event: { type: "started", protocol } } }`.
pub const PROTOCOL_VERSION: u32 = 13;

/// Numbers the page's requests from 1; 0 is the engine speaking unasked.
pub type Job = u32;

/// A header from the page to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RequestMessage {
    pub job: Job,
    pub request: Request,
}

/// A header from the engine to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EventMessage {
    pub job: Job,
    pub event: Event,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[allow(
    clippy::large_enum_variant,
    reason = "one message at a time: a box would save nothing"
)]
pub enum Request {
    /// Makes a model ready, in place of the one before. Answered by
    /// [`Event::Progress`] and then [`Event::Ready`] or [`Event::SizeWanted`].
    LoadModel {
        model: ModelSource,
        /// The layer to begin with; one that the model does not have gives way
        /// to the usual one, and [`ModelSummary::notes`] say so.
        layer: Option<String>,
        /// What a person has said about files before. The engine uses what is
        /// about this one.
        remembered: Vec<Remembered>,
        /// Whether a model is loaded that may take more memory than the device has to spare.
        #[serde(default)]
        exceeds_memory: bool,
    },
    /// Decodes a picture and runs the network on it. Buffer 0: the file's bytes.
    /// Answered by [`Event::Progress`] and [`Event::Prediction`].
    Predict {
        name: String,
        overrides: PredictionOverrides,
    },
    /// Explains the picture predicted last. Answered by [`Event::Progress`], if it takes
    /// long, by [`Event::Map`] with maps that are not complete yet, and at last by one that is.
    Explain {
        /// The method's id.
        method: String,
        /// The question: a target's id, such as "logit:3".
        target: String,
        /// One of [`ModelSummary::layers`], by name.
        layer: String,
        /// Settings of the method by id, where they are not the default.
        settings: Vec<(String, String)>,
        /// What random numbers begin with.
        seed: u32,
        /// The name of a second picture, whose file's bytes are buffer 0, for a question that
        /// compares with it.
        reference: Option<String>,
        /// The part of the picture that the question is about. A mask is the last buffer.
        region: Option<DrawnRegion>,
    },
    /// Measures a map of the picture predicted last. Buffer 0: its values; buffer 1: the mask,
    /// if there is one. Answered by [`Event::Progress`] and [`Event::Measured`], first with what
    /// is known so far.
    Measure {
        /// The metric's id.
        metric: String,
        /// What random numbers begin with.
        seed: u32,
        /// Where the object is.
        region: Option<DrawnRegion>,
        map: Box<MapSummary>,
    },
    /// Shows the picture of a point of a metric's curve. Buffer 0: the map's values. Answered by
    /// [`Event::CurvePicture`].
    CurvePicture {
        metric: String,
        /// As in [`Request::Measure`].
        seed: u32,
        /// The number of the curve.
        curve: usize,
        /// The point's x.
        share: f64,
        map: Box<MapSummary>,
    },
    /// Explains the picture predicted last as it is after a change, as a map of it was
    /// explained. Buffer 0: that map's values. Answered by [`Event::Progress`] and
    /// [`Event::Changed`].
    Change {
        change: PictureChange,
        map: Box<MapSummary>,
    },
    /// Runs the network on a picture by each scaling of its pixel values. Buffer 0: the file's
    /// bytes. Answered by [`Event::Progress`] and [`Event::ScalingTrials`], first with what is
    /// known so far.
    TryScalings {
        name: String,
        overrides: PredictionOverrides,
    },
    /// Tries every method and every question on the picture predicted last. Answered by
    /// [`Event::Progress`] and [`Event::Report`].
    TryEverything,
    /// Gives up a job if it has not begun, or explains. The first run on a picture ends only
    /// with its worker: see `app::engine_client`.
    Cancel { job: Job },
}

/// Where the engine finds a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "from",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[allow(
    clippy::large_enum_variant,
    reason = "one message at a time: a box would save nothing"
)]
pub enum ModelSource {
    /// Fetched by the engine, checked against the manifest, kept in the Cache
    /// API. `url` is absolute, or relative to the page.
    Manifest { url: String, entry: ManifestEntry },
    /// A file of the user's. Buffer 0: its bytes, then those of each file of its weights.
    File {
        name: String,
        #[serde(default)]
        weights: Vec<WeightsFile>,
    },
}

/// A file that holds weights of a model beside the model's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WeightsFile {
    pub name: String,
    pub bytes: u64,
}

/// What a person said about a file: only what cannot be changed without
/// preparing it anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    /// Of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Height and width in pixels, for a file that leaves them open.
    pub size: Option<[usize; 2]>,
    /// Whether channels come last, for a file that leaves it open.
    pub channels_last: Option<bool>,
    /// The tensor that is explained.
    pub logits: Option<String>,
    /// Values of inputs besides the picture, by name.
    #[serde(default)]
    pub inputs: Vec<(String, Vec<f32>)>,
    /// The layer to begin with, unless the request names one.
    pub layer: Option<String>,
}

/// What a person chose in place of what the file states or, where it states nothing, of
/// what was assumed; `None` for each thing that nobody chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PredictionOverrides {
    /// The scaling of pixel values: the id of one of `picture::SCALINGS`.
    pub scaling: Option<String>,
    /// How the picture is fitted to the input: the text of a `picture::Fit`.
    #[serde(default)]
    pub fit: Option<String>,
    /// The activation that makes probabilities of the logits.
    pub output_activation: Option<OutputActivation>,
    #[serde(default)]
    pub picture: PictureOverrides,
}

/// In a message it is internally tagged by `type`, as a request is. Engine and page convert
/// it themselves: serde reads an internally tagged enum with several times the code, and
/// the page has to be small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(tag = "type"))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(
    clippy::large_enum_variant,
    reason = "one message at a time: a box would save nothing"
)]
pub enum Event {
    /// Job 0: the engine's program is loaded and begins; sent by `www/engine_loader.js`.
    /// [`Event::Started`] follows within seconds, if this browser can run the program.
    Loaded,
    /// Job 0: the worker listens. Buffer 0: the colours of the catalogue's colour maps, for each
    /// 256×3 bytes.
    Started {
        protocol: u32,
        /// `simd128`, `relaxed-simd` or `threads`.
        variant: String,
        /// The number of threads that compute, the worker's own included.
        threads: usize,
        /// For clients without this library; the page has it itself and does not read it.
        #[serde(skip_deserializing)]
        catalogue: Box<Catalogue>,
    },
    /// The model can predict.
    Ready {
        model: Box<ModelSummary>,
        timings_ms: LoadTimings,
    },
    /// The file leaves the picture's height and width open: the request has to
    /// come again with [`Remembered::size`] for this file.
    SizeWanted { sha256: String, input: String },
    /// A long phase goes on. `total` is 0 where it is not known.
    Progress { phase: Phase, done: f64, total: f64 },
    /// Buffer 0: K logits (f32). Buffer 1: K probabilities (f32). `width` and
    /// `height` are the upright picture's; `notes` say what a person should know
    /// about how it was read ("animated; its first frame is used"). Buffer 2: the picture as it
    /// was read, `preview`'s width×height×3 bytes, where the browser shows another or none.
    Prediction {
        width: u32,
        height: u32,
        notes: Vec<String>,
        preview: Option<(u32, u32)>,
        reading: Box<PictureReading>,
        /// Where the network's input lies on the picture: left, top, width and height in parts of
        /// the picture's. The page computes it itself.
        #[serde(skip_deserializing)]
        frame: [f64; 4],
        timings_ms: PredictTimings,
    },
    /// Buffer 0: `height`×`width` values (f32, row-major, signed), of the map's own
    /// resolution. Buffer 1: as many for each of [`MapSummary::channels`].
    Map {
        map: Box<MapSummary>,
        /// Whether another map follows that is more complete.
        is_early: bool,
        /// How often the network ran on the picture so far: 1 as long as the
        /// first look was enough.
        forward_runs: u32,
        timings_ms: ExplainTimings,
    },
    /// A map was measured. Buffer 0: the values of all maps that it was compared with.
    Measured {
        measurement: Box<MeasurementSummary>,
        /// Whether another follows that is more complete.
        is_early: bool,
    },
    /// Buffers 0 and 1: logits and probabilities of the changed picture, as in
    /// [`Event::Prediction`]. Buffer 2: the values of its map. Buffers 3 and 4: the pictures
    /// before and after at the network's size, `height`×`width`×3 bytes.
    Changed {
        map: Box<MapSummary>,
        width: u32,
        height: u32,
        /// Spearman's rank correlation of the maps before and after.
        correlation: f64,
    },
    /// Buffer 0: a picture at the network's size, `height`×`width`×3 bytes.
    CurvePicture { width: u32, height: u32 },
    ScalingTrials {
        trials: Vec<ScalingTrial>,
        /// Whether another follows that is more complete.
        is_early: bool,
    },
    /// What the model's file is, how it is read and what can be asked of it, in plain text.
    Report { text: String },
    /// The job ended without a result; the engine listens for the next.
    Failed { kind: FailureKind, message: String },
    /// The job was cancelled before it did anything that lasts.
    Cancelled,
}

/// What the engine is busy with, in the order of a first visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Bytes of the model from the server; `done` and `total` in bytes.
    Download,
    /// Bytes of the model from this browser's cache; in bytes.
    Cache,
    /// Building the gradient branch and optimising the plans; in steps.
    Prepare,
    /// Decoding and resizing the picture; in steps.
    Decode,
    /// Running the network; in nodes.
    Run,
    /// Explaining by many runs; in runs.
    Explain,
}

/// What went wrong, as far as the page treats it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// The picture cannot be used: choose another.
    Picture,
    /// The model cannot be had or used: choose another, or try again.
    Model,
    /// The model would take more memory than the device has to spare: choose another, or ask
    /// again with `exceeds_memory`.
    Memory,
    /// This class, method or layer cannot be explained.
    Explanation,
    /// The request came out of order, such as Explain before Predict.
    Order,
    /// The engine itself failed; the page replaces it.
    Engine,
}
