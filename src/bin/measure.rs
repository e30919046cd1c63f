//! What the benchmark measures in the browser besides the engine: runs of any graph on our
//! kernels, and the peak speed of one core. Never part of the site.

#[cfg(target_arch = "wasm32")]
mod measure {
    use gradcam::network::{ExecutionPlan, kernels};
    use gradcam::onnx::{
        Limits, Model, Shapes, default_input_shape, extract, infer_shapes, node, pb,
    };
    use js_sys::Float32Array;
    use ndarray::{ArrayD, IxDyn};
    use serde_json::json;
    use wasm_bindgen::prelude::*;
    use web_time::Instant;

    /// A graph as its file has it, ready to run.
    #[wasm_bindgen]
    pub struct Graph {
        plan: ExecutionPlan,
        inputs: Vec<(String, Vec<usize>)>,
        outputs: Vec<String>,
    }

    #[wasm_bindgen]
    impl Graph {
        /// Prepares a file; an axis of an input that it leaves open becomes 1.
        ///
        /// # Errors
        /// A sentence: what is wrong with the file, or what cannot be run here.
        #[wasm_bindgen(constructor)]
        pub fn new(bytes: &[u8]) -> Result<Graph, JsError> {
            let model = Model::decode(bytes, Limits::default())?;
            let graph = model.graph();
            let inputs: Vec<_> = graph.input.iter().map(settled).collect();
            let values: Vec<_> = inputs
                .iter()
                .map(|(name, shape)| node::float_value(name, shape))
                .collect();
            let outputs = graph.output.iter().map(|o| o.name.clone()).collect();
            let plan = ExecutionPlan::new(&extract(&model, &values, &graph.output)?)
                .map_err(|error| JsError::new(&error.to_string()))?;
            Ok(Graph {
                plan,
                inputs,
                outputs,
            })
        }

        /// JSON: `[{"name", "shape"}]`, in the order of [`Graph::run`].
        pub fn inputs(&self) -> String {
            let inputs = self.inputs.iter();
            let inputs: Vec<_> = inputs
                .map(|(name, shape)| json!({ "name": name, "shape": shape }))
                .collect();
            json!(inputs).to_string()
        }

        /// JSON: names, in the order of [`Graph::run`].
        pub fn outputs(&self) -> String {
            json!(self.outputs).to_string()
        }

        /// Runs the graph once.
        ///
        /// # Errors
        /// A sentence, for inputs of another length or a run that failed.
        pub fn run(&mut self, inputs: Vec<Float32Array>) -> Result<Vec<Float32Array>, JsError> {
            let arrays = self.arrays(&inputs)?;
            let outputs = self.plan.run(arrays, &mut |_, _| ())?;
            let flat = |output: &ArrayD<f32>| {
                let standard = output.as_standard_layout();
                Float32Array::from(standard.as_slice().unwrap_or_default())
            };
            Ok(outputs.iter().map(flat).collect())
        }

        /// JSON: `[{"name", "operator", "output", "milliseconds"}]` of one run, a
        /// node each, in their order.
        ///
        /// # Errors
        /// As [`Graph::run`].
        pub fn profile(&mut self, inputs: Vec<Float32Array>) -> Result<String, JsError> {
            let arrays = self.arrays(&inputs)?;
            let nodes = self.plan.profile(arrays)?;
            let nodes: Vec<_> = nodes
                .iter()
                .map(|node| {
                    json!({
                        "name": node.name,
                        "operator": node.operator,
                        "output": node.output,
                        "milliseconds": node.milliseconds,
                    })
                })
                .collect();
            Ok(json!(nodes).to_string())
        }

        fn arrays(&self, inputs: &[Float32Array]) -> Result<Vec<ArrayD<f32>>, JsError> {
            if inputs.len() != self.inputs.len() {
                let sentence = format!(
                    "the graph has {} inputs and got {}",
                    self.inputs.len(),
                    inputs.len()
                );
                return Err(JsError::new(&sentence));
            }
            let given = self.inputs.iter().zip(inputs);
            given
                .map(|((name, shape), values)| {
                    ArrayD::from_shape_vec(IxDyn(shape), values.to_vec())
                        .map_err(|error| JsError::new(&format!("the input '{name}': {error}")))
                })
                .collect()
        }
    }

