//! What the user sets: kept in the URL's hash, so that a link shows the same; and the
//! theme, which this browser keeps.

mod action;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod settings_state;
mod theme;
mod url_hash;

pub use self::action::SettingsAction;
pub use self::settings_state::{Settings, View};
pub use self::theme::Theme;
