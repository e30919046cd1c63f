//! What the engine is asked.

use js_sys::{Array, Float32Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::client::EngineClient;
use crate::app::browser::{model_storage, svg_picture};
use crate::app::state::{
    DesiredState, EngineStep, MarkedRegion, ModelChoice, ModelProbe, PARTS, PictureKey,
    SecondPicture, TestQuestion, TestRequest,
};
use crate::protocol::{ModelSource, PictureChange, PictureOverrides, PredictionOverrides, Request};

impl EngineClient {
    /// A step's request and its buffers, the files read.
    ///
    /// # Errors
    /// If what it needs is gone or cannot be read.
    pub(super) async fn prepare(&self, step: &EngineStep) -> Result<(Request, Array), JsValue> {
        let desired = self.0.schedule.borrow().desired_state().clone();
        let buffers = Array::new();
        let request = match step {
            EngineStep::Load(_) => {
                let model = desired.model.ok_or("no model is wanted")?;
                let exceeds_memory = model.exceeds_memory;
                let source = match model.source {
                    ModelChoice::Entry(entry) => ModelSource::Manifest {
                        url: model_storage::model_address(&entry),
                        entry,
                    },
                    ModelChoice::File {
                        file,
                        name,
                        weights,
                        ..
                    } => {
                        buffers.push(&self.read(file).await?);
                        ModelSource::File { name, weights }
                    }
                };
                Request::LoadModel {
                    model: source,
                    layer: desired.layer,
                    remembered: desired.remembered,
                    exceeds_memory,
                }
            }
            EngineStep::Predict(key) => {
                let (name, overrides) = self.picture_and_choices(&desired, *key, &buffers).await?;
                Request::Predict { name, overrides }
            }
            EngineStep::Explain(key) => {
                let second = desired.second_picture;
                let second = second.filter(|_| key.wants_second_picture());
                let reference = match second {
                    Some(SecondPicture { file, name }) => {
                        buffers.push(&self.read_picture(file, &name).await?);
                        Some(name)
                    }
                    None => None,
                };
                let region = desired.region.filter(|region| region.number == key.region);
                if let Some(region) = &region {
                    buffers.push(&mask(region));
                }
                Request::Explain {
                    region: region.map(|region| region.shape),
                    method: key.method.to_owned(),
                    target: key.target.to_string(),
                    layer: key.layer.clone(),
                    settings: key.settings.clone(),
                    seed: key.seed,
                    reference,
                }
            }
            EngineStep::Probe(ModelProbe::Scalings(key)) => {
                let (name, overrides) = self.picture_and_choices(&desired, *key, &buffers).await?;
                Request::TryScalings { name, overrides }
            }
            EngineStep::Probe(ModelProbe::Everything(_)) => Request::TryEverything,
            EngineStep::Test(test) => test_request(test, desired, &buffers)?,
        };
        Ok((request, buffers))
    }

    /// The name of the desired picture and what is chosen for it; its bytes are a buffer.
    async fn picture_and_choices(
        &self,
        desired: &DesiredState,
        key: PictureKey,
        buffers: &Array,
    ) -> Result<(String, PredictionOverrides), JsValue> {
        let picture = desired.picture.as_ref().ok_or("no picture is wanted")?;
        buffers.push(&self.read_picture(key.file, &picture.name).await?);
        let overrides = PredictionOverrides {
            scaling: key.overrides.scaling.map(str::to_owned),
            fit: key.overrides.fit.map(|fit| fit.to_string()),
            output_activation: key.overrides.output_activation,
            picture: PictureOverrides {
                window: key.choices.window.map(|window| [window.low, window.high]),
                background: key.choices.background.map(|one| one.to_string()),
                bands: key.choices.bands,
                converts_colors: key.choices.converts_colors,
            },
        };
        Ok((picture.name.clone(), overrides))
    }

    /// As [`EngineClient::read`]; of an SVG file, which the engine cannot draw, the pixels.
    async fn read_picture(&self, file: u32, name: &str) -> Result<JsValue, JsValue> {
        let blob = self.0.resources.file(file).ok_or("the file is gone")?;
        match svg_picture::pixels(&blob, name).await? {
            Some(pixels) => Ok(pixels),
            None => self.read(file).await,
        }
    }

    /// A fresh copy of a file's bytes, to be transferred; the file stays.
    async fn read(&self, file: u32) -> Result<JsValue, JsValue> {
        let blob = self.0.resources.file(file).ok_or("the file is gone")?;
        JsFuture::from(blob.array_buffer()).await
    }
}

/// The request that finds something out about a map, and its buffers.
fn test_request(
    test: &TestRequest,
    desired: DesiredState,
    buffers: &Array,
) -> Result<Request, JsValue> {
    let map = desired.tested_map(&test.map).ok_or("the map is gone")?;
    buffers.push(&Float32Array::from(map.values.as_slice()).buffer());
    let summary = Box::new(map.summary.clone());
    let part = |part: u32| f64::from(part) / f64::from(PARTS);
    // What is random of a measure begins with what was random of the map.
    let seed = test.map.seed;
    Ok(match &test.question {
        TestQuestion::Measure { metric, region } => {
            let marked = desired.region.filter(|marked| marked.number == *region);
            if let Some(marked) = &marked {
                buffers.push(&mask(marked));
            }
            Request::Measure {
                metric: (*metric).to_owned(),
                seed,
                region: marked.map(|marked| marked.shape),
                map: summary,
            }
        }
        TestQuestion::CurvePicture {
            metric,
            curve,
            share,
        } => Request::CurvePicture {
            metric: (*metric).to_owned(),
            seed,
            curve: *curve,
            share: part(*share),
            map: summary,
        },
        TestQuestion::Cover { area } => Request::Change {
            change: PictureChange::Cover {
                area: area.map(part),
            },
            map: summary,
        },
        TestQuestion::Attack {
            size,
            steps,
            class,
            towards,
        } => Request::Change {
            change: PictureChange::Attack {
                size: f64::from(*size) / 10.0,
                steps: *steps,
                class: *class,
                towards: *towards,
            },
            map: summary,
        },
    })
}

/// The bytes of a marked part's mask.
fn mask(region: &MarkedRegion) -> JsValue {
    Uint8Array::from(&*region.marks).buffer().into()
}
