//! Why a run failed.

use super::engine_error::EngineError;

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    #[error("the network wants an input of the shape {wanted:?} and got {found:?}")]
    InputShape {
        wanted: Vec<usize>,
        found: Vec<usize>,
    },
    #[error("the cotangent should hold {wanted} values, one for each logit, and holds {found}")]
    CotangentLength { wanted: usize, found: usize },
    #[error("no picture was predicted yet; predict one before asking for an explanation")]
    NoForward,
    #[error(
        "the classes depend on the picture by other ways than through the layer '{layer}', so \
         what follows that layer cannot run by itself; choose a layer near the end of the network"
    )]
    NotSeparating { layer: String },
    #[error("the run did not keep what the gradient at the input is computed from")]
    NoTape,
    #[error("there is no layer '{layer}' that can be explained")]
    UnknownLayer { layer: String },
    #[error("{0}")]
    Unprepared(String),
    #[error("the network failed while it ran: {0}")]
    Run(EngineError),
}
