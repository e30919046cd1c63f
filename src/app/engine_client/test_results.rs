//! Handles what the engine finds out about maps.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Float32Array, Uint8Array};
use wasm_bindgen::{Clamped, JsCast as _, JsValue};
use web_sys::{HtmlCanvasElement, ImageData};

use super::client::EngineClient;
use crate::app::browser::canvas;
use crate::app::state::{
    ChangedPicture, EngineEvent, EngineStep, Measurement, SaliencyMap, TestResult,
};
use crate::protocol::{Event, ExplainTimings, Job};

/// How many times its strength a difference of two pictures is shown at.
const DIFFERENCE_FACTOR: i32 = 16;

impl EngineClient {
    /// Takes an answer about a map, if its request is in progress.
    pub(super) fn handle_test(&self, job: Job, event: Event, buffers: Option<&Array>) {
        let is_early = matches!(event, Event::Measured { is_early: true, .. });
        let (step, picture, map) = {
            let mut schedule = self.0.schedule.borrow_mut();
            let step = schedule.answered(job, is_early);
            let map = match &step {
                Some(EngineStep::Test(test)) => {
                    schedule.desired_state().tested_map(&test.map).cloned()
                }
                _ => None,
            };
            (step, schedule.held().picture, map)
        };
        if let (Some(EngineStep::Test(request)), Some(picture)) = (step, picture) {
            let result = self.test_result(event, buffers, map);
            let result =
                result.unwrap_or_else(|_| TestResult::Failed(self.words().not_drawn.to_owned()));
            self.0.emit.emit(EngineEvent::Tested {
                picture,
                request,
                result,
                is_early,
            });
        }
        if !is_early {
            self.send_next();
        }
    }

    fn test_result(
        &self,
        event: Event,
        buffers: Option<&Array>,
        map: Option<Rc<SaliencyMap>>,
    ) -> Result<TestResult, JsValue> {
        let floats = |index| floats(buffers, index);
        match event {
            Event::Measured { measurement, .. } => {
                let values = floats(0);
                let maps = map.map_or_else(Vec::new, |map| {
                    let timings = ExplainTimings::default();
                    let maps = values.chunks_exact(map.values.len().max(1));
                    let like = |values: &[f32]| {
                        let values = [values.to_vec(), Vec::new()];
                        let like = SaliencyMap::new(map.summary.clone(), values, 0, timings);
                        Rc::new(like.on(map.frame))
                    };
                    maps.map(like).collect()
                });
                let summary = *measurement;
                Ok(TestResult::Measured(Rc::new(Measurement { summary, maps })))
            }
            Event::Changed {
                map,
                width,
                height,
                correlation,
            } => {
                let timings = ExplainTimings::default();
                let (before, after) = (bytes(buffers, 3), bytes(buffers, 4));
                let size = (width, height);
                let difference: Vec<u8> = before
                    .iter()
                    .zip(&after)
                    .map(|(&before, &after)| difference(before, after))
                    .collect();
                Ok(TestResult::Changed(Rc::new(ChangedPicture {
                    before: self.draw(&before, size)?,
                    after: self.draw(&after, size)?,
                    difference: self.draw(&difference, size)?,
                    size,
                    map: Rc::new(SaliencyMap::new(*map, [floats(2), Vec::new()], 0, timings)),
                    logits: floats(0),
                    probabilities: floats(1),
                    correlation,
                })))
            }
            Event::CurvePicture { width, height } => Ok(TestResult::CurvePicture(
                self.draw(&bytes(buffers, 0), (width, height))?,
            )),
            _ => Err(JsValue::NULL),
        }
    }

    /// Keeps a picture as the engine read it as the one of a file: buffer 2, RGB. Whether the
    /// browser could draw it.
    pub(super) fn keep_preview(
        &self,
        file: u32,
        buffers: Option<&Array>,
        size: (u32, u32),
    ) -> bool {
        let drawn = draw(&bytes(buffers, 2), size);
        let is_drawn = drawn.is_ok();
        if let Ok(canvas) = drawn {
            self.0.resources.put_canvas(file, canvas);
        }
        is_drawn
    }

    /// Draws RGB bytes on a canvas in the resource table; its number.
    fn draw(&self, rgb: &[u8], size: (u32, u32)) -> Result<u32, JsValue> {
        Ok(self.0.resources.put_drawn(draw(rgb, size)?))
    }
}

/// Draws RGB bytes on a canvas.
fn draw(rgb: &[u8], (width, height): (u32, u32)) -> Result<HtmlCanvasElement, JsValue> {
    let rgba: Vec<u8> = rgb
        .chunks_exact(3)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX])
        .collect();
    let (canvas, context) = canvas::create(width, height)?;
    let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), width, height)?;
    context.put_image_data(&data, 0.0, 0.0)?;
    Ok(canvas)
}

fn difference(before: u8, after: u8) -> u8 {
    let change = (i32::from(after) - i32::from(before)) * DIFFERENCE_FACTOR;
    (128 + change).clamp(0, 255) as u8
}

fn buffer(buffers: Option<&Array>, index: u32) -> Option<ArrayBuffer> {
    buffers?.get(index).dyn_into().ok()
}

/// The values of a buffer; none if it is not there.
pub(super) fn floats(buffers: Option<&Array>, index: u32) -> Vec<f32> {
    let values = buffer(buffers, index).map(|buffer| Float32Array::new(&buffer).to_vec());
    values.unwrap_or_default()
}

fn bytes(buffers: Option<&Array>, index: u32) -> Vec<u8> {
    let bytes = buffer(buffers, index).map(|buffer| Uint8Array::new(&buffer).to_vec());
    bytes.unwrap_or_default()
}
