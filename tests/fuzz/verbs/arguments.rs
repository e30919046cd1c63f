//! Command lines as chance will have them, and the files that they name.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

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

impl Case {
    /// Writes a model and pictures into the folder, and a command line for them.
    pub fn new(folder: &Path, model: &[u8], seeds: &[Vec<u8>], random: &mut Random) -> Case {
        let mut case = Case {
            verb: ["inspect", "attach", "explain", "profile"][random.below(4)],
            arguments: Vec::new(),
            runs: 1,
        };
        case.push(case.verb);
        let names = names(model);
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
                    let picture = pictures::any(seeds, random);
                    let ends = ["png", "jpg", "npy"];
                    case.file(folder, ends[random.below(ends.len())], &picture, random);
                }
                case.explain(&names, random);
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
