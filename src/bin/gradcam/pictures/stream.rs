//! Paths on standard input, a line of JSON for each on standard output, in order.
//!
//! One thread reads lines, some work on pictures, and this one prints. What is on its way is
//! never more than a few pictures for each that is worked on, however long the list is.

use std::io::BufRead as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::done::Done;
use super::job::{Answer, Listed, PictureJob};
use crate::asking::{Engine, SharedEngine};
use crate::outcome::Outcome;
use crate::{interrupt, terminal};

/// Pictures on their way for each that is worked on.
const WAITING: usize = 2;
/// How often somebody looks whether the program shall stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A longer line is no path.
const MAX_LINE_BYTES: usize = 1 << 16;

/// A line that was read, and where its answer goes.
struct Task {
    number: usize,
    /// The picture's path, or why there is none.
    path: Result<String, String>,
    answer: Sender<Value>,
}

/// Answers every line of standard input.
///
/// # Errors
/// If the model cannot be shared between threads.
pub fn run(
    engine: Engine,
    job: &dyn PictureJob,
    jobs: usize,
    done: Done,
) -> anyhow::Result<Outcome> {
    interrupt::listen().context("interrupts cannot be heard")?;
    let shared = engine.share()?;
    drop(engine);
    let (tasks, waiting) = sync_channel::<Task>(jobs * WAITING);
    let (in_order, answers) = sync_channel::<Receiver<Value>>(jobs * WAITING);
    let waiting = Arc::new(Mutex::new(waiting));
    // It may wait for a line for ever, so nobody waits for it.
    std::thread::spawn(move || distribute(&done, &tasks, &in_order));
    let closing = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut workers = Vec::with_capacity(jobs);
        for _ in 0..jobs {
            let queue = Queue {
                tasks: Arc::clone(&waiting),
                closing: &closing,
            };
            let shared = shared.clone();
            workers.push(scope.spawn(move || work_in_pool(shared, job, &queue, jobs)));
        }
        // Where all workers are gone their tasks are too, and nobody waits for answers.
        drop(waiting);
        let is_bad = print(&answers);
        closing.store(true, Ordering::SeqCst);
        for worker in workers {
            let ended = worker.join();
            ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(match (interrupt::is_interrupted(), is_bad) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::SomeFailed,
            (false, false) => Outcome::Done,
        })
    })
}

/// Tasks that wait for somebody.
struct Queue<'a> {
    tasks: Arc<Mutex<Receiver<Task>>>,
    /// Nobody wants answers any more.
    closing: &'a AtomicBool,
}

