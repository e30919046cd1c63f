//! What the engine is asked.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::client::EngineClient;
use crate::app::browser::location;
use crate::app::state::{EngineStep, ModelChoice, SecondPicture};
use crate::protocol::{ModelSource, PredictionOverrides, Request};

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
                let source = match model.source {
                    ModelChoice::Entry(entry) => ModelSource::Manifest {
                        url: location::absolute_url(&format!("models/{}", entry.file)),
                        entry,
                    },
                    ModelChoice::File { file, name, .. } => {
                        buffers.push(&self.read(file).await?);
                        ModelSource::File { name }
                    }
                };
                Request::LoadModel {
                    model: source,
                    layer: desired.layer,
                    remembered: desired.remembered,
                }
            }
            EngineStep::Predict(key) => {
                let picture = desired.picture.ok_or("no picture is wanted")?;
                buffers.push(&self.read(key.file).await?);
                let name = picture.name;
                let overrides = PredictionOverrides {
                    scaling: key.overrides.scaling.map(str::to_owned),
                    output_activation: key.overrides.output_activation,
                };
                Request::Predict { name, overrides }
            }
            EngineStep::Explain(key) => {
                let second = desired.second_picture;
                let second = second.filter(|_| key.wants_second_picture());
                let reference = match second {
                    Some(SecondPicture { file, name }) => {
                        buffers.push(&self.read(file).await?);
                        Some(name)
                    }
                    None => None,
                };
                Request::Explain {
                    method: key.method.to_owned(),
                    target: key.target.to_string(),
                    layer: key.layer.clone(),
                    settings: key.settings.clone(),
                    seed: key.seed,
                    reference,
                }
            }
        };
        Ok((request, buffers))
    }

    /// A fresh copy of a file's bytes, to be transferred; the file stays.
    async fn read(&self, file: u32) -> Result<JsValue, JsValue> {
        let blob = self.0.resources.file(file).ok_or("the file is gone")?;
        JsFuture::from(blob.array_buffer()).await
    }
}
