//! A question that leads somebody who is new here.

use crate::app::state::settings::View;
use crate::app::words::{StartWords, WordsOf};

/// A question about a sample picture.
#[derive(Debug)]
pub struct GuidedQuestion {
    /// As a person asks it.
    pub(super) words: fn(&StartWords) -> &'static str,
    /// The sample's file.
    pub(super) sample: &'static str,
    /// Labels that the class may have; empty for the most probable.
    pub(super) class: &'static [&'static str],
    /// The same of the class that it is compared with; empty for none.
    pub(super) other: &'static [&'static str],
    pub(super) view: View,
    /// What to look at.
    pub(super) sentence: fn(&StartWords) -> &'static str,
}

impl GuidedQuestion {
    /// As a person asks it.
    pub fn words(&self, words: WordsOf) -> &'static str {
        (self.words)(words.start())
    }

    /// What to look at.
    pub fn sentence(&self, words: WordsOf) -> &'static str {
        (self.sentence)(words.start())
    }
}

impl PartialEq for GuidedQuestion {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}
