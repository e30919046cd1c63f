//! Lowered layers as operations of tract: it infers their shapes and then puts kernels
//! in their place.

use std::sync::Arc;

use tract_onnx::tract_hir::internal::*;

use crate::network::kernels::{
    Clamp, Convolution, ConvolutionWeights, Dense, FusedElementwise, Geometry, MAX_DENSE_ROWS,
    MaxPoolGradient, Program,
};
use crate::onnx::{Window, node, pb};

/// A convolution whose input's size is not known yet.
#[derive(Clone, Debug)]
pub struct LoweredConvolution {
    pub weights: Arc<ConvolutionWeights>,
    /// The ONNX node, for its attributes.
    pub node: Arc<pb::NodeProto>,
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
}

/// What a lowered node becomes.
#[derive(Clone, Debug)]
pub enum LoweredLayer {
    Convolution(LoweredConvolution),
    Dense(Dense),
    MaxPoolGradient(MaxPoolGradient),
    /// Of inputs of one shape.
    Elementwise(Program),
}

impl LoweredLayer {
    /// The layer as an operation whose shapes tract has still to infer.
    pub fn operation(&self) -> Box<dyn InferenceOp> {
        match self {
            LoweredLayer::Convolution(layer) => expand(layer.clone()),
            LoweredLayer::Dense(layer) => expand(LoweredDense(layer.clone())),
            LoweredLayer::MaxPoolGradient(layer) => expand(LoweredMaxPoolGradient(layer.clone())),
            LoweredLayer::Elementwise(program) => expand(LoweredElementwise(program.clone())),
        }
    }
}

impl LoweredConvolution {
    fn geometry(&self, input: &[usize]) -> TractResult<Geometry> {
        let &[_, channels, rows, columns] = input else {
            let problem = format!("a picture has four axes, not the shape {input:?}");
            return Err(node::problem(&self.node, problem).into());
        };
        let depth = channels.checked_mul(self.kernel[0] * self.kernel[1]);
        if depth != Some(self.weights.depth) {
            let problem = format!("its weights are not for {channels} channels");
            return Err(node::problem(&self.node, problem).into());
        }
        let window = Window::of(&self.node, &[rows, columns], &self.kernel)?;
        let pair = |sizes: &[usize]| (sizes[0], sizes[1]);
        let geometry = Geometry {
            input: (rows, columns),
            kernel: pair(&self.kernel),
            strides: pair(&window.strides),
            dilations: pair(&window.dilations),
            padding: pair(&window.pads_begin),
            output: pair(&window.output),
        };
        if rows == 0 || columns == 0 || !geometry.are_within_memory_limit(channels) {
            let problem = "its windows are spread over more memory than there is";
            return Err(node::problem(&self.node, problem).into());
        }
        Ok(geometry)
    }
}

fn concrete(shape: &[TDim]) -> TractResult<Vec<usize>> {
    shape.iter().map(|size| Ok(size.to_usize()?)).collect()
}

/// Tells tract that an operation has one input and one output, both float32.
fn one_to_one<'r, 'p: 'r>(
    solver: &mut Solver<'r>,
    inputs: &'p [TensorProxy],
    outputs: &'p [TensorProxy],
) -> InferenceResult {
    check_input_arity(inputs, 1)?;
    check_output_arity(outputs, 1)?;
    solver.equals(&inputs[0].datum_type, f32::datum_type())?;
    solver.equals(&outputs[0].datum_type, f32::datum_type())
}

impl Expansion for LoweredConvolution {
    fn name(&self) -> StaticName {
        "GradcamConvolving".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        one_to_one(solver, inputs, outputs)?;
        solver.equals(&outputs[0].rank, 4)?;
        solver.given(&inputs[0].shape, move |solver, shape| {
            let shape = concrete(&shape)?;
            let geometry = self.geometry(&shape)?;
            let output = [
                shape[0],
                self.weights.rows,
                geometry.output.0,
                geometry.output.1,
            ];
            let output: ShapeFactoid = output.iter().map(|size| size.to_dim()).collect();
            solver.equals(&outputs[0].shape, output)
        })
    }

    fn wire(
        &self,
        name: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let shape = concrete(&model.outlet_fact(inputs[0])?.shape.to_tvec())?;
        let convolution = Convolution {
            weights: Arc::clone(&self.weights),
            geometry: self.geometry(&shape)?,
            adds: false,
            clamp: Clamp::NONE,
        };
        model.wire_node(name, convolution, inputs)
    }
}

/// A dense layer for any number of rows.
#[derive(Clone, Debug)]
struct LoweredDense(Dense);

impl Expansion for LoweredDense {
    fn name(&self) -> StaticName {
        "GradcamDense".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        one_to_one(solver, inputs, outputs)?;
        solver.equals(&outputs[0].rank, &inputs[0].rank)?;
        solver.given(&inputs[0].shape, move |solver, mut shape| {
            let (depth, wide) = self.0.sizes();
            let last = shape.last_mut().context("a product of a single number")?;
            ensure!(
                *last == depth.to_dim(),
                "its weights are for rows of {depth} numbers"
            );
            *last = wide.to_dim();
            let output: ShapeFactoid = shape.into_iter().collect();
            solver.equals(&outputs[0].shape, output)
        })
    }

    fn wire(
        &self,
        name: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let shape = concrete(&model.outlet_fact(inputs[0])?.shape.to_tvec())?;
        let rows: usize = shape.iter().rev().skip(1).product();
        if rows <= MAX_DENSE_ROWS {
            model.wire_node(name, self.0.clone(), inputs)
        } else {
            self.0.wire_for_many_rows(name, model, inputs[0])
        }
    }
}

/// The gradient of max pooling of planes whose size is not known yet.
#[derive(Clone, Debug)]
struct LoweredMaxPoolGradient(MaxPoolGradient);

impl Expansion for LoweredMaxPoolGradient {
    fn name(&self) -> StaticName {
        "GradcamMaxPoolGradient".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 3)?;
        check_output_arity(outputs, 1)?;
        for tensor in inputs.iter().chain(outputs) {
            solver.equals(&tensor.datum_type, f32::datum_type())?;
        }
        solver.equals(&outputs[0].shape, &inputs[0].shape)?;
        solver.equals(&inputs[2].shape, &inputs[1].shape)
    }

    fn wire(
        &self,
        name: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        model.wire_node(name, self.0.clone(), inputs)
    }
}

/// A program of inputs of one shape, which is not known yet.
#[derive(Clone, Debug)]
struct LoweredElementwise(Program);

impl Expansion for LoweredElementwise {
    fn name(&self) -> StaticName {
        "GradcamElementwise".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, self.0.inputs)?;
        check_output_arity(outputs, 1)?;
        for tensor in inputs.iter().chain(outputs) {
            solver.equals(&tensor.datum_type, f32::datum_type())?;
            solver.equals(&tensor.shape, &inputs[0].shape)?;
        }
        Ok(())
    }

    fn wire(
        &self,
        name: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let shape = concrete(&model.outlet_fact(inputs[0])?.shape.to_tvec())?;
        let operation = FusedElementwise {
            program: self.0.clone(),
            shape: shape.into(),
        };
        model.wire_node(name, operation, inputs)
    }
}
