//! The hunt itself: seeds, then mutations, each run under a watch of its time and memory.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::corpus::{self, in_short};
use super::memory;
use super::random::Random;

#[global_allocator]
static METER: memory::Metered = memory::Metered;

/// Mutations in an ordinary run of the tests.
const CASES_WITHOUT_LIMIT: usize = 2000;
/// No case may use more memory: what Limits allow one tensor.
const MAX_BYTES: usize = 1 << 30;
/// A case that takes longer is a failure; one that takes far longer ends the test.
const SLOW: Duration = Duration::from_secs(5);
const HANGING: Duration = Duration::from_secs(60);
/// Files that are kept for further mutations.
const MAX_KEPT: usize = 4000;

/// The case that runs now, for the watchdog.
type Running = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

/// What is hunted.
pub struct Target {
    /// How files of failures end.
    pub extension: &'static str,
    pub seeds: Vec<Vec<u8>>,
    /// A damaged copy of one of the files.
    pub mutate: fn(&[Vec<u8>], &mut Random) -> Vec<u8>,
    /// Runs one file. `Err` is a result that cannot be right.
    pub run: fn(&[u8], &mut Random) -> Result<String, String>,
    /// A part of the time that there is, in percent.
    pub percent: u32,
}

/// Runs a target's seeds and mutations.
///
/// # Panics
/// With every kind of failure.
pub fn hunt(target: &Target) {
    let seed = corpus::number("GRADCAM_FUZZ_SEED").unwrap_or(1);
    let limit = corpus::limit().map(|limit| limit * target.percent / 100);
    println!("GRADCAM_FUZZ_SEED={seed}");
    let mut random = Random(seed);
    let mut files = target.seeds.clone();
    let seeds = files.len();
    let running = watched();
    let message = silenced();
    let (start, mut cases) = (Instant::now(), 0);
    let mut outcomes: HashSet<String> = HashSet::new();
    let mut failures: BTreeMap<String, PathBuf> = BTreeMap::new();
    loop {
        let file = match files.get(cases) {
            Some(seed) if cases < seeds => seed.clone(),
            _ => (target.mutate)(&files, &mut random),
        };
        let chance = Random(random.next());
        let outcome = case(target, &file, chance, &running, &message);
        match outcome {
            Ok(outcome) => {
                let is_new = outcomes.insert(outcome);
                if is_new && cases >= seeds && files.len() < MAX_KEPT && file.len() < 1 << 16 {
                    files.push(file);
                }
            }
            Err(failure) => {
                let place = failures.len();
                failures.entry(failure).or_insert_with(|| {
                    let name = format!("failure-{place}.{}", target.extension);
                    keep(&name, &file)
                });
            }
        }
        cases += 1;
        let done = limit.map_or(cases >= CASES_WITHOUT_LIMIT + seeds, |limit| {
            start.elapsed() >= limit
        });
        if done && cases >= seeds {
            break;
        }
    }
    let _ = std::panic::take_hook();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{cases} cases in {seconds:.1} s, {} outcomes",
        outcomes.len()
    );
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Runs one file; `Ok` is what came of it in short, `Err` what must not happen.
fn case(
    target: &Target,
    file: &[u8],
    mut random: Random,
    running: &Running,
    message: &Mutex<String>,
) -> Result<String, String> {
    let (start, before) = (Instant::now(), memory::restart());
    if let Ok(mut running) = running.lock() {
        *running = Some((start, file.to_vec()));
    }
    let found = catch_unwind(AssertUnwindSafe(|| (target.run)(file, &mut random)));
    let (took, used) = (start.elapsed(), memory::peak() - before);
    if let Ok(mut running) = running.lock() {
        *running = None;
    }
    let Ok(found) = found else {
        let text = message.lock().map(|text| text.clone()).unwrap_or_default();
        return Err(text);
    };
    let kind = found.as_ref().unwrap_or_else(|text| text);
    if took > SLOW {
        return Err(format!("slow: {}", in_short(kind)));
    }
    if used > MAX_BYTES {
        return Err(format!("{} MiB: {}", used >> 20, in_short(kind)));
    }
    found.map(|text| in_short(&text))
}

/// Writes a file where a person finds it.
fn keep(name: &str, file: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let path = folder.join(name);
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(&path, file).unwrap();
    path
}

/// A thread that ends the test where a case hangs, and keeps its file.
fn watched() -> Running {
    let running = Running::default();
    let seen = running.clone();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let Ok(running) = seen.lock() else { return };
            if let Some((start, file)) = running.as_ref()
                && start.elapsed() > HANGING
            {
                eprintln!("a case hangs: {}", keep("hanging.onnx", file).display());
                std::process::abort();
            }
        }
    });
    running
}

/// Keeps the place and text of a panic instead of printing it.
fn silenced() -> Arc<Mutex<String>> {
    let message = Arc::new(Mutex::new(String::new()));
    let kept = message.clone();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(ToString::to_string);
        let text = info.payload().downcast_ref::<String>().cloned();
        let text = text.map_or(String::new(), |text| in_short(&text));
        if let Ok(mut message) = kept.lock() {
            *message = format!("panic at {}: {text}", place.unwrap_or_default());
        }
    }));
    message
}
