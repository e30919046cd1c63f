//! Explanations of ONNX image classifiers, Grad-CAM first, inside the user's own browser.
//!
//! The way of the data, one way and no way back:
//!
//! ```text
//! picture bytes ─ picture::decode ─▶ Rgb picture ─ picture::prepare ─▶ input tensor
//!   ─ Network, Forward ─▶ Run: logits, activations of layers
//!   ─ Network, Gradient(run, site, cotangent) ─▶ gradients at a layer or the input
//!   ─ explain: subject, target, method, budget ─▶ Saliency: a signed map, never normalised
//!   ─ render ─▶ pixels of a canvas, PNG, NPY
//! ```
//!
//! Who may use whom, from the ground up (`tests/architecture` holds it, and that no two files
//! use each other):
//! `decimal`, `frame`, `onnx`, `protocol` and `text` use nobody, `picture` uses `decimal` and `frame`, `render` uses `frame`, `dicom` uses `picture`, `gradient` uses `onnx` and `picture`'s types,
//! `network` uses those and the package of kernels in `src/kernels`, `explain` uses the trait of `network` and `render`'s upsampling, `evaluate` uses those and
//! `explain`, `engine` joins them all;
//! the binaries use them all, and `app`, the page, never sees tract.

// One line for each module; each has its own documentation inside.

// The page: Yew components, one state, one client of the engine.
#[cfg(feature = "app")]
pub mod app;
// The work behind the protocol: what the worker does with each request.
#[cfg(feature = "network")]
pub mod engine;
// Pictures of medical devices: pixels of DICOM files, and nothing else that is in them.
#[cfg(feature = "dicom")]
pub mod dicom;
// Measures of how far a map can be trusted: one file for each metric, and their catalogue.
pub mod evaluate;
// Subjects, targets, budgets; one file for each explanation method, and their catalogue.
pub mod explain;
// Builds the gradient branch of an ONNX graph, in ONNX operators.
#[cfg(feature = "network")]
pub mod gradient;
// Decimal numbers as text.
pub mod decimal;
// Where the network's input lies on the picture.
pub mod frame;
// What an explanation may ask of a network, and tract, which runs it.
pub mod network;
// A model file as data: decode within limits, look around, edit, encode.
#[cfg(feature = "network")]
pub mod onnx;
// From the bytes of a picture to the input tensor.
pub mod picture;
// Every message between the page and the engine, and the manifest of models.
pub mod protocol;
// From a signed map to colours: overlay, legend, PNG, NPY.
pub mod render;
// What is shown of names, labels and paths.
pub mod text;
