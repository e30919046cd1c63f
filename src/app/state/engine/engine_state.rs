//! The part of the state that is about the engine.

use super::engine_step::EngineStep;
use crate::protocol::Phase;

/// The engine, as far as the page knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EngineState {
    /// `None` until it has started.
    pub facts: Option<EngineFacts>,
    pub activity: Option<Activity>,
    /// How often the user stopped an explanation.
    pub stopped_explanations: u32,
    /// The engine speaks another version of the protocol: nothing is asked of it.
    pub is_incompatible: bool,
}

/// Which build runs; the name is the one of [`Event::Started`](crate::protocol::Event::Started).
#[derive(Clone, Debug, PartialEq)]
pub struct EngineFacts {
    pub variant: String,
    pub threads: usize,
}

/// What the engine is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    pub step: EngineStep,
    pub phase: Option<Phase>,
    pub done: f64,
    /// 0 if not known.
    pub total: f64,
    /// `performance.now()` of its beginning, in milliseconds.
    pub since_ms: f64,
}
