//! What the catalogue says of a metric.

#[cfg(feature = "network")]
use ndarray::Array3;

use crate::explain::{ExplainError, Setting, Settings};
#[cfg(feature = "network")]
use crate::explain::{LocalFuture, Saliency};

#[cfg(feature = "network")]
use super::{context::MetricContext, error::EvaluateError, measurement::Measured};

/// A metric as the catalogue knows it.
pub struct Metric {
    /// Short and stable, for files, flags and the URL.
    pub id: &'static str,
    /// The field's name for it.
    pub name: &'static str,
    /// What it answers, plainly.
    pub question: &'static str,
    /// What to beware of, in one sentence.
    pub caution: &'static str,
    pub group: Group,
    pub better: Better,
    pub needs: Needs,
    /// How often the network runs, in words.
    pub cost: &'static str,
    /// Groups of settings, in the order in which they are offered.
    pub settings: &'static [&'static [Setting]],
    /// Whether it runs the network.
    pub is_slow: bool,
    /// Whether it draws random numbers besides those of random maps.
    pub is_random: bool,
    pub points: Points,
    /// The page, which has no network, only names metrics.
    #[cfg(feature = "network")]
    pub measure: Measure,
}

/// Measures a map. It is called for the map itself, and for maps of chance.
#[cfg(feature = "network")]
pub type Measure = for<'a, 'b> fn(
    &'a mut MetricContext<'b>,
    &'a Saliency,
) -> LocalFuture<'a, Result<Measured, EvaluateError>>;

/// What stands behind the points of a metric's curves.
#[derive(Clone, Copy)]
pub enum Points {
    /// It has no curves.
    None,
    /// Changed pictures.
    Pictures {
        /// Makes one of them again.
        #[cfg(feature = "network")]
        picture: PictureAt,
    },
    /// Maps that the map is compared with: [`Measurement::maps`](super::Measurement::maps).
    Maps,
}

/// Makes the picture [C, H, W] of a point of a curve.
#[cfg(feature = "network")]
pub type PictureAt = for<'a, 'b> fn(
    &'a mut MetricContext<'b>,
    &'a Saliency,
    CurvePoint,
) -> LocalFuture<'a, Result<Array3<f32>, EvaluateError>>;

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// The number of the curve among [`Measurement::curves`](super::Measurement::curves).
    pub curve: usize,
    /// Its x: the share of the picture that is changed.
    pub share: f64,
}

/// What a metric looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What the network does with changed pictures.
    Faithfulness,
    /// Where the object is.
    Localisation,
    /// Whether the map depends on what it should.
    Sanity,
}

/// Which of two values speaks for a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Higher,
    Lower,
}

/// What a metric needs besides the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A box or a mask.
    Region,
    /// To make maps by the same method again.
    Method,
}

impl Group {
    /// Every group, in the order of the catalogue.
    pub const ALL: [Group; 3] = [Group::Faithfulness, Group::Localisation, Group::Sanity];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Group::Faithfulness => "Faithfulness to the network",
            Group::Localisation => "Agreement with the object",
            Group::Sanity => "Sanity of the method",
        }
    }
}

impl Better {
    /// In files.
    pub fn id(self) -> &'static str {
        match self {
            Better::Higher => "higher",
            Better::Lower => "lower",
        }
    }
}

impl Metric {
    /// Its id and its name.
    pub fn names(&self) -> (&'static str, &'static str) {
        (self.id, self.name)
    }

    /// Every setting that it declares.
    pub fn declared(&self) -> impl Iterator<Item = &'static Setting> {
        self.settings.iter().flat_map(|group| group.iter())
    }

    /// Its settings: what was said, else the defaults.
    ///
    /// # Errors
    /// [`ExplainError`] for a setting that it has not, or a value out of range.
    pub fn settings<'a>(
        &self,
        said: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Settings, ExplainError> {
        Settings::new(self.id, self.declared(), said)
    }
}
