//! Work that threads share.
//!
//! rayon lets a thread that has to wait fall asleep, and to wake it takes longer than
//! many an operation of a network. Here who waits keeps looking for work: inside of an
//! operation for the others to be done, and between operations, as long as [`Awake`]
//! lives, for the next one to begin.

use tract_onnx::prelude::TractResult;

/// Numbers of work up to which others are not asked to help.
#[cfg(feature = "together")]
const LITTLE_WORK: usize = 16 << 10;

/// Processes rows of `out`, each `row_len` long, in chunks of whole rows that the
/// threads take in turn. `f` gets the number of a chunk's first row, and the chunk; it
/// asks nobody to help. `work` says how many numbers it deals with in all.
///
/// # Errors
/// One of those of `f`; other chunks may be done or not.
pub fn in_chunks<T: Send>(
    out: &mut [T],
    row_len: usize,
    work: usize,
    f: impl Fn(usize, &mut [T]) -> TractResult<()> + Sync + Send,
) -> TractResult<()> {
    #[cfg(feature = "together")]
    if work >= LITTLE_WORK && out.len() > row_len {
        return pool::in_chunks(out, row_len, &f);
    }
    #[cfg(not(feature = "together"))]
    let _ = (row_len, work);
    f(0, out)
}

/// Threads that [`in_chunks`] has.
pub fn threads() -> usize {
    #[cfg(feature = "together")]
    return pool::threads();
    #[cfg(not(feature = "together"))]
    1
}

/// While this lives, the threads of the browser's pool are not let to sleep.
#[derive(Default)]
pub struct Awake {
    #[cfg(feature = "together")]
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Awake {
    /// Called by the thread that runs the graph, the first of the pool.
    pub fn start() -> Awake {
        let awake = Awake::default();
        #[cfg(feature = "together")]
        pool::keep_awake(&awake.is_over);
        awake
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        #[cfg(feature = "together")]
        (self.is_over).store(true, std::sync::atomic::Ordering::Release);
    }
}

#[cfg(feature = "together")]
mod pool {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    use tract_linalg::multithread::{Executor, current_tract_executor, multithread_tract_scope};
    use tract_onnx::prelude::TractResult;

    /// Chunks for each thread, so that the quicker ones can take more.
    const CHUNKS_EACH: usize = 4;

    pub fn threads() -> usize {
        match current_tract_executor() {
            Executor::SingleThread => 1,
            Executor::MultiThread(pool) => pool.current_num_threads(),
            Executor::RayonGlobal => rayon::current_num_threads(),
        }
    }

    pub fn in_chunks<T: Send>(
        out: &mut [T],
        row_len: usize,
        f: &(impl Fn(usize, &mut [T]) -> TractResult<()> + Sync),
    ) -> TractResult<()> {
        match current_tract_executor() {
            Executor::MultiThread(pool) => pool.install(|| share(out, row_len, f)),
            Executor::RayonGlobal => share(out, row_len, f),
            Executor::SingleThread => f(0, out),
        }
    }

    /// Called by a thread of the pool.
    fn share<T: Send>(
        out: &mut [T],
        row_len: usize,
        f: &(impl Fn(usize, &mut [T]) -> TractResult<()> + Sync),
    ) -> TractResult<()> {
        let (rows, threads) = (out.len() / row_len, rayon::current_num_threads());
        if threads < 2 {
            return f(0, out);
        }
        let rows_each = rows.div_ceil((CHUNKS_EACH * threads).min(rows));
        let chunks = Mutex::new(out.chunks_mut(rows_each * row_len).enumerate());
        let outcome = Mutex::new(Ok(()));
        let take_part = || {
            multithread_tract_scope(Executor::SingleThread, || {
                // A statement of its own: nobody computes with the lock in hand.
                let next = || locked(&chunks).next();
                while let Some((number, chunk)) = next() {
                    if let Err(error) = f(number * rows_each, chunk) {
                        *locked(&outcome) = Err(error);
                    }
                }
            });
        };
        let helpers = AtomicUsize::new((threads - 1).min(rows - 1));
        rayon::in_place_scope(|scope| {
            for _ in 0..helpers.load(Ordering::Relaxed) {
                scope.spawn(|_| {
                    let _done = Done(&helpers);
                    take_part();
                });
            }
            take_part();
            // A helper that has not begun yet is run here.
            look_for_work(|| helpers.load(Ordering::Acquire) == 0);
        });
        outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts down, even if its thread panics.
    struct Done<'a>(&'a AtomicUsize);

    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Release);
        }
    }

    fn look_for_work(is_over: impl Fn() -> bool) {
        while !is_over() {
            if rayon::yield_now() != Some(rayon::Yield::Executed) {
                std::hint::spin_loop();
            }
        }
    }

    /// Only where there is one pool, and this thread is its first.
    pub fn keep_awake(is_over: &Arc<AtomicBool>) {
        if !matches!(current_tract_executor(), Executor::RayonGlobal) {
            return;
        }
        for _ in 1..rayon::current_num_threads() {
            let is_over = is_over.clone();
            rayon::spawn(move || {
                // The first would wait for itself.
                if rayon::current_thread_index() != Some(0) {
                    look_for_work(|| is_over.load(Ordering::Acquire));
                }
            });
        }
    }
}
