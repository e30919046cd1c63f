//! All words that a person sees in the page: one table for each language.
//!
//! - `table`: what a table of words is made of
//! - `catalogue`: words for what the catalogues list: methods, settings, metrics; `listed` finds them
//! - [`english`]: the words by feature, each with its name in the program: a table's definition
//! - [`german`]: the same in German, loaded when it is chosen (`load`)
//! - `language`: the languages that there are
//!
//! A word is a text, or a function where values are put in, so that each language orders its own
//! sentence and has its own plural. [`WordsOf`] (`handle`) is what state and views hold.
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
mod handle;
mod language;
mod listed;
mod load;
mod table;
#[cfg(test)]
mod tests;

pub use self::english::compare::CompareWords;
pub use self::english::model::ModelWords;
pub use self::english::notices::NoticeWords;
pub use self::english::panel::PanelWords;
pub use self::english::picture::PictureWords;
pub use self::english::shell::ShellWords;
pub use self::english::start::StartWords;
pub use self::english::test_view::TestWords;
pub use self::handle::{ENGLISH, Words, WordsOf};
pub use self::language::Language;
pub use self::load::load;
