//! Which map of a picture.

/// One map of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapKey {
    pub method: &'static str,
    pub class: usize,
    /// By its name in the model's file.
    pub layer: String,
}
