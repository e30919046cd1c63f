//! What the engine client reports to the state.

use super::engine_step::EngineStep;
use crate::app::state::explanation::{MapKey, PredictionReply, SaliencyMap};
use crate::app::state::model::{DesiredModel, ModelProbe, ProbeResult};
use crate::app::state::picture::PictureKey;
use crate::app::state::test_view::{TestRequest, TestResult};
use crate::protocol::{FailureKind, LoadTimings, ModelSummary, Phase};

/// What the engine does. Replies that nobody waits for any more are not reported.
#[allow(
    clippy::large_enum_variant,
    reason = "few live at a time, and none for long"
)]
#[derive(Clone, Debug)]
pub enum EngineEvent {
    /// The worker listens; `variant` and `threads` are for people.
    Started {
        variant: String,
        threads: usize,
    },
    /// The engine speaks another version of the protocol, and was ended.
    OtherVersion {
        protocol: u32,
    },
    Began {
        step: EngineStep,
        now_ms: f64,
    },
    Progress {
        phase: Phase,
        done: f64,
        total: f64,
    },
    Ready {
        desired: DesiredModel,
        summary: ModelSummary,
        timings: LoadTimings,
    },
    /// The file of model `key` leaves the size of its picture open.
    SizeWanted {
        key: u32,
        sha256: String,
        input: String,
    },
    Predicted {
        picture: PictureKey,
        model: u32,
        reply: PredictionReply,
    },
    Mapped {
        picture: PictureKey,
        model: u32,
        key: MapKey,
        map: SaliencyMap,
        /// Whether another map follows that is more complete.
        is_early: bool,
    },
    /// Something was found out about a map.
    Tested {
        picture: PictureKey,
        request: TestRequest,
        result: TestResult,
        /// Whether another answer follows that is more complete.
        is_early: bool,
    },
    /// Something was found out about the model.
    Probed {
        probe: ModelProbe,
        result: ProbeResult,
        /// Whether another answer follows that is more complete.
        is_early: bool,
    },
    Failed {
        step: EngineStep,
        kind: FailureKind,
        message: String,
    },
    /// The worker died; `again` says whether the page tries once more.
    Crashed {
        step: Option<EngineStep>,
        again: bool,
        message: String,
    },
    /// The worker was ended because nobody wants its result any more.
    Idle,
}
