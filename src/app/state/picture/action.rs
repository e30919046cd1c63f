//! What can happen to pictures.

use super::guided_question::GuidedQuestion;
use super::picture_key::PictureChoices;
use super::picture_state::SecondPicture;
use crate::protocol::Sample;

/// `file` is the number in the resource table.
#[derive(Clone, Debug)]
pub enum PictureAction {
    SamplesFetched(Vec<Sample>),
    /// One of the questions for those who are new here.
    Ask(&'static GuidedQuestion),
    Choose {
        file: u32,
        name: String,
    },
    /// A sample by the name of its file.
    ChooseSample {
        file: u32,
        name: String,
    },
    /// The browser has decoded the file; width and height in pixels of its canvas.
    Decoded {
        file: u32,
        width: u32,
        height: u32,
    },
    /// A second picture, to compare with.
    ChooseSecond(SecondPicture),
    /// How the picture's file is read.
    ChooseReading(PictureChoices),
    Refused(String),
    PredictAgain,
    /// The page was loaded anew and has the user's own picture no more.
    OwnPictureGone,
    /// Back to the samples.
    Leave,
}
