//! What people see of a panic: a sentence, or nothing where it was made an error.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use crate::outcome::Outcome;
use crate::terminal;

/// The code of a program that panics, as Rust has it.
const PANICKED: u8 = 101;

/// Runs a command. tract panics on some graphs, which the engine makes an error of; no panic
/// says anything by itself, unless the variable `RUST_BACKTRACE` asks for it.
///
/// # Errors
/// Those of the command.
pub fn caught(run: impl FnOnce() -> anyhow::Result<Outcome>) -> anyhow::Result<ExitCode> {
    let place = Arc::new(Mutex::new(String::new()));
    let kept = place.clone();
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(move |info| {
            if let (Some(location), Ok(mut kept)) = (info.location(), kept.lock()) {
                *kept = location.to_string();
            }
        }));
    }
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map(|outcome| ExitCode::from(outcome.code())),
        Err(_) => {
            let place = place.lock().map(|place| place.clone()).unwrap_or_default();
            terminal::print_error(format_args!(
                "it broke down, which is its own fault, at {place}; please report that line with \
                 the file"
            ));
            Ok(ExitCode::from(PANICKED))
        }
    }
}
