//! What the requests about a map's trustworthiness do to the session.

use image::RgbImage;
use js_sys::Uint8Array;

use super::budget::JobBudget;
use super::job::JobContext;
use super::messages::transferable;
use crate::engine::drawn_region;
use crate::engine::evaluation::MetricQuestion;
use crate::engine::measured_map::{question_of, saliency_of};
use crate::engine::session::Session;
use crate::engine::session_error::SessionError;
use crate::evaluate::{CurvePoint, Measurement};
use crate::protocol::{DrawnRegion, Event, MapSummary, MeasurementSummary, PictureChange};

/// What is measured of a map.
pub struct Measure<'a> {
    /// The metric's id.
    pub metric: &'a str,
    pub seed: u64,
    /// Where the object is, with the bytes of its mask.
    pub region: Option<(&'a DrawnRegion, Vec<u8>)>,
}

/// Measures a map, told by its summary and its values.
///
/// # Errors
/// [`SessionError`].
pub async fn measure(
    job: &mut JobContext<'_>,
    session: &mut Session,
    asked: &Measure<'_>,
    (map, values): (&MapSummary, Vec<f32>),
) -> Result<(), SessionError> {
    let saliency = saliency_of(map, values)?;
    let region = asked.region.as_ref();
    let region = region.map(|(region, mask)| drawn_region::region(region, mask));
    let region = region.transpose()?;
    let question = MetricQuestion {
        metric: asked.metric,
        settings: &[],
        seed: asked.seed,
        region: region.as_ref(),
    };
    let sender = job.sender();
    let send = |measurement: &Measurement, is_early: bool| {
        let event = Event::Measured {
            measurement: Box::new(MeasurementSummary::from(measurement)),
            is_early,
        };
        let maps = measurement.maps.iter();
        let values: Vec<f32> = maps.flat_map(|map| map.iter().copied()).collect();
        sender.send(&event, &[transferable(&values)]);
    };
    let mut budget = JobBudget::without_maps(job, session.runs());
    let mut show = |early: &Measurement| send(early, true);
    let measured = session
        .measure(&question, &saliency, &mut budget, &mut show)
        .await?;
    send(&measured, false);
    Ok(())
}

/// Shows the picture of a point of a metric's curve.
///
/// # Errors
/// [`SessionError`].
pub async fn curve_picture(
    job: &mut JobContext<'_>,
    session: &mut Session,
    asked: &Measure<'_>,
    point: CurvePoint,
    (map, values): (&MapSummary, Vec<f32>),
) -> Result<(), SessionError> {
    let saliency = saliency_of(map, values)?;
    let question = MetricQuestion {
        metric: asked.metric,
        settings: &[],
        seed: asked.seed,
        region: None,
    };
    let mut budget = JobBudget::without_maps(job, session.runs());
    let picture = session
        .curve_picture(&question, &saliency, point, &mut budget)
        .await?;
    let (width, height) = picture.dimensions();
    let bytes = Uint8Array::from(picture.as_raw().as_slice()).buffer();
    job.send(&Event::CurvePicture { width, height }, &[bytes]);
    Ok(())
}

/// Explains the picture after a change.
///
/// # Errors
/// [`SessionError`].
pub async fn explain_changed(
    job: &mut JobContext<'_>,
    session: &mut Session,
    change: &PictureChange,
    (map, values): (&MapSummary, Vec<f32>),
) -> Result<(), SessionError> {
    let saliency = saliency_of(map, values)?;
    let question = question_of(map, &saliency);
    let mut budget = JobBudget::without_maps(job, session.runs());
    let changed = session
        .explain_changed(change, &saliency, &question, &mut budget)
        .await?;
    let (width, height) = changed.after.dimensions();
    let event = Event::Changed {
        map: Box::new(MapSummary::from(&changed.saliency)),
        width,
        height,
        correlation: changed.correlation,
    };
    let values: Vec<f32> = changed.saliency.values.iter().copied().collect();
    let bytes = |picture: RgbImage| Uint8Array::from(picture.as_raw().as_slice()).buffer();
    let buffers = [
        transferable(&changed.prediction.logits),
        transferable(&changed.prediction.probabilities),
        transferable(&values),
        bytes(changed.before),
        bytes(changed.after),
    ];
    job.send(&event, &buffers);
    Ok(())
}
