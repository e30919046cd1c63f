//! The languages of the page. The choice is kept in this browser's own storage where it has one; a
//! browser that refuses forgets it.

use gloo::utils::window;

use crate::app::browser::local_storage;

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
}

const KEY: &str = "gradcam.language";

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// As HTML names it, and in the browser's storage.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// For those who speak it.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    /// The language of this code, or of one that begins with it.
    pub fn of(code: &str) -> Option<Self> {
        let is_of = |language: &Language| code.split('-').next() == Some(language.code());
        Language::ALL.into_iter().find(is_of)
    }

    /// What was kept, else what the browser prefers.
    pub fn load() -> Self {
        let kept = local_storage::load(KEY).and_then(|code| Language::of(&code));
        let preferred = || window().navigator().language();
        kept.or_else(|| Language::of(&preferred()?))
            .unwrap_or_default()
    }

    /// Keeps the choice.
    pub fn keep(self) {
        local_storage::store(KEY, self.code());
    }
}
