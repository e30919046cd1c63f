//! How far an explanation has come, whether it goes on, and what it shows on the way.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, Waker};

use super::saliency::Saliency;

/// A future of the thread that made it.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// An explanation was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// What whoever asked for an explanation allows it, and is told by it.
///
/// A worker gives its event loop a turn in [`Budget::pause`], so that it can be told to
/// stop; a native program need not.
pub trait Budget {
    /// Whether it is time for a pause. Asked after each node of a run.
    fn is_pause_due(&mut self) -> bool;

    /// Waits for a moment.
    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>>;

    /// Told after each run of the network: how many are done of how many. Whether there may
    /// be another.
    fn step(&mut self, done: usize, total: usize) -> bool;

    /// Told a map that is not complete yet.
    fn show(&mut self, saliency: &Saliency);
}

/// Everything is allowed, and nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

impl Budget for Unlimited {
    fn is_pause_due(&mut self) -> bool {
        false
    }

    fn pause(&mut self) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(async { Ok(()) })
    }

    fn step(&mut self, _: usize, _: usize) -> bool {
        true
    }

    fn show(&mut self, _: &Saliency) {}
}

/// Runs a future whose pauses end at once, as those of a native program do.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = TaskContext::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}
