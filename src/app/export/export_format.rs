//! The formats of files.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    Png,
    Npy,
    Json,
}

impl ExportFormat {
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Png => "png",
            ExportFormat::Npy => "npy",
            ExportFormat::Json => "json",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::Png => "image/png",
            ExportFormat::Npy => "application/octet-stream",
            ExportFormat::Json => "application/json",
        }
    }
}
