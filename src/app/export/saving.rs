//! Saving and copying, whose code is loaded when something is first saved.

use std::future::Future;
use std::pin::Pin;

use wasm_split_helpers::wasm_split;
use yew::UseReducerHandle;

use super::export_error::ExportError;
use super::export_format::ExportFormat;
use super::save;
use crate::app::browser::parts::NotLoaded;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::state::AppState;

type State = UseReducerHandle<AppState>;
type Saved<T> = Pin<Box<dyn Future<Output = Result<T, ExportError>>>>;

struct Saving {
    download: fn(State, ResourceTable, ExportFormat) -> Saved<String>,
    copy_overlay: fn(State, ResourceTable) -> Saved<()>,
}

/// Gives the user a file and returns its name.
///
/// # Errors
/// If nothing was explained yet, the browser refuses, or the code for it could not be loaded.
pub async fn download(
    state: State,
    resources: ResourceTable,
    format: ExportFormat,
) -> Result<String, ExportError> {
    (saving().await?.download)(state, resources, format).await
}

/// Puts the overlay on the clipboard.
///
/// # Errors
/// As of [`download`].
pub async fn copy_overlay(state: State, resources: ResourceTable) -> Result<(), ExportError> {
    (saving().await?.copy_overlay)(state, resources).await
}

#[wasm_split(more, fallible)]
fn saving() -> Result<Saving, NotLoaded> {
    Ok(Saving {
        download: |state, resources, format| {
            Box::pin(async move { save::download(&state, &resources, format).await })
        },
        copy_overlay: |state, resources| {
            Box::pin(async move { save::copy_overlay(&state, &resources).await })
        },
    })
}
