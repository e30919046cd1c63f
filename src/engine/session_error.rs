//! What can go wrong with a model, a picture or an explanation.

use crate::evaluate::EvaluateError;
use crate::explain::ExplainError;
use crate::gradient::GradientError;
use crate::network::{LoadError, NetworkError};
use crate::picture::PictureError;
use crate::protocol::FailureKind;

/// Why a [`Session`](super::Session) could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    #[error("no model is ready yet; load one first")]
    NoModel,
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("'{name}' is no input tensor ({reason}); the model takes an array of shape {wanted:?}")]
    Tensor {
        name: String,
        wanted: Vec<usize>,
        reason: String,
    },
    #[error("there is no scaling '{0}'; reload the page")]
    UnknownScaling(String),
    #[error("{0}")]
    UnknownFit(String),
    /// What was chosen of how a picture is read is none: a sentence.
    #[error("{0}")]
    Choice(String),
    #[cfg(feature = "dicom")]
    #[error(transparent)]
    Dicom(#[from] crate::dicom::DicomError),
    #[error("the scaling “{name}” is for {wanted} channels, and the model's input has {found}")]
    ScalingChannels {
        name: &'static str,
        wanted: usize,
        found: usize,
    },
    #[error("{method} explains one layer; to combine several choose fused-layers or refine-cam")]
    SeveralLayers { method: &'static str },
    #[error("the second picture cannot be used: {reason}")]
    Reference { reason: String },
    #[error("the layer '{layer}' cannot be explained: {reason}")]
    Layer { layer: String, reason: LoadError },
    #[error(transparent)]
    Explain(#[from] ExplainError),
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl SessionError {
    /// What makes an error of the reason why a file is no input tensor of this shape.
    pub(super) fn no_tensor(
        name: &str,
        wanted: &[usize],
    ) -> impl Fn(String) -> SessionError + Copy {
        move |reason| SessionError::Tensor {
            name: name.into(),
            wanted: wanted.to_vec(),
            reason,
        }
    }

    /// Whether the model can be loaded once a person has said the size of its picture.
    pub fn is_about_picture_size(&self) -> bool {
        let size = |error: &GradientError| matches!(error, GradientError::NoPictureSize { .. });
        matches!(self, SessionError::Load(LoadError::Gradient(error)) if size(error))
    }

    /// Whether it only says that the explanation was stopped, as was asked.
    pub fn is_stop(&self) -> bool {
        match self {
            SessionError::Explain(ExplainError::Stopped) => true,
            SessionError::Evaluate(error) => error.is_stop(),
            _ => false,
        }
    }

    /// How the page should treat it.
    pub fn kind(&self) -> FailureKind {
        match self {
            SessionError::NoModel
            | SessionError::Network(NetworkError::NoForward)
            | SessionError::Explain(ExplainError::Network(NetworkError::NoForward)) => {
                FailureKind::Order
            }
            SessionError::Load(LoadError::Memory { .. }) => FailureKind::Memory,
            SessionError::Load(_) => FailureKind::Model,
            SessionError::Picture(_)
            | SessionError::Tensor { .. }
            | SessionError::UnknownScaling(_)
            | SessionError::UnknownFit(_)
            | SessionError::Choice(_)
            | SessionError::ScalingChannels { .. }
            | SessionError::Network(NetworkError::InputShape { .. }) => FailureKind::Picture,
            #[cfg(feature = "dicom")]
            SessionError::Dicom(_) => FailureKind::Picture,
            SessionError::Layer { .. }
            | SessionError::Reference { .. }
            | SessionError::SeveralLayers { .. }
            | SessionError::Explain(_)
            | SessionError::Evaluate(_) => FailureKind::Explanation,
            SessionError::Network(NetworkError::Run(_)) => FailureKind::Engine,
            SessionError::Network(_) => FailureKind::Explanation,
        }
    }
}
