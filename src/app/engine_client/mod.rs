//! The page's side of the talk with the engine.
//!
//! - `client.rs`: the client itself; it brings the engine to the desired state
//! - `request_schedule.rs`: which request is sent next, after cancels and crashes too
//! - `requests.rs`: puts a step into a message; `event_handlers.rs`: takes messages in,
//!   `test_results.rs` those about tests of a map, `probe_results.rs` those about a model
//! - `connection.rs`: the only place that talks with a `Worker`; `early_worker.rs`: the
//!   one that runs before the page does
//! - `variant_fallback.rs`: which build of the engine runs, and which comes after it

mod client;
mod connection;
mod early_worker;
mod event_handlers;
mod probe_results;
mod request_schedule;
#[cfg(test)]
mod request_schedule_tests;
mod requests;
mod test_results;
mod variant_fallback;

pub use self::client::EngineClient;
pub use self::variant_fallback::VariantFallback;
