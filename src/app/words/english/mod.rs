//! The words by feature: each file declares a table with its English words.

pub mod shell;
