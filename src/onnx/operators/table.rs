//! One row for each operator.
//!
//! - `since`: the first operator set that has it; `until`: the last one
//! - `shape`: its function in `onnx::shape_inference`; without one, its output has the
//!   shape that the file declares
//! - `rule`: its function in `gradient::rules`; without one, a model that needs its
//!   gradient is refused
//! - `rewritten_as`: the operator that canonicalisation makes of it, whose rule counts
//! - `flags`: see [`Flag`](super::Flag)
//!
//! The rows are an X-macro: `operators!(callback)` passes all of them to the macro
//! `callback`, which expands what it needs. So this module uses none of the functions
//! that it names, and `gradient`, which `onnx` may not use, gets its own from here.

/// Passes the rows on with all fields in one order, what a row leaves out as `[]`:
/// `{ name since [until] [shape] [rule] [rewritten_as] [flags] }`.
macro_rules! expand_rows {
    ($callback:ident $($name:literal {
        since: $since:literal
        $(, until: $until:literal)?
        $(, shape: $shape:path)?
        $(, rule: $rule:path)?
        $(, rewritten_as: $rewritten_as:literal)?
        $(, flags: [$($flag:ident),+])?
    })*) => {
        $callback! { $({
            $name $since [$($until)?] [$($shape)?] [$($rule)?] [$($rewritten_as)?]
            [$($($flag)+)?]
        })* }
    };
}
pub(crate) use expand_rows;

