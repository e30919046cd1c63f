//! A metric from the first to the last step: the map, and what chance would give.

use super::chance_maps::{centre_blob, random_map};
use super::context::{MetricContext, Source};
use super::error::EvaluateError;
use super::measurement::{Chance, Measurement};
use super::metric::{Metric, Needs};
use super::settings::RANDOM_MAPS;
use crate::explain::Saliency;

/// Measures a map by a metric, and maps of chance by the same.
///
/// # Errors
/// [`EvaluateError`]: no region where one is needed, a map that is not finite, or a budget whose
/// owner said stop.
pub async fn evaluate(
    metric: &'static Metric,
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
) -> Result<Measurement, EvaluateError> {
    saliency.target.check(context.network.classes())?;
    if !saliency.values.iter().all(|value| value.is_finite()) {
        return Err(EvaluateError::NotFinite);
    }
    if metric.needs == Needs::Region && context.region.is_none() {
        let metric = metric.name;
        return Err(EvaluateError::NoRegion { metric });
    }
    let random_maps = context.settings.integer(RANDOM_MAPS);
    let chance_maps = if random_maps == 0 { 0 } else { random_maps + 1 };
    context.source = Source::Method;
    context.maps = (0, 1 + chance_maps);
    let measured = (metric.measure)(context, saliency).await?;
    let mut measurement = context.measurement(saliency, measured);
    if random_maps > 0 && measurement.left_out.is_none() {
        (context.show)(&measurement);
        measurement.chance = chance(metric, context, saliency, random_maps).await?;
        if measurement.chance.is_none() {
            measurement.left_out = Some("what chance gives was not measured".into());
        }
    }
    measurement.runs = context.runs;
    Ok(measurement)
}

/// What chance gives; `None` if the budget ended before it was known.
async fn chance(
    metric: &'static Metric,
    context: &mut MetricContext<'_>,
    saliency: &Saliency,
    random_maps: usize,
) -> Result<Option<Chance>, EvaluateError> {
    let mut values = Vec::with_capacity(random_maps);
    let mut centre = f64::NAN;
    for number in 0..=random_maps {
        context.breathe().await?;
        context.maps.0 = number + 1;
        // The blob comes first: it is one map, and the random ones may be many.
        let is_centre = number == 0;
        let map = if is_centre {
            context.source = Source::Centre;
            centre_blob(saliency)
        } else {
            let number = number as u64;
            // Maps that a random one is compared with are other numbers.
            context.source = Source::Random((number << 20) + 1);
            random_map(saliency, context.seed, number << 20)
        };
        let chance_map = Saliency {
            values: map,
            channels: None,
            ..saliency.clone()
        };
        let measured = (metric.measure)(context, &chance_map).await?;
        if measured.left_out.is_some() {
            return Ok(None);
        }
        if is_centre {
            centre = measured.value;
        } else {
            values.push(measured.value);
        }
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    let variance = squares.sum::<f64>() / (count - 1.0).max(1.0);
    Ok(Some(Chance {
        random: mean,
        random_maps,
        random_deviation: variance.sqrt(),
        centre,
    }))
}
