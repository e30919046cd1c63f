//! The part of the state that is about pictures.

use std::rc::Rc;

use super::picture_key::{PictureKey, PredictionOverrides};
use crate::app::small_map::SmallMap;
use crate::app::state::explanation::{MapKey, Prediction, SaliencyMap};
use crate::app::state::model::PreparedModel;
use crate::protocol::Sample;

/// The pictures of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureState {
    pub samples: Rc<Vec<Sample>>,
    /// The picture chosen last.
    pub current: Option<ChosenPicture>,
    /// The one before, with its result, until `current` has a result of its own.
    pub previous: Option<ChosenPicture>,
    /// The class that was chosen for `previous`.
    pub previous_class: Option<usize>,
    /// Pictures seen before with their results, the latest last, for the browser's Back.
    pub seen: Vec<ChosenPicture>,
}

/// A picture that the user chose, and all that the engine found out about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChosenPicture {
    pub key: PictureKey,
    pub name: String,
    /// Width and height in pixels of its canvas in the resource table, once the browser has
    /// decoded it.
    pub canvas_size: Option<(u32, u32)>,
    /// The user cancelled, or the engine gave up: no prediction until asked for.
    pub stopped: bool,
    pub prediction: Option<Rc<Prediction>>,
    pub maps: SmallMap<MapKey, Rc<SaliencyMap>>,
    /// Maps that the engine could not compute.
    pub failed_maps: Vec<MapKey>,
    /// The map that is shown until the chosen one is there; a key of `maps`.
    pub shown: Option<MapKey>,
}

impl ChosenPicture {
    /// A picture that nothing is known of.
    pub(in crate::app::state) fn new(file: u32, name: String) -> Self {
        Self {
            key: PictureKey {
                file,
                attempt: 0,
                overrides: PredictionOverrides::default(),
            },
            name,
            canvas_size: None,
            stopped: false,
            prediction: None,
            maps: SmallMap::default(),
            failed_maps: Vec::new(),
            shown: None,
        }
    }

    /// The model that made the prediction.
    pub fn model(&self) -> Option<&Rc<PreparedModel>> {
        Some(&self.prediction.as_ref()?.model)
    }

    /// The map that is shown.
    pub fn map(&self) -> Option<&Rc<SaliencyMap>> {
        self.maps.get(self.shown.as_ref()?)
    }
}
