//! Measures the engine's parts in a browser, for `make bench`.

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program is measured in a browser: run make bench");
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use gradcam::network::Plan;
    use gradcam::network::kernels;
    use gradcam::onnx::{Limits, Model, declared_axes};
    use js_sys::{Array, Float32Array};
    use ndarray::ArrayD;
    use serde_json::json;
    use wasm_bindgen::prelude::*;
    use web_time::Instant;

    fn words(error: impl std::fmt::Display) -> JsValue {
        js_sys::Error::new(&error.to_string()).into()
    }

    /// Any ONNX graph, ready to run as it is.
    #[wasm_bindgen]
    pub struct Graph {
        plan: Plan,
        inputs: Vec<(String, Vec<usize>)>,
        outputs: Vec<String>,
    }

    #[wasm_bindgen]
    impl Graph {
        /// # Errors
        /// What is wrong with the file.
        #[wasm_bindgen(constructor)]
        pub fn new(bytes: Vec<u8>) -> Result<Graph, JsValue> {
            let model = Model::decode(&bytes, Limits::default()).map_err(words)?;
            drop(bytes);
            let graph = model.graph();
            let inputs = graph.input.iter().map(|input| {
                let axes = declared_axes(input).unwrap_or_default();
                let shape = axes.into_iter().map(|size| size.unwrap_or(1));
                (input.name.clone(), shape.collect())
            });
            let inputs = inputs.collect();
            let outputs = graph.output.iter().map(|output| output.name.clone());
            let outputs = outputs.collect();
            let plan = Plan::new(&model).map_err(words)?;
            Ok(Graph {
                plan,
                inputs,
                outputs,
            })
        }

        /// JSON: [{name, shape}].
        pub fn inputs(&self) -> String {
            let inputs = self.inputs.iter();
            let inputs = inputs.map(|(name, shape)| json!({ "name": name, "shape": shape }));
            inputs.collect::<serde_json::Value>().to_string()
        }

        /// JSON: names.
        pub fn outputs(&self) -> String {
            json!(self.outputs).to_string()
        }

        /// Runs the graph on one Float32Array for each input; one for each output.
        ///
        /// # Errors
        /// If an input's length is wrong, or the engine fails.
        pub fn run(&mut self, inputs: Array) -> Result<Array, JsValue> {
            let inputs = self.arrays(&inputs)?;
            let outputs = self.plan.run(inputs, &mut |_, _| ()).map_err(words)?;
            let outputs = outputs.iter().map(|output| {
                let values: Vec<f32> = output.iter().copied().collect();
                Float32Array::from(values.as_slice())
            });
            Ok(outputs.collect())
        }

        /// JSON: [{name, operator, output, milliseconds}] of one run.
        ///
        /// # Errors
        /// As of `run`.
        pub fn profile(&mut self, inputs: Array) -> Result<String, JsValue> {
            let inputs = self.arrays(&inputs)?;
            let times = self.plan.profile(inputs).map_err(words)?;
            let times = times.iter().map(|node| {
                json!({
                    "name": node.name, "operator": node.operator,
                    "output": node.output, "milliseconds": node.milliseconds,
                })
            });
            Ok(times.collect::<serde_json::Value>().to_string())
        }

        fn arrays(&self, inputs: &Array) -> Result<Vec<ArrayD<f32>>, JsValue> {
            let given = inputs.iter().zip(&self.inputs).map(|(values, (_, shape))| {
                let values = values.dyn_into::<Float32Array>()?.to_vec();
                ArrayD::from_shape_vec(shape.as_slice(), values).map_err(words)
            });
            given.collect()
        }
    }

    /// JSON: the matrix kernel in use and what each reached in the calibration, in
    /// thousand million operations per second.
    #[wasm_bindgen]
    pub fn kernels() -> String {
        kernels::calibrate();
        let (chosen, speeds) = kernels::report();
        json!({ "chosen": chosen, "gflops": speeds }).to_string()
    }

    /// What the machine can do: multiply-adds between registers alone, in thousand
    /// million operations per second. Runs about so long.
    #[wasm_bindgen]
    pub fn peak_gflops(milliseconds: f64) -> f64 {
        let start = Instant::now();
        kernels::peak_gigaflops(milliseconds, &|| start.elapsed().as_secs_f64() * 1e3)
    }

    /// 2 · multiply-adds of the graph's convolutions and products.
    ///
    /// # Errors
    /// What is wrong with the file.
    #[wasm_bindgen]
    pub fn flops(bytes: Vec<u8>) -> Result<f64, JsValue> {
        let graph = Graph::new(bytes)?;
        Ok(2.0 * graph.plan.multiply_adds().map_err(words)?)
    }

    #[wasm_bindgen]
    pub fn set_knob(name: &str, value: &str) {
        tract_onnx::tract_core::tract_data::knobs::set_str(name, value);
    }

    /// Size of this program's memory, which never shrinks.
    #[wasm_bindgen]
    pub fn memory_bytes() -> f64 {
        let pages = core::arch::wasm32::memory_size::<0>();
        pages as f64 * 65536.0
    }
}