macro_rules! operators {
    ($callback:ident) => {
        $crate::onnx::operators::expand_rows! { $callback
            // Arithmetic with broadcasting, choices.
            "Add" { since: 1, shape: elementwise::broadcast, rule: arithmetic::add }
            "Sum" { since: 1, shape: elementwise::broadcast, rule: arithmetic::add }
            "Sub" { since: 1, shape: elementwise::broadcast, rule: arithmetic::sub }
            "Mul" { since: 1, shape: elementwise::broadcast, rule: arithmetic::mul }
            "Div" { since: 1, shape: elementwise::broadcast, rule: arithmetic::div }
            "Mod" { since: 10 }
            "Pow" { since: 1, shape: elementwise::broadcast, rule: arithmetic::pow }
            "Mean" { since: 1, shape: elementwise::broadcast, rule: arithmetic::mean }
            "Max" { since: 1, shape: elementwise::broadcast, rule: arithmetic::extreme }
            "Min" { since: 1, shape: elementwise::broadcast, rule: arithmetic::extreme }
            "Where" { since: 9, shape: elementwise::broadcast, rule: arithmetic::select }

            // Comparisons and logic.
            "Equal" { since: 1, shape: elementwise::broadcast, flags: [ZeroGradient] }
            "Less" { since: 1, shape: elementwise::broadcast, flags: [ZeroGradient] }
            "LessOrEqual" { since: 12, shape: elementwise::broadcast, flags: [ZeroGradient] }
            "Greater" { since: 1, shape: elementwise::broadcast, flags: [ZeroGradient] }
            "GreaterOrEqual" { since: 12, shape: elementwise::broadcast, flags: [ZeroGradient] }
            "And" { since: 1, shape: elementwise::broadcast, flags: [ZeroGradient] }
            "Or" { since: 1, shape: elementwise::broadcast, flags: [ZeroGradient] }
            "Xor" { since: 1, flags: [ZeroGradient] }
            "Not" { since: 1, shape: elementwise::same, flags: [ZeroGradient] }
            "IsNaN" { since: 9, flags: [ZeroGradient] }
            "IsInf" { since: 10, flags: [ZeroGradient] }

            // Functions of one value.
            "Neg" { since: 1, shape: elementwise::same, rule: arithmetic::neg }
            "Abs" { since: 1, shape: elementwise::same, rule: arithmetic::abs }
            "Reciprocal" { since: 1, shape: elementwise::same, rule: arithmetic::reciprocal }
            "Sqrt" { since: 1, shape: elementwise::same, rule: arithmetic::sqrt }
            "Exp" { since: 1, shape: elementwise::same, rule: arithmetic::exp }
            "Log" { since: 1, shape: elementwise::same, rule: arithmetic::log }
            "Sin" { since: 7, shape: elementwise::same, rule: arithmetic::sin }
            "Cos" { since: 7, shape: elementwise::same, rule: arithmetic::cos }
            "Floor" { since: 1, shape: elementwise::same, flags: [ZeroGradient] }
            "Ceil" { since: 1, shape: elementwise::same, flags: [ZeroGradient] }
            "Round" { since: 11, shape: elementwise::same, flags: [ZeroGradient] }
            "Sign" { since: 9, shape: elementwise::same, flags: [ZeroGradient] }

            // Activations.
            "Relu" { since: 1, shape: elementwise::same, rule: activation::relu }
            "LeakyRelu" { since: 1, shape: elementwise::same, rule: activation::leaky_relu }
            "PRelu" { since: 1, shape: elementwise::same, rule: activation::prelu }
            "ThresholdedRelu" { since: 10, shape: elementwise::same, rule: activation::thresholded_relu }
            "Clip" { since: 1, shape: elementwise::same, rule: activation::clip }
            "Elu" { since: 1, shape: elementwise::same, rule: activation::elu }
            "Selu" { since: 1, shape: elementwise::same, rule: activation::selu }
            "Celu" { since: 12, shape: elementwise::same, rule: activation::celu }
            "Sigmoid" { since: 1, shape: elementwise::same, rule: activation::sigmoid }
            "HardSigmoid" { since: 1, shape: elementwise::same, rule: activation::hard_sigmoid }
            "HardSwish" { since: 14, shape: elementwise::same, rule: activation::hard_swish }
            "Mish" { since: 18, shape: elementwise::same, rule: activation::mish }
            "Softplus" { since: 1, shape: elementwise::same, rule: activation::softplus }
            "Softsign" { since: 1, shape: elementwise::same, rule: activation::softsign }
            "Tanh" { since: 1, shape: elementwise::same, rule: activation::tanh }
            "Erf" { since: 9, shape: elementwise::same, rule: activation::erf }
            "Gelu" { since: 20, shape: elementwise::same, rule: activation::gelu }
            "Softmax" { since: 1, shape: elementwise::same, rule: softmax::softmax }
            "LogSoftmax" { since: 1, shape: elementwise::same, rule: softmax::log_softmax }

            // Matrix products.
            "Gemm" { since: 1, shape: linear::gemm, rule: linear::gemm }
            "MatMul" { since: 1, shape: linear::matmul, rule: linear::matmul }
            "Einsum" { since: 12, shape: linear::einsum, rule: einsum::einsum }

            // Convolutions and poolings.
            "Conv" { since: 1, shape: windows::conv, rule: convolution::conv }
            "ConvTranspose" { since: 1, shape: windows::conv_transpose, rule: convolution::conv_transpose }
            "MaxPool" { since: 1, shape: windows::pool, rule: pooling::max, flags: [Head] }
            "AveragePool" { since: 1, shape: windows::pool, rule: pooling::average, flags: [Head] }
            "LpPool" { since: 1, shape: windows::pool }
            "GlobalMaxPool" { since: 1, shape: windows::global_pool, rule: reduction::global_max }
            "GlobalAveragePool" { since: 1, shape: windows::global_pool, rule: reduction::global_average }

            // Reductions.
            "ReduceMean" { since: 1, shape: reduction::reduce, rule: reduction::mean }
            "ReduceSum" { since: 1, shape: reduction::reduce, rule: reduction::sum }
            "ReduceMax" { since: 1, shape: reduction::reduce, rule: reduction::max }
            "ReduceMin" { since: 1, shape: reduction::reduce, rule: reduction::min }
            "ReduceProd" { since: 1, shape: reduction::reduce }
            "ReduceL1" { since: 1, rewritten_as: "ReduceSum" }
            "ReduceL2" { since: 1, rewritten_as: "ReduceSum" }
            "ReduceSumSquare" { since: 1, rewritten_as: "ReduceSum" }
            "ReduceLogSum" { since: 1, rewritten_as: "ReduceSum" }
            "ReduceLogSumExp" { since: 1, rewritten_as: "ReduceSum" }
            "ArgMax" { since: 1, shape: reduction::arg, flags: [ZeroGradient] }
            "ArgMin" { since: 1, shape: reduction::arg, flags: [ZeroGradient] }
            "CumSum" { since: 11, shape: elementwise::same, rule: indexing::cumulative_sum }
            "TopK" { since: 1, shape: indexing::top_k, rule: indexing::top_k }

            // Normalisations.
            "BatchNormalization" { since: 1, shape: elementwise::same, rule: normalisation::batch }
            "InstanceNormalization" { since: 1, shape: elementwise::same, rule: normalisation::instance }
            "LayerNormalization" { since: 17, shape: elementwise::same, rule: normalisation::layer }
            "GroupNormalization" { since: 18, shape: elementwise::same, rule: normalisation::group }
            "LRN" { since: 1, shape: elementwise::same, rule: normalisation::local_response, flags: [Head] }

            // Values moved about.
            "Identity" { since: 1, shape: elementwise::same, rule: shape::identity, flags: [Head] }
            "Dropout" { since: 1, shape: elementwise::dropout, rule: shape::identity, flags: [Head] }
            "Cast" { since: 1, shape: elementwise::same, rule: shape::cast, flags: [Head] }
            "Flatten" { since: 1, shape: rearrange::flatten, rule: shape::reshape }
            "Reshape" { since: 1, shape: rearrange::reshape, rule: shape::reshape, flags: [Head] }
            "Squeeze" { since: 1, shape: rearrange::squeeze, rule: shape::reshape }
            "Unsqueeze" { since: 1, shape: rearrange::unsqueeze, rule: shape::reshape }
            "Transpose" { since: 1, shape: rearrange::transpose, rule: shape::transpose, flags: [Head] }
            "Expand" { since: 8, shape: rearrange::expand, rule: shape::expand }
            "Tile" { since: 1, shape: rearrange::tile, rule: indexing::tile }
            "Concat" { since: 1, shape: rearrange::concat, rule: rearrange::concat }
            "Split" { since: 1, shape: rearrange::split, rule: rearrange::split }
            "Slice" { since: 1, shape: rearrange::slice, rule: rearrange::slice }
            "Pad" { since: 1, shape: rearrange::pad, rule: rearrange::pad, flags: [Head] }
            "Gather" { since: 1, shape: rearrange::gather, rule: rearrange::gather }
            "GatherElements" { since: 11, shape: indexing::gather_elements, rule: indexing::gather_elements }
            "GatherND" { since: 11, shape: indexing::gather_nd, rule: indexing::gather_nd }
            "ScatterElements" { since: 11, shape: elementwise::same, rule: indexing::scatter_elements }
            "ScatterND" { since: 11, shape: elementwise::same, rule: indexing::scatter_nd }
            "Trilu" { since: 14, shape: elementwise::same, rule: indexing::trilu }
            "DepthToSpace" { since: 1, shape: rearrange::depth_to_space, rule: rearrange::depth_to_space }
            "SpaceToDepth" { since: 1, shape: rearrange::space_to_depth, rule: rearrange::space_to_depth }
            "Resize" { since: 10, shape: resize::resize, rule: resize::resize }
            "Upsample" { since: 1, until: 9, rewritten_as: "Resize" }

            // Values made from shapes and indices.
            "Shape" { since: 1, flags: [ZeroGradient] }
            "Size" { since: 1, flags: [ZeroGradient] }
            "ConstantOfShape" { since: 9, shape: rearrange::constant_of_shape, flags: [ZeroGradient] }
            "Range" { since: 11, flags: [ZeroGradient] }
            "OneHot" { since: 9, flags: [ZeroGradient] }
            "NonZero" { since: 9, flags: [ZeroGradient] }
            "EyeLike" { since: 9, flags: [ZeroGradient] }
        }
    };
}
pub(crate) use operators;
