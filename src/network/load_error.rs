//! Why a model cannot be made ready.

use super::engine_error::EngineError;
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
    #[error("the model cannot be run here: {0}. Choose another model, or export it simplified")]
    Engine(EngineError),
}
