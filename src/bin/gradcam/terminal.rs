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

/// Whoever reads may stop reading, as `head` does, which is no error.
fn write(line: &str) {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            print_error(format_args!("the answer cannot be written: {error}"));
            std::process::exit(1);
        }
        Ok(()) => {}
    }
}
