//! What the user said about models, remembered by the files' SHA-256 so that the same
//! file needs no questions the next time.

use std::rc::Rc;

use serde::{Deserialize, Deserializer, Serialize};

use super::user_overrides::{INPUT_SIDES_PIXELS, LabelOverride, UserOverrides};
use crate::app::browser::{json, local_storage};
use crate::picture::{Fit, Scaling};
use crate::protocol::Remembered;

/// The oldest is dropped for one more.
const MAX_ENTRIES: usize = 24;
/// Browsers keep about 5 MB for a site.
const MAX_BYTES: usize = 1_000_000;
const MAX_NAME_BYTES: usize = 500;
/// Of all inputs besides the picture.
const MAX_INPUT_VALUES: usize = 10_000;
const MAX_LABELS: usize = 100_000;

/// Overrides by file, the one changed last first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RememberedOverrides {
    entries: Rc<Vec<Entry>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    sha256: String,
    #[serde(rename = "answers")]
    overrides: UserOverrides,
}

/// An entry as the browser kept it; `None` if it is damaged.
struct Kept(Option<Entry>);

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The values are read already, so that the next one is not lost with this.
        Ok(Self(Entry::deserialize(deserializer).ok()))
    }
}

/// Of the browser's storage.
const KEY: &str = "gradcam.answers";

impl RememberedOverrides {
    /// What this browser kept; nothing where it refuses.
    pub fn load() -> Self {
        let kept = local_storage::load(KEY);
        kept.map(|text| Self::read(&text)).unwrap_or_default()
    }

    /// Has the browser keep it. One that refuses, or is full, forgets it.
    pub fn store(&self) {
        local_storage::store(KEY, &self.write());
    }

    /// Reads what [`RememberedOverrides::write`] wrote. What is damaged or cannot be is left out.
    pub fn read(text: &str) -> Self {
        let entries: Vec<Kept> = json::read(text).unwrap_or_default();
        let entries = entries
            .into_iter()
            .filter_map(|Kept(entry)| entry)
            .filter(Entry::is_sound)
            .take(MAX_ENTRIES);
        Self {
            entries: Rc::new(entries.collect()),
        }
    }

    /// As text, without the oldest where it would be too long.
    pub fn write(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut bytes = 0;
        for entry in self.entries.iter() {
            let part = json::write(entry);
            bytes += part.len();
            if bytes > MAX_BYTES {
                break;
            }
            parts.push(part);
        }
        format!("[{}]", parts.join(","))
    }

    /// What was said about a file; nothing about one that was never spoken of.
    pub fn about(&self, sha256: &str) -> UserOverrides {
        let entry = self.entries.iter().find(|entry| entry.sha256 == sha256);
        entry
            .map(|entry| entry.overrides.clone())
            .unwrap_or_default()
    }

    /// Remembers what is said about a file from now on; nothing forgets it.
    pub fn set(&mut self, sha256: &str, overrides: UserOverrides) {
        let entries = Rc::make_mut(&mut self.entries);
        entries.retain(|entry| entry.sha256 != sha256);
        if overrides != UserOverrides::default() {
            let sha256 = sha256.to_owned();
            entries.insert(0, Entry { sha256, overrides });
        }
        entries.truncate(MAX_ENTRIES);
    }

    /// What the engine has to know before it prepares a file.
    pub fn for_engine(&self) -> Vec<Remembered> {
        let entries = self.entries.iter().cloned();
        let all = entries.map(|Entry { sha256, overrides }| Remembered {
            sha256,
            size: overrides.size,
            channels_last: overrides.channels_last,
            logits: overrides.logits,
            inputs: overrides.inputs,
            layer: overrides.layer,
        });
        let says = |one: &Remembered| {
            let layout = one.channels_last.is_some();
            layout
                || one.size.is_some()
                || one.logits.is_some()
                || one.layer.is_some()
                || !one.inputs.is_empty()
        };
        all.filter(says).collect()
    }
}

