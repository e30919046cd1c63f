//! What the engine is asked.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::EngineClient;
use crate::app::assets;
use crate::app::schedule::{ModelChoice, Step};
use crate::protocol::{ModelSource, PredictionOverrides, Request};

impl EngineClient {
    /// A step's request and its buffers, the files read.
    ///
    /// # Errors
    /// If what it needs is gone or cannot be read.
    pub(super) async fn prepare(&self, step: &Step) -> Result<(Request, Array), JsValue> {
        let wish = self.0.schedule.borrow().wish().clone();
        let buffers = Array::new();
        let request = match step {
            Step::Load(_) => {
                let model = wish.model.ok_or("no model is wanted")?;
                let source = match model.source {
                    ModelChoice::Entry(entry) => ModelSource::Manifest {
                        url: assets::address(&format!("models/{}", entry.file)),
                        entry,
                    },
                    ModelChoice::File { file, name, .. } => {
                        buffers.push(&self.read(file).await?);
                        ModelSource::File { name }
                    }
                };
                Request::LoadModel {
                    model: source,
                    layer: wish.layer,
                    remembered: wish.remembered,
                }
            }
            Step::Predict(key) => {
                let (_, name) = wish.picture.ok_or("no picture is wanted")?;
                buffers.push(&self.read(key.file).await?);
                let overrides = PredictionOverrides {
                    scaling: key.reading.scaling.map(str::to_owned),
                    output_activation: key.reading.ending,
                };
                Request::Predict { name, overrides }
            }
            Step::Explain(key) => Request::Explain {
                method: key.method.to_owned(),
                class: key.class,
                layer: key.layer.clone(),
            },
        };
        Ok((request, buffers))
    }

    /// A fresh copy of a file's bytes, to be transferred; the file stays.
    async fn read(&self, file: u32) -> Result<JsValue, JsValue> {
        let blob = self.0.shelf.file(file).ok_or("the file is gone")?;
        JsFuture::from(blob.array_buffer()).await
    }
}
