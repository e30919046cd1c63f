//! What the catalogue says of a method.

use super::setting::{Setting, Settings};
#[cfg(feature = "network")]
use super::{
    budget::LocalFuture, cam::Weigh, context::Context, error::ExplainError, saliency::Saliency,
};

/// A method as the catalogue knows it.
pub struct Method {
    /// Short and stable, for files, flags and the URL.
    pub id: &'static str,
    /// The field's name for it.
    pub name: &'static str,
    /// What it answers, plainly, for people who do not know the name: "where raising the class
    /// would raise it most".
    pub plain_name: &'static str,
    /// How, in one plain sentence.
    pub summary: &'static str,
    /// What to beware of, in one sentence with its source.
    pub caution: &'static str,
    pub family: Family,
    /// How often the network runs, in words: "none after the prediction".
    pub cost: &'static str,
    /// Groups of settings, in the order in which they are offered.
    pub settings: &'static [&'static [Setting]],
    /// Whether it runs the network, or a part of it, many times.
    pub is_slow: bool,
    /// Whether it draws random numbers.
    pub is_random: bool,
    /// Whether its values are in the target's unit; else they can be compared with each other
    /// only.
    pub has_unit: bool,
    /// The page, which has no network, only names methods.
    #[cfg(feature = "network")]
    pub explain: Explain,
}

/// How a method explains what a context asks.
#[cfg(feature = "network")]
#[derive(Clone, Copy)]
pub enum Explain {
    /// By weighing the layer's activations by one gradient there.
    Weighted(Weigh),
    /// By a computation of its own.
    Computed(
        for<'a, 'b> fn(&'a mut Context<'b>) -> LocalFuture<'a, Result<Saliency, ExplainError>>,
    ),
}

/// What a method looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Activations of a layer, weighed.
    ClassActivation,
    /// The gradient at the input.
    Gradient,
    /// Outputs for changed inputs.
    Perturbation,
    /// The maps of other methods.
    Combination,
}

impl Family {
    /// Every family, in the order of the catalogue.
    pub const ALL: [Family; 4] = [
        Family::ClassActivation,
        Family::Gradient,
        Family::Perturbation,
        Family::Combination,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Family::ClassActivation => "Class activation maps",
            Family::Gradient => "Gradients at the picture",
            Family::Perturbation => "Changed pictures",
            Family::Combination => "Combinations",
        }
    }
}

impl Method {
    /// Whether its map has the grid of a layer, and not that of the input.
    pub fn is_at_layer(&self) -> bool {
        self.family == Family::ClassActivation
    }

    /// Every setting that it declares.
    pub fn declared(&self) -> impl Iterator<Item = &'static Setting> {
        self.settings.iter().flat_map(|group| group.iter())
    }

    /// Its settings: what was said, else the defaults.
    ///
    /// # Errors
    /// [`ExplainError`](super::ExplainError) for a setting that it has not, or a value out of
    /// range.
    pub fn settings<'a>(
        &self,
        said: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Settings, super::ExplainError> {
        Settings::new(self.id, self.declared(), said)
    }
}
