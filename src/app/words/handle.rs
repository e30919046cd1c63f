//! The words of a language, and the handle on them.

use super::catalogue::CatalogueWords;
use super::english;

/// Declares the tables of a language, and how the handle gives each. The English ones are named
/// one by one: a part of the program that uses one table then has this one alone in it.
macro_rules! tables {
    ($($(#[$meta:meta])* $name:ident: $table:ty = $english:path;)*) => {
        /// The words of a language.
        pub struct Words {
            $($(#[$meta])* pub $name: &'static $table,)*
            /// Words of `index.html` by their `data-words`, in another language than there.
            pub standing: &'static [(&'static str, &'static str)],
            /// What the catalogues list, in another language than theirs.
            pub catalogue: Option<&'static CatalogueWords>,
        }

        /// What the page says unless another language is chosen.
        pub static ENGLISH: Words = Words {
            $($name: &$english,)*
            standing: &[],
            catalogue: None,
        };

        impl WordsOf {
            $(
                $(#[$meta])*
                #[inline]
                pub fn $name(self) -> &'static $table {
                    match self.0 {
                        None => &$english,
                        Some(words) => words.$name,
                    }
                }
            )*
        }
    };
}

tables! {
    /// The page around the views.
    shell: english::shell::ShellWords = english::shell::SHELL;
    /// What the page opens with, and what is said of a model.
    start: english::start::StartWords = english::start::START;
    /// Errors and news.
    notices: english::notices::NoticeWords = english::notices::NOTICES;
    /// The picture with its map.
    picture: english::picture::PictureWords = english::picture::PICTURE;
    /// What stands beside the picture.
    panel: english::panel::PanelWords = english::panel::PANEL;
    /// Maps side by side.
    compare: english::compare::CompareWords = english::compare::COMPARE;
    /// Whether a map can be believed.
    test: english::test_view::TestWords = english::test_view::TEST;
    /// The models, and what is known and assumed of one.
    model: english::model::ModelWords = english::model::MODEL;
}

/// A handle on the words of a language: English, unless another was loaded.
#[derive(Clone, Copy, Default)]
pub struct WordsOf(Option<&'static Words>);

impl WordsOf {
    /// The handle on these words.
    pub fn new(words: &'static Words) -> Self {
        Self(Some(words))
    }

    /// What is said of what the catalogues list, in another language than theirs.
    pub(super) fn catalogue(self) -> Option<&'static CatalogueWords> {
        self.0?.catalogue
    }

    /// A word of `index.html` by its `data-words`; `None` where it stays as it is there.
    pub fn standing(self, name: &str) -> Option<&'static str> {
        let mut words = self.0?.standing.iter();
        words.find(|(one, _)| *one == name).map(|(_, text)| *text)
    }
}

impl PartialEq for WordsOf {
    fn eq(&self, other: &Self) -> bool {
        let address = |words: &WordsOf| words.0.map(std::ptr::from_ref);
        address(self) == address(other)
    }
}

impl std::fmt::Debug for WordsOf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.shell().language_code)
    }
}
