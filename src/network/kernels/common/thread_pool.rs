//! Work that threads share.
//!
//! rayon lets a thread that has to wait fall asleep, and to wake it takes longer than
//! many an operation of a network. Here who waits keeps looking for work: inside of an
//! operation for the others to be done, and between operations, as long as [`PoolActivity`]
//! lives, for the next one to begin.

use tract_onnx::prelude::TractResult;

/// Numbers of work up to which others are not asked to help.
#[cfg(feature = "together")]
const MIN_PARALLEL_WORK: usize = 16 << 10;

/// Processes rows of `out`, each `row_len` long, in chunks of whole rows that the
/// threads take in turn. `f` gets the number of a chunk's first row, and the chunk; it
/// asks nobody to help. `work` says how many numbers it deals with in all.
///
/// # Errors
/// One of those of `f`; other chunks may be done or not.
pub fn parallel_chunks<T: Send>(
    out: &mut [T],
    row_len: usize,
    work: usize,
    f: impl Fn(usize, &mut [T]) -> TractResult<()> + Sync + Send,
) -> TractResult<()> {
    #[cfg(feature = "together")]
    if work >= MIN_PARALLEL_WORK && out.len() > row_len {
        return pool::parallel_chunks(out, row_len, &f);
    }
    #[cfg(not(feature = "together"))]
    let _ = (row_len, work);
    f(0, out)
}

/// The size of some work: tasks, each of the same number of steps.
#[derive(Clone, Copy, Debug)]
pub struct TaskGrid {
    pub tasks: usize,
    pub steps: usize,
}

/// Tasks of several steps: a thread that takes a task prepares it and then does its steps
/// one by one; a thread that finds no task left steals steps of those that are not done.
/// Each thread has a workspace of its own. `work` is as for [`parallel_chunks`].
///
/// # Errors
/// One of those of `step`; other steps may be done or not.
pub fn parallel_steps<P: Send + Sync, W: Default>(
    TaskGrid { tasks, steps }: TaskGrid,
    work: usize,
    prepare: impl Fn(usize) -> P + Sync,
    step: impl Fn(&P, usize, &mut W) -> TractResult<()> + Sync,
) -> TractResult<()> {
    #[cfg(feature = "together")]
    if work >= MIN_PARALLEL_WORK && tasks * steps > 1 {
        return pool::parallel_steps(TaskGrid { tasks, steps }, &prepare, &step);
    }
    #[cfg(not(feature = "together"))]
    let _ = work;
    let mut workspace = W::default();
    for task in 0..tasks {
        let prepared = prepare(task);
        (0..steps).try_for_each(|number| step(&prepared, number, &mut workspace))?;
    }
    Ok(())
}

/// Threads that [`parallel_chunks`] and [`parallel_steps`] have.
pub fn thread_count() -> usize {
    #[cfg(feature = "together")]
    return pool::thread_count();
    #[cfg(not(feature = "together"))]
    1
}

/// While this lives, the threads of the browser's pool are not let to sleep.
#[derive(Default)]
pub struct PoolActivity {
    #[cfg(feature = "together")]
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl PoolActivity {
    /// Called by the thread that runs the graph, the first of the pool.
    pub fn start() -> PoolActivity {
        let awake = PoolActivity::default();
        #[cfg(feature = "together")]
        pool::keep_awake(&awake.is_over);
        awake
    }
}

impl Drop for PoolActivity {
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
    use tract_onnx::prelude::{TractError, TractResult};

    use super::TaskGrid;

    /// Chunks for each thread, so that the quicker ones can take more.
    const CHUNKS_EACH: usize = 4;

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
        let rows_each = rows.div_ceil((CHUNKS_EACH * threads).min(rows));
        let chunks = Mutex::new(out.chunks_mut(rows_each * row_len).enumerate());
        let outcome = LastError::default();
        run_on_all((threads - 1).min(rows - 1), || {
            // A statement of its own: nobody computes with the lock in hand.
            let next = || locked(&chunks).next();
            while let Some((number, chunk)) = next() {
                outcome.keep(f(number * rows_each, chunk));
            }
        });
        outcome.into_result()
    }

