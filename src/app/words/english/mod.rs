//! The words by feature: each file declares a table with its English words.

pub mod compare;
pub mod model;
pub mod notices;
pub mod panel;
pub mod picture;
pub mod shell;
pub mod start;
pub mod test_view;
