//! What the machine could do at most: the yardstick of the matrix kernels.

use super::super::common::{LANES, Lanes};

/// Multiply-adds between registers alone, with no memory in the way: 2 operations
/// each, in thousand millions a second. `clock` counts milliseconds.
pub fn peak_gigaflops(milliseconds: f64, clock: &dyn Fn() -> f64) -> f64 {
    const ROUNDS: usize = 20_000;
    // The first pieces run while the browser still compiles: the best one counts.
    const REPETITIONS: usize = 20;
    let mut best = 0.0_f64;
    for _ in 0..REPETITIONS {
        let start = clock();
        let mut rounds = 0;
        while clock() - start < milliseconds / REPETITIONS as f64 || rounds == 0 {
            std::hint::black_box(chains(ROUNDS, std::hint::black_box(0.999)));
            rounds += ROUNDS;
        }
        let operations = 2 * SUMS * LANES * rounds;
        best = best.max(operations as f64 / (clock() - start) / 1e6);
    }
    best
}

/// Accumulators that do not wait for each other: enough to hide how long one takes, few
/// enough for the 16 registers of x86-64.
const SUMS: usize = 12;

#[inline(never)]
fn chains(rounds: usize, factor: f32) -> f32 {
    let factor = Lanes::splat(factor);
    let mut sums = [Lanes::splat(1.0); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = sum.mul_add(factor, factor);
        }
    }
    let all = sums.into_iter().reduce(Lanes::add);
    let mut four = [0.0; LANES];
    if let Some(all) = all {
        // Safety: the buffer holds LANES numbers.
        unsafe { all.store(four.as_mut_ptr()) };
    }
    four.iter().sum()
}
