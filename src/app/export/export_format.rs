//! The formats of files.

/// The overlay, the signed values, or how they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Png,
    Npy,
    Json,
}

impl ExportFormat {
    /// Of the file, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Png => "png",
            ExportFormat::Npy => "npy",
            ExportFormat::Json => "json",
        }
    }

    /// Its MIME type.
    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::Png => "image/png",
            ExportFormat::Npy => "application/octet-stream",
            ExportFormat::Json => "application/json",
        }
    }
}
