//! A person says stop, by control C or a signal.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The exit status of a program that control C ended.
const ENDED: i32 = 130;

/// Listens for the first interrupt; a second one ends the program at once.
///
/// # Errors
/// The system's, if it has no such signals.
pub fn listen() -> std::io::Result<()> {
    let interrupted = INTERRUPTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // The order counts: the first signal finds that there was none before.
        flag::register_conditional_shutdown(signal, ENDED, Arc::clone(interrupted))?;
        flag::register(signal, Arc::clone(interrupted))?;
    }
    Ok(())
}

/// Whether somebody said stop.
pub fn is_interrupted() -> bool {
    let interrupted = INTERRUPTED.get();
    interrupted.is_some_and(|interrupted| interrupted.load(Ordering::SeqCst))
}
