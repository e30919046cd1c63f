//! What an earlier run has already done.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::files;

/// The pictures that were done, as parts of their names' checksums: 16 bytes each, however long
/// the names are.
#[derive(Default)]
pub struct Done(HashSet<u128>);

impl Done {
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&key(name))
    }
}

/// What is read of a line of JSON.
#[derive(Deserialize)]
struct Line {
    image: Image,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Image {
    name: String,
}

/// Reads what an earlier run printed. A file that is not there is an empty one; a line that was
/// cut off, or that says an error, is not done.
///
/// # Errors
/// With the file's name, if it cannot be read.
pub fn read(path: Option<&Path>) -> anyhow::Result<Done> {
    let mut done = Done::default();
    let Some(path) = path else {
        return Ok(done);
    };
    let unread = || format!("'{}' cannot be read", files::shown(path));
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(done),
        file => file.with_context(unread)?,
    };
    for line in BufReader::new(file).split(b'\n') {
        let line = line.with_context(unread)?;
        if let Ok(Line { image, error: None }) = serde_json::from_slice(&line) {
            done.0.insert(key(&image.name));
        }
    }
    Ok(done)
}

fn key(name: &str) -> u128 {
    let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    let (first, _) = digest.split_at(16);
    first
        .iter()
        .fold(0, |key, &byte| key << 8 | u128::from(byte))
}
