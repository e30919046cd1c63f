//! Command lines as chance will have them, and the files that they name.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use gradcam::evaluate::METRICS;
use gradcam::explain::METHODS;
use gradcam::onnx::{Limits, Model};

use super::pictures;
use super::random::Random;

/// One run of the program.
pub struct Case {
    pub verb: &'static str,
    pub arguments: Vec<OsString>,
    /// Number of pictures to explain, or 1.
    pub runs: u32,
}

/// Texts that programs tend to get wrong.
const HARD_TEXTS: [&str; 14] = [
    "",
    " ",
    "-",
    "-1",
    "99999999999999999999",
    "NaN",
    "0",
    "plain",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "gpj.\u{202e}exe\u{2066}\u{200f}",
    "two\r\nlines\t\u{85}\u{2028}",
    "\u{9b}2J",
    "it's 'quoted' {braces}",
    "猫🐈é\u{301}",
];

/// The verbs that take files.
const VERBS: [&str; 7] = [
    "inspect",
    "attach",
    "explain",
    "profile",
    "evaluate",
    "perturb",
    "reproduce",
];

/// What cases are made of besides models.
pub struct Seeds {
    pub pictures: Vec<Vec<u8>>,
    /// Saved explanations.
    pub records: Vec<String>,
}

impl Case {
    /// Writes a model and pictures into the folder, and a command line for them.
    pub fn new(folder: &Path, model: &[u8], seeds: &Seeds, random: &mut Random) -> Case {
        let mut case = Case {
            verb: VERBS[random.below(VERBS.len())],
            arguments: Vec::new(),
            runs: 1,
        };
        case.push(case.verb);
        let names = names(model);
        if case.verb == "reproduce" {
            let record = record(&seeds.records, random);
            case.file(folder, "json", &record, random);
            case.push("--model");
        }
        case.file(folder, "onnx", model, random);
        match case.verb {
            "attach" => case.attach(&names, random),
            "explain" => {
                let more = if random.once_in(4) {
                    random.below(3)
                } else {
                    0
                };
                case.runs += more as u32;
                for _ in 0..=more {
                    case.picture(folder, seeds, random);
                }
                case.explain(&names, random);
            }
            "evaluate" => {
                case.picture(folder, seeds, random);
                case.evaluate(&names, random);
            }
            "perturb" => {
                case.picture(folder, seeds, random);
                case.perturb(random);
            }
            "reproduce" => {
                case.push("--image");
                case.picture(folder, seeds, random);
                case.flag_once_in(2, "--json", random);
            }
            "profile" => {
                case.push("--runs=1");
                case.option_once_in(4, "--nodes", &mut |random| number(random), random);
            }
            _ => case.flag_once_in(2, "--json", random),
        }
        case.hostile_once_in(40, random);
        case
    }

    fn picture(&mut self, folder: &Path, seeds: &Seeds, random: &mut Random) {
        let picture = pictures::any(&seeds.pictures, random);
        let ends = ["png", "jpg", "npy"];
        self.file(folder, ends[random.below(ends.len())], &picture, random);
    }

    /// A metric, of few steps, with and without a place of the object.
    fn evaluate(&mut self, names: &[String], random: &mut Random) {
        self.push("--steps=2");
        // A metric measures chance as well, and makes maps and runs of its own.
        self.runs = 20;
        let metrics: Vec<&str> = METRICS.iter().map(|metric| metric.id).collect();
        self.option_once_in(
            1,
            "--metric",
            &mut |random| one_of(&metrics, random),
            random,
        );
        let quick = ["grad-cam", "eigen-cam", "saliency"];
        self.option_once_in(2, "--method", &mut |random| one_of(&quick, random), random);
        let boxes = [
            "0,0,1,1",
            "2,2,4,4",
            "-1,0,1e300,1",
            "NaN,0,0,0",
            "1,2,3",
            "",
        ];
        self.option_once_in(2, "--box", &mut |random| one_of(&boxes, random), random);
        self.option_once_in(8, "--layer", &mut |random| text(names, random), random);
        let sets = [
            "random-maps=1",
            "noise=0.5",
            "noise=2",
            "stages=99999",
            "=",
            "steps=x",
        ];
        self.option_once_in(4, "--set", &mut |random| one_of(&sets, random), random);
        self.flag_once_in(2, "--json", random);
    }

    fn perturb(&mut self, random: &mut Random) {
        self.runs = 8;
        let output = path(Path::new(""), "png", random);
        self.push("--out");
        self.arguments.push(output.into());
        let sizes = ["2", "0.5", "255", "0", "-1", "NaN", "1e99"];
        self.option_once_in(2, "--size", &mut |random| one_of(&sizes, random), random);
        let steps = ["1", "3", "0", "99999999999"];
        self.option_once_in(4, "--steps", &mut |random| one_of(&steps, random), random);
        let class = &mut |random: &mut Random| match random.below(3) {
            0 => text(&[], random),
            _ => random.below(4).to_string(),
        };
        self.option_once_in(2, "--towards", class, random);
        self.flag_once_in(2, "--json", random);
    }

