//! Light and dark. The choice is kept in this browser's own storage where it
//! has one; a browser that refuses forgets it.

use crate::app::browser::{elements, local_storage};

/// Light, dark, or as the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

const KEY: &str = "gradcam.theme";

impl Theme {
    /// Its name in the browser's storage and in `data-theme`.
    pub fn id(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The one after this, round and round.
    pub fn next(self) -> Self {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    /// What was kept, else the system's.
    pub fn load() -> Self {
        let kept = local_storage::load(KEY);
        let themes = [Theme::Light, Theme::Dark];
        themes
            .into_iter()
            .find(|theme| kept.as_deref() == Some(theme.id()))
            .unwrap_or_default()
    }

    /// Shows the page in it and keeps it.
    pub fn apply(self) {
        let forced = (self != Theme::System).then_some(self.id());
        elements::set_root_attribute("data-theme", forced);
        local_storage::store(KEY, self.id());
    }
}
