//! The command line on lists of pictures: `--stdin`.
#![cfg(feature = "cli")]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use common::{empty_folder, path, stderr, stdout};
use serde_json::{Value, json};

fn tiny() -> String {
    path("models/xception-tiny.onnx").display().to_string()
}

fn sample(name: &str) -> String {
    path(&format!("www/samples/fashion-{name}.png"))
        .display()
        .to_string()
}

fn start(arguments: &[&str], folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn with_list(arguments: &[&str], folder: &Path, list: &str) -> Output {
    let mut child = start(arguments, folder);
    let mut input = child.stdin.take().unwrap();
    let list = list.to_owned();
    let writer = std::thread::spawn(move || {
        // A program that stops reads no more.
        let _ = input.write_all(list.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn objects(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

const KINDS: [&str; 6] = ["boot", "bag", "dress", "pullover", "sneaker", "trouser"];

#[test]
fn every_line_is_answered_in_order_whatever_it_is() {
    let folder = empty_folder("batch");
    std::fs::write(folder.join("nothing.png"), "").unwrap();
    std::fs::copy(sample("boot"), folder.join("two\nlines.png")).unwrap();
    let mut list: Vec<String> = Vec::new();
    for round in 0..5 {
        list.extend(KINDS.iter().map(|kind| sample(kind)));
        if round == 2 {
            list.extend(["nowhere.png", ".", "nothing.png", ""].map(String::from));
            list.push(json!("two\nlines.png").to_string());
        }
    }
    let list = list.join("\n");
    let answers = |jobs: &str| {
        let model = tiny();
        let arguments = ["explain", &model, "--stdin", "--json", "--jobs", jobs];
        let output = with_list(&arguments, &folder, &list);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        objects(&stdout(&output))
    };
    let (one, three) = (answers("1"), answers("3"));
    assert_eq!(one.len(), 35);
    for (number, answer) in one.iter().enumerate() {
        let is_bad = (18..22).contains(&number);
        assert_eq!(answer.get("error").is_some(), is_bad, "{answer}");
    }
    let error = |number: usize| one[number]["error"].as_str().unwrap();
    assert!(error(18).contains("nowhere.png"), "{}", error(18));
    assert!(error(19).contains("folder"), "{}", error(19));
    assert!(error(21).contains("empty line"), "{}", error(21));
    assert_eq!(one[22]["image"]["name"], "two\nlines.png");
    assert_eq!(one[0]["class"]["label"], "ankle boot");
    let told = |answers: &[Value]| -> Vec<Value> {
        let of = |answer: &Value| json!([answer["image"], answer["map"], answer["error"]]);
        answers.iter().map(of).collect()
    };
    assert_eq!(told(&one), told(&three));
    // Nothing is written that was not asked for.
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn maps_are_written_by_line_and_metrics_measured() {
    let folder = empty_folder("batch-out");
    let list = format!("{}\n{}\n", sample("boot"), sample("boot"));
    let model = tiny();
    let output = with_list(
        &["explain", &model, "--stdin", "--json", "--out", "maps"],
        &folder,
        &list,
    );
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(folder.join("maps/2.fashion-boot.grad-cam.npy").exists());
    let metrics = ["--metric", "deletion,average-drop", "--steps", "3"];
    let fixed = ["evaluate", &model, "--stdin", "--json"];
    let output = with_list(&[&fixed[..], &metrics].concat(), &folder, &list);
    let found = objects(&stdout(&output));
    assert_eq!(found.len(), 2, "{}", stderr(&output));
    assert_eq!(found[1]["results"][1]["metric"], "average-drop");
}

#[test]
fn what_was_done_is_left_out() {
    let folder = empty_folder("batch-done");
    let (model, boot, bag) = (tiny(), sample("boot"), sample("bag"));
    let arguments = [
        "explain",
        &model,
        "--stdin",
        "--json",
        "--skip-done",
        "done.jsonl",
    ];
    let first = with_list(&arguments, &folder, &format!("{boot}\nnowhere.png\n"));
    assert_eq!(first.status.code(), Some(3));
    let done = stdout(&first) + "{\"image\": {\"name\": \"cut off";
    std::fs::write(folder.join("done.jsonl"), done).unwrap();
    let second = with_list(
        &arguments,
        &folder,
        &format!("{boot}\nnowhere.png\n{bag}\n"),
    );
    let found = objects(&stdout(&second));
    // What failed is tried again.
    assert_eq!(found.len(), 2);
    assert_eq!(found[1]["image"]["name"], bag);
}

#[test]
fn a_list_beside_pictures_and_no_list_are_refused() {
    let folder = empty_folder("batch-refused");
    let (model, boot) = (tiny(), sample("boot"));
    let said = |arguments: &[&str]| {
        let output = with_list(arguments, &folder, "");
        assert!(!output.status.success());
        stderr(&output)
    };
    assert!(said(&["explain", &model]).contains("--stdin"));
    assert!(said(&["explain", &model, &boot, "--stdin", "--json"]).contains("name none"));
    assert!(said(&["explain", &model, "--stdin"]).contains("--json"));
    let none = ["explain", &model, "--stdin", "--json", "--jobs", "0"];
    assert!(said(&none).contains("at least 1"));
}

#[test]
fn an_answer_comes_before_the_next_line() {
    let folder = empty_folder("batch-pipe");
    let model = tiny();
    let mut child = start(&["explain", &model, "--stdin", "--json"], &folder);
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for kind in ["boot", "bag"] {
        writeln!(input, "{}", sample(kind)).unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert!(line.contains(kind) && line.ends_with('\n'), "{line}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn an_interrupt_and_a_closed_pipe_end_it_with_whole_lines() {
    let folder = empty_folder("batch-stop");
    let model = tiny();
    let arguments = ["explain", &model, "--stdin", "--json", "--jobs", "2"];
    let mut child = start(&arguments, &folder);
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", sample("boot")).unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signal.unwrap().success());
    // It ends although its list is still open.
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut rest = String::new();
    answers.read_to_string(&mut rest).unwrap();
    assert!(rest.is_empty(), "{rest}");
    drop(input);

    let mut child = start(&arguments, &folder);
    let mut input = child.stdin.take().unwrap();
    let list = format!("{}\n", sample("bag")).repeat(200);
    let writer = std::thread::spawn(move || drop(input.write_all(list.as_bytes())));
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    line.clear();
    answers.read_line(&mut line).unwrap();
    drop(answers);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    writer.join().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_whole_lines() {
    let folder = empty_folder("batch-full");
    let list = format!("{}\n", sample("boot")).repeat(40);
    std::fs::write(folder.join("list"), list).unwrap();
    // A limit of 8 blocks of 1024 bytes stands for the disk.
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; '{}' explain '{}' --stdin --json < list > out 2> said",
        env!("CARGO_BIN_EXE_gradcam"),
        tiny()
    );
    let status = Command::new("bash")
        .args(["-c", &script])
        .current_dir(&folder)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    let written = std::fs::read_to_string(folder.join("out")).unwrap();
    assert!(
        written.ends_with('\n') && !objects(&written).is_empty(),
        "{written}"
    );
    let said = std::fs::read_to_string(folder.join("said")).unwrap();
    assert!(said.contains("cannot be written"), "{said}");
}
