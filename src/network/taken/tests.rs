//! Taken layers against tract's own.
