//! Why a picture cannot be used.

/// Why a picture cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    #[error(
        "'{name}' is no picture that can be read here. PNG, JPEG, WebP, GIF, BMP and TIFF can; save it as one of those"
    )]
    UnknownFormat { name: String },
    #[error(
        "the network takes {count} channels, and a picture file has 3; give it a float32 array [{count}, height, width] in an NPY file, or a TIFF of {count} bands"
    )]
    Bands { count: usize },
    #[error(
        "'{name}' has {found} bands, and the network takes {wanted}; save a file of those {wanted} alone, in the order of the network"
    )]
    BandCount {
        name: String,
        found: usize,
        wanted: usize,
    },
    #[error(
        "the pages of '{name}' differ in size, so they are no bands of one picture; save them at one size"
    )]
    PageSize { name: String },
    #[error(
        "'{name}' is damaged or cut off ({reason}). Try to open it elsewhere and save it again"
    )]
    Damaged { name: String, reason: String },
    #[error(
        "'{name}' has {width} × {height} pixels, {megapixels} megapixels; the limit is {limit}. Make it smaller first"
    )]
    TooLarge {
        name: String,
        width: u32,
        height: u32,
        megapixels: u64,
        limit: u64,
    },
    #[error(
        "'{name}' has {width} × {height} pixels; at least {min} × {min} are needed. Choose a larger picture"
    )]
    TooSmall {
        name: String,
        width: u32,
        height: u32,
        min: u32,
    },
    #[error(
        "'{name}' has {width} × {height} pixels; a side may have up to {max}. Cut it into parts first"
    )]
    TooLong {
        name: String,
        width: u32,
        height: u32,
        max: u32,
    },
    #[error(
        "'{name}' would take more than the {megabytes} MB of memory that a picture may. Make it smaller first"
    )]
    TooMuchMemory { name: String, megabytes: u64 },
    /// What another program said of a picture that it reads: a sentence.
    #[error("{0}")]
    Told(String),
    #[error("the model's description of its input is wrong: {problem}")]
    Preprocess { problem: String },
}
