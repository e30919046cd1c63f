//! On several threads every operation gives the very numbers of one thread.

use std::sync::Arc;

use tract_linalg::multithread::{Executor, multithread_tract_scope};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::EvalOp;

use super::super::convolution::Convolution;
use super::super::depthwise::Depthwise;
use super::super::max_pool::MaxPooling;
use super::super::panels::{Kernel, Panels};
use super::super::registry::SHAPES;
use super::super::stored::Stored;
use super::super::strassen::pays;
use super::numbers;
use super::windows::{geometry, run, slice};
use crate::onnx::tensor;

const THREADS: usize = 3;

fn check(op: &dyn EvalOp, inputs: &[&Tensor], what: &str) {
    let alone = run(op, inputs);
    let together = multithread_tract_scope(Executor::multithread(THREADS), || run(op, inputs));
    let differing = slice(&alone)
        .iter()
        .zip(slice(&together))
        .position(|(a, b)| a != b);
    assert_eq!(differing, None, "{what}");
}

#[test]
fn convolutions() {
    for shape in &SHAPES {
        convolutions_by(&|| Kernel::Own(shape));
        convolutions_by(&|| Kernel::Tract(shape.kernel(), 0));
    }
}

fn convolutions_by(kernel: &(dyn Fn() -> Kernel + Sync)) {
    // Large enough for every part of the work to be shared out.
    for (channels, rows, geometry) in [
        (3, 32, geometry(149, 3, 2, 0)),
        (32, 64, geometry(74, 3, 1, 0)),
        (128, 256, geometry(37, 1, 2, 0)),
        (256, 130, geometry(37, 1, 1, 0)),
        (728, 728, geometry(19, 1, 1, 0)),
        (1536, 2048, geometry(10, 1, 1, 0)),
        (64, 100, geometry(33, 5, 1, 2)),
    ] {
        let depth = channels * geometry.kernel.0 * geometry.kernel.1;
        let weights = numbers(&[rows, depth], 1);
        let file = tensor::from_floats("w", &[rows, depth], slice(&weights));
        let bias = numbers(&[rows], 3);
        let pack = || {
            let (stored, bias) = (Stored::of(&file).unwrap(), Some(slice(&bias)));
            Panels::pack_for(kernel(), pays(rows, depth), &stored, None, bias).unwrap()
        };
        let alone = pack();
        let together = multithread_tract_scope(Executor::multithread(THREADS), pack);
        assert!(
            alone.packed == together.packed,
            "packed weights of {geometry:?}"
        );
        let input = numbers(&[1, channels, geometry.input.0, geometry.input.1], 5);
        let added = numbers(&[1, rows, geometry.output.0, geometry.output.1], 7);
        let what = format!(
            "{}, {channels} to {rows} channels, {geometry:?}",
            kernel().name()
        );
        let op = Convolution {
            weights: Arc::new(alone),
            geometry,
            adds: true,
            least: 0.0,
            most: 6.0,
        };
        check(&op, &[&input, &added], &what);
    }
}

#[test]
fn windows() {
    for geometry in [
        geometry(74, 3, 1, 1),
        geometry(75, 3, 2, 1),
        geometry(40, 5, 1, 2),
    ] {
        let channels = 40;
        let taps = geometry.kernel.0 * geometry.kernel.1;
        let input = numbers(&[1, channels, geometry.input.0, geometry.input.1], 1);
        let (weights, bias) = (numbers(&[channels, taps], 3), numbers(&[channels], 5));
        let what = format!("{geometry:?}");
        let pooling = MaxPooling {
            geometry: geometry.clone(),
        };
        check(&pooling, &[&input], &what);
        let depthwise = Depthwise {
            geometry,
            floor: 0.0,
            least: 0.0,
            most: 6.0,
        };
        check(&depthwise, &[&input, &weights, &bias], &what);
    }
}
