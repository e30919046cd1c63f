//! Winograd convolution F(2×2, 3×3) (A. Lavin and S. Gray, "Fast Algorithms for
//! Convolutional Neural Networks", 2016): windows of 3 × 3 with unit stride, with four ninths
//! of the multiplications.
//!
//! The output is cut into tiles Y of 2 × 2, each of which sees an input tile d of 4 × 4 of
//! the padded input. With the weights g of a window,
//!
//! ```text
//! Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A      Bᵀ = │1  0 −1  0│  G = │1  0  0│  Aᵀ = │1 1  1  0│
//!                                          │0  1  1  0│      │½  ½  ½│       │0 1 −1 −1│
//!                                          │0 −1  1  0│      │½ −½  ½│
//!                                          │0  1  0 −1│      │0  0  1│
//! ```
//!
//! and the sum over channels is one product of matrices for each of the 16 elements of the
//! transform domain. Weights are transformed once, input tiles while they are packed, and
//! sums while they are in the first-level cache.
//!
//! - `transforms`: the three transforms
//! - `weights`: G g Gᵀ, packed
//! - `input_tiles`: Bᵀ d B, packed
//! - `product`: the 16 products, and Aᵀ … A of their sums

mod input_tiles;
mod product;
mod transforms;
mod weights;

pub use input_tiles::{InputTiles, PackedInputTiles};
pub use product::WinogradProduct;
pub use transforms::TRANSFORM_ELEMENTS;
pub use weights::{has_3x3_depth, is_winograd_faster, pack_weights};
