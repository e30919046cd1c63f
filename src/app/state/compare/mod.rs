//! Maps side by side: which ones, in which order, and which two are laid over each other.

mod action;
mod compare_state;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod selectors;

pub use self::action::CompareAction;
pub use self::compare_state::{CompareAxis, CompareState};
