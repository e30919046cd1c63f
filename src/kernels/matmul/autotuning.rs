//! Autotuning: which tile shape is the fastest on this machine, by a short measurement at
//! start-up (as ATLAS does it: R. Whaley and J. Dongarra, 1998).
//!
//! The answer depends on the number of vector registers, which WebAssembly does not reveal.

use super::kernel_shape::KernelShape;

/// Measures every shape and selects the fastest, once per process; takes 40 to 130 ms. Does
/// nothing natively, where tract has kernels for the machine. Results do not depend on the
/// selection: all shapes add in the same order.
pub fn autotune() {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    browser::selected_shape();
}

/// Runs every shape for a moment, so that the browser compiles them for speed; measured after that,
/// they are soon at their best. Does nothing natively.
pub fn warm_up_shapes() {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    browser::warm_up();
}

/// Calls `f`, in which the selected shape is the first where none is selected yet: nothing is
/// measured for what is not used for long.
pub fn without_autotuning<T>(f: impl FnOnce() -> T) -> T {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return browser::without_autotuning(f);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    f()
}

/// Set natively, this environment variable takes this project's kernels in place of tract's,
/// so that whole networks can be tested on what browsers run.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub const OWN_KERNELS: &str = "GRADCAM_OWN_KERNELS";

/// The shape of this project's kernel to use; `None` natively, where tract has kernels for
/// the machine, unless `OWN_KERNELS` is set.
pub fn selected_shape() -> Option<KernelShape> {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return Some(browser::selected_shape());
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    {
        let is_asked_for = std::env::var_os(OWN_KERNELS).is_some_and(|value| !value.is_empty());
        is_asked_for.then_some(KernelShape::ALL[0])
    }
}

/// The selected shape and the measurements.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use browser::{AutotuningReport, report};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod browser {
    use std::cell::Cell;
    use std::sync::OnceLock;

    use tract_onnx::tract_core::tract_linalg::mmm::FusedKerSpec;
    use web_time::Instant;

    use super::super::dispatch_on_shape;
    use super::super::kernel_shape::KernelShape;
    use super::super::microkernel;

    /// Rounds without a gain after which measuring ends. Of each shape the best round counts,
    /// since others may be interrupted.
    const MIN_ROUNDS: usize = 8;
    /// The limit of all rounds. Browsers replace the code of their baseline compiler by that
    /// of the optimising one some time after the start, so that shapes become faster.
    const MAX_ROUNDS: usize = 32;
    /// What a round must be faster by than the best one before to be a gain.
    const MIN_GAIN: f64 = 1.03;
    const ROUND_MS: f64 = 1.0;
    /// Enough for V8 to compile a shape for speed.
    const WARM_UP_MS: f64 = 3.0;
    /// What another shape must be faster by than the best of those before it.
    const MIN_ADVANTAGE: f64 = 1.04;
    /// More 10⁹ operations per second than a core can do with vectors of four lanes.
    const MAX_GIGAFLOPS: f64 = 200.0;

    /// The measurements, and the shape that they favour.
    pub struct Selection {
        pub shape: KernelShape,
        /// 10⁹ operations per second of each of [`KernelShape::ALL`].
        gigaflops: [f64; KernelShape::ALL.len()],
    }

    /// For `make bench`.
    pub struct AutotuningReport {
        pub selected: &'static str,
        /// The name of each shape, and its 10⁹ operations per second.
        pub gigaflops: Vec<(&'static str, f64)>,
    }

    /// Measures if [`selection`] was not called before.
    pub fn report() -> AutotuningReport {
        let selection = selection();
        let names = KernelShape::ALL.iter().map(|shape| shape.name());
        AutotuningReport {
            selected: selection.shape.name(),
            gigaflops: names.zip(selection.gigaflops).collect(),
        }
    }

    static SELECTION: OnceLock<Selection> = OnceLock::new();

    thread_local! {
        /// Whether this thread is in [`without_autotuning`].
        static IS_UNTUNED: Cell<bool> = const { Cell::new(false) };
    }

    /// See [`super::without_autotuning`].
    pub fn without_autotuning<T>(f: impl FnOnce() -> T) -> T {
        let before = IS_UNTUNED.replace(true);
        let result = f();
        IS_UNTUNED.set(before);
        result
    }

    /// Measures when it is called first outside of [`without_autotuning`].
    pub fn selected_shape() -> KernelShape {
        if IS_UNTUNED.get() {
            return SELECTION
                .get()
                .map_or(KernelShape::ALL[0], |selection| selection.shape);
        }
        selection().shape
    }

    /// See [`super::warm_up_shapes`].
    pub fn warm_up() {
        let start = Instant::now();
        let clock = || start.elapsed().as_secs_f64() * 1e3;
        for shape in KernelShape::ALL {
            gigaflops(shape, WARM_UP_MS, &clock);
        }
    }

    /// Measures when it is called first.
    pub fn selection() -> &'static Selection {
        SELECTION.get_or_init(|| {
            let start = Instant::now();
            let clock = || start.elapsed().as_secs_f64() * 1e3;
            let mut speeds = [0.0_f64; KernelShape::ALL.len()];
            let (mut round, mut last_gain) = (0, 0);
            while round < MAX_ROUNDS && round < last_gain + MIN_ROUNDS {
                for (speed, shape) in speeds.iter_mut().zip(KernelShape::ALL) {
                    let found = gigaflops(shape, ROUND_MS, &clock);
                    if found > *speed * MIN_GAIN {
                        last_gain = round;
                    }
                    *speed = speed.max(found);
                }
                round += 1;
            }
            let mut best = 0;
            for shape in 1..speeds.len() {
                if speeds[shape] > speeds[best] * MIN_ADVANTAGE {
                    best = shape;
                }
            }
            Selection {
                shape: KernelShape::ALL[best],
                gigaflops: speeds,
            }
        })
    }

    /// 10⁹ operations per second (2 for each multiply-add) of a product whose panels fit into
    /// the first-level cache. `clock` counts milliseconds; 0 if it is too coarse to see
    /// `milliseconds` pass, as in browsers that resist fingerprinting.
    fn gigaflops(shape: KernelShape, milliseconds: f64, clock: &dyn Fn() -> f64) -> f64 {
        const K: usize = 256;
        let run: unsafe fn(&[FusedKerSpec<f32>]) -> isize =
            dispatch_on_shape!(shape, microkernel::run);
        let a = vec![0.5_f32; shape.rows() * K];
        let b = vec![0.25_f32; shape.columns() * K];
        let product = FusedKerSpec::AddMatMul {
            k: K,
            pa: a.as_ptr().cast(),
            pb: b.as_ptr().cast(),
            packing: 0,
        };
        let operations = [FusedKerSpec::Clear, product, FusedKerSpec::Done];
        let operations_each = 2 * shape.rows() * shape.columns() * K;
        let max_products = (milliseconds * 1e6 * MAX_GIGAFLOPS) as usize / operations_each;
        let start = clock();
        let mut products = 0;
        while products < max_products {
            for _ in 0..64 {
                // Safety: the panels are K rows and K columns of the shape long; there are
                // no other pointers in the list.
                unsafe { run(std::hint::black_box(&operations)) };
            }
            products += 64;
            let elapsed = clock() - start;
            if elapsed >= milliseconds {
                return (operations_each * products) as f64 / elapsed / 1e6;
            }
        }
        0.0
    }
}
