//! What the user said about models, remembered by the files' sha256 so that the
//! same file needs no questions the next time.

use std::rc::Rc;

use serde::{Deserialize, Deserializer, Serialize};

use super::json;
use super::theme::storage;
use crate::picture::Scaling;
use crate::protocol::{OutputActivation, Remembered};

/// The oldest is dropped for one more.
const MOST_ENTRIES: usize = 24;
/// Browsers keep about 5 MB for a site.
const MOST_BYTES: usize = 1_000_000;
/// Sides of an input in pixels that are believed.
pub const SIDES: std::ops::RangeInclusive<usize> = 8..=4096;
const LONGEST_NAME: usize = 500;
const MOST_LABELS: usize = 100_000;

/// Answers by file, the one changed last first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    entries: Rc<Vec<Entry>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    sha256: String,
    answers: Answers,
}

/// What the user said about one file; what is `None` is as the file says or as
/// was assumed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// One of `picture::SCALINGS`.
    pub scaling: Option<String>,
    pub ending: Option<OutputActivation>,
    pub labels: Option<Labels>,
    /// Height and width in pixels, where the file leaves them open.
    pub size: Option<[usize; 2]>,
    /// Whether channels come last, where the file leaves it open.
    pub channels_last: Option<bool>,
    /// The tensor that is explained.
    pub logits: Option<String>,
    pub layer: Option<String>,
}

/// Where the classes' names come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "KeptLabels", into = "KeptLabels")]
pub enum Labels {
    /// "class 17"
    Numbers,
    ImageNet,
    /// A list of the user's.
    File {
        name: String,
        names: Vec<String>,
    },
}

/// [`Labels`] as the browser keeps them. An enum whose tag stands among its fields
/// would say the same, but serde reads it with several times the code.
#[derive(Serialize, Deserialize)]
struct KeptLabels {
    from: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    names: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Source {
    Numbers,
    ImageNet,
    File,
}

impl From<KeptLabels> for Labels {
    fn from(kept: KeptLabels) -> Self {
        match kept.from {
            Source::Numbers => Labels::Numbers,
            Source::ImageNet => Labels::ImageNet,
            Source::File => Labels::File {
                name: kept.name.unwrap_or_default(),
                names: kept.names.unwrap_or_default(),
            },
        }
    }
}

impl From<Labels> for KeptLabels {
    fn from(labels: Labels) -> Self {
        let (from, name, names) = match labels {
            Labels::Numbers => (Source::Numbers, None, None),
            Labels::ImageNet => (Source::ImageNet, None, None),
            Labels::File { name, names } => (Source::File, Some(name), Some(names)),
        };
        Self { from, name, names }
    }
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

impl Memory {
    /// What this browser kept; nothing where it refuses.
    pub fn load() -> Self {
        let kept = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        kept.map(|text| Self::read(&text)).unwrap_or_default()
    }

    /// Has the browser keep it. One that refuses, or is full, forgets it.
    pub fn keep(&self) {
        if let Some(storage) = storage() {
            let _ = storage.set_item(KEY, &self.write());
        }
    }

    /// Reads what [`Memory::write`] wrote. What is damaged or cannot be is left out.
    pub fn read(text: &str) -> Self {
        let entries: Vec<Kept> = json::read(text).unwrap_or_default();
        let entries = entries
            .into_iter()
            .filter_map(|Kept(entry)| entry)
            .filter(Entry::is_sound)
            .take(MOST_ENTRIES);
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
            if bytes > MOST_BYTES {
                break;
            }
            parts.push(part);
        }
        format!("[{}]", parts.join(","))
    }

    /// What was said about a file; nothing about one that was never spoken of.
    pub fn about(&self, sha256: &str) -> Answers {
        let entry = self.entries.iter().find(|entry| entry.sha256 == sha256);
        entry.map(|entry| entry.answers.clone()).unwrap_or_default()
    }