    fn settled(input: &pb::ValueInfoProto) -> (String, Vec<usize>) {
        (input.name.clone(), default_input_shape(input))
    }

    /// 2 × the multiply-adds of a file's Conv, Gemm and MatMul.
    ///
    /// # Errors
    /// A sentence, for a file that cannot be read or whose shapes contradict each
    /// other or stay unknown.
    #[wasm_bindgen]
    pub fn flops(bytes: &[u8]) -> Result<f64, JsError> {
        let model = Model::decode(bytes, Limits::default())?;
        let settled: Vec<_> = model.graph().input.iter().map(settled).collect();
        let inputs: Vec<_> = settled
            .iter()
            .map(|(name, shape)| (name.as_str(), shape.clone()))
            .collect();
        let shapes = infer_shapes(&model, &inputs)?;
        let mut total = 0.0;
        for node in &model.graph().node {
            let Some(count) = multiply_adds(node, &shapes) else {
                let name = node::name_of(node);
                let sentence = format!("the shapes around the node '{name}' are not known");
                return Err(JsError::new(&sentence));
            };
            total += 2.0 * count;
        }
        Ok(total)
    }

    /// The number of output values times the number of products that each sums: the weights
    /// of one filter for Conv, the length of the common axis for Gemm and MatMul, 0 for
    /// other operators. `None` where a shape is missing.
    fn multiply_adds(node: &pb::NodeProto, shapes: &Shapes) -> Option<f64> {
        if !matches!(node.op_type.as_str(), "Conv" | "Gemm" | "MatMul") {
            return Some(0.0);
        }
        let shape = |place: usize| shapes.get(node::input(node, place)?);
        let product = |axes: &[usize]| axes.iter().map(|&size| size as f64).product::<f64>();
        let outputs = product(shapes.get(node.output.first()?)?);
        let summed = match node.op_type.as_str() {
            "Conv" => product(shape(1)?.get(1..)?),
            "Gemm" => {
                let turned = node::int(node, "transA").unwrap_or(0) != 0;
                *shape(0)?.get(usize::from(!turned))? as f64
            }
            _ => *shape(0)?.last()? as f64,
        };
        Some(outputs * summed)
    }

    /// Starts the pool of threads, as the engine does.
    ///
    /// # Errors
    /// If this is no dedicated worker, or the threads could not be started.
    #[cfg(feature = "threads")]
    #[wasm_bindgen]
    pub async fn init_threads(count: usize) -> Result<(), JsError> {
        let scope = js_sys::global().dyn_into();
        let scope = scope.map_err(|_| JsError::new("this is no dedicated worker"))?;
        let started = gradcam::engine::worker_threads::start_pool(&scope, count).await;
        if started != count {
            let sentence = format!("{started} of {count} threads could be started");
            return Err(JsError::new(&sentence));
        }
        Ok(())
    }

    /// Bytes of this program's memory, which never shrinks.
    #[wasm_bindgen]
    pub fn memory_bytes() -> f64 {
        core::arch::wasm32::memory_size(0) as f64 * 65536.0
    }

    /// JSON: `{"chosen", "gflops": [[name, speed]]}`, the microkernel in use and the speed
    /// of each in autotuning.
    #[wasm_bindgen]
    pub fn kernels() -> String {
        kernels::autotune();
        let report = kernels::autotuning_report();
        json!({ "chosen": report.selected, "gflops": report.gigaflops }).to_string()
    }

    /// The peak speed of one core, in 10⁹ operations a second; a multiply-add counts as 2.
    #[wasm_bindgen]
    pub fn peak_gflops(milliseconds: f64) -> f64 {
        let start = Instant::now();
        kernels::peak_gigaflops(milliseconds, &|| start.elapsed().as_secs_f64() * 1e3)
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this program measures inside a browser: run `make bench`");
}
