//! The transforms of F(2×2, 3×3).

use super::super::super::common::Lanes;

/// Elements of an input tile of 4 × 4, and of the transform domain.
pub const TRANSFORM_ELEMENTS: usize = 16;

/// Elements of a window of 3 × 3.
pub const TAPS: usize = 9;

/// G g Gᵀ of a window [3, 3].
pub fn transform_weights(window: [f32; TAPS]) -> [f32; TRANSFORM_ELEMENTS] {
    let ends = |[a, b, c]: [f32; 3]| {
        let (outer, inner) = (0.5 * (a + c), 0.5 * b);
        [a, outer + inner, outer - inner, c]
    };
    let columns: [[f32; 4]; 3] =
        std::array::from_fn(|column| ends([0, 3, 6].map(|row| window[row + column])));
    let rows: [[f32; 4]; 4] = std::array::from_fn(|row| ends(columns.map(|column| column[row])));
    std::array::from_fn(|element| rows[element / 4][element % 4])
}

/// Bᵀ d B of four input tiles [4, 4] at once, one in each
/// lane; `tile` returns an element of each.
#[inline(always)]
pub fn transform_input(tile: impl Fn(usize) -> Lanes) -> [Lanes; TRANSFORM_ELEMENTS] {
    let differences = |[a, b, c, d]: [Lanes; 4]| [a.sub(c), b.add(c), c.sub(b), b.sub(d)];
    let columns: [[Lanes; 4]; 4] = std::array::from_fn(|column| {
        differences(std::array::from_fn(|row| tile(4 * row + column)))
    });
    let rows: [[Lanes; 4]; 4] =
        std::array::from_fn(|row| differences(columns.map(|column| column[row])));
    std::array::from_fn(|element| rows[element / 4][element % 4])
}

/// Aᵀ m A of four tiles at once, one in each lane: an output tile [2, 2]. `sum` returns an
/// element of the transform domain, summed over channels.
#[inline(always)]
pub fn transform_output(sum: impl Fn(usize) -> Lanes) -> [[Lanes; 2]; 2] {
    let two = |[a, b, c, d]: [Lanes; 4]| [a.add(b).add(c), b.sub(c).sub(d)];
    let columns: [[Lanes; 2]; 4] =
        std::array::from_fn(|column| two(std::array::from_fn(|row| sum(4 * row + column))));
    std::array::from_fn(|row| two(columns.map(|column| column[row])))
}
