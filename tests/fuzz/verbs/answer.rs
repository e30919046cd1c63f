//! What a run of the program gave, and what must not be in it.

use std::time::Duration;

use super::corpus::in_short;

/// A case may take this long on one core, for each picture of it.
const SLOW: Duration = Duration::from_secs(2);
/// And this much memory at once.
const MAX_BYTES: usize = 600_000_000;
/// A sentence, with what stands before it.
const MAX_CHARS: usize = 400;
/// Words of the libraries below, which mean nothing to people.
const FOREIGN: [&str; 19] = [
    "tract",
    "prost",
    "protobuf",
    "varint",
    "panicked",
    "backtrace",
    "unwrap",
    "declutter",
    "codegen",
    "analyser",
    "ndarray",
    "typedfact",
    "inferencefact",
    "tdim",
    "wiretype",
    "anyhow",
    "rayon",
    "libpng",
    "unexpectedeof",
];

/// How the program ended, and what it took.
#[derive(Debug)]
pub struct Answer {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Time of the processor, so that a busy machine does not count.
    pub took: Duration,
    pub peak_bytes: usize,
    /// It was ended for taking far too long.
    pub hung: bool,
}

impl Answer {
    /// What must not happen, if it did, where a model runs on as many pictures.
    pub fn fault(&self, runs: u32) -> Option<String> {
        let (stdout, stderr) = (text(&self.stdout), text(&self.stderr));
        let said = in_short(&stderr);
        // 2 is for arguments that cannot be read, 3 for pictures of a list that cannot be done.
        if self.hung || !matches!(self.code, Some(0..=3)) {
            return Some(format!("hung {}, code {:?}: {said}", self.hung, self.code));
        }
        if self.took > SLOW * runs {
            return Some(format!("slow: {said}"));
        }
        if self.peak_bytes > MAX_BYTES {
            return Some(format!("memory: {said}"));
        }
        if self.code != Some(0) && stderr.trim().is_empty() {
            return Some("no word".into());
        }
        if let Some(line) = stderr.lines().find(|line| line.chars().count() > MAX_CHARS) {
            return Some(format!("long: {}", in_short(line)));
        }
        if stdout.chars().chain(stderr.chars()).any(steers) {
            return Some(format!("steers the terminal: {said}"));
        }
        let lower = stderr.to_lowercase();
        let mut words = lower.split(|char: char| !char.is_alphanumeric());
        let foreign = words.find(|word| FOREIGN.contains(word));
        foreign.map(|word| format!("the word {word}: {said}"))
    }

    /// The kind of answer.
    pub fn in_short(&self) -> String {
        format!("{:?} {}", self.code, in_short(&text(&self.stderr)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Control characters, and marks of the direction of writing.
fn steers(char: char) -> bool {
    let is_mark = matches!(char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    char != '\n' && (char.is_control() || is_mark)
}
