//! What is seen. Every component gets the same [`Props`]: the state to show and
//! the page to act on.

mod about;
mod app;
mod canvas;
mod classes;
mod controls;
mod details;
mod empty;
mod footer;
mod header;
mod help;
mod layers;
mod legend;
mod models;
mod notice;
mod page;
mod popover;
mod progress;
mod question;
mod saving;
mod search;
mod stage;

pub use app::App;
pub use page::{Page, Props};
