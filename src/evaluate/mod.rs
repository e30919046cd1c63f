//! Measures of how far a map can be trusted: what the network does where the map says, whether
//! the map lies on the object, and whether it depends on the network at all.
//!
//! - `metric`: what the catalogue says of a metric
//! - `measurement`: what every metric returns; `error`: why there is none
//! - `region`: where the object is
//! - `settings`: what several metrics let be set
//! - `context`: what a metric is given, and what it may ask
//! - `evaluation`: a metric from the first to the last step, with what chance would give
//! - `chance_maps`: maps that know nothing
//! - `explanation_mask`: a map as a mask of the picture, and the order of its pixels
//! - `correlation`, `structural_similarity`: how alike two maps are
//! - `adversarial`: pictures that change the class and look the same
//! - `faithfulness`, `localisation`, `sanity`: the metrics by group, one file each
//!
//! To add one: a file in its group's folder with a `pub const METRIC: Metric`, and a line in
//! [`METRICS`]. Page, command line and tests read the catalogue.

#[cfg(feature = "network")]
mod adversarial;
#[cfg(feature = "network")]
mod chance_maps;
#[cfg(feature = "network")]
mod context;
#[cfg(feature = "network")]
mod correlation;
mod error;
#[cfg(feature = "network")]
mod evaluation;
#[cfg(feature = "network")]
mod explanation_mask;
pub mod faithfulness;
pub mod localisation;
mod measurement;
mod metric;
mod region;
pub mod sanity;
mod settings;
#[cfg(feature = "network")]
mod structural_similarity;
#[cfg(all(test, feature = "network"))]
mod tests;

#[cfg(feature = "network")]
pub use adversarial::{Attack, Perturbed, grey_levels, perturb};
#[cfg(feature = "network")]
pub use context::{MetricContext, Source};
#[cfg(feature = "network")]
pub use correlation::rank_correlation;
pub use error::EvaluateError;
#[cfg(feature = "network")]
pub use evaluation::evaluate;
pub use measurement::{Chance, Curve, Measurement};
pub use metric::{Better, CurvePoint, Group, Metric, Needs, Points};
pub use region::{BoxArea, Region};
#[cfg(feature = "network")]
pub use structural_similarity::structural_similarity;

/// All metrics, by group.
pub const METRICS: &[Metric] = &[
    faithfulness::deletion::METRIC,
    faithfulness::insertion::METRIC,
    faithfulness::road::MOST_RELEVANT_FIRST,
    faithfulness::road::LEAST_RELEVANT_FIRST,
    faithfulness::road::COMBINED,
    faithfulness::average_drop::METRIC,
    faithfulness::average_increase::METRIC,
    faithfulness::average_gain::METRIC,
    faithfulness::adcc::METRIC,
    faithfulness::completeness::METRIC,
    localisation::pointing_game::METRIC,
    localisation::energy_pointing_game::METRIC,
    localisation::box_overlap::METRIC,
    localisation::localisation_accuracy::METRIC,
    sanity::cascading_randomisation::METRIC,
    sanity::random_logit::METRIC,
    sanity::stability::METRIC,
];

/// The metric with this `id`.
///
/// # Errors
/// [`EvaluateError::UnknownMetric`], which lists those there are.
pub fn metric(id: &str) -> Result<&'static Metric, EvaluateError> {
    let known = || {
        let ids: Vec<&str> = METRICS.iter().map(|metric| metric.id).collect();
        ids.join(", ")
    };
    let found = METRICS.iter().find(|metric| metric.id == id);
    found.ok_or_else(|| EvaluateError::UnknownMetric {
        wanted: id.to_owned(),
        known: known(),
    })
}
