//! Gives tract the matrix kernels, and chooses among their shapes.
//!
//! tract collects kernels at link time. Which shape is fastest depends on how many
//! vector registers the machine has, which WebAssembly does not tell: a short
//! calibration at start-up asks the clock.

use tract_onnx::tract_core::tract_linalg::mmm::{DynKernel, FusedKerSpec, MatMatMul};
use tract_onnx::tract_core::tract_linalg::pack::Packing as _;

use super::lanes::LANES;
use super::product::{self, Product};
use super::strassen::{self, HalvedProduct};
use super::tile;
use super::winograd::{self, SquaresProduct};

/// A shape of tile and the kernel that computes it.
#[derive(Debug)]
pub struct Shape {
    pub name: &'static str,
    pub rows: usize,
    /// Columns ÷ 4.
    pub vectors: usize,
    run: unsafe fn(&[FusedKerSpec<f32>]) -> isize,
    /// One panel of rows of a product in such tiles; as safe as `product::run`.
    pub product: unsafe fn(&Product, usize),
    /// The same in halves; as safe as `strassen::run`.
    pub halved_product: unsafe fn(&HalvedProduct, usize, &mut Vec<f32>),
    /// The same for windows of 3 × 3; as safe as `winograd::run`.
    pub squares_product: unsafe fn(&SquaresProduct, usize),
    make: fn(&Shape) -> Box<dyn MatMatMul>,
}

macro_rules! shape {
    ($name:literal, $rows:literal, $vectors:literal) => {
        Shape {
            name: $name,
            rows: $rows,
            vectors: $vectors,
            run: tile::run::<$rows, $vectors>,
            product: product::run::<$rows, $vectors>,
            halved_product: strassen::run::<$rows, $vectors>,
            squares_product: winograd::run::<$rows, $vectors>,
            make: make::<$rows, { $vectors * LANES }>,
        }
    };
}

/// The first is taken where no clock can tell. The first three keep eight or nine
/// sums, for the 16 registers of x86-64; the last keeps 16, for the 32 of ARM.
pub static SHAPES: [Shape; 4] = [
    shape!("gradcam_3x12", 3, 3),
    shape!("gradcam_4x8", 4, 2),
    shape!("gradcam_2x16", 2, 4),
    shape!("gradcam_8x8", 8, 2),
];

/// 10⁹ operations a second, with vectors of four numbers.
const NO_CORE_REACHES: f64 = 200.0;

fn make<const ROWS: usize, const COLUMNS: usize>(shape: &Shape) -> Box<dyn MatMatMul> {
    let mut kernel = DynKernel::<ROWS, COLUMNS, f32>::new(
        shape.name,
        shape.run,
        f32::packing(ROWS),
        f32::packing(COLUMNS),
    );
    kernel.built = true;
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    {
        use tract_onnx::tract_core::tract_linalg::isa::Arch;
        kernel.arch = Some(Arch::Wasm32Simd128);
    }
    // tract wants a kernel that lives forever; each is made a handful of times.
    let kernel: &'static _ = Box::leak(Box::new(kernel));
    kernel.mmm()
}

impl Shape {
    /// The kernel as tract knows kernels.
    pub fn kernel(&self) -> Box<dyn MatMatMul> {
        (self.make)(self)
    }

