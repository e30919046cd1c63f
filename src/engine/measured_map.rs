//! Maps that the page sends back to be measured, and what it is told of the measure.

use ndarray::Array2;

use super::question::Question;
use super::session_error::SessionError;
use crate::evaluate::{Curve, Measurement};
use crate::explain::{self, Completeness, Saliency, Target};
use crate::protocol::{ChanceSummary, CurveSummary, MapSummary, MeasurementSummary};

/// The map of a summary and its values.
///
/// # Errors
/// [`SessionError`] for values of another shape, or a method, target or setting that is none.
pub fn saliency_of(map: &MapSummary, values: Vec<f32>) -> Result<Saliency, SessionError> {
    let method = explain::method(&map.method)?;
    let said = map.settings.iter();
    let settings = method.settings(said.map(|(id, value)| (id.as_str(), value.as_str())))?;
    let values = Array2::from_shape_vec((map.height, map.width), values);
    let values = values.map_err(|error| SessionError::Tensor {
        name: "the map".into(),
        wanted: vec![map.height, map.width],
        reason: error.to_string(),
    })?;
    Ok(Saliency {
        values,
        channels: None,
        target: Target::parse(&map.target)?,
        value: map.value,
        method: method.id,
        settings,
        seed: map.seed.map(u64::from),
        layer: map.layer.clone(),
        further_layers: map.further_layers.clone(),
        is_at_layer: map.is_at_layer,
        unit: map.unit,
        runs: map.runs,
        left_out: map.left_out.clone(),
        completeness: map.completeness.as_ref().map(|told| Completeness {
            sum: told.sum,
            expected: told.expected,
            meaning: "",
        }),
        coincides_with: Vec::new(),
        channels_of_layer: Vec::new(),
    })
}

/// What a map answers, to be asked again.
pub fn question_of<'a>(map: &'a MapSummary, saliency: &Saliency) -> Question<'a> {
    Question {
        method: &map.method,
        target: saliency.target,
        layer: Some(&map.layer),
        settings: &map.settings,
        seed: saliency.seed.unwrap_or(0),
    }
}

impl From<&Measurement> for MeasurementSummary {
    fn from(found: &Measurement) -> MeasurementSummary {
        MeasurementSummary {
            metric: found.metric.into(),
            value: found.value,
            chance: found.chance.map(|chance| ChanceSummary {
                random: chance.random,
                centre: chance.centre,
            }),
            curves: found.curves.iter().map(curve).collect(),
            protocol: (found.protocol.iter())
                .map(|(id, value)| (id.to_owned(), value.to_string()))
                .collect(),
            seed: u32::try_from(found.seed).unwrap_or(u32::MAX),
            runs: found.runs,
            left_out: found.left_out.clone(),
        }
    }
}

fn curve(curve: &Curve) -> CurveSummary {
    let (xs, ys) = curve.points.iter().copied().unzip();
    CurveSummary {
        name: curve.name.into(),
        xs,
        ys,
    }
}