impl Entry {
    fn is_sound(&self) -> bool {
        let UserOverrides {
            scaling,
            fit,
            labels,
            size,
            logits,
            layer,
            inputs,
            ..
        } = &self.overrides;
        let is_hash = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_short =
            |name: &Option<String>| name.as_ref().is_none_or(|n| n.len() <= MAX_NAME_BYTES);
        self.sha256.len() == 64
            && fit.as_deref().is_none_or(|fit| fit.parse::<Fit>().is_ok())
            && self.sha256.bytes().all(is_hash)
            && scaling
                .as_deref()
                .is_none_or(|id| Scaling::find(id).is_some())
            && size.is_none_or(|size| size.iter().all(|side| INPUT_SIDES_PIXELS.contains(side)))
            && is_short(logits)
            && inputs.iter().map(|(_, values)| values.len()).sum::<usize>() <= MAX_INPUT_VALUES
            && is_short(layer)
            && !matches!(labels, Some(LabelOverride::File { names, .. }) if names.len() > MAX_LABELS)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::OutputActivation;

    fn hash(number: usize) -> String {
        format!("{number:064x}")
    }

    fn overrides(side: usize) -> UserOverrides {
        UserOverrides {
            scaling: Some("caffe".into()),
            labels: Some(LabelOverride::File {
                name: String::new(),
                names: vec!["cat".into(), "dog".into()],
            }),
            size: Some([side; 2]),
            output_activation: Some(OutputActivation::Sigmoid),
            ..UserOverrides::default()
        }
    }

    #[test]
    fn what_was_said_is_read_back() {
        let mut remembered = RememberedOverrides::default();
        remembered.set(&hash(1), overrides(224));
        let again = RememberedOverrides::read(&remembered.write());
        assert_eq!(again.about(&hash(1)), overrides(224));
        assert_eq!(again.about(&hash(2)), UserOverrides::default());
        assert_eq!(again.for_engine()[0].size, Some([224; 2]));
    }

    #[test]
    fn no_name_of_a_file_is_kept() {
        let mut remembered = RememberedOverrides::default();
        let labels = LabelOverride::File {
            name: "patients.txt".into(),
            names: vec!["cat".into()],
        };
        let overrides = UserOverrides {
            labels: Some(labels),
            ..UserOverrides::default()
        };
        remembered.set(&hash(1), overrides);
        let kept = remembered.write();
        assert!(kept.contains("cat") && !kept.contains("patients"), "{kept}");
    }

    #[test]
    fn what_earlier_versions_kept_is_read() {
        let text = format!(
            r#"[{{"sha256":"{}","answers":{{"ending":"sigmoid"}}}}]"#,
            hash(1)
        );
        let kept = RememberedOverrides::read(&text).about(&hash(1));
        assert_eq!(kept.output_activation, Some(OutputActivation::Sigmoid));
    }

    #[test]
    fn the_oldest_is_dropped_and_nothing_is_not_kept() {
        let mut remembered = RememberedOverrides::default();
        for number in 0..30 {
            remembered.set(&hash(number), overrides(100 + number));
        }
        assert_eq!(remembered.about(&hash(5)), UserOverrides::default());
        assert_eq!(remembered.about(&hash(29)), overrides(129));
        remembered.set(&hash(29), UserOverrides::default());
        assert_eq!(remembered.entries.len(), MAX_ENTRIES - 1);
    }

    #[test]
    fn what_is_damaged_is_left_out_and_the_rest_kept() {
        let mut remembered = RememberedOverrides::default();
        remembered.set(&hash(1), overrides(224));
        let good = remembered.write();
        let good = good.trim_start_matches('[').trim_end_matches(']');
        let bad = [
            r#"{"sha256":"short","answers":{}}"#.to_owned(),
            format!(
                r#"{{"sha256":"{}","answers":{{"scaling":"magic"}}}}"#,
                hash(2)
            ),
            format!(
                r#"{{"sha256":"{}","answers":{{"size":[0,9000]}}}}"#,
                hash(3)
            ),
            "17".to_owned(),
        ];
        let text = format!("[{},{good}]", bad.join(","));
        assert_eq!(RememberedOverrides::read(&text), remembered);
        for text in ["", "{", "null", "{\"a\":1}"] {
            assert_eq!(
                RememberedOverrides::read(text),
                RememberedOverrides::default()
            );
        }
    }

    #[test]
    fn long_lists_do_not_fill_the_browser() {
        let mut remembered = RememberedOverrides::default();
        for number in 0..MAX_ENTRIES {
            let names = vec!["x".repeat(100); 1000];
            let name = String::new();
            let labels = Some(LabelOverride::File { name, names });
            let overrides = UserOverrides {
                labels,
                ..overrides(9)
            };
            remembered.set(&hash(number), overrides);
        }
        assert!(remembered.write().len() <= MAX_BYTES + 100);
        let kept = RememberedOverrides::read(&remembered.write());
        assert_ne!(kept.about(&hash(MAX_ENTRIES - 1)), UserOverrides::default());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = RememberedOverrides::read(&text);
        }
    }
}
