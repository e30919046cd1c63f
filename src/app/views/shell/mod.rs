//! The page around the views: header, footer, help, and the app that joins them all.

mod app;
mod engine_chip;
mod footer;
mod header;
mod help;
mod language;
mod model_chip;
mod standing_words;
mod theme_button;

pub use self::app::App;
