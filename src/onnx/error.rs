/// What is wrong with a model file. Every message names the place and, where
/// there is one, the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OnnxError {
    #[error("the model has {bytes} bytes; the limit is {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error(
        "the model is made of so many small parts that reading it would take more than {limit} bytes of memory, the limit; export it again with its weights as raw data, or choose a smaller one"
    )]
    ManyParts { limit: usize },
    #[error(
        "this is not an ONNX model, or the file is cut off ({reason}); export or download it again"
    )]
    NotOnnx { reason: String },
    #[error("this is {format}, not an ONNX model. To make one of it, {conversion}")]
    OtherFormat {
        format: &'static str,
        conversion: &'static str,
    },
    #[error(
        "the model is written in operator set {found}; sets {min} to {max} are supported: export it again with one of those"
    )]
    Opset { found: i64, min: i64, max: i64 },
    #[error(
        "node '{node}' uses the operator '{operator}' of the domain '{domain}', which is not part of standard ONNX"
    )]
    CustomDomain {
        node: String,
        operator: String,
        domain: String,
    },
    #[error(
        "node '{node}' ({operator}) has a graph inside itself; control flow cannot be explained"
    )]
    Subgraph { node: String, operator: String },
    #[error("node '{node}' ({operator}) has {arity} inputs or outputs; the limit is {limit}")]
    Arity {
        node: String,
        operator: String,
        arity: usize,
        limit: usize,
    },
    #[error("node '{node}' reads the tensor '{tensor}', which nothing in the file makes")]
    MissingTensor { node: String, tensor: String },
    #[error("node '{node}' makes the tensor '{tensor}', which is there already")]
    DuplicateTensor { node: String, tensor: String },
    #[error("the nodes depend on each other in a circle, through '{node}'")]
    Cycle { node: String },
    #[error("the model promises the output '{tensor}', which nothing in the file makes")]
    MissingOutput { tensor: String },
    #[error(
        "the weights are in a second file, '{file}' ({bytes} bytes or more), which is missing; put it beside the model, or open both files together"
    )]
    ExternalData { file: String, bytes: usize },
    #[error(
        "the weights '{tensor}' should be in the file '{path}', which is not in the model's folder; move it there and save the model again"
    )]
    ExternalPath { tensor: String, path: String },
    #[error(
        "the weights '{tensor}' are in '{file}', at a place that does not fit their size: the model is damaged, or was changed without its weights"
    )]
    ExternalRange { tensor: String, file: String },
    #[error(
        "the weights '{tensor}' end at byte {wanted} of '{file}', which has {found}: that file is cut off, or is another model's"
    )]
    ExternalFileShort {
        file: String,
        tensor: String,
        wanted: usize,
        found: usize,
    },
    #[error(
        "the weights '{tensor}' should hold {wanted} values and hold {found}: the file is damaged"
    )]
    TruncatedTensor {
        tensor: String,
        wanted: usize,
        found: usize,
    },
    #[error("the weights '{tensor}' claim the size {dims:?}, more than {limit} values")]
    HugeTensor {
        tensor: String,
        dims: Vec<i64>,
        limit: usize,
    },
    #[error("the weights '{tensor}' have {axes} axes; the limit is {limit}")]
    TooManyAxes {
        tensor: String,
        axes: usize,
        limit: usize,
    },
    #[error("the tensor '{tensor}' has the shape {shape:?}, more than {limit} values")]
    HugeShape {
        tensor: String,
        shape: Vec<usize>,
        limit: usize,
    },
    #[error(
        "the weights '{tensor}' have the element type {data_type}, which is not supported here"
    )]
    ElementType { tensor: String, data_type: i32 },
    #[error(
        "at node '{node}' the tensors of one run take {bytes} bytes, more than {limit}, the limit; choose a smaller model or size"
    )]
    RunMemory {
        node: String,
        bytes: usize,
        limit: usize,
    },
    #[error("node '{node}' ({operator}): {problem}")]
    Node {
        node: String,
        operator: String,
        problem: String,
    },
    #[error("the input '{input}': {problem}")]
    Input { input: String, problem: String },
    #[error("the metadata '{key}' cannot be read ({reason})")]
    Metadata { key: String, reason: String },
}
