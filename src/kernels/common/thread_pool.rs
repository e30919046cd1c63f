//! Data parallelism within an operation, on the threads of a rayon pool.
//!
//! rayon puts idle threads to sleep, and waking one takes longer than many an operation of a
//! network. Here idle threads spin: within an operation until all of its work is done, and
//! between operations for as long as a [`PoolActivity`] lives. Work is shared dynamically: by
//! chunks from one queue ([`parallel_chunks`]), or by tasks with work stealing
//! ([`parallel_steps`]; R. Blumofe and C. Leiserson, 1999).

use tract_onnx::prelude::TractResult;

/// Elements below which an operation runs on one thread.
#[cfg(feature = "thread_pool")]
const MIN_PARALLEL_WORK: usize = 16 << 10;

/// Processes rows of `out`, each `row_len` elements, in chunks of whole rows that threads
/// take from a queue. `f` gets the index of a chunk's first row, and the chunk; operations
/// within `f` run on one thread. `work` is the number of elements that are processed in all.
///
/// # Errors
/// One of the errors of `f`; other chunks may be processed or not.
pub fn parallel_chunks<T: Send>(
    out: &mut [T],
    row_len: usize,
    work: usize,
    f: impl Fn(usize, &mut [T]) -> TractResult<()> + Sync + Send,
) -> TractResult<()> {
    #[cfg(feature = "thread_pool")]
    if work >= MIN_PARALLEL_WORK && out.len() > row_len {
        return pool::parallel_chunks(out, row_len, &f);
    }
    #[cfg(not(feature = "thread_pool"))]
    let _ = (row_len, work);
    f(0, out)
}

/// Work in tasks of equally many steps.
#[derive(Clone, Copy, Debug)]
pub struct TaskGrid {
    pub tasks: usize,
    pub steps: usize,
}

/// Runs tasks of several steps, in any order. A thread that takes a task prepares it and runs
/// its steps; a thread without a task steals steps of those that are not finished. `step` gets
/// what `prepare` returned, the index of the step, and a workspace of the thread. `work` is as
/// in [`parallel_chunks`].
///
/// # Errors
/// One of the errors of `step`; other steps may be run or not.
pub fn parallel_steps<P: Send + Sync, W: Default>(
    TaskGrid { tasks, steps }: TaskGrid,
    work: usize,
    prepare: impl Fn(usize) -> P + Sync,
    step: impl Fn(&P, usize, &mut W) -> TractResult<()> + Sync,
) -> TractResult<()> {
    #[cfg(feature = "thread_pool")]
    if work >= MIN_PARALLEL_WORK && tasks * steps > 1 {
        return pool::parallel_steps(TaskGrid { tasks, steps }, &prepare, &step);
    }
    #[cfg(not(feature = "thread_pool"))]
    let _ = work;
    let mut workspace = W::default();
    for task in 0..tasks {
        let prepared = prepare(task);
        (0..steps).try_for_each(|index| step(&prepared, index, &mut workspace))?;
    }
    Ok(())
}

/// Threads of [`parallel_chunks`] and [`parallel_steps`].
pub fn thread_count() -> usize {
    #[cfg(feature = "thread_pool")]
    return pool::thread_count();
    #[cfg(not(feature = "thread_pool"))]
    1
}

/// Runs `f` with every operation in it on this thread alone.
pub fn single_threaded<T>(f: impl FnOnce() -> T) -> T {
    #[cfg(feature = "thread_pool")]
    return pool::single_threaded(f);
    #[cfg(not(feature = "thread_pool"))]
    f()
}

/// Keeps the threads of the global pool, which is the browser's, from sleeping until it is
/// dropped.
#[derive(Default)]
pub struct PoolActivity {
    #[cfg(feature = "thread_pool")]
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl PoolActivity {
    /// Must be called by the thread that runs the graph, the first one of the pool.
    pub fn start() -> PoolActivity {
        let activity = PoolActivity::default();
        #[cfg(feature = "thread_pool")]
        pool::keep_awake(&activity.is_over);
        activity
    }
}

impl Drop for PoolActivity {
    fn drop(&mut self) {
        #[cfg(feature = "thread_pool")]
        (self.is_over).store(true, std::sync::atomic::Ordering::Release);
    }
}

#[cfg(feature = "thread_pool")]
mod pool {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    use tract_linalg::multithread::{Executor, current_tract_executor, multithread_tract_scope};
    use tract_onnx::prelude::{TractError, TractResult};

    use super::TaskGrid;

    /// More than one, so that threads that are faster take more of them.
    const CHUNKS_PER_THREAD: usize = 4;

    pub fn single_threaded<T>(f: impl FnOnce() -> T) -> T {
        multithread_tract_scope(Executor::SingleThread, f)
    }

    pub fn thread_count() -> usize {
        match current_tract_executor() {
            Executor::SingleThread => 1,
            Executor::MultiThread(pool) => pool.current_num_threads(),
            Executor::RayonGlobal => rayon::current_num_threads(),
        }
    }

    pub fn parallel_chunks<T: Send>(
        out: &mut [T],
        row_len: usize,
        f: &(impl Fn(usize, &mut [T]) -> TractResult<()> + Sync),
    ) -> TractResult<()> {
        let (rows, threads) = (out.len() / row_len, thread_count());
        if threads < 2 {
            return f(0, out);
        }
        let chunk_rows = rows.div_ceil((CHUNKS_PER_THREAD * threads).min(rows));
        let chunks = Mutex::new(out.chunks_mut(chunk_rows * row_len).enumerate());
        let outcome = LastError::default();
        run_on_all((threads - 1).min(rows - 1), || {
            // A closure, so that the lock is released before `f` runs.
            let next = || locked(&chunks).next();
            while let Some((index, chunk)) = next() {
                outcome.keep(f(index * chunk_rows, chunk));
            }
        });
        outcome.into_result()
    }