impl Queue<'_> {
    /// The next task; `None` at the end, or when somebody says stop.
    fn next(&self) -> Option<Task> {
        loop {
            if self.closing.load(Ordering::SeqCst) || interrupt::is_interrupted() {
                return None;
            }
            // The lock is let go before the picture is looked at.
            let task = self.tasks.lock().ok()?.recv_timeout(LOOK_EVERY);
            match task {
                Ok(task) => return Some(task),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// Reads lines and hands them out, in order, until there are no more or nobody wants them.
fn distribute(done: &Done, tasks: &SyncSender<Task>, in_order: &SyncSender<Receiver<Value>>) {
    let mut lines = std::io::stdin().lock().split(b'\n');
    for number in 1.. {
        let path = match lines.next() {
            None => return,
            Some(Ok(line)) => path_of_line(line),
            Some(Err(error)) => Err(format!("the list cannot be read: {error}")),
        };
        if path.as_ref().is_ok_and(|path| done.has(path)) {
            continue;
        }
        let (answer, receiver) = channel();
        let task = Task {
            number,
            path,
            answer,
        };
        if in_order.send(receiver).is_err() || tasks.send(task).is_err() {
            return;
        }
    }
}

/// A path, or a JSON string that is one.
fn path_of_line(mut line: Vec<u8>) -> Result<String, String> {
    if line.ends_with(b"\r") {
        line.pop();
    }
    if line.len() > MAX_LINE_BYTES {
        return Err(format!("a line of {} bytes is no path", line.len()));
    }
    let line = String::from_utf8(line);
    let line = line.map_err(|_| "a line that is no UTF-8 names no picture".to_owned())?;
    if line.starts_with('"') {
        let path = serde_json::from_str(&line);
        return path.map_err(|error| {
            format!("a line that begins with a quote is no JSON string: {error}")
        });
    }
    if line.is_empty() {
        return Err("an empty line names no picture".to_owned());
    }
    Ok(line)
}

/// Answers tasks on a share of the machine's threads.
fn work_in_pool(
    shared: SharedEngine,
    job: &dyn PictureJob,
    queue: &Queue<'_>,
    jobs: usize,
) -> anyhow::Result<()> {
    if jobs == 1 {
        return work(shared, job, queue);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.div_ceil(jobs))
        .build()
        .context("the threads of --jobs cannot be had")?;
    pool.install(|| work(shared, job, queue))
}

fn work(shared: SharedEngine, job: &dyn PictureJob, queue: &Queue<'_>) -> anyhow::Result<()> {
    let mut engine = shared.engine()?;
    while let Some(task) = queue.next() {
        let answer = answer(&mut engine, job, &task);
        // Whoever stops reading wants no answer.
        let _ = task.answer.send(answer);
    }
    Ok(())
}

/// The one object of a line.
fn answer(engine: &mut Engine, job: &dyn PictureJob, task: &Task) -> Value {
    let path = match &task.path {
        Ok(path) => path,
        Err(error) => return json!({ "line": task.number, "image": null, "error": error }),
    };
    let bar = ProgressBar::hidden();
    let listed = Listed {
        path: Path::new(path),
        number: Some(task.number),
        bar: &bar,
    };
    match job.answer(engine, &listed) {
        Ok(answer) => one_object(path, answer),
        Err(error) => json!({
            "line": task.number,
            "image": { "name": path },
            "error": terminal::sentence(&format!("{error:#}")),
        }),
    }
}

/// The only report of a picture as it is; several as a list.
fn one_object(path: &str, mut answer: Answer) -> Value {
    if let ([_], []) = (answer.reports.as_slice(), answer.complaints.as_slice())
        && let Some(report) = answer.reports.pop()
    {
        return report;
    }
    let sentences = answer.complaints.iter();
    let sentences: Vec<String> = sentences.map(|line| terminal::sentence(line)).collect();
    json!({
        "image": { "name": path },
        "results": answer.reports,
        "left_out": sentences,
    })
}

/// Prints answers in order as they come; whether one was an error.
fn print(answers: &Receiver<Receiver<Value>>) -> bool {
    let mut is_bad = false;
    while let Some(answer) = wait(answers) {
        let Some(answer) = wait(&answer) else {
            // Interrupted, or its worker is gone, which the worker's end says.
            return true;
        };
        is_bad |= answer.get("error").is_some();
        if interrupt::is_interrupted() && answer.get("error").is_some() {
            // It may be one because it was interrupted.
            return true;
        }
        terminal::print_json(&answer);
    }
    is_bad
}

/// What comes next; `None` at the end, or when somebody says stop.
fn wait<T>(receiver: &Receiver<T>) -> Option<T> {
    loop {
        match receiver.recv_timeout(LOOK_EVERY) {
            Ok(value) => return Some(value),
            Err(RecvTimeoutError::Timeout) if !interrupt::is_interrupted() => {}
            Err(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_paths_or_json_strings() {
        let path = |line: &[u8]| path_of_line(line.to_vec());
        assert_eq!(path(b"a b.png\r").unwrap(), "a b.png");
        assert_eq!(path(br#""two\nlines.png""#).unwrap(), "two\nlines.png");
        assert!(path(b"").unwrap_err().contains("empty"));
        assert!(path(b"\"open").unwrap_err().contains("JSON string"));
        assert!(path(&[b'a'; 70_000]).unwrap_err().contains("70000"));
        assert!(path(&[0xff]).unwrap_err().contains("UTF-8"));
    }
}
