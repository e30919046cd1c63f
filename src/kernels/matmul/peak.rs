//! The peak rate of arithmetic of this machine, which the matrix kernels are compared with.

use super::super::common::{LANES, Lanes};

/// Multiply-adds between registers, without any access to memory, of one thread: 2 floating-
/// point operations each, in 10⁹ operations per second. Runs for about `milliseconds`;
/// `clock` counts milliseconds.
pub fn peak_gigaflops(milliseconds: f64, clock: &dyn Fn() -> f64) -> f64 {
    const ROUNDS: usize = 20_000;
    // The best repetition counts: the first ones run before the browser has compiled the
    // loop with optimisations.
    const REPETITIONS: usize = 20;
    let mut best = 0.0_f64;
    for _ in 0..REPETITIONS {
        let start = clock();
        let mut rounds = 0;
        while clock() - start < milliseconds / REPETITIONS as f64 || rounds == 0 {
            std::hint::black_box(run_chains(ROUNDS, std::hint::black_box(0.999)));
            rounds += ROUNDS;
        }
        let operations = 2 * SUMS * LANES * rounds;
        best = best.max(operations as f64 / (clock() - start) / 1e6);
    }
    best
}

/// Independent accumulators: enough to hide the latency of a multiply-add, few enough for
/// the 16 registers of x86-64.
const SUMS: usize = 12;

/// `rounds` dependent multiply-adds for each of the accumulators.
#[inline(never)]
fn run_chains(rounds: usize, factor: f32) -> f32 {
    let factor = Lanes::splat(factor);
    let mut sums = [Lanes::splat(1.0); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = sum.mul_add(factor, factor);
        }
    }
    let total = sums.into_iter().fold(Lanes::splat(0.0), Lanes::add);
    total.to_array().iter().sum()
}
