//! What is to be found out about a model on the picture at hand.

use std::rc::Rc;

use crate::app::state::picture::PictureKey;
use crate::protocol::ScalingTrial;

/// What is to be found out about a model on the picture at hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ModelProbe {
    /// What the network says by each scaling of the pixel values.
    Scalings(PictureKey),
    /// Which methods and questions work.
    Everything(PictureKey),
}

/// What was found out.
#[derive(Clone, Debug, PartialEq)]
pub enum ProbeResult {
    /// For each scaling so far.
    Scalings(Rc<[ScalingTrial]>),
    /// A text for a report.
    Report(Rc<str>),
    /// The engine could not do it, in a sentence.
    Failed(String),
}

/// What is known of the model that made a picture's prediction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProbeResults {
    /// What was tried so far by each scaling.
    pub scalings: Rc<[ScalingTrial]>,
    /// Whether no more scalings are to be tried.
    pub has_all_scalings: bool,
    /// Whether somebody asked what works.
    pub wants_report: bool,
    pub report: Option<Rc<str>>,
}
