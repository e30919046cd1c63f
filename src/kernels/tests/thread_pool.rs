//! Every operation gives the same bits on several threads as on one, and what plain loops in
//! float64 give; threads help each other.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tract_linalg::multithread::{Executor, multithread_tract_scope};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::{EvalOp, bail, tvec};

use super::super::common::{Clamp, TaskGrid, parallel_chunks, parallel_steps};
use super::super::copies::{StridedCopy, StridedView};
use super::super::elementwise::{Function, FusedElementwise, Instruction, Operand, Program};
use super::super::matmul::{Kernel, KernelShape, WeightReader};
use super::super::tract::tract_kernel;
use super::super::windows::{
    Convolution, ConvolutionWeights, Depthwise, Form, Geometry, MaxPooling,
};
use super::random_tensor;
use super::windows::{exact_row, run, slice, windows as for_each_tap};

const THREADS: usize = 3;
/// Enough work to use several threads.
const PARALLEL_WORK: usize = 1 << 20;

/// Of the sum of the products' absolute values: far more than rounding, far less than a
/// product left out.
const MAX_RELATIVE_ERROR: f64 = 1e-5;

/// Returns the output.
fn check(op: &dyn EvalOp, inputs: &[&Tensor], what: &str) -> Tensor {
    let sequential = run(op, inputs);
    let parallel = multithread_tract_scope(Executor::multithread(THREADS), || run(op, inputs));
    let differing = slice(&sequential)
        .iter()
        .zip(slice(&parallel))
        .position(|(a, b)| a != b);
    assert_eq!(differing, None, "{what}");
    parallel
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
        let stored = WeightReader::of_floats(slice(&weights), [rows, depth]);
        let bias = random_tensor(&[rows], 3);
        let pack = || {
            let bias = Some(slice(&bias));
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
            clamp: CLAMP,
        };
        let found = check(&op, &[&input, &added], &what);
        let len = op.geometry.output_len();
        // Some rows, the first and the last among them: float64 takes its time.
        for row in (0..rows).step_by(rows / 3).chain([rows - 1]) {
            let weights = &slice(&weights)[row * depth..][..depth];
            let exact = exact_row(&op.geometry, slice(&input), weights);
            let outputs = slice(&found)[row * len..].iter();
            let added = slice(&added)[row * len..].iter();
            for ((found, exact), added) in outputs.zip(exact).zip(added) {
                let sum = exact.sum + f64::from(slice(&bias)[row]) + f64::from(*added);
                let error = (f64::from(*found) - clamped(sum)).abs();
                let limit = MAX_RELATIVE_ERROR * (exact.size + 1.0);
                assert!(error <= limit, "{what}: row {row} is off by {error:e}");
            }
        }
    }
}

/// ReLU6.
const CLAMP: Clamp = Clamp { min: 0.0, max: 6.0 };

fn clamped(value: f64) -> f64 {
    value.clamp(f64::from(CLAMP.min), f64::from(CLAMP.max))
}

#[test]
fn elementwise_programs() {
    let shape = [1, 37, 41, 23];
    let step = |function, a, b| Instruction {
        function,
        operands: [a, b, b],
    };
    let op = FusedElementwise {
        program: Program {
            inputs: 2,
            constants: vec![0.5],
            instructions: vec![
                step(Function::Mul, Operand::Input(0), Operand::Input(1)),
                step(Function::Max, Operand::Result(0), Operand::Constant(0)),
            ],
        },
        shape: tvec![1, 37, 41, 23],
    };
    for other in [[1, 37, 41, 23], [1, 37, 1, 1], [1, 1, 41, 23]] {
        let (x, y) = (random_tensor(&shape, 3), random_tensor(&other, 5));
        check(&op, &[&x, &y], &format!("times {other:?}"));
    }
}

#[test]
fn copies() {
    let shape = [1, 37, 41, 23];
    let x = random_tensor(&shape, 3);
    for padding in [(0, 0), (1, 2)] {
        for moved in [(1, 3), (3, 1), (2, 3)] {
            let mut view = StridedView::of(&shape);
            view.slice(2, 3, 40);
            view.move_axis(moved.0, moved.1);
            let padding = vec![(0, 0), (0, 0), padding, padding];
            let op = StridedCopy::new(slice(&x).len(), view, padding, -1.0).unwrap();
            check(&op, &[&x], &format!("{op:?}"));
        }
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
        let pooled = check(&pooling, &[&input], &what);
        let depthwise = Depthwise {
            geometry: geometry.clone(),
            input_min: 0.0,
            clamp: CLAMP,
        };
        let convolved = check(&depthwise, &[&input, &weights, &bias], &what);
        for channel in 0..channels {
            let plane = &slice(&input)[channel * geometry.input_len()..][..geometry.input_len()];
            let outputs = channel * geometry.output_len()..(channel + 1) * geometry.output_len();
            let mut greatest = vec![f32::NEG_INFINITY; geometry.output_len()];
            for_each_tap(&geometry, |output, pixel, _| {
                greatest[output] = greatest[output].max(plane[pixel]);
            });
            assert_eq!(slice(&pooled)[outputs.clone()], greatest, "{what}");
            let rectified: Vec<f32> = plane.iter().map(|value| value.max(0.0)).collect();
            let weights = &slice(&weights)[channel * taps..][..taps];
            let exact = exact_row(&geometry, &rectified, weights);
            for (found, exact) in slice(&convolved)[outputs].iter().zip(exact) {
                let wanted = clamped(exact.sum + f64::from(slice(&bias)[channel]));
                let limit = MAX_RELATIVE_ERROR * (exact.size + 1.0);
                assert!((f64::from(*found) - wanted).abs() <= limit, "{what}");
            }
        }
    }
}

/// Keeps the thread of the first piece of work until another thread has done some.
#[derive(Default)]
struct OtherThread {
    has_worked: Mutex<bool>,
    changed: Condvar,
}

impl OtherThread {
    /// Must be called for every piece of work. Panics if no other thread comes.
    fn piece(&self, is_first: bool) {
        let mut has_worked = self.has_worked.lock().unwrap();
        if !is_first {
            *has_worked = true;
            return self.changed.notify_all();
        }
        let patience = Duration::from_secs(20);
        let waited = self
            .changed
            .wait_timeout_while(has_worked, patience, |has_worked| !*has_worked);
        assert!(!waited.unwrap().1.timed_out(), "no other thread helps");
    }
}

#[test]
fn another_thread_helps_with_a_task_that_it_has_not_taken() {
    multithread_tract_scope(Executor::multithread(THREADS), || {
        let other = OtherThread::default();
        let step = |(): &(), step: usize, (): &mut ()| {
            other.piece(step == 0);
            Ok(())
        };
        let grid = TaskGrid {
            tasks: 1,
            steps: 40,
        };
        parallel_steps(grid, PARALLEL_WORK, |_| (), step).unwrap();
    });
}

#[test]
fn another_thread_takes_chunks() {
    multithread_tract_scope(Executor::multithread(THREADS), || {
        let other = OtherThread::default();
        let mut out = vec![0_usize; 120];
        parallel_chunks(&mut out, 10, PARALLEL_WORK, |first, chunk| {
            other.piece(first == 0);
            chunk.fill(first + 1);
            Ok(())
        })
        .unwrap();
        assert!(out.iter().all(|&number| number > 0));
    });
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
