//! Graphs whose operations run on the kernels, beside the same graphs as tract has them.

mod copies;
mod declutter;
mod elementwise;
#[path = "../../kernels/tests/random.rs"]
mod random;
