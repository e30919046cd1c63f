//! Hostile model files: whatever a file says, decoding it and building its
//! gradient branch ends with a model or a sentence, soon, in bounded memory.
//!
//! This is what cargo-fuzz does, on stable Rust: a corpus, mutations, and files
//! kept for further mutations where they lead to an outcome not seen before.
//! `make fuzz` gives it a part of its time. See README.md in this folder.
#![cfg(feature = "cli")]

mod bytes;
mod corpus;
mod hunt;
mod memory;
mod mutate;
mod random;

use corpus::in_short;
use gradcam::gradient::{self, AttachOptions, ReluPolicy};
use gradcam::onnx::{Limits, Model};
use hunt::{Target, hunt};
use random::Random;

#[test]
fn hostile_files_get_a_sentence() {
    hunt(&Target {
        extension: "onnx",
        seeds: corpus::models(),
        mutate: mutate::mutated,
        run: attach,
        percent: 100,
    });
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
