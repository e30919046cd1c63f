//! Makes a network ready from a file, as far as possible as a person wants it.

use std::borrow::Cow;

use super::session_error::SessionError;
use crate::gradient::{AttachOptions, GradientError};
use crate::network::{LoadError, TractNetwork};
use crate::protocol::Phase;

/// A network that is ready to become a session's.
pub struct PreparedNetwork {
    pub network: TractNetwork,
    /// What a person should know, in a sentence.
    pub note: Option<String>,
}

/// Called with a phase, how much of it is done, and the total.
pub type Progress<'a> = &'a mut dyn FnMut(Phase, usize, usize);

/// Prepares a model as a person has asked before. Where it cannot be had so, its own
/// logits and layout are taken, and a sentence for people says so: an answer that is
/// remembered of a file must not lock it out. The layer is that of
/// [`prepare_with_layer_fallback`].
///
/// # Errors
/// [`SessionError::Load`].
pub fn prepare_as_remembered(
    file: Vec<u8>,
    options: AttachOptions,
    progress: Progress,
) -> Result<PreparedNetwork, SessionError> {
    if options.logits.is_none() && options.layout.is_none() {
        return prepare_with_layer_fallback(file, options, progress);
    }
    let wanted = prepare_with_layer_fallback(file.clone(), options.clone(), progress);
    let reason = match wanted {
        Err(error) if !error.is_about_picture_size() => error,
        other => return other,
    };
    let own = AttachOptions {
        logits: None,
        layout: None,
        ..options
    };
    let mut prepared = prepare_with_layer_fallback(file, own, progress)?;
    let note = format!("What you chose for this model cannot be had and was left out: {reason}.");
    prepared.note = Some(note);
    Ok(prepared)
}

/// Prepares a model for a layer that may be another model's, such as one from the
/// page's address: where this model has no such layer, its default layer is explained,
/// and a sentence for people says so.
///
/// # Errors
/// [`SessionError::Load`].
pub fn prepare_with_layer_fallback(
    file: Vec<u8>,
    options: AttachOptions,
    progress: Progress,
) -> Result<PreparedNetwork, SessionError> {
    let without_note = |network| PreparedNetwork {
        network,
        note: None,
    };
    let Some(layer) = options.layers.first().cloned() else {
        return prepare(file, &options, progress).map(without_note);
    };
    match prepare(&file, &options, progress) {
        Err(SessionError::Load(LoadError::Gradient(error))) if is_about_layer(&error) => {}
        other => return other.map(without_note),
    }
    let layers = Vec::new();
    let default_layer = AttachOptions { layers, ..options };
    let network = prepare(file, &default_layer, progress)?;
    let shown = &network.description().selection.layer.tensor;
    let note =
        format!("This model has no layer “{layer}” that can be explained; “{shown}” is shown.");
    Ok(PreparedNetwork {
        note: Some(note),
        network,
    })
}

/// Makes a network ready from its file.
///
/// # Errors
/// [`SessionError::Load`].
pub fn prepare<'a>(
    file: impl Into<Cow<'a, [u8]>>,
    options: &AttachOptions,
    progress: Progress,
) -> Result<TractNetwork, SessionError> {
    let mut steps = |done, total| progress(Phase::Prepare, done, total);
    Ok(TractNetwork::load(file, options, &mut steps)?)
}

/// Whether the error may not occur with another layer.
fn is_about_layer(error: &GradientError) -> bool {
    matches!(
        error,
        GradientError::UnknownLayer { .. } | GradientError::NotConnected { .. }
    ) || matches!(error, GradientError::NoRule { layers, .. } if !layers.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_does_not_fit_the_file_does_not_lock_it_out() {
        let file = include_bytes!("../../models/xception-tiny.onnx").to_vec();
        let options = AttachOptions {
            logits: Some("gone".into()),
            ..AttachOptions::default()
        };
        let prepared = prepare_as_remembered(file, options, &mut |_, _, _| ()).unwrap();
        let note = prepared.note.unwrap();
        assert!(
            note.contains("'gone'") && note.contains("left out"),
            "{note}"
        );
    }
}
