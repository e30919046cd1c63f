//! The work behind the protocol.
//!
//! - `session`: one model, one picture, its explanations; also what the command
//!   line runs on
//! - `store`: model bytes from the server or this browser's cache, checked
//! - `summary`: what the page is told of a model
//! - `worker`: messages in, messages out, one job at a time
//! - `threads`: a pool of workers that compute on the engine's own memory

mod session;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
mod store;
mod summary;
#[cfg(all(feature = "threads", target_arch = "wasm32"))]
pub mod threads;
#[cfg(all(feature = "engine", target_arch = "wasm32"))]
pub mod worker;

pub use session::{Prediction, Session, SessionError, read_tensor};
pub use summary::Origin;
