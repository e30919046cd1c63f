//! The engine as the page knows it: its build, what it does, and the state desired of it.

mod desired_state;
mod engine_event;
mod engine_state;
mod engine_step;
mod engine_variant;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod selectors;

pub use self::desired_state::{DesiredPicture, DesiredState, TestedMap};
pub use self::engine_event::EngineEvent;
pub use self::engine_state::{Activity, EngineFacts, EngineState};
pub use self::engine_step::EngineStep;
pub use self::engine_variant::EngineVariant;
