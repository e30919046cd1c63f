//! What people read on their terminal.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

use gradcam::text::{printable, printable_json, short_sentence};
use serde_json::Value;

/// Of a line about what went wrong, with the file's name before it.
const MAX_ERROR_CHARS: usize = 380;
/// Of what clap says of arguments; one that holds line breaks would have as many lines.
const MAX_USAGE_LINES: usize = 12;

/// Prints a line; names and paths in it cannot steer the terminal.
pub fn print(line: impl Display) {
    write(&printable(&line.to_string(), usize::MAX));
}

/// Prints JSON in a line.
pub fn print_json(value: &Value) {
    write(&printable_json(&value.to_string()));
}

/// What went wrong, as it is printed.
pub fn sentence(line: &str) -> String {
    short_sentence(line, MAX_ERROR_CHARS).to_string()
}

/// Prints what went wrong.
pub fn print_error(line: impl Display) {
    let line = sentence(&line.to_string());
    eprintln!("gradcam: {line}");
}

/// Prints what is wrong with the arguments, in clap's words.
pub fn print_usage(text: &str) {
    for line in text.lines().take(MAX_USAGE_LINES) {
        eprintln!("{}", short_sentence(line, MAX_ERROR_CHARS));
    }
}

/// Whoever reads may stop reading, as `head` does, which is no error. In a file whole lines are
/// all that is written, also where the disk is full.
fn write(line: &str) {
    match written(&format!("{line}\n")) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            print_error(format_args!(
                "the answer cannot be written: {error}; make room, and go on from the last line"
            ));
            std::process::exit(1);
        }
        Ok(()) => {}
    }
}

/// Not by the standard library's own buffer, which would write the rest of a line when the
/// program ends.
#[cfg(unix)]
fn written(line: &str) -> std::io::Result<()> {
    use std::fs::File;
    use std::os::fd::AsFd as _;

    let mut file = File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
    let metadata = file.metadata()?;
    let result = file.write_all(line.as_bytes());
    if result.is_err() && metadata.is_file() {
        // What there is of the line.
        file.set_len(metadata.len())?;
    }
    result
}

#[cfg(not(unix))]
fn written(line: &str) -> std::io::Result<()> {
    std::io::stdout().write_all(line.as_bytes())
}
