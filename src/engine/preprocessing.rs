//! How a picture becomes the network's input.

use super::session_error::SessionError;
use crate::network::Description;
use crate::picture::{Fit, Preprocess, Scaling};
use crate::protocol::PredictionOverrides;

/// How often longer one side of a picture may become against the other before it is said.
const MAX_SQUEEZE: f64 = 3.0;

/// How a picture is preprocessed: as the model's description says, with the scaling and the fit
/// that a person chose.
///
/// # Errors
/// [`SessionError`] for a scaling that is none or is for other channels, or a fit that is none.
pub fn preprocess(
    description: &Description,
    overrides: &PredictionOverrides,
) -> Result<Preprocess, SessionError> {
    let own = &description.preprocess;
    let fit = overrides.fit.as_deref().map(str::parse);
    let fit = fit.transpose().map_err(SessionError::UnknownFit)?;
    let scaling = match overrides.scaling.as_deref() {
        Some(id) => {
            let unknown = || SessionError::UnknownScaling(id.to_owned());
            Some(Scaling::find(id).ok_or_else(unknown)?)
        }
        None => None,
    };
    let found = own.channels.count();
    if let Some(scaling) = scaling.filter(|scaling| scaling.channels() != found) {
        let (name, wanted) = (scaling.name, scaling.channels());
        return Err(SessionError::ScalingChannels {
            name,
            wanted,
            found,
        });
    }
    Ok(own.clone().with_choices(scaling, fit))
}

/// What a person should know about how a picture of this width and height was fitted: that it
/// was squeezed, or that the network saw little of it.
pub fn fit_note((width, height): (u32, u32), preprocess: &Preprocess) -> Option<String> {
    let [input_height, input_width] = preprocess.size;
    let (across, down) = (f64::from(width), f64::from(height));
    let squeeze = (across / down) / (input_width as f64 / input_height as f64);
    if squeeze.max(1.0 / squeeze) <= MAX_SQUEEZE {
        return None;
    }
    match preprocess.fit {
        Fit::Stretch => Some(format!(
            "The picture has {width} × {height} pixels and is squeezed into the network's \
             {input_width} × {input_height}, so that things in it look other than they are. The \
             fits “crop” and “letterbox” keep their shape"
        )),
        Fit::Crop { .. } => {
            let [left, top, width, height] = preprocess
                .frame((width, height))
                .seen_pixels((width, height));
            Some(format!(
                "The network saw only {width} × {height} pixels of the picture, from {left}, {top} \
                 on. The fit “letterbox” shows it all of the picture"
            ))
        }
        Fit::Letterbox { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_picture_is_not_silently_squeezed() {
        let stretch = Preprocess::keras([224, 224]);
        let note = fit_note((3000, 40), &stretch).unwrap();
        assert!(
            note.contains("3000 × 40") && note.contains("letterbox"),
            "{note}"
        );
        assert!(fit_note((40, 3000), &stretch).is_some());
        assert_eq!(fit_note((400, 300), &stretch), None);
        let crop = Preprocess {
            fit: Fit::CROP,
            ..stretch.clone()
        };
        assert!(
            fit_note((3000, 40), &crop)
                .unwrap()
                .contains("only 35 × 35")
        );
        let letterbox = Preprocess {
            fit: Fit::LETTERBOX,
            ..stretch
        };
        assert_eq!(fit_note((3000, 40), &letterbox), None);
    }
}
