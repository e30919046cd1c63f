//! All words that a person sees in the page: one table for each language.
//!
//! - `table`: what a table of words is made of
//! - `catalogue`: words for what the catalogues list: methods, settings, metrics
//! - [`english`]: the words by feature, each with its name in the program: a table's definition
//! - [`german`]: the same in German, loaded when it is chosen (`load`)
//! - [`language`]: the languages that there are
//!
//! A word is a text, or a function where values are put in, so that each language orders its own
//! sentence and has its own plural. [`WordsOf`] is the handle that state and views hold.
//!
//! To add a language: a folder beside `german` with a static of every table, which the compiler asks
//! for word by word; a variant in `language.rs`; and in `load.rs` a function of a part of its own,
//! so that nobody loads it who does not choose it.
//!
//! What stays as it is: the names of methods, samples and classes; messages of the engine and of
//! models, which are English; files that are saved, which others read; `<grad-cam>` in `www`, whose
//! host has a language of its own; and what `index.html` says before the program is there.

mod catalogue;
pub mod english;
pub mod german;
mod language;
mod load;
mod table;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::rc::Rc;

use self::catalogue::CatalogueWords;
pub use self::english::compare::CompareWords;
pub use self::english::model::ModelWords;
pub use self::english::notices::NoticeWords;
pub use self::english::panel::PanelWords;
pub use self::english::picture::PictureWords;
pub use self::english::shell::ShellWords;
pub use self::english::start::StartWords;
pub use self::english::test_view::TestWords;
pub use self::language::Language;
pub use self::load::load;

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

/// The words of the language that the page has at the time, for what happens later; clones are the
/// same.
#[derive(Clone, Default, PartialEq)]
pub struct SpokenWords(Rc<Cell<WordsOf>>);

impl SpokenWords {
    /// From now on these are spoken.
    pub fn set(&self, words: WordsOf) {
        self.0.set(words);
    }

    /// Those that are spoken now.
    pub fn get(&self) -> WordsOf {
        self.0.get()
    }
}
