//! Why a model cannot be made ready.

use super::engine_error::EngineError;
use super::memory_need::size_text;
use crate::gradient::GradientError;
use crate::onnx::OnnxError;
use crate::picture::PictureError;

/// Why a model could not be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    #[error(transparent)]
    Gradient(#[from] GradientError),
    #[error(transparent)]
    Preprocess(#[from] PictureError),
    #[error("the model's {count} labels do not fit its {classes} classes")]
    Labels { count: usize, classes: usize },
    #[error(
        "the file says that its network is for the task '{task}'; only those that give classes can be explained: choose one for 'classify'"
    )]
    Task { task: String },
    #[error(
        "the model would take about {} of memory, and a page on this device can count on {}; the browser may end it without a word. Close other tabs before you load it all the same, or choose a smaller model",
        size_text(*.needed), size_text(*.limit)
    )]
    Memory {
        /// In bytes.
        needed: u64,
        limit: u64,
    },
    #[error("the model cannot be run here: {0}. Choose another model, or export it simplified")]
    Engine(EngineError),
}
