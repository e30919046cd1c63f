//! Colour maps: from a position between 0 and 1 to a colour.

use std::str::FromStr;

/// A colour map. The default is perceptually uniform: equal steps of the value
/// look like equal steps of the colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColorMap {
    /// Dark purple over red to yellow: the strongest places are the brightest,
    /// and stand out from the greens and blues of most photographs.
    #[default]
    Inferno,
    Magma,
    Viridis,
    /// Made to look nearly the same with and without colour blindness.
    Cividis,
    /// Only on request: its bands suggest edges that the values do not have.
    Jet,
    /// Diverging: red speaks for, blue against, white neither.
    RedBlue,
    /// Diverging: green speaks for, purple against.
    GreenPurple,
    /// Diverging: orange speaks for, purple against.
    OrangePurple,
}

/// What a colour map is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From nothing to most.
    Sequential,
    /// From most against over nothing to most for.
    Diverging,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no colour map '{wanted}'; the colour maps are: {known}")]
pub struct UnknownColorMap {
    pub wanted: String,
    pub known: String,
}

impl ColorMap {
    /// Every map, sequential ones first; the first of each kind is its default.
    pub const ALL: [ColorMap; 8] = [
        ColorMap::Inferno,
        ColorMap::Magma,
        ColorMap::Viridis,
        ColorMap::Cividis,
        ColorMap::Jet,
        ColorMap::RedBlue,
        ColorMap::GreenPurple,
        ColorMap::OrangePurple,
    ];

    /// All colour maps, as [`ColorMap::ALL`].
    pub fn all() -> &'static [ColorMap] {
        &Self::ALL
    }

    /// The maps of one kind, the default first.
    pub fn of_kind(kind: Kind) -> impl Iterator<Item = ColorMap> {
        Self::ALL.into_iter().filter(move |map| map.kind() == kind)
    }

    /// The default of a kind.
    pub fn default_of(kind: Kind) -> ColorMap {
        match kind {
            Kind::Sequential => ColorMap::Inferno,
            Kind::Diverging => ColorMap::RedBlue,
        }
    }

    /// Short and stable, for flags and the URL.
    pub fn id(self) -> &'static str {
        match self {
            ColorMap::Inferno => "inferno",
            ColorMap::Magma => "magma",
            ColorMap::Viridis => "viridis",
            ColorMap::Cividis => "cividis",
            ColorMap::Jet => "jet",
            ColorMap::RedBlue => "red-blue",
            ColorMap::GreenPurple => "green-purple",
            ColorMap::OrangePurple => "orange-purple",
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            ColorMap::Inferno => "Inferno",
            ColorMap::Magma => "Magma",
            ColorMap::Viridis => "Viridis",
            ColorMap::Cividis => "Cividis",
            ColorMap::Jet => "Jet",
            ColorMap::RedBlue => "Red and blue",
            ColorMap::GreenPurple => "Green and purple",
            ColorMap::OrangePurple => "Orange and purple",
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            ColorMap::Inferno
            | ColorMap::Magma
            | ColorMap::Viridis
            | ColorMap::Cividis
            | ColorMap::Jet => Kind::Sequential,
            ColorMap::RedBlue | ColorMap::GreenPurple | ColorMap::OrangePurple => Kind::Diverging,
        }
    }

    /// The colour at `position` (0…1, clamped; not a number counts as 0) as
    /// red, green, blue. For a diverging map 0.5 is the value zero and 1 the
    /// most that speaks for the class.
    pub fn color(self, position: f64) -> [u8; 3] {
        let position = if position.is_nan() {
            0.0
        } else {
            position.clamp(0.0, 1.0)
        };
        let color = match self {
            ColorMap::Inferno => colorous::INFERNO.eval_continuous(position),
            ColorMap::Magma => colorous::MAGMA.eval_continuous(position),
            ColorMap::Viridis => colorous::VIRIDIS.eval_continuous(position),
            ColorMap::Cividis => colorous::CIVIDIS.eval_continuous(position),
            ColorMap::Jet => return jet(position),
            // These run from red (green, orange… first) to blue: turned round,
            // so that what speaks for the class is at the upper end.
            ColorMap::RedBlue => colorous::RED_BLUE.eval_continuous(1.0 - position),
            ColorMap::GreenPurple => colorous::PURPLE_GREEN.eval_continuous(position),
            ColorMap::OrangePurple => colorous::PURPLE_ORANGE.eval_continuous(position),
        };
        [color.r, color.g, color.b]
    }

    /// The map at 256 equal steps, for colouring many pixels.
    pub fn table(self) -> [[u8; 3]; 256] {
        std::array::from_fn(|step| self.color(step as f64 / 255.0))
    }
}

impl FromStr for ColorMap {
    type Err = UnknownColorMap;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|map| map.id() == text)
            .ok_or_else(|| UnknownColorMap {
                wanted: text.to_owned(),
                known: Self::ALL.map(ColorMap::id).join(", "),
            })
    }
}

impl std::fmt::Display for ColorMap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.id())
    }
}

/// The rainbow of early MATLAB: three overlapping trapezia.
fn jet(position: f64) -> [u8; 3] {
    let channel = |centre: f64| {
        let height = 1.5 - (4.0 * position - centre).abs();
        (height.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    [channel(3.0), channel(2.0), channel(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_reads_back() {
        for map in ColorMap::ALL {
            assert_eq!(map.id().parse::<ColorMap>(), Ok(map));
        }
        let error = "rainbow".parse::<ColorMap>().unwrap_err();
        assert!(error.to_string().contains("inferno, magma"), "{error}");
    }

    #[test]
    fn defaults_lead_their_kind() {
        for kind in [Kind::Sequential, Kind::Diverging] {
            assert_eq!(
                ColorMap::of_kind(kind).next(),
                Some(ColorMap::default_of(kind))
            );
        }
        assert_eq!(ColorMap::default(), ColorMap::default_of(Kind::Sequential));
    }

    fn lightness([red, green, blue]: [u8; 3]) -> f64 {
        let linear = |byte: u8| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        116.0 * luminance.cbrt() - 16.0
    }

    #[test]
    fn uniform_maps_only_get_lighter() {
        for map in [
            ColorMap::Inferno,
            ColorMap::Magma,
            ColorMap::Viridis,
            ColorMap::Cividis,
        ] {
            let steps: Vec<f64> = (0..=20)
                .map(|i| lightness(map.color(f64::from(i) / 20.0)))
                .collect();
            assert!(
                steps.windows(2).all(|pair| pair[1] > pair[0]),
                "{map}: {steps:?}"
            );
        }
    }

    #[test]
    fn diverging_maps_are_pale_in_the_middle() {
        for map in ColorMap::of_kind(Kind::Diverging) {
            let middle = lightness(map.color(0.5));
            assert!(
                middle > 90.0
                    && lightness(map.color(0.0)) < 50.0
                    && lightness(map.color(1.0)) < 50.0,
                "{map}"
            );
        }
        let [red, _, blue] = ColorMap::RedBlue.color(0.95);
        assert!(red > blue, "what speaks for the class is red");
    }

    #[test]
    fn jet_has_its_known_corners() {
        assert_eq!(jet(0.0), [0, 0, 128]);
        assert_eq!(jet(0.375), [0, 255, 255]);
        assert_eq!(jet(1.0), [128, 0, 0]);
    }
}
