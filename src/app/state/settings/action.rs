//! What the user sets of how a map is shown.

use super::settings_state::View;
use crate::app::words::WordsOf;
use crate::render::{ColorMap, Sign};

/// What the user sets.
#[derive(Clone, Debug)]
pub enum SettingsAction {
    ChooseView(View),
    ChooseColorMap(ColorMap),
    /// Percent.
    ChooseOpacity(u8),
    ChooseSign(Sign),
    ChooseCells(bool),
    ChooseOwnScale(bool),
    ReadHash(String),
    /// The words of a language are there.
    Speak(WordsOf),
}
