//! Light and dark. The choice is kept in this browser's own storage where it
//! has one; a browser that refuses forgets it.

use gloo::utils::document_element;

use crate::app::browser::local_storage;

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
        let root = document_element();
        // Both can only fail where the browser refuses; the page works without.
        let _ = match self {
            Theme::System => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", self.id()),
        };
        local_storage::store(KEY, self.id());
    }
}
