//! Every operation gives the same bits on several threads as on one.

use std::sync::{Arc, Mutex};

use tract_linalg::multithread::{Executor, multithread_tract_scope};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{EvalOp, bail};

use super::super::common::{Clamp, TaskGrid, parallel_steps};
use super::super::matmul::{Kernel, KernelShape, WeightReader};
use super::super::tract::tract_kernel;
use super::super::windows::{
    Convolution, ConvolutionWeights, Depthwise, Form, Geometry, MaxPooling,
};
use super::random_tensor;
use super::windows::{run, slice};
use crate::onnx::tensor;

const THREADS: usize = 3;
/// Enough work to use several threads.
const PARALLEL_WORK: usize = 1 << 20;

fn check(op: &dyn EvalOp, inputs: &[&Tensor], what: &str) {
    let sequential = run(op, inputs);
    let parallel = multithread_tract_scope(Executor::multithread(THREADS), || run(op, inputs));
    let differing = slice(&sequential)
        .iter()
        .zip(slice(&parallel))
        .position(|(a, b)| a != b);
    assert_eq!(differing, None, "{what}");
}

#[test]
fn convolutions() {
    for shape in KernelShape::ALL {
        convolutions_by(&|| Kernel::Own(shape));
        convolutions_by(&|| Kernel::Tract {
            kernel: tract_kernel(shape),
            packing: 0,
        });
    }
}

fn convolutions_by(kernel: &(dyn Fn() -> Kernel + Sync)) {
    // Large enough to be split in every form.
    for (channels, rows, geometry) in [
        (3, 32, Geometry::square(149, 3, 2, 0)),
        (32, 64, Geometry::square(74, 3, 1, 0)),
        (128, 256, Geometry::square(37, 1, 2, 0)),
        (256, 130, Geometry::square(37, 1, 1, 0)),
        (728, 728, Geometry::square(19, 1, 1, 0)),
        (1536, 2048, Geometry::square(10, 1, 1, 0)),
        (64, 100, Geometry::square(33, 5, 1, 2)),
    ] {
        let depth = channels * geometry.kernel.0 * geometry.kernel.1;
        let weights = random_tensor(&[rows, depth], 1);
        let file = tensor::from_floats("w", &[rows, depth], slice(&weights));
        let bias = random_tensor(&[rows], 3);
        let pack = || {
            let (stored, bias) = (WeightReader::new(&file).unwrap(), Some(slice(&bias)));
            let form = Form::pick(rows, depth, geometry.has_unit_stride_3x3());
            ConvolutionWeights::pack_for(kernel(), form, &stored, None, bias).unwrap()
        };
        let sequential = pack();
        let parallel = multithread_tract_scope(Executor::multithread(THREADS), pack);
        assert!(
            sequential.packed == parallel.packed,
            "packed weights of {geometry:?}"
        );
        let input = random_tensor(&[1, channels, geometry.input.0, geometry.input.1], 5);
        let added = random_tensor(&[1, rows, geometry.output.0, geometry.output.1], 7);
        let what = format!(
            "{}, {channels} to {rows} channels, {geometry:?}",
            kernel().name()
        );
        let op = Convolution {
            weights: Arc::new(sequential),
            geometry,
            adds: true,
            clamp: Clamp { min: 0.0, max: 6.0 },
        };
        check(&op, &[&input, &added], &what);
    }
}

#[test]
fn windows() {
    for geometry in [
        Geometry::square(74, 3, 1, 1),
        Geometry::square(75, 3, 2, 1),
        Geometry::square(40, 5, 1, 2),
    ] {
        let channels = 40;
        let taps = geometry.kernel.0 * geometry.kernel.1;
        let input = random_tensor(&[1, channels, geometry.input.0, geometry.input.1], 1);
        let (weights, bias) = (
            random_tensor(&[channels, taps], 3),
            random_tensor(&[channels], 5),
        );
        let what = format!("{geometry:?}");
        let pooling = MaxPooling {
            geometry: geometry.clone(),
        };
        check(&pooling, &[&input], &what);
        let depthwise = Depthwise {
            geometry,
            input_min: 0.0,
            clamp: Clamp { min: 0.0, max: 6.0 },
        };
        check(&depthwise, &[&input, &weights, &bias], &what);
    }
}

/// The steps that were run, as (task, step), sorted.
fn steps_done(tasks: usize, steps: usize, work: usize) -> Vec<(usize, usize)> {
    let done = Mutex::new(Vec::new());
    let step = |&task: &usize, step: usize, (): &mut ()| {
        // A task that takes longer than the others, which then steal its steps.
        if task == 0 {
            std::thread::yield_now();
        }
        done.lock().unwrap().push((task, step));
        Ok(())
    };
    parallel_steps(TaskGrid { tasks, steps }, work, |task| task, step).unwrap();
    let mut done = done.into_inner().unwrap();
    done.sort_unstable();
    done
}

#[test]
fn every_step_of_every_task_is_run_once() {
    for (tasks, steps, work) in [
        (1, 1, 0),
        (1, 500, PARALLEL_WORK),
        (2, 300, PARALLEL_WORK),
        (7, 1, PARALLEL_WORK),
        (50, 40, PARALLEL_WORK),
    ] {
        let each = |task| (0..steps).map(move |step| (task, step));
        let wanted: Vec<_> = (0..tasks).flat_map(each).collect();
        let found = multithread_tract_scope(Executor::multithread(THREADS), || {
            steps_done(tasks, steps, work)
        });
        assert_eq!(found, wanted);
        assert_eq!(steps_done(tasks, steps, work), wanted);
    }
}

#[test]
fn an_error_in_a_step_is_returned() {
    let run = || {
        let step = |&task: &usize, step: usize, (): &mut ()| match (task, step) {
            (3, 5) => bail!("it does not fit"),
            _ => Ok(()),
        };
        parallel_steps(
            TaskGrid { tasks: 6, steps: 9 },
            PARALLEL_WORK,
            |task| task,
            step,
        )
    };
    for error in [
        run(),
        multithread_tract_scope(Executor::multithread(THREADS), run),
    ] {
        assert_eq!(error.unwrap_err().to_string(), "it does not fit");
    }
}

#[test]
fn no_thread_waits_for_a_task_whose_thread_panicked() {
    let run = || {
        let prepare = |task: usize| assert!(task != 2, "task 2 cannot be prepared");
        parallel_steps(
            TaskGrid {
                tasks: 4,
                steps: 50,
            },
            PARALLEL_WORK,
            prepare,
            |(), _, (): &mut ()| Ok(()),
        )
    };
    let outcome =
        std::panic::catch_unwind(|| multithread_tract_scope(Executor::multithread(THREADS), run));
    assert!(outcome.is_err());
}