    fn attach(&mut self, names: &[String], random: &mut Random) {
        self.push("--output");
        let output = path(Path::new(""), "onnx", random);
        self.arguments.push(output.into());
        let runs = ["--runs=0", "--runs=1"];
        self.push(runs[random.below(2)]);
        for _ in 0..random.below(3) {
            self.option_once_in(2, "--layer", &mut |random| text(names, random), random);
        }
        self.option_once_in(8, "--logits", &mut |random| text(names, random), random);
        self.flag_once_in(2, "--input-gradient", random);
        let policies = ["plain", "guided", "deconvnet", "none"];
        self.option_once_in(2, "--relu", &mut |random| one_of(&policies, random), random);
        self.option_once_in(8, "--size", &mut |random| number(random), random);
    }

    fn explain(&mut self, names: &[String], random: &mut Random) {
        let methods: Vec<&str> = METHODS.iter().map(|method| method.id).collect();
        self.option_once_in(
            2,
            "--method",
            &mut |random| one_of(&methods, random),
            random,
        );
        let class = &mut |random: &mut Random| match random.below(3) {
            0 => text(&[], random),
            _ => random.below(4).to_string(),
        };
        self.option_once_in(3, "--class", class, random);
        self.option_once_in(4, "--layer", &mut |random| text(names, random), random);
        let colours = ["viridis", "inferno", "jet"];
        self.option_once_in(
            8,
            "--colors",
            &mut |random| one_of(&colours, random),
            random,
        );
        if random.once_in(8) {
            self.push("--out");
            self.arguments
                .push(path(Path::new(""), "maps", random).into());
        }
        self.flag_once_in(2, "--json", random);
    }

    /// An argument that no verb has, or one where it does not belong.
    fn hostile_once_in(&mut self, times: usize, random: &mut Random) {
        if random.once_in(times) {
            let place = random.below(self.arguments.len() + 1);
            self.arguments.insert(place, text(&[], random).into());
        }
    }

    /// Writes a file and names it as an argument; now and then it is not there, or a folder.
    fn file(&mut self, folder: &Path, end: &str, contents: &[u8], random: &mut Random) {
        let name = path(folder, end, random);
        let place = folder.join(&name);
        match random.below(40) {
            0 => {}
            1 => std::fs::create_dir_all(place).unwrap(),
            _ => std::fs::write(place, contents).unwrap(),
        }
        self.arguments.push(name.into());
    }

    fn push(&mut self, argument: &str) {
        self.arguments.push(argument.into());
    }

    fn flag_once_in(&mut self, times: usize, flag: &str, random: &mut Random) {
        if random.once_in(times) {
            self.push(flag);
        }
    }

    fn option_once_in(
        &mut self,
        times: usize,
        option: &str,
        value: &mut dyn FnMut(&mut Random) -> String,
        random: &mut Random,
    ) {
        if random.once_in(times) {
            // With a sign of equality a value may begin with a hyphen.
            let value = value(random).replace('\0', "");
            self.push(&format!("{option}={value}"));
        }
    }
}

/// A saved explanation: as it is, cut off, with a changed byte, or another text.
fn record(records: &[String], random: &mut Random) -> Vec<u8> {
    let Some(record) = random.one_of(records).filter(|_| !random.once_in(8)) else {
        return text(&[], random).into_bytes();
    };
    let mut bytes = record.clone().into_bytes();
    match random.below(4) {
        0 => bytes.truncate(random.below(bytes.len())),
        1 => {
            let place = random.below(bytes.len());
            bytes[place] = random.below(256) as u8;
        }
        2 => {
            let number = record.find(char::is_numeric).unwrap_or(0);
            bytes.splice(number..=number, *b"-1e999");
        }
        _ => {}
    }
    bytes
}

/// The names in a model that options may ask for.
fn names(model: &[u8]) -> Vec<String> {
    let Ok(model) = Model::decode(model, Limits::default()) else {
        return Vec::new();
    };
    let nodes = model.graph().node.iter();
    let names = nodes.flat_map(|node| node.output.iter().chain([&node.name]));
    names.cloned().collect()
}

/// A name of the model's, or a text that is hard.
fn text(names: &[String], random: &mut Random) -> String {
    match (random.below(4), random.one_of(names)) {
        (1.., Some(name)) => name.clone(),
        _ if random.once_in(6) => random.one_of(&HARD_TEXTS).unwrap().repeat(300),
        _ => one_of(&HARD_TEXTS, random),
    }
}

fn one_of(choices: &[&str], random: &mut Random) -> String {
    (*random.one_of(choices).unwrap()).to_owned()
}

fn number(random: &mut Random) -> String {
    random.number().to_string()
}

/// A new path below a folder that is there: plain, hard, deep, or no text at all.
fn path(folder: &Path, end: &str, random: &mut Random) -> PathBuf {
    let number = random.below(1000);
    let plain = PathBuf::from(format!("{number}.{end}"));
    match random.below(12) {
        0 => {
            let hard = random.one_of(&HARD_TEXTS).unwrap();
            PathBuf::from(format!("./{hard}{number}.{end}"))
        }
        1 => {
            let deep = PathBuf::from(format!("{}/", "d".repeat(200)).repeat(5));
            // Of an output the folder may be missing.
            if folder.is_absolute() {
                std::fs::create_dir_all(folder.join(&deep)).unwrap();
            }
            deep.join(plain)
        }
        2 => PathBuf::from(format!("{}{number}.{end}", "\u{202e}".repeat(70))),
        3 => {
            let mut bytes = vec![b'x', 0xff, 0xfe, 0x1b];
            bytes.extend(format!("{number}.{end}").bytes());
            PathBuf::from(OsString::from_vec(bytes))
        }
        _ => plain,
    }
}
