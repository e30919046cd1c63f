//! Sentences for the user: errors and news beside what caused them, and what a screen
//! reader is told.

mod action;
mod notice;
mod notices_state;
mod reducer;

pub use self::action::NoticesAction;
pub use self::notice::{Notice, NoticePlace, Recovery};
pub use self::notices_state::NoticesState;
