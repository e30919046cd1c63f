//! Gives the user a file, or the overlay on the clipboard.

use super::explanation_manifest::explanation_manifest;
use super::export_error::ExportError;
use super::export_format::ExportFormat;
use super::exported_map::ExportedMap;
use super::overlay_png::overlay_png;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::browser::{clipboard, file_saving};
use crate::app::state::AppState;
use crate::render;

/// Gives the user a file and returns its name.
///
/// # Errors
/// If nothing was explained yet, or the browser refuses.
pub fn download(
    state: &AppState,
    resources: &ResourceTable,
    format: ExportFormat,
) -> Result<String, ExportError> {
    let exported = ExportedMap::of(state)?;
    let bytes = match format {
        ExportFormat::Png => overlay_png(state, resources, &exported)?,
        ExportFormat::Npy => {
            let view = exported.view;
            render::npy::encode(view.values(), &[view.height(), view.width()])
        }
        ExportFormat::Json => explanation_manifest(state, &exported)?.into_bytes(),
    };
    let name = format!(
        "{}.{}.{}",
        file_stem(&exported.picture.name),
        exported.map.summary.method,
        format.extension()
    );
    file_saving::save(&file_saving::blob(&bytes, format.media_type())?, &name)?;
    Ok(name)
}

/// Puts the overlay on the clipboard.
///
/// # Errors
/// If nothing was explained yet, or the browser refuses.
pub async fn copy_overlay(state: &AppState, resources: &ResourceTable) -> Result<(), ExportError> {
    let bytes = overlay_png(state, resources, &ExportedMap::of(state)?)?;
    let media_type = ExportFormat::Png.media_type();
    let file = file_saving::blob(&bytes, media_type)?;
    if clipboard::write(&file, media_type).await? {
        Ok(())
    } else {
        Err(ExportError::Browser(
            "there is no clipboard here; save the PNG instead".to_owned(),
        ))
    }
}

/// A file's name without its last extension, fit for another file's name.
fn file_stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let clean: String = stem
        .chars()
        .map(|letter| {
            if letter.is_control() || r#"\/:*?"<>|"#.contains(letter) {
                '-'
            } else {
                letter
            }
        })
        .take(100)
        .collect();
    if clean.trim().is_empty() {
        "picture".to_owned()
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_fit_for_files() {
        assert_eq!(
            ["coffee.png", "a/b:c.tar.gz", ".png", ""].map(file_stem),
            ["coffee", "a-b-c.tar", "picture", "picture"]
        );
    }
}
