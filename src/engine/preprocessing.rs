//! How a picture becomes the network's input.

use super::session_error::SessionError;
use crate::network::Description;
use crate::picture::{Preprocess, Scaling};

/// How a picture is preprocessed: as the model's description says, with the scaling that a
/// person chose.
///
/// # Errors
/// [`SessionError`] for a scaling that is none, or is for other channels.
pub fn preprocess(
    description: &Description,
    scaling: Option<&str>,
) -> Result<Preprocess, SessionError> {
    let own = &description.preprocess;
    let Some(id) = scaling else {
        return Ok(own.clone());
    };
    let unknown = || SessionError::UnknownScaling(id.to_owned());
    let scaling = Scaling::find(id).ok_or_else(unknown)?;
    let (wanted, found) = (scaling.channels(), own.channels.count());
    if wanted != found {
        let name = scaling.name;
        return Err(SessionError::ScalingChannels {
            name,
            wanted,
            found,
        });
    }
    Ok(Preprocess {
        resize: own.resize,
        ..scaling.preprocess(own.layout, own.size)
    })
}
