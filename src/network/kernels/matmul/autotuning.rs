//! Which shape of tile is the fastest on the machine at hand.
//!
//! That depends on how many vector registers the machine has, which WebAssembly does
//! not tell: a short measurement at start-up asks the clock.

use super::kernel_shape::KernelShape;

/// Measures every shape and chooses the fastest, once in a program's life; where
/// tract's own kernels are for the machine at hand, it does nothing. Takes 40 to
/// 130 ms. Whatever is chosen, sums are added in the same order: results do not
/// depend on it.
pub fn autotune() {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    browser::selection();
}

/// The shape to use for products of our own; `None` where tract's kernels are for the
/// machine at hand.
pub fn selected_shape() -> Option<KernelShape> {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return Some(browser::selection().shape);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    None
}

/// The shape in use, and what was measured for each.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use browser::{AutotuningReport, report};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod browser {
    use std::sync::OnceLock;

    use tract_onnx::tract_core::tract_linalg::mmm::FusedKerSpec;
    use web_time::Instant;

    use super::super::dispatch_on_shape;
    use super::super::kernel_shape::KernelShape;
    use super::super::microkernel;

    /// How often the shapes take turns at least. A round that the browser interrupts is
    /// outvoted by the best of the others.
    const MIN_ROUNDS: usize = 8;
    /// And at most: until no shape has become faster for a while. A browser compiles
    /// what it runs often once more, and better, some time after the start.
    const MAX_ROUNDS: usize = 32;
    const FASTER: f64 = 1.03;
    const ROUND_MS: f64 = 1.0;
    /// Another shape must be this much faster than the first to be taken.
    const CLEARLY: f64 = 1.04;
    /// 10⁹ operations a second that no core reaches, with vectors of four numbers.
    const MAX_GIGAFLOPS: f64 = 200.0;

    /// What was measured, and what follows from it.
    pub struct Selection {
        pub shape: KernelShape,
        /// For each of [`KernelShape::ALL`].
        gigaflops: [f64; KernelShape::ALL.len()],
    }

    /// For `make bench`.
    pub struct AutotuningReport {
        pub selected: &'static str,
        /// The name of each shape, and 10⁹ operations a second.
        pub gigaflops: Vec<(&'static str, f64)>,
    }

    pub fn report() -> AutotuningReport {
        let selection = selection();
        let names = KernelShape::ALL.iter().map(|shape| shape.name());
        AutotuningReport {
            selected: selection.shape.name(),
            gigaflops: names.zip(selection.gigaflops).collect(),
        }
    }

    pub fn selection() -> &'static Selection {
        static SELECTION: OnceLock<Selection> = OnceLock::new();
        SELECTION.get_or_init(|| {
            let start = Instant::now();
            let clock = || start.elapsed().as_secs_f64() * 1e3;
            let mut speeds = [0.0_f64; KernelShape::ALL.len()];
            let (mut round, mut last_gain) = (0, 0);
            while round < MAX_ROUNDS && round < last_gain + MIN_ROUNDS {
                for (speed, shape) in speeds.iter_mut().zip(KernelShape::ALL) {
                    let found = gigaflops(shape, ROUND_MS, &clock);
                    if found > *speed * FASTER {
                        last_gain = round;
                    }
                    *speed = speed.max(found);
                }
                round += 1;
            }
            let mut best = 0;
            for shape in 1..speeds.len() {
                if speeds[shape] > speeds[best] * CLEARLY {
                    best = shape;
                }
            }
            Selection {
                shape: KernelShape::ALL[best],
                gigaflops: speeds,
            }
        })
    }

    /// 2 · multiply-adds per second, in thousand millions, of a product whose
    /// panels stay in the first cache, as far as `clock` can tell; it counts
    /// milliseconds. 0 where the clock stands still for longer than that, as it does
    /// in browsers that hide the time.
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
        let each = 2 * shape.rows() * shape.columns() * K;
        let max_products = (milliseconds * 1e6 * MAX_GIGAFLOPS) as usize / each;
        let start = clock();
        let mut products = 0;
        while products < max_products {
            for _ in 0..64 {
                // Safety: the panels hold K rows and columns of this shape's size.
                unsafe { run(std::hint::black_box(&operations)) };
            }
            products += 64;
            let elapsed = clock() - start;
            if elapsed >= milliseconds {
                return (each * products) as f64 / elapsed / 1e6;
            }
        }
        0.0
    }
}