    /// 2 · multiply-adds per second, in thousand millions, of a product whose
    /// panels stay in the first cache, as far as `clock` can tell; it counts
    /// milliseconds. 0 where the clock stands still for longer than that, as it does
    /// in browsers that hide the time.
    pub fn gigaflops(&self, milliseconds: f64, clock: &dyn Fn() -> f64) -> f64 {
        const K: usize = 256;
        let a = vec![0.5_f32; self.rows * K];
        let b = vec![0.25_f32; self.vectors * LANES * K];
        let product = FusedKerSpec::AddMatMul {
            k: K,
            pa: a.as_ptr().cast(),
            pb: b.as_ptr().cast(),
            packing: 0,
        };
        let operations = [FusedKerSpec::Clear, product, FusedKerSpec::Done];
        let each = 2 * self.rows * self.vectors * LANES * K;
        let most = (milliseconds * 1e6 * NO_CORE_REACHES) as usize / each;
        let start = clock();
        let mut products = 0;
        while products < most {
            for _ in 0..64 {
                // Safety: the panels hold K rows and columns of this shape's size.
                unsafe { (self.run)(std::hint::black_box(&operations)) };
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

/// Measures every shape and chooses the fastest, once in a program's life; where
/// tract's own kernels are for the machine at hand, it does nothing. Takes 40 to
/// 130 ms. Whatever is chosen, sums are added in the same order: results do not
/// depend on it.
pub fn calibrate() {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    browser::calibrate();
}

/// The shape to use for products of our own; `None` where tract's kernels are for the
/// machine at hand.
pub fn shape() -> Option<&'static Shape> {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return Some(browser::shape());
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    None
}

/// The shape in use, and what the calibration measured for each.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use browser::report;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod browser {
    use std::sync::OnceLock;

    use tract_onnx::prelude::DatumType;
    use tract_onnx::tract_core::internal::inventory;
    use tract_onnx::tract_core::tract_linalg::isa::{Arch, IsaSet};
    use tract_onnx::tract_core::tract_linalg::mmm::{Query, Suitable};
    use tract_onnx::tract_core::tract_linalg::mmm_routines::MmmRoutine;
    use tract_onnx::tract_core::tract_linalg::mmm_tiers::MmmTier;
    use web_time::Instant;

    use super::{SHAPES, Shape};

    inventory::submit! { MmmRoutine { make: || SHAPES[0].kernel() } }
    inventory::submit! { MmmRoutine { make: || SHAPES[1].kernel() } }
    inventory::submit! { MmmRoutine { make: || SHAPES[2].kernel() } }
    inventory::submit! { MmmRoutine { make: || SHAPES[3].kernel() } }
    inventory::submit! {
        MmmTier {
            arch: Some(Arch::Wasm32Simd128),
            // tract's own tier has 1.
            precedence: 200,
            name: "gradcam",
            applies: |_| true,
            preferred,
        }
    }

    /// tract's own kernels stay for products with one column.
    fn preferred(
        _: &IsaSet,
        accumulator: DatumType,
        query: &Query,
        _: &[Suitable],
    ) -> Option<&'static str> {
        let is_matrix = query.n.is_none_or(|columns| columns > 1);
        (accumulator == DatumType::F32 && is_matrix).then(|| SHAPES[chosen().0].name)
    }

    /// How often the shapes take turns at least. A round that the browser interrupts is
    /// outvoted by the best of the others.
    const LEAST_ROUNDS: usize = 8;
    /// And at most: until no shape has become faster for a while. A browser compiles
    /// what it runs often once more, and better, some time after the start.
    const MOST_ROUNDS: usize = 32;
    const FASTER: f64 = 1.03;
    const ROUND_MS: f64 = 1.0;
    /// Another shape must be this much faster than the first to be taken.
    const CLEARLY: f64 = 1.04;

    static CHOSEN: OnceLock<(usize, [f64; SHAPES.len()])> = OnceLock::new();

    pub fn calibrate() {
        chosen();
    }

    pub fn shape() -> &'static Shape {
        &SHAPES[chosen().0]
    }

    pub fn report() -> (&'static str, Vec<(&'static str, f64)>) {
        let (chosen, speeds) = chosen();
        let names = SHAPES.iter().map(|shape| shape.name);
        (SHAPES[*chosen].name, names.zip(*speeds).collect())
    }

    fn chosen() -> &'static (usize, [f64; SHAPES.len()]) {
        CHOSEN.get_or_init(|| {
            let start = Instant::now();
            let clock = || start.elapsed().as_secs_f64() * 1e3;
            let mut speeds = [0.0_f64; SHAPES.len()];
            let (mut round, mut last_gain) = (0, 0);
            while round < MOST_ROUNDS && round < last_gain + LEAST_ROUNDS {
                for (speed, shape) in speeds.iter_mut().zip(&SHAPES) {
                    let found = shape.gigaflops(ROUND_MS, &clock);
                    if found > *speed * FASTER {
                        last_gain = round;
                    }
                    *speed = speed.max(found);
                }
                round += 1;
            }
            let mut best = 0;
            for shape in 1..SHAPES.len() {
                if speeds[shape] > speeds[best] * CLEARLY {
                    best = shape;
                }
            }
            (best, speeds)
        })
    }
}
