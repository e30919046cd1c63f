//! Threads that stay awake while a graph runs.
//!
//! Between two operations of a network a thread of the pool has nothing to do for a few
//! microseconds, falls asleep, and takes longer than that to wake up again.

#[cfg(all(feature = "threads", target_arch = "wasm32"))]
use std::sync::Arc;
#[cfg(all(feature = "threads", target_arch = "wasm32"))]
use std::sync::atomic::{AtomicBool, Ordering};

/// The other threads of the pool look for work without a rest until this is dropped.
/// Nothing where there are no others.
#[derive(Default)]
pub struct Awake {
    #[cfg(all(feature = "threads", target_arch = "wasm32"))]
    is_over: Arc<AtomicBool>,
}

#[cfg(all(feature = "threads", target_arch = "wasm32"))]
impl Awake {
    /// Called by the thread that runs the graph, the first of the pool.
    pub fn start() -> Awake {
        use tract_linalg::multithread::{Executor, current_tract_executor};

        let awake = Awake::default();
        if matches!(current_tract_executor(), Executor::RayonGlobal) {
            for _ in 1..rayon::current_num_threads() {
                let is_over = awake.is_over.clone();
                rayon::spawn(move || look_for_work(&is_over));
            }
        }
        awake
    }
}

#[cfg(not(all(feature = "threads", target_arch = "wasm32")))]
impl Awake {
    /// Called by the thread that runs the graph.
    pub fn start() -> Awake {
        Awake::default()
    }
}

#[cfg(all(feature = "threads", target_arch = "wasm32"))]
impl Drop for Awake {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
    }
}

#[cfg(all(feature = "threads", target_arch = "wasm32"))]
fn look_for_work(is_over: &AtomicBool) {
    // The thread that runs the graph would wait for itself.
    if rayon::current_thread_index() == Some(0) {
        return;
    }
    while !is_over.load(Ordering::Acquire) {
        if rayon::yield_now() != Some(rayon::Yield::Executed) {
            std::hint::spin_loop();
        }
    }
}
