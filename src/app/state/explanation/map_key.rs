//! Which map of a picture.

use crate::explain::Target;

/// One map of a picture: all that it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapKey {
    pub method: &'static str,
    pub target: Target,
    /// By its name in the model's file.
    pub layer: String,
    /// Settings of the method by id, where they are not the default.
    pub settings: Vec<(String, String)>,
    /// What random numbers begin with.
    pub seed: u32,
    /// The number of the marked part of the picture that the question is about; 0 for none.
    pub region: u32,
}

impl MapKey {
    /// Whether the two differ by the classes that they ask about, at most.
    pub fn differs_by_class(&self, other: &MapKey) -> bool {
        self.target.kind() == other.target.kind()
            && MapKey {
                target: other.target,
                ..self.clone()
            } == *other
    }

    /// Whether it compares the picture with a second one.
    pub fn wants_second_picture(&self) -> bool {
        matches!(self.target, Target::Similarity(_))
    }

    /// The class that is asked about.
    pub fn class(&self) -> usize {
        self.target.class()
    }
}
