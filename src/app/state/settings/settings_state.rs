//! The settings and their defaults.

use crate::app::state::engine::EngineVariant;
use crate::explain::{METHODS, TARGET_KINDS};
use crate::render::{ColorMap, Kind, Sign};

const DEFAULT_OPACITY: u8 = 70;

/// What is shown of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// One map.
    #[default]
    Explain,
    /// Many maps side by side.
    Compare,
    /// Whether a map can be believed.
    Test,
}

impl View {
    /// Every view, in the order in which they are offered.
    pub const ALL: [View; 3] = [View::Explain, View::Compare, View::Test];

    /// In the URL's hash.
    pub fn id(self) -> &'static str {
        match self {
            View::Explain => "explain",
            View::Compare => "compare",
            View::Test => "test",
        }
    }
}

/// What the URL's hash names.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub view: View,
    /// A model of the manifest; `None` for the first, or for the user's own file.
    pub model: Option<String>,
    /// The file of a sample picture that the address names, until a picture is chosen.
    pub sample: Option<String>,
    /// A layer by name; `None` for the one that the engine chooses.
    pub layer: Option<String>,
    /// A class by number; `None` for the most probable.
    pub class: Option<usize>,
    /// The class is kept for the pictures to come.
    pub pinned: bool,
    /// The id of a method in the catalogue.
    pub method: &'static str,
    /// The id of a kind of target.
    pub target: &'static str,
    /// The class that a comparing target compares with; `None` for the most probable other.
    pub other: Option<usize>,
    /// Settings of the method that is chosen, by id, where they are not the default.
    pub method_settings: Vec<(String, String)>,
    /// What random numbers begin with.
    pub seed: u32,
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
            view: View::default(),
            model: None,
            sample: None,
            layer: None,
            class: None,
            pinned: false,
            method: METHODS.first().map_or("grad-cam", |method| method.id),
            target: TARGET_KINDS.first().map_or("logit", |kind| kind.id),
            other: None,
            method_settings: Vec::new(),
            seed: 0,
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

    /// Puts a method in use, with these of its settings; those that it has not or cannot take
    /// are dropped.
    pub fn set_method(&mut self, id: &str, said: &[(String, String)]) {
        let Some(method) = METHODS.iter().find(|method| method.id == id) else {
            return;
        };
        self.method = method.id;
        self.method_settings.clear();
        for (id, value) in said {
            if let Ok(settings) = method.settings([(id.as_str(), value.as_str())]) {
                let changed = settings.changed();
                self.method_settings
                    .extend(changed.map(|(id, value)| (id.to_owned(), value.to_string())));
            }
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
