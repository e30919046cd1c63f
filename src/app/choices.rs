//! What the user chose, as the URL's hash keeps it: `#model=…&class=3&opacity=60`.
//! The picture is never part of it. What is missing has its default; what
//! cannot be read is ignored.

use super::variants::Variant;
use crate::explain::METHODS;
use crate::render::{ColorMap, Kind, Sign};

const DEFAULT_OPACITY: u8 = 70;
/// Longer names come from no model of ours.
const LONGEST_NAME: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// A model of the manifest; `None` for the first, or for the user's own file.
    pub model: Option<String>,
    /// A layer by name; `None` for the one that the engine chooses.
    pub layer: Option<String>,
    /// A class by number; `None` for the most probable.
    pub class: Option<usize>,
    pub method: &'static str,
    pub sequential: ColorMap,
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
    pub engine: Option<Variant>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            model: None,
            layer: None,
            class: None,
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

impl Choices {
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

    /// Reads a hash, with or without its `#`.
    pub fn from_hash(hash: &str) -> Self {
        let mut choices = Self::default();
        for pair in hash.trim_start_matches('#').split('&') {
            if let Some((key, value)) = pair.split_once('=') {
                choices.read(key, &decode(value));
            }
        }
        choices
    }

    fn read(&mut self, key: &str, value: &str) {
        let name = || (!value.is_empty() && value.len() <= LONGEST_NAME).then(|| value.to_owned());
        match key {
            "model" => self.model = name(),
            "layer" => self.layer = name(),
            "class" => self.class = value.parse().ok(),
            "method" => {
                if let Some(method) = METHODS.iter().find(|method| method.id == value) {
                    self.method = method.id;
                }
            }
            "colour" => {
                if let Ok(map) = value.parse() {
                    self.set_colormap(map);
                }
            }
            "opacity" => {
                if let Some(percent) = value.parse().ok().filter(|percent| *percent <= 100) {
                    self.opacity = percent;
                }
            }
            "signed" if value == "1" => self.sign = Sign::Signed,
            "cells" => self.cells = value == "1",
            "scale" => self.own_scale = value == "own",
            "engine" => self.engine = value.parse().ok(),
            _ => {}
        }
    }

    /// What differs from the defaults, without `#`; empty if nothing does.
    pub fn to_hash(&self) -> String {
        let default = Self::default();
        let mut pairs: Vec<(&str, String)> = Vec::new();
        pairs.extend(self.model.clone().map(|model| ("model", model)));
        pairs.extend(self.layer.clone().map(|layer| ("layer", layer)));
        pairs.extend(self.class.map(|class| ("class", class.to_string())));
        let differing = [
            (
                "method",
                self.method != default.method,
                self.method.to_owned(),
            ),
            (
                "colour",
                self.colormap() != ColorMap::default_of(self.colormap().kind()),
                self.colormap().id().to_owned(),
            ),
            (
                "opacity",
                self.opacity != default.opacity,
                self.opacity.to_string(),
            ),
            ("signed", self.sign == Sign::Signed, "1".to_owned()),
            ("cells", self.cells, "1".to_owned()),
            ("scale", self.own_scale, "own".to_owned()),
        ];
        pairs.extend(
            differing
                .into_iter()
                .filter(|pair| pair.1)
                .map(|(key, _, value)| (key, value)),
        );
        pairs.extend(self.engine.map(|engine| ("engine", engine.id().to_owned())));
        pairs
            .iter()
            .map(|(key, value)| format!("{key}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b':' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Undoes percent encoding; what is not properly encoded stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let code = (bytes[index] == b'%')
            .then(|| bytes.get(index + 1..index + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(code.unwrap_or(bytes[index]));
        index += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn defaults_need_no_hash() {
        assert_eq!(Choices::default().to_hash(), "");
        assert_eq!(Choices::from_hash(""), Choices::default());
    }

    #[test]
    fn choices_read_back() {
        let choices = Choices {
            model: Some("xception-kitchenware".into()),
            layer: Some("model/block 14&é/Relu:0".into()),
            class: Some(3),
            sequential: ColorMap::Inferno,
            diverging: ColorMap::GreenPurple,
            opacity: 35,
            sign: Sign::Signed,
            cells: true,
            own_scale: true,
            engine: Some(Variant::Relaxed),
            ..Choices::default()
        };
        let hash = choices.to_hash();
        assert!(hash.is_ascii() && !hash.contains(' '), "{hash}");
        assert_eq!(Choices::from_hash(&format!("#{hash}")), choices);
    }

    #[test]
    fn what_cannot_be_read_is_ignored() {
        let hash = "#opacity=101&class=-1&colour=rainbow&method=magic&cells=maybe&signed&=&&%%%=%zz&opacity=x&engine=gpu";
        assert_eq!(Choices::from_hash(hash), Choices::default());
        assert_eq!(Choices::from_hash("opacity=900&class=2").class, Some(2));
    }

    proptest! {
        #[test]
        fn no_hash_panics_and_reading_is_stable(hash in ".{0,200}") {
            let choices = Choices::from_hash(&hash);
            prop_assert_eq!(Choices::from_hash(&choices.to_hash()).to_hash(), choices.to_hash());
        }
    }
}
