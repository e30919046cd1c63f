//! Elapsed time, natively and in the browser.

use web_time::Instant;

/// Milliseconds since a moment.
pub fn milliseconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}
