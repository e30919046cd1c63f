//! What people read on their terminal.

use std::fmt::Display;

use gradcam::text::printable;

/// Prints a line; names and paths in it cannot steer the terminal.
pub fn print(line: impl Display) {
    println!("{}", printable(&line.to_string(), usize::MAX));
}

/// The same for what went wrong.
pub fn print_error(line: impl Display) {
    eprintln!("gradcam: {}", printable(&line.to_string(), usize::MAX));
}