    /// A task in the making.
    struct Task<P> {
        is_taken: AtomicBool,
        /// The step that comes next.
        next: AtomicUsize,
        /// From the first step to the last.
        prepared: Mutex<Option<Arc<P>>>,
    }

    impl<P> Task<P> {
        fn take_steps(&self, steps: usize, mut step: impl FnMut(usize)) {
            loop {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                if number >= steps {
                    return;
                }
                step(number);
            }
        }

        fn is_done(&self, steps: usize) -> bool {
            self.next.load(Ordering::Relaxed) >= steps
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
            next: AtomicUsize::new(0),
            prepared: Mutex::new(None),
        };
        let tasks: Vec<Task<P>> = std::iter::repeat_with(task).take(count).collect();
        let outcome = LastError::default();
        let broken = AtomicBool::new(false);
        run_on_all((threads - 1).min(count * steps - 1), || {
            let _panic_flag = PanicFlag(&broken);
            let mut workspace = W::default();
            let mut take_steps = |task: &Task<P>, prepared: &P| {
                task.take_steps(steps, |number| {
                    outcome.keep(step(prepared, number, &mut workspace));
                });
            };
            // Each thread has tasks that it begins with, so that what it reads is, for
            // the most part, what it wrote an operation before.
            let own = rayon::current_thread_index().unwrap_or(0) % threads * count / threads;
            for number in (own..count).chain(0..own) {
                let task = &tasks[number];
                if task.is_taken.swap(true, Ordering::Relaxed) {
                    continue;
                }
                let prepared = Arc::new(prepare(number));
                *locked(&task.prepared) = Some(prepared.clone());
                take_steps(task, &prepared);
                // The memory is used again for the next task, while it is cached.
                *locked(&task.prepared) = None;
            }
            while !broken.load(Ordering::Relaxed) {
                let mut is_over = true;
                for task in tasks.iter().filter(|task| !task.is_done(steps)) {
                    is_over = false;
                    let prepared = locked(&task.prepared).clone();
                    if let Some(prepared) = prepared {
                        take_steps(task, &prepared);
                    }
                }
                if is_over {
                    break;
                }
                std::hint::spin_loop();
            }
        });
        outcome.into_result()
    }

    /// Tells the others that a thread panicked: nobody waits for its work.
    struct PanicFlag<'a>(&'a AtomicBool);

    impl Drop for PanicFlag<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                self.0.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The last error, if there is one.
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

    /// Lets this thread and so many helpers of the pool take part in some work.
    fn run_on_all(helpers: usize, take_part: impl Fn() + Sync) {
        let alone = || multithread_tract_scope(Executor::SingleThread, &take_part);
        let share = || {
            let helpers_left = AtomicUsize::new(helpers);
            rayon::in_place_scope(|scope| {
                for _ in 0..helpers {
                    scope.spawn(|_| {
                        let _done = HelperGuard(&helpers_left);
                        alone();
                    });
                }
                alone();
                // A helper that has not begun yet is run here.
                steal_work_until(|| helpers_left.load(Ordering::Acquire) == 0);
            });
        };
        match current_tract_executor() {
            Executor::MultiThread(pool) => pool.install(share),
            Executor::RayonGlobal => share(),
            Executor::SingleThread => take_part(),
        }
    }

    fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts down, even if its thread panics.
    struct HelperGuard<'a>(&'a AtomicUsize);

    impl Drop for HelperGuard<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Release);
        }
    }

    fn steal_work_until(is_over: impl Fn() -> bool) {
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
                    steal_work_until(|| is_over.load(Ordering::Acquire));
                }
            });
        }
    }
}
