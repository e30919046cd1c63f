//! What the engine's worker and the command line do with a model and a picture.
//!
//! - `preparation`: a network from a file, as a person wants it
//! - `session`: one model, one picture, its explanations
//! - `chosen_layers`: the layers of a question
//! - `class_scores`: what stands beside the classes of a picture
//! - `changed_picture`: a picture with a change, explained
//! - `evaluation`: measures of those, and pictures that change the class
//! - `drawn_region`: a part of the picture that a person marked
//! - `preprocessing`: how a picture becomes the network's input
//! - `picture_input`: from there to the input tensor
//! - `picture_reading`: from a picture's file to its pixels, as a person chose
//! - `question`: what is asked of a picture, and what the network says of it
//! - `session_error`: what can go wrong with them
//! - `npy_input`: input tensors from NPY files; `csv_input`: signals from text,
//!   `signal_plot`: pictures of them
//! - `model_report`: what a file is and what works, for reports
//! - `scaling_trials`: a picture by each usual scaling
//! - `catalogue`: what the engine can be asked for
//! - `model_summary`, `map_summary`: what the page is told of a model and of a map
//! - `measured_map`: maps that the page sends back, and measures
//! - `elapsed_time`: milliseconds since a moment
//! - `warm_up`: what the browser is to compile before there is a model
//!
//! In the browser only:
//!
//! - `worker`: requests from the page, events to the page, one job at a time
//! - `allocator`: tensors in a heap of their own
//! - `memory_limit`: how much memory a network may take
//! - `model_cache`: model files from the browser's cache or the server, checked
//! - `checksum`: checksums, by the browser in a worker where it can
//! - `worker_threads`: a pool of workers that compute on the engine's own memory

#[cfg(any(
    all(feature = "engine", target_arch = "wasm32"),
    all(test, not(target_arch = "wasm32"))
))]
mod allocator;
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod catalogue;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
mod checksum;
// The worker asks for it.
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod changed_picture;
mod chosen_layers;
mod class_scores;
mod csv_input;
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod drawn_region;
mod elapsed_time;
mod evaluation;
mod map_summary;
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod measured_map;
// The worker asks for it.
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod memory_limit;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
mod model_cache;
mod model_report;
mod model_summary;
mod npy_input;
mod picture_input;
mod picture_reading;
// Part of it is the worker's alone.
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod preparation;
mod preprocessing;
mod question;
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod scaling_trials;
mod session;
mod session_error;
#[cfg(test)]
mod session_tests;
mod signal_plot;
#[cfg_attr(
    not(all(feature = "engine", target_arch = "wasm32")),
    allow(dead_code, reason = "the worker uses it")
)]
mod warm_up;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
pub mod worker;
#[cfg(all(feature = "threads", target_arch = "wasm32"))]
pub mod worker_threads;

pub use csv_input::read_signal;
pub use evaluation::{MetricQuestion, perturbed_picture};
pub use model_report::{Trial, model_report, report_text};
pub use model_summary::ModelOrigin;
pub use npy_input::read_tensor;
pub use picture_reading::read_picture;
pub use preprocessing::preprocess;
pub use question::{Prediction, Question};
pub use session::Session;
pub use session_error::SessionError;
pub use signal_plot::signal_plot;
