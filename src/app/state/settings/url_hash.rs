//! Settings as the URL's hash keeps them: `#model=…&class=3&opacity=60`.
//! A sample picture is named in it, one of the user's never is. What is missing has its default; what
//! cannot be read is ignored.

use super::settings_state::{Settings, View};
use crate::explain::TARGET_KINDS;
use crate::render::{ColorMap, Sign};

/// Longer names come from no model of ours.
const MAX_NAME_BYTES: usize = 200;

impl Settings {
    /// Reads a hash, with or without its `#`.
    pub fn from_hash(hash: &str) -> Self {
        let mut settings = Self::default();
        for pair in hash.trim_start_matches('#').split('&') {
            if let Some((key, value)) = pair.split_once('=') {
                settings.read(key, &decode(value));
            }
        }
        settings.pinned &= settings.class.is_some();
        settings
    }

    fn read(&mut self, key: &str, value: &str) {
        let name =
            || (!value.is_empty() && value.len() <= MAX_NAME_BYTES).then(|| value.to_owned());
        match key {
            "view" => {
                let found = View::ALL.into_iter().find(|view| view.id() == value);
                self.view = found.unwrap_or_default();
            }
            "model" => self.model = name(),
            "sample" => self.sample = name(),
            "layer" => self.layer = name(),
            "class" => self.class = value.parse().ok(),
            "pin" => self.pinned = value == "1",
            "method" => {
                let said = std::mem::take(&mut self.method_settings);
                self.set_method(value, &said);
            }
            "target" => {
                if let Some(kind) = TARGET_KINDS.iter().find(|kind| kind.id == value) {
                    self.target = kind.id;
                }
            }
            "other" => self.other = value.parse().ok(),
            "set" if value.len() <= MAX_NAME_BYTES => self.set_method(self.method, &pairs(value)),
            "seed" => self.seed = value.parse().unwrap_or(0),
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
        pairs.extend(self.sample.clone().map(|sample| ("sample", sample)));
        pairs.extend(self.model.clone().map(|model| ("model", model)));
        pairs.extend(self.layer.clone().map(|layer| ("layer", layer)));
        pairs.extend(self.class.map(|class| ("class", class.to_string())));
        let differing = [
            ("pin", self.pinned && self.class.is_some(), "1".to_owned()),
            (
                "method",
                self.method != default.method,
                self.method.to_owned(),
            ),
            ("view", self.view != default.view, self.view.id().to_owned()),
            (
                "set",
                !self.method_settings.is_empty(),
                joined(&self.method_settings),
            ),
            (
                "target",
                self.target != default.target,
                self.target.to_owned(),
            ),
            ("seed", self.seed != 0, self.seed.to_string()),
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
        pairs.extend(self.other.map(|other| ("other", other.to_string())));
        pairs.extend(self.engine.map(|engine| ("engine", engine.id().to_owned())));
        pairs
            .iter()
            .map(|(key, value)| format!("{key}={}", encode(value)))
            .collect::<Vec<_>>()
            .join("&")
    }
}

/// Settings as `steps:20,baseline:black`.
fn joined(settings: &[(String, String)]) -> String {
    let pairs = settings.iter().map(|(id, value)| format!("{id}:{value}"));
    pairs.collect::<Vec<_>>().join(",")
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once(':'));
    let owned = pairs.map(|(id, value)| (id.to_owned(), value.to_owned()));
    owned.collect()
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' | b':' | b',' => {
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
    use crate::app::state::engine::EngineVariant;

    #[test]
    fn defaults_need_no_hash() {
        assert_eq!(Settings::default().to_hash(), "");
        assert_eq!(Settings::from_hash(""), Settings::default());
    }

    #[test]
    fn settings_read_back() {
        let settings = Settings {
            model: Some("xception-kitchenware".into()),
            sample: Some("coffee.png".into()),
            layer: Some("model/block 14&é/Relu:0".into()),
            class: Some(3),
            pinned: true,
            sequential: ColorMap::Inferno,
            diverging: ColorMap::GreenPurple,
            opacity: 35,
            sign: Sign::Signed,
            cells: true,
            own_scale: true,
            view: View::Compare,
            method: "rise",
            method_settings: vec![("masks".into(), "50".into())],
            target: "contrast",
            other: Some(5),
            seed: 9,
            engine: Some(EngineVariant::Relaxed),
        };
        let hash = settings.to_hash();
        assert!(hash.is_ascii() && !hash.contains(' '), "{hash}");
        assert_eq!(Settings::from_hash(&format!("#{hash}")), settings);
    }

    #[test]
    fn what_cannot_be_read_is_ignored() {
        let hash = "#opacity=101&class=-1&colour=rainbow&method=magic&cells=maybe&signed&=&&%%%=%zz&opacity=x&engine=gpu&target=loud&set=steps:x,masks&other=-1&seed=x";
        assert_eq!(Settings::from_hash(hash), Settings::default());
        assert_eq!(Settings::from_hash("opacity=900&class=2").class, Some(2));
    }

    proptest! {
        #[test]
        fn no_hash_panics_and_reading_is_stable(hash in ".{0,200}") {
            let settings = Settings::from_hash(&hash);
            prop_assert_eq!(Settings::from_hash(&settings.to_hash()).to_hash(), settings.to_hash());
        }
    }
}
