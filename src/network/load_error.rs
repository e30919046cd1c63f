//! Why a model cannot be made ready.

use super::engine_error::EngineError;
use crate::gradient::GradientError;
use crate::onnx::OnnxError;
use crate::picture::PictureError;

/// Why a model could not be made ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    #[error(transparent)]
    Onnx(#[from] OnnxError),
    #[error(transparent)]
    Gradient(#[from] GradientError),
    #[error(transparent)]
    Preprocess(#[from] PictureError),
    #[error("the model's {count} labels do not fit its {classes} classes")]
    Labels { count: usize, classes: usize },
    #[error(
        "the file says that its network is for the task '{task}'; only those that give classes can be explained: choose one for 'classify'"
    )]
    Task { task: String },
    #[error(
        "the model would take about {} of memory, and a page on this device can count on {}; the browser may end it without a word. Close other tabs before you load it all the same, or choose a smaller model",
        size_text(*.needed), size_text(*.limit)
    )]
    Memory {
        /// In bytes.
        needed: u64,
        limit: u64,
    },
    #[error("the model cannot be run here: {0}. Choose another model, or export it simplified")]
    Engine(EngineError),
}

/// "250 MB", "1.6 GB": in powers of ten, as people know them.
fn size_text(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 999.5 {
        return format!("{:.0} MB", megabytes.max(1.0));
    }
    format!("{:.1} GB", megabytes / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_words() {
        let sizes = [10, 215_400_000, 999_400_000, 999_600_000, 4_294_967_296];
        let texts = sizes.map(size_text);
        assert_eq!(texts, ["1 MB", "215 MB", "999 MB", "1.0 GB", "4.3 GB"]);
    }
}
