//! Hostile model files: whatever a file says, decoding it and building its
//! gradient branch ends with a model or a sentence, soon, in bounded memory.
//!
//! This is what cargo-fuzz does, on stable Rust: a corpus, mutations, and files
//! kept for further mutations where they lead to an outcome not seen before.
//! `make fuzz` gives it half of its time. See README.md in this folder.
#![cfg(feature = "cli")]

mod corpus;
mod memory;
mod mutate;
mod random;

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use corpus::in_short;
use gradcam::gradient::{self, AttachOptions, ReluPolicy};
use gradcam::onnx::{Limits, Model};
use random::Random;

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

#[test]
fn hostile_files_get_a_sentence() {
    let seed = corpus::number("GRADCAM_FUZZ_SEED").unwrap_or(1);
    let limit = corpus::limit();
    println!("GRADCAM_FUZZ_SEED={seed}");
    let mut random = Random(seed);
    let mut files = corpus::models();
    let seeds = files.len();
    let running = watched();
    let message = silenced();
    let (start, mut cases) = (Instant::now(), 0);
    let mut outcomes: HashSet<String> = HashSet::new();
    let mut failures: BTreeMap<String, PathBuf> = BTreeMap::new();
    loop {
        let file = match files.get(cases) {
            Some(seed) if cases < seeds => seed.clone(),
            _ => mutate::mutated(&files, &mut random),
        };
        let chance = Random(random.next());
        let outcome = case(&file, chance, &running, &message);
        match outcome {
            Ok(outcome) => {
                let is_new = outcomes.insert(outcome);
                if is_new && cases >= seeds && files.len() < MAX_KEPT && file.len() < 1 << 16 {
                    files.push(file);
                }
            }
            Err(failure) => {
                let place = failures.len();
                failures
                    .entry(failure)
                    .or_insert_with(|| keep(&format!("failure-{place}.onnx"), &file));
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
    file: &[u8],
    mut random: Random,
    running: &Running,
    message: &Mutex<String>,
) -> Result<String, String> {
    let (start, before) = (Instant::now(), memory::restart());
    if let Ok(mut running) = running.lock() {
        *running = Some((start, file.to_vec()));
    }
    let found = catch_unwind(AssertUnwindSafe(|| attach(file, &mut random)));
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

/// Decodes a file and builds a branch as chance will have it. `Err` is a result
/// that cannot be right.
fn attach(file: &[u8], random: &mut Random) -> Result<String, String> {
    let mut model = match Model::decode(file, Limits::default()) {
        Ok(model) => model,
        Err(error) => return Ok(error.to_string()),
    };
    let mut options = AttachOptions {
        policy: ReluPolicy::ALL[random.below(ReluPolicy::ALL.len())],
        input_gradient: random.once_in(2),
        size: Some([8, 9]),
        ..AttachOptions::default()
    };
    if random.once_in(4) {
        let side = |random: &mut Random| random.number().unsigned_abs() as usize;
        options.size = Some([side(random), side(random)]).filter(|_| random.once_in(2));
    }
    for _ in 0..random.below(3) {
        let node = random.one_of(&model.graph().node);
        options.layers.extend(node.map(|node| node.name.clone()));
    }
    match gradient::attach(&mut model, &options) {
        Ok(attached) => {
            let again = Model::decode(&model.encode(), Limits::default());
            again
                .map_err(|error| format!("no model any more: {}", in_short(&error.to_string())))?;
            let layers = attached.selection.layers().map(|layer| &*layer.operator);
            let layers: Vec<&str> = layers.collect();
            Ok(format!("attached {layers:?} {}", options.input_gradient))
        }
        Err(error) => Ok(error.to_string()),
    }
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
