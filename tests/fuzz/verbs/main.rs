//! The command line under attack: whatever model, picture, name and option a verb gets, it
//! ends with an answer or a sentence, soon, in bounded memory, and steers no terminal.
//!
//! Each case runs the program itself, in a folder of its own. `make fuzz` gives it a third of
//! its time. See README.md in the folder above.
#![cfg(all(feature = "cli", unix))]

mod answer;
mod arguments;
mod pictures;
mod process;

#[path = "../bytes.rs"]
mod bytes;
#[path = "../corpus.rs"]
mod corpus;
#[path = "../mutate.rs"]
mod mutate;
#[path = "../random.rs"]
mod random;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use random::Random;

/// Runs of the program in an ordinary run of the tests.
const CASES_WITHOUT_LIMIT: usize = 150;
/// Files that are kept for further mutations.
const MAX_KEPT: usize = 2000;

#[test]
fn every_verb_answers_hostile_files_and_options() {
    let seed = corpus::number("GRADCAM_FUZZ_SEED").unwrap_or(1);
    let limit = corpus::limit();
    println!("GRADCAM_FUZZ_SEED={seed}");
    let mut random = Random(seed);
    let mut models = corpus::models();
    let seeds = models.len();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-verbs");
    let pictures = pictures::seeds();
    let records = records(&models, &pictures, &folder);
    let seeds_of_cases = arguments::Seeds { pictures, records };
    let (start, mut cases) = (Instant::now(), 0);
    let mut outcomes: HashSet<String> = HashSet::new();
    let mut failures: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut verbs: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    loop {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        // Files as they are reach further than damaged ones.
        let model = match random.below(2) {
            0 => random.one_of(&models[..seeds]).cloned().unwrap_or_default(),
            _ => mutate::mutated(&models, &mut random),
        };
        let case = arguments::Case::new(&folder, &model, &seeds_of_cases, &mut random);
        let answer = process::run(&case.arguments, &folder);
        let ended = verbs.entry(case.verb).or_default();
        ended[usize::from(answer.code != Some(0))] += 1;
        match answer.fault(case.runs) {
            None => {
                let is_new = outcomes.insert(answer.in_short());
                if is_new && models.len() < MAX_KEPT && model.len() < 1 << 16 {
                    models.push(model);
                }
            }
            Some(fault) => {
                let place = failures.len();
                let fault = format!("{}: {fault}", case.verb);
                failures
                    .entry(fault)
                    .or_insert_with(|| keep(&format!("verb-{place}"), &folder, &case, &answer));
            }
        }
        cases += 1;
        let done = limit.map_or(cases >= CASES_WITHOUT_LIMIT, |limit| {
            start.elapsed() >= limit
        });
        if done {
            break;
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{cases} runs in {seconds:.1} s, {} outcomes; answered and refused: {verbs:?}",
        outcomes.len()
    );
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Explanations by some of the models as the program saves them.
fn records(models: &[Vec<u8>], pictures: &[Vec<u8>], folder: &Path) -> Vec<String> {
    let mut records = Vec::new();
    std::fs::create_dir_all(folder).unwrap();
    for (model, picture) in models.iter().zip(pictures.iter().cycle()).take(20) {
        std::fs::write(folder.join("m.onnx"), model).unwrap();
        std::fs::write(folder.join("p.png"), picture).unwrap();
        let arguments = ["explain", "m.onnx", "p.png", "--json"].map(Into::into);
        let answer = process::run(&arguments, folder);
        if answer.code == Some(0) {
            records.push(String::from_utf8(answer.stdout).unwrap());
        }
    }
    assert!(!records.is_empty(), "no model explains");
    records
}

/// Moves a case's folder where a person finds it, with the command and what it said.
fn keep(name: &str, folder: &Path, case: &arguments::Case, answer: &answer::Answer) -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/fuzz")
        .join(name);
    let _ = std::fs::remove_dir_all(&kept);
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    let report = format!("{:?}\n\n{answer:?}\n", case.arguments);
    std::fs::write(folder.join("report.txt"), report).unwrap();
    std::fs::rename(folder, &kept).unwrap();
    kept
}
