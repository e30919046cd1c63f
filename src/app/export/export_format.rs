//! The formats of files.

/// The overlay, the signed values, or how they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Png,
    /// The overlay with its colour bar and a caption.
    Figure,
    Npy,
    Json,
    /// All of it as one HTML file.
    Report {
        /// Without it maps are drawn on grey, and no file is named.
        has_picture: bool,
    },
}

impl ExportFormat {
    /// Of the file, without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Png => "png",
            ExportFormat::Figure => "figure.png",
            ExportFormat::Npy => "npy",
            ExportFormat::Json => "json",
            ExportFormat::Report { .. } => "html",
        }
    }

    /// Its MIME type.
    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::Png | ExportFormat::Figure => "image/png",
            ExportFormat::Npy => "application/octet-stream",
            ExportFormat::Json => "application/json",
            ExportFormat::Report { .. } => "text/html",
        }
    }
}