    /// The state of a task.
    struct Task<P> {
        is_taken: AtomicBool,
        /// The first step that no thread has taken.
        next_step: AtomicUsize,
        /// There from the end of `prepare` until no step is left to take.
        prepared: Mutex<Option<Arc<P>>>,
    }

    impl<P> Task<P> {
        fn take_steps(&self, steps: usize, mut step: impl FnMut(usize)) {
            loop {
                let index = self.next_step.fetch_add(1, Ordering::Relaxed);
                if index >= steps {
                    return;
                }
                step(index);
            }
        }

        /// Whether all steps are taken; some may still run.
        fn is_exhausted(&self, steps: usize) -> bool {
            self.next_step.load(Ordering::Relaxed) >= steps
        }
    }

    pub fn parallel_steps<P: Send + Sync, W: Default>(
        TaskGrid {
            tasks: count,
            steps,
        }: TaskGrid,
        prepare: &(impl Fn(usize) -> P + Sync),
        step: &(impl Fn(&P, usize, &mut W) -> TractResult<()> + Sync),
    ) -> TractResult<()> {
        let threads = thread_count();
        let task = || Task {
            is_taken: AtomicBool::new(false),
            next_step: AtomicUsize::new(0),
            prepared: Mutex::new(None),
        };
        let tasks: Vec<Task<P>> = std::iter::repeat_with(task).take(count).collect();
        let outcome = LastError::default();
        let has_panicked = AtomicBool::new(false);
        run_on_all((threads - 1).min(count * steps - 1), || {
            let _panic_flag = PanicFlag(&has_panicked);
            let mut workspace = W::default();
            let mut take_steps = |task: &Task<P>, prepared: &P| {
                task.take_steps(steps, |index| {
                    outcome.keep(step(prepared, index, &mut workspace));
                });
            };
            // Cache affinity: every thread begins at a task of its own, so that it reads
            // mostly what it wrote in the operation before.
            let first = rayon::current_thread_index().unwrap_or(0) % threads * count / threads;
            for index in (first..count).chain(0..first) {
                let task = &tasks[index];
                if task.is_taken.swap(true, Ordering::Relaxed) {
                    continue;
                }
                let prepared = Arc::new(prepare(index));
                *locked(&task.prepared) = Some(prepared.clone());
                take_steps(task, &prepared);
                // Freed now, so that the next task is prepared in memory that is cached.
                *locked(&task.prepared) = None;
            }
            while !has_panicked.load(Ordering::Relaxed) {
                let mut are_exhausted = true;
                for task in tasks.iter().filter(|task| !task.is_exhausted(steps)) {
                    are_exhausted = false;
                    let prepared = locked(&task.prepared).clone();
                    if let Some(prepared) = prepared {
                        take_steps(task, &prepared);
                    }
                }
                if are_exhausted {
                    break;
                }
                std::hint::spin_loop();
            }
        });
        outcome.into_result()
    }

    /// Sets a flag if its thread panics, so that others do not wait for that thread's task.
    struct PanicFlag<'a>(&'a AtomicBool);

    impl Drop for PanicFlag<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                self.0.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The last error of any thread.
    #[derive(Default)]
    struct LastError(Mutex<Option<TractError>>);

    impl LastError {
        fn keep(&self, result: TractResult<()>) {
            if let Err(error) = result {
                *locked(&self.0) = Some(error);
            }
        }

        fn into_result(self) -> TractResult<()> {
            let error = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
            error.map_or(Ok(()), Err)
        }
    }

    /// Runs `work` on this thread and on `helpers` other ones of the pool, and returns when
    /// all have returned from it.
    fn run_on_all(helpers: usize, work: impl Fn() + Sync) {
        // Operations within `work` run on one thread.
        let run = || single_threaded(&work);
        let run_all = || {
            let helpers_left = AtomicUsize::new(helpers);
            rayon::in_place_scope(|scope| {
                for _ in 0..helpers {
                    scope.spawn(|_| {
                        let _done = HelperGuard(&helpers_left);
                        run();
                    });
                }
                run();
                // Runs the helpers here that no thread has begun.
                steal_work_until(|| helpers_left.load(Ordering::Acquire) == 0);
            });
        };
        match current_tract_executor() {
            Executor::MultiThread(pool) => pool.install(run_all),
            Executor::RayonGlobal => run_all(),
            Executor::SingleThread => work(),
        }
    }

    fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a helper as done, even if its thread panics.
    struct HelperGuard<'a>(&'a AtomicUsize);

    impl Drop for HelperGuard<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Release);
        }
    }

    /// Runs jobs of the pool, or spins, until `is_over`.
    fn steal_work_until(is_over: impl Fn() -> bool) {
        while !is_over() {
            if rayon::yield_now() != Some(rayon::Yield::Executed) {
                std::hint::spin_loop();
            }
        }
    }

    /// Makes the other threads of the global pool spin until `is_over`. Does nothing for other
    /// pools, which are native.
    pub fn keep_awake(is_over: &Arc<AtomicBool>) {
        if !matches!(current_tract_executor(), Executor::RayonGlobal) {
            return;
        }
        for _ in 1..rayon::current_num_threads() {
            let is_over = is_over.clone();
            rayon::spawn(move || {
                // The first thread sets `is_over`: it must not wait for that.
                if rayon::current_thread_index() != Some(0) {
                    steal_work_until(|| is_over.load(Ordering::Acquire));
                }
            });
        }
    }
}
