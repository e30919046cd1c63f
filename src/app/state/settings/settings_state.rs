//! The settings and their defaults.

use crate::app::state::engine::EngineVariant;
use crate::explain::METHODS;
use crate::render::{ColorMap, Kind, Sign};

const DEFAULT_OPACITY: u8 = 70;

/// What the URL's hash names.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// A model of the manifest; `None` for the first, or for the user's own file.
    pub model: Option<String>,
    /// A layer by name; `None` for the one that the engine chooses.
    pub layer: Option<String>,
    /// A class by number; `None` for the most probable.
    pub class: Option<usize>,
    /// The class is kept for the pictures to come.
    pub pinned: bool,
    /// The id of a method in the catalogue.
    pub method: &'static str,
    /// The colour map for positive evidence.
    pub sequential: ColorMap,
    /// The colour map for evidence of both signs.
    pub diverging: ColorMap,
    /// Percent.
    pub opacity: u8,
    pub sign: Sign,
    /// Show the map's own cells.
    pub cells: bool,
    /// Each class on its own scale instead of one for the picture.
    pub own_scale: bool,
    /// The most demanding build of the engine that may run; read when the page
    /// starts. `None` for the best that the browser can run.
    pub engine: Option<EngineVariant>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            model: None,
            layer: None,
            class: None,
            pinned: false,
            method: METHODS.first().map_or("grad-cam", |method| method.id),
            sequential: ColorMap::default_of(Kind::Sequential),
            diverging: ColorMap::default_of(Kind::Diverging),
            opacity: DEFAULT_OPACITY,
            sign: Sign::Positive,
            cells: false,
            own_scale: false,
            engine: None,
        }
    }
}

impl Settings {
    /// The colour map in use.
    pub fn colormap(&self) -> ColorMap {
        match self.sign {
            Sign::Positive => self.sequential,
            Sign::Signed => self.diverging,
        }
    }

    /// Puts a colour map in use; its kind says for which sign.
    pub fn set_colormap(&mut self, map: ColorMap) {
        match map.kind() {
            Kind::Sequential => self.sequential = map,
            Kind::Diverging => self.diverging = map,
        }
    }
}
