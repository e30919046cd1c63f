//! A saved explanation that is made again: its model and its picture are asked for, and the
//! rest is restored.

mod action;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod saved_explanation;
mod selectors;

pub use self::action::RestorationAction;
pub use self::saved_explanation::{SavedExplanation, in_report, is_saved_explanation};

use std::rc::Rc;

/// What is restored.
#[derive(Clone, Debug, PartialEq)]
pub struct Restoration {
    pub saved: Rc<SavedExplanation>,
    /// The file in the resource table that was compared with the saved picture, and whether it
    /// is the same; `None` where the browser cannot tell.
    pub checked: Option<(u32, Option<bool>)>,
    /// The sample of that name was opened.
    pub sample_tried: bool,
}