    /// Remembers what is said about a file from now on; nothing forgets it.
    pub fn set(&mut self, sha256: &str, answers: Answers) {
        let entries = Rc::make_mut(&mut self.entries);
        entries.retain(|entry| entry.sha256 != sha256);
        if answers != Answers::default() {
            let sha256 = sha256.to_owned();
            entries.insert(0, Entry { sha256, answers });
        }
        entries.truncate(MOST_ENTRIES);
    }

    /// What the engine has to know before it prepares a file.
    pub fn for_engine(&self) -> Vec<Remembered> {
        let entries = self.entries.iter().cloned();
        let all = entries.map(|Entry { sha256, answers }| Remembered {
            sha256,
            size: answers.size,
            channels_last: answers.channels_last,
            logits: answers.logits,
            layer: answers.layer,
        });
        let says = |one: &Remembered| {
            let layout = one.channels_last.is_some();
            layout || one.size.is_some() || one.logits.is_some() || one.layer.is_some()
        };
        all.filter(says).collect()
    }
}

impl Entry {
    fn is_sound(&self) -> bool {
        let Answers {
            scaling,
            labels,
            size,
            logits,
            layer,
            ..
        } = &self.answers;
        let is_hash = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_short =
            |name: &Option<String>| name.as_ref().is_none_or(|n| n.len() <= LONGEST_NAME);
        self.sha256.len() == 64
            && self.sha256.bytes().all(is_hash)
            && scaling
                .as_deref()
                .is_none_or(|id| Scaling::find(id).is_some())
            && size.is_none_or(|size| size.iter().all(|side| SIDES.contains(side)))
            && is_short(logits)
            && is_short(layer)
            && !matches!(labels, Some(Labels::File { names, .. }) if names.len() > MOST_LABELS)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hash(number: usize) -> String {
        format!("{number:064x}")
    }

    fn answers(side: usize) -> Answers {
        Answers {
            scaling: Some("caffe".into()),
            labels: Some(Labels::File {
                name: "pets.txt".into(),
                names: vec!["cat".into(), "dog".into()],
            }),
            size: Some([side; 2]),
            ending: Some(OutputActivation::Sigmoid),
            ..Answers::default()
        }
    }

    #[test]
    fn what_was_said_is_read_back() {
        let mut memory = Memory::default();
        memory.set(&hash(1), answers(224));
        let again = Memory::read(&memory.write());
        assert_eq!(again.about(&hash(1)), answers(224));
        assert_eq!(again.about(&hash(2)), Answers::default());
        assert_eq!(again.for_engine()[0].size, Some([224; 2]));
    }

    #[test]
    fn the_oldest_is_dropped_and_nothing_is_not_kept() {
        let mut memory = Memory::default();
        for number in 0..30 {
            memory.set(&hash(number), answers(100 + number));
        }
        assert_eq!(memory.about(&hash(5)), Answers::default());
        assert_eq!(memory.about(&hash(29)), answers(129));
        memory.set(&hash(29), Answers::default());
        assert_eq!(memory.entries.len(), MOST_ENTRIES - 1);
    }

    #[test]
    fn what_is_damaged_is_left_out_and_the_rest_kept() {
        let mut memory = Memory::default();
        memory.set(&hash(1), answers(224));
        let good = memory.write();
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
        assert_eq!(Memory::read(&text), memory);
        for text in ["", "{", "null", "{\"a\":1}"] {
            assert_eq!(Memory::read(text), Memory::default());
        }
    }

    #[test]
    fn long_lists_do_not_fill_the_browser() {
        let mut memory = Memory::default();
        for number in 0..MOST_ENTRIES {
            let names = vec!["x".repeat(100); 1000];
            let name = String::new();
            let labels = Some(Labels::File { name, names });
            let answers = Answers {
                labels,
                ..answers(9)
            };
            memory.set(&hash(number), answers);
        }
        assert!(memory.write().len() <= MOST_BYTES + 100);
        let kept = Memory::read(&memory.write());
        assert_ne!(kept.about(&hash(MOST_ENTRIES - 1)), Answers::default());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = Memory::read(&text);
        }
    }
}
