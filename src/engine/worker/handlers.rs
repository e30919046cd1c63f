//! What each request does to the session, and the event that answers it.

use js_sys::{ArrayBuffer, Float32Array, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::DedicatedWorkerGlobalScope;

use super::budget::{JobBudget, send_map};
use super::foreign_pictures::readable;
use super::job::JobContext;
use super::load_model::{LoadOptions, load_given, load_listed};
use super::messages::{ReceivedRequest, failed, transferable};
use super::trial_handlers::{try_everything, try_scalings};
use super::trust_handlers::{Measure, curve_picture, explain_changed, measure};
use crate::engine::memory_limit::memory_limit;
use crate::engine::question::Question;
use crate::engine::session::Session;
use crate::engine::session_error::SessionError;
use crate::evaluate::CurvePoint;
use crate::explain::Target;
use crate::picture::RgbImage;
use crate::protocol::{Event, ModelSource, Phase, PredictionOverrides, Request};

/// Does what a request asks for, and sends the event that answers it.
///
/// # Errors
/// The event that says what went wrong.
pub async fn handle(
    job: &mut JobContext<'_>,
    session: &mut Session,
    received: ReceivedRequest,
) -> Result<(), Event> {
    let mut buffers = received.buffers.into_iter();
    let file = buffers.next().unwrap_or_else(|| ArrayBuffer::new(0));
    match received.message.request {
        Request::LoadModel {
            model,
            layer,
            remembered,
            exceeds_memory,
        } => {
            let options = LoadOptions {
                layer,
                remembered,
                memory_limit: (!exceeds_memory).then(|| memory_limit(device_memory(job.scope))),
            };
            match model {
                ModelSource::File { name, weights } => {
                    load_given(job, session, name, (file, &weights), &options).await
                }
                ModelSource::Manifest { url, entry } => {
                    load_listed(job, session, &url, entry, &options).await
                }
            }
        }
        Request::Predict { name, overrides } => {
            let bytes = readable(Uint8Array::new(&file).to_vec(), &name).await;
            let bytes = bytes.map_err(failed)?;
            predict(job, session, &name, &bytes, &overrides).map_err(failed)
        }
        Request::Explain {
            method,
            target,
            layer,
            settings,
            seed,
            reference,
            region,
        } => {
            let mut mask = file.clone();
            if let Some(name) = reference {
                let bytes = readable(Uint8Array::new(&file).to_vec(), &name).await;
                let bytes = bytes.map_err(failed)?;
                compare_with(job, session, &name, &bytes).map_err(failed)?;
                mask = buffers.next().unwrap_or_else(|| ArrayBuffer::new(0));
            }
            let mut target = Target::parse(&target).map_err(|error| failed(error.into()))?;
            if let Some(region) = region {
                let mask = Uint8Array::new(&mask).to_vec();
                target = target.with_area(session.draw_region(&region, &mask));
            }
            let question = Question {
                method: &method,
                target,
                layer: Some(&layer),
                settings: &settings,
                seed: seed.into(),
            };
            explain(job, session, &question).await.map_err(failed)
        }
        Request::Measure {
            metric,
            seed,
            region,
            map,
        } => {
            let mask = buffers.next().map(|mask| Uint8Array::new(&mask).to_vec());
            let asked = Measure {
                metric: &metric,
                seed: seed.into(),
                region: region
                    .as_ref()
                    .map(|region| (region, mask.unwrap_or_default())),
            };
            let map = (&*map, values_of(&file));
            measure(job, session, &asked, map).await.map_err(failed)
        }
        Request::CurvePicture {
            metric,
            seed,
            curve,
            share,
            map,
        } => {
            let asked = Measure {
                metric: &metric,
                seed: seed.into(),
                region: None,
            };
            let (point, map) = (CurvePoint { curve, share }, (&*map, values_of(&file)));
            let shown = curve_picture(job, session, &asked, point, map).await;
            shown.map_err(failed)
        }
        Request::Change { change, map } => {
            let map = (&*map, values_of(&file));
            explain_changed(job, session, &change, map)
                .await
                .map_err(failed)
        }
        Request::TryScalings { name, overrides } => {
            let bytes = Uint8Array::new(&file).to_vec();
            try_scalings(job, session, (&name, &bytes), &overrides)
                .await
                .map_err(failed)
        }
        Request::TryEverything => try_everything(job, session).await.map_err(failed),
        // The message loop does it on arrival.
        Request::Cancel { .. } => Ok(()),
    }
}

fn predict(
    job: &mut JobContext<'_>,
    session: &mut Session,
    name: &str,
    bytes: &[u8],
    overrides: &PredictionOverrides,
) -> Result<(), SessionError> {
    let mut progress = |phase, done, total| job.progress(phase, done as f64, total as f64);
    let prediction = session.predict_with(bytes, name, overrides, &mut progress)?;
    let (width, height) = prediction.size;
    let frame = prediction.frame;
    let event = Event::Prediction {
        width,
        height,
        notes: prediction.notes,
        preview: prediction.preview.as_ref().map(RgbImage::dimensions),
        reading: Box::new(prediction.reading),
        frame: [frame.left, frame.top, frame.width, frame.height],
        timings_ms: prediction.timings_ms,
    };
    let mut buffers = vec![
        transferable(&prediction.logits),
        transferable(&prediction.probabilities),
    ];
    if let Some(preview) = &prediction.preview {
        buffers.push(Uint8Array::from(preview.as_raw().as_slice()).buffer());
    }
    job.send(&event, &buffers);
    Ok(())
}

/// Makes a second picture the one to compare with.
fn compare_with(
    job: &mut JobContext<'_>,
    session: &mut Session,
    name: &str,
    bytes: &[u8],
) -> Result<(), SessionError> {
    let mut progress = |phase, done, total| job.progress(phase, done as f64, total as f64);
    let set = session.set_reference(bytes, name, &mut progress);
    set.map_err(|error| SessionError::Reference {
        reason: error.to_string(),
    })
}

async fn explain(
    job: &mut JobContext<'_>,
    session: &mut Session,
    question: &Question<'_>,
) -> Result<(), SessionError> {
    if question
        .layer
        .is_some_and(|layer| !session.is_layer_ready(layer))
    {
        job.progress(Phase::Prepare, 0.0, 1.0);
    }
    let mut budget = JobBudget::new(job, session.runs());
    let (saliency, timings_ms) = session.ask(question, &mut budget).await?;
    send_map(job, &saliency, false, session.runs(), timings_ms);
    Ok(())
}

/// What the browser says of the device's memory, in gigabytes; `None` where it says nothing.
fn device_memory(scope: &DedicatedWorkerGlobalScope) -> Option<f64> {
    let name = JsValue::from_str("deviceMemory");
    Reflect::get(&scope.navigator(), &name).ok()?.as_f64()
}

fn values_of(buffer: &ArrayBuffer) -> Vec<f32> {
    Float32Array::new(buffer).to_vec()
}
