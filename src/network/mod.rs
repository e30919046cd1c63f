//! Runs a model: forward passes, and gradients at a layer.
//!
//! `Network` is all that `explain` knows; its tests use fakes of a few lines.
//! `TractNetwork` implements it with tract.
//!
//! - `network_trait`: the trait, and what a network computes
//! - `run`: one run of a network, as a value; `network_error`: why a run failed
//! - `engine_error`: why tract failed, in words for people
//! - `probabilities`: softmax and sigmoid of logits
//! - `tract_network`: the implementation on tract
//! - `description`: labels, layers, preprocessing and provenance of a model
//! - `file_facts`: what stands in a file, for reports
//! - `preprocessing_guess`: the scaling of pixel values, where the file does not say it
//! - `biases`: what layers add whatever the picture
//! - `random_weights`: the same model with other weights, for sanity checks
//! - `subgraphs`: from one file to the forward and the gradient graph
//! - `tape`: what the gradient at the picture reads of a forward run
//! - `memory_need`: how much memory a network will take
//! - `kept_activations`: the layers whose activations a forward run keeps
//! - `lowering`: layers with weights, which become operations on our kernels
//! - `graph_preparation`: what is done to a graph before tract optimises it
//! - `execution_plan`: one graph, optimised by tract and run
//! - `profiling`: how long a model, its gradient branch and its nodes take
//! - `kernels`: SIMD kernels and the thread pool, a package of its own in `src/kernels`
//!
//! To run another operator on kernels of this project: a kernel in `kernels`; where the
//! operator has weights, also a case in `lowering`.

#[cfg(feature = "network")]
mod adaptation_notes;
#[cfg(feature = "network")]
mod biases;
#[cfg(feature = "network")]
mod conventions;
#[cfg(feature = "network")]
mod description;
mod engine_error;
#[cfg(feature = "network")]
mod execution_plan;
#[cfg(feature = "network")]
mod file_facts;
#[cfg(feature = "network")]
mod graph_preparation;
#[cfg(feature = "network")]
mod kept_activations;
#[cfg(all(test, feature = "network"))]
mod kernel_tests;
#[cfg(feature = "network")]
mod load_error;
#[cfg(feature = "network")]
mod lowering;
#[cfg(feature = "network")]
mod memory_need;
mod network_error;
#[cfg(feature = "network")]
mod network_trait;
#[cfg(feature = "network")]
mod preprocessing_guess;
mod probabilities;
#[cfg(feature = "network")]
mod profiling;
#[cfg(feature = "network")]
mod random_weights;
#[cfg(feature = "network")]
mod run;
#[cfg(feature = "network")]
mod subgraphs;
#[cfg(feature = "network")]
mod tape;
#[cfg(all(test, feature = "network"))]
mod tests;
#[cfg(feature = "network")]
mod tract_network;

#[cfg(feature = "network")]
pub use gradcam_kernels as kernels;

#[cfg(feature = "network")]
pub use biases::Bias;
#[cfg(feature = "network")]
pub use description::Description;
pub use engine_error::EngineError;
#[cfg(feature = "network")]
pub use execution_plan::{ExecutionPlan, NodeTime};
#[cfg(feature = "network")]
pub use file_facts::FileFacts;
#[cfg(feature = "network")]
pub use load_error::LoadError;
pub use network_error::NetworkError;
#[cfg(feature = "network")]
pub use network_trait::{Computation, Computed, Network, Normals, Site, compute};
pub use probabilities::{sigmoid, softmax};
#[cfg(feature = "network")]
pub use profiling::{BranchTimes, profile, time_branch};
#[cfg(feature = "network")]
pub use run::{Run, Tape};
#[cfg(feature = "network")]
pub use tract_network::{SharedNetwork, TractNetwork};
