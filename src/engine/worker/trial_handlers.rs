//! What the requests that try a model out do to the session.

use super::budget::JobBudget;
use super::foreign_pictures::readable;
use super::job::JobContext;
use crate::engine::model_report::{model_report, report_text};
use crate::engine::session::Session;
use crate::engine::session_error::SessionError;
use crate::protocol::{Event, PredictionOverrides, ScalingTrial};

/// Runs the network on a picture, told by its name and its bytes, by each scaling.
///
/// # Errors
/// [`SessionError`].
pub async fn try_scalings(
    job: &mut JobContext<'_>,
    session: &mut Session,
    (name, bytes): (&str, &[u8]),
    overrides: &PredictionOverrides,
) -> Result<(), SessionError> {
    let bytes = &readable(bytes.to_vec(), name).await?;
    let sender = job.sender();
    let send = |trials: &[ScalingTrial], is_early: bool| {
        let trials = trials.to_vec();
        sender.send(&Event::ScalingTrials { trials, is_early }, &[]);
    };
    let mut budget = JobBudget::without_maps(job, session.runs());
    let mut show = |early: &[ScalingTrial]| send(early, true);
    let tried = session.try_scalings(bytes, name, overrides, &mut budget, &mut show);
    send(&tried.await?, false);
    Ok(())
}

/// Tries every method and every question, and reports.
///
/// # Errors
/// [`SessionError`].
pub async fn try_everything(
    job: &mut JobContext<'_>,
    session: &mut Session,
) -> Result<(), SessionError> {
    let mut budget = JobBudget::without_maps(job, session.runs());
    let trial = session.try_everything(&mut budget).await?;
    let description = session.description().ok_or(SessionError::NoModel)?;
    let text = report_text(&model_report(description, Some(&trial)));
    job.send(&Event::Report { text }, &[]);
    Ok(())
}
