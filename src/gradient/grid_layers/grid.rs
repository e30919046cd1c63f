//! How places lie in a layer whose axes do not show it.

/// How places lie in a tensor with three axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// [1, skipped + h · w, D]: tokens that are no place come first.
    Tokens {
        skipped: usize,
        height: usize,
        width: usize,
        features: usize,
    },
    /// [1, C, T].
    Signal,
}
