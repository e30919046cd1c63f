//! Gives the user a file, or the overlay on the clipboard.

use super::explanation_manifest::explanation_manifest;
use super::export_error::ExportError;
use super::export_format::ExportFormat;
use super::exported_map::ExportedMap;
use super::exported_texts::ExportedTexts;
use super::figure_canvas::figure_canvas;
use super::overlay_png::{overlay_canvas, png, png_bytes};
use super::report::report;
use web_sys::HtmlCanvasElement;

use crate::app::browser::resource_table::ResourceTable;
use crate::app::browser::{clipboard, digest, file_saving};
use crate::app::state::AppState;
use crate::render;

/// Of each part of a file's name, whose whole may have 255 bytes.
const MAX_PART_CHARS: usize = 60;

/// Gives the user a file and returns its name.
///
/// # Errors
/// If nothing was explained yet, or the browser refuses.
pub async fn download(
    state: &AppState,
    resources: &ResourceTable,
    format: ExportFormat,
) -> Result<String, ExportError> {
    let exported = ExportedMap::of(state)?;
    let texts = ExportedTexts::of(&exported);
    let bytes = match format {
        ExportFormat::Png => png(&overlay_canvas(state, resources, &exported)?, &texts)?,
        ExportFormat::Figure => png(&figure_canvas(state, resources, &exported, &texts)?, &texts)?,
        ExportFormat::Npy => {
            let view = exported.view;
            render::npy::encode(view.values(), &[view.height(), view.width()])
        }
        ExportFormat::Json => manifest(state, resources, &exported, true)
            .await?
            .into_bytes(),
        ExportFormat::Report { has_picture } => {
            let manifest = manifest(state, resources, &exported, has_picture).await?;
            report(state, resources, &exported, &manifest, has_picture)?.into_bytes()
        }
    };
    let class = exported.prediction.label(exported.map.summary.class);
    let stem = match format {
        ExportFormat::Report { has_picture: false } => "picture".to_owned(),
        _ => file_stem(&exported.picture.name),
    };
    let name = format!(
        "{stem}.{}.{}.{}",
        name_part(class, "class"),
        exported.map.summary.method,
        format.extension()
    );
    file_saving::save(&file_saving::blob(&bytes, format.media_type())?, &name)?;
    Ok(name)
}

/// How the explanation was made; the picture's file is named if `has_picture`.
async fn manifest(
    state: &AppState,
    resources: &ResourceTable,
    exported: &ExportedMap<'_>,
    has_picture: bool,
) -> Result<String, ExportError> {
    let sha256 = match resources.file(exported.picture.key.file) {
        Some(file) => digest::sha256(&file).await,
        None => None,
    };
    let name = has_picture.then_some(exported.picture.name.as_str());
    Ok(explanation_manifest(state, exported, name, sha256)?)
}

/// Puts the overlay on the clipboard.
///
/// # Errors
/// If nothing was explained yet, or the browser refuses.
pub async fn copy_overlay(state: &AppState, resources: &ResourceTable) -> Result<(), ExportError> {
    let exported = ExportedMap::of(state)?;
    let canvas = overlay_canvas(state, resources, &exported)?;
    let bytes = png(&canvas, &ExportedTexts::of(&exported))?;
    let media_type = ExportFormat::Png.media_type();
    let file = file_saving::blob(&bytes, media_type)?;
    if clipboard::write(&file, media_type).await? {
        Ok(())
    } else {
        Err(ExportError::NoClipboard)
    }
}

/// Gives the user a canvas as PNG, named after the picture that it was made from.
///
/// # Errors
/// If the browser refuses.
pub fn save_canvas(canvas: &HtmlCanvasElement, picture_name: &str) -> Result<(), ExportError> {
    let bytes = png_bytes(canvas)?;
    let format = ExportFormat::Png;
    let name = format!("{}.changed.{}", file_stem(picture_name), format.extension());
    file_saving::save(&file_saving::blob(&bytes, format.media_type())?, &name)?;
    Ok(())
}

/// A file's name without its last extension, fit for another file's name.
fn file_stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name_part(stem, "picture")
}

/// A name fit for a part of a file's name; `otherwise` where nothing is left of it.
fn name_part(name: &str, otherwise: &str) -> String {
    let clean: String = name
        .chars()
        .map(|letter| {
            if letter.is_control() || r#"\/:*?"<>|"#.contains(letter) {
                '-'
            } else {
                letter
            }
        })
        .take(MAX_PART_CHARS)
        .collect();
    if clean.trim().is_empty() {
        otherwise.to_owned()
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
        assert_eq!(name_part("hen/of/the woods", "class"), "hen-of-the woods");
        assert_eq!(name_part(" ", "class"), "class");
    }
}
