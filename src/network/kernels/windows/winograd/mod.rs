//! Convolutions with windows of 3 × 3 side by side, with four ninths of the
//! multiplications.
//!
//! Winograd's F(2×2, 3×3) in the form of A. Lavin and S. Gray ("Fast Algorithms for
//! Convolutional Neural Networks", 2015): the output is cut into tiles of 2 × 2, each
//! of which sees an input tile d of 4 × 4 of the padded input. With a window g,
//!
//! ```text
//! Y = Aᵀ [(G g Gᵀ) ∘ (Bᵀ d B)] A      Bᵀ = │1  0 −1  0│  G = │1  0  0│  Aᵀ = │1 1  1  0│
//!                                          │0  1  1  0│      │½  ½  ½│       │0 1 −1 −1│
//!                                          │0 −1  1  0│      │½ −½  ½│
//!                                          │0  1  0 −1│      │0  0  1│
//! ```
//!
//! and the sum over channels is one product of matrices for each of the 16 elements of a
//! transformed tile. Windows are transformed once, tiles while they are packed, and sums while
//! they are in the first cache.
//!
//! - `transforms`: the three transforms
//! - `weights`: G g Gᵀ, packed
//! - `input_tiles`: Bᵀ d B, packed
//! - `product`: the products and Aᵀ … A

mod input_tiles;
mod product;
mod transforms;
mod weights;

pub use input_tiles::{InputTiles, PackedInputTiles};
pub use product::WinogradProduct;
pub use transforms::TRANSFORM_ELEMENTS;
pub use weights::{has_3x3_depth, is_winograd_faster, pack_weights};
