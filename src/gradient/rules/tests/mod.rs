//! Checks of every rule: random cases over everything that an operator's attributes
//! allow, compared with central differences of a second, plain implementation
//! ([`crate::onnx::evaluator`]) in f64, also run by tract and some of them by
//! onnxruntime; and exact cases where there is no derivative.
//!
//! - `case_generator`: random choices; `operator_case`: a graph around one operator
//!   with values; `evaluated_case`: the same with its branch, evaluated in f64
//! - `central_differences`, `tract`, `onnxruntime`: the comparisons
//! - `nondifferentiable`: corners and ties, and the policies for rectifiers
//! - `forward_only`: operators without a rule, for the evaluator
//! - every other file: the cases of one family of operators
//! - `coverage`: every operator of the registry with a rule has a case and a line in
//!   the documentation
//!
//! To add an operator: write a function that draws a case, and add it below.

mod activation;
mod arithmetic;
mod case_generator;
mod central_differences;
mod convolution;
mod coverage;
mod evaluated_case;
mod forward_only;
mod indexing;
mod linear;
mod nondifferentiable;
mod normalisation;
mod onnxruntime;
mod operator_case;
mod pooling;
mod rearrange;
mod resize;
mod shape;
mod tract;

use operator_case::DrawCase;

/// One test for each operator, and the list of them all.
macro_rules! operators {
    ($($test:ident: $operator:literal => $draw:path,)*) => {
        /// Every operator with a rule, and what draws its cases.
        const OPERATORS: &[(&str, DrawCase)] = &[$(($operator, $draw)),*];

        $(
            #[test]
            fn $test() {
                central_differences::check_rule($operator, $draw);
            }
        )*
    };
}

operators! {
    add: "Add" => arithmetic::add,
    sub: "Sub" => arithmetic::sub,
    mul: "Mul" => arithmetic::mul,
    div: "Div" => arithmetic::div,
    neg: "Neg" => arithmetic::neg,
    abs: "Abs" => activation::abs,
    reciprocal: "Reciprocal" => arithmetic::reciprocal,
    pow: "Pow" => arithmetic::pow,
    sqrt: "Sqrt" => arithmetic::sqrt,
    sin: "Sin" => arithmetic::sin,
    cos: "Cos" => arithmetic::cos,
    exp: "Exp" => arithmetic::exp,
    log: "Log" => arithmetic::log,
    sum: "Sum" => arithmetic::sum,
    mean: "Mean" => arithmetic::mean,
    max: "Max" => arithmetic::max,
    min: "Min" => arithmetic::min,
    where_: "Where" => arithmetic::choice,
    relu: "Relu" => activation::relu,
    leaky_relu: "LeakyRelu" => activation::leaky_relu,
    prelu: "PRelu" => activation::prelu,
    clip: "Clip" => activation::clip,
    elu: "Elu" => activation::elu,
    selu: "Selu" => activation::selu,
    celu: "Celu" => activation::celu,
    sigmoid: "Sigmoid" => activation::sigmoid,
    hard_sigmoid: "HardSigmoid" => activation::hard_sigmoid,
    hard_swish: "HardSwish" => activation::hard_swish,
    mish: "Mish" => activation::mish,
    softplus: "Softplus" => activation::softplus,
    softsign: "Softsign" => activation::softsign,
    thresholded_relu: "ThresholdedRelu" => activation::thresholded_relu,
    tanh: "Tanh" => activation::tanh,
    erf: "Erf" => activation::erf,
    gelu: "Gelu" => activation::gelu,
    softmax: "Softmax" => activation::softmax,
    log_softmax: "LogSoftmax" => activation::log_softmax,
    gemm: "Gemm" => linear::gemm,
    matmul: "MatMul" => linear::matmul,
    einsum: "Einsum" => linear::einsum,
    conv: "Conv" => convolution::conv,
    conv_transpose: "ConvTranspose" => convolution::conv_transpose,
    max_pool: "MaxPool" => pooling::max,
    average_pool: "AveragePool" => pooling::average,
    global_average_pool: "GlobalAveragePool" => pooling::global_average,
    global_max_pool: "GlobalMaxPool" => pooling::global_max,
    reduce_mean: "ReduceMean" => pooling::reduce_mean,
    reduce_sum: "ReduceSum" => pooling::reduce_sum,
    reduce_max: "ReduceMax" => pooling::reduce_max,
    reduce_min: "ReduceMin" => pooling::reduce_min,
    reduce_l1: "ReduceL1" => pooling::reduce_l1,
    reduce_l2: "ReduceL2" => pooling::reduce_l2,
    reduce_sum_square: "ReduceSumSquare" => pooling::reduce_sum_square,
    reduce_log_sum: "ReduceLogSum" => pooling::reduce_log_sum,
    reduce_log_sum_exp: "ReduceLogSumExp" => pooling::reduce_log_sum_exp,
    batch_normalization: "BatchNormalization" => normalisation::batch,
    instance_normalization: "InstanceNormalization" => normalisation::instance,
    layer_normalization: "LayerNormalization" => normalisation::layer,
    group_normalization: "GroupNormalization" => normalisation::group,
    lrn: "LRN" => normalisation::local_response,
    flatten: "Flatten" => shape::flatten,
    reshape: "Reshape" => shape::reshape,
    squeeze: "Squeeze" => shape::squeeze,
    unsqueeze: "Unsqueeze" => shape::unsqueeze,
    transpose: "Transpose" => shape::transpose,
    concat: "Concat" => rearrange::concat,
    split: "Split" => rearrange::split,
    slice: "Slice" => rearrange::slice,
    pad: "Pad" => rearrange::pad,
    depth_to_space: "DepthToSpace" => shape::depth_to_space,
    space_to_depth: "SpaceToDepth" => shape::space_to_depth,
    expand: "Expand" => shape::expand,
    gather: "Gather" => rearrange::gather,
    gather_elements: "GatherElements" => indexing::gather_elements,
    gather_nd: "GatherND" => indexing::gather_nd,
    scatter_elements: "ScatterElements" => indexing::scatter_elements,
    scatter_nd: "ScatterND" => indexing::scatter_nd,
    top_k: "TopK" => indexing::top_k,
    cumulative_sum: "CumSum" => indexing::cumulative_sum,
    trilu: "Trilu" => indexing::trilu,
    tile: "Tile" => indexing::tile,
    resize: "Resize" => resize::resize,
    upsample: "Upsample" => resize::upsample,
    identity: "Identity" => shape::identity,
    dropout: "Dropout" => shape::dropout,
    cast: "Cast" => shape::cast,
}
