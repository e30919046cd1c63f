//! Names of classes from a file of the user's: text with one a line, or JSON as
//! Keras, torchvision and Hugging Face write it.

use super::label_lines;
use super::label_lines::is_wordnet;
use crate::app::browser::json;
use crate::app::browser::json::Value;
use crate::app::words::NoticeWords;
use crate::text::{MAX_NAME_CHARS, printable};

/// Where the shown names of the classes come from.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelSource {
    File,
    Numbers,
    ImageNet,
    /// A list of the user's, by its name; without one if it was given at an earlier visit.
    Own(String),
}

/// Larger files are no lists of names.
pub const MAX_LABEL_FILE_BYTES: u64 = 5_000_000;

/// Why a file has no labels for this model.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum LabelError {
    Count {
        file: String,
        found: usize,
        wanted: usize,
    },
    Form {
        file: String,
        reason: String,
    },
}

impl LabelError {
    /// In whole sentences.
    pub fn in_words(&self, words: &NoticeWords) -> String {
        match self {
            LabelError::Count {
                file,
                found,
                wanted,
            } => (words.labels_count)(file, *found, *wanted),
            LabelError::Form { file, reason } => (words.labels_form)(file, reason),
        }
    }
}

/// The names in `bytes`, `wanted` of them. A list of one less than `wanted` that
/// is ImageNet's is taken to leave out the background, which comes first.
///
/// # Errors
/// [`LabelError`].
pub fn read(
    words: &NoticeWords,
    file: &str,
    bytes: &[u8],
    wanted: usize,
) -> Result<Vec<String>, LabelError> {
    let form = |reason: &str| LabelError::Form {
        file: file.to_owned(),
        reason: reason.to_owned(),
    };
    let text = std::str::from_utf8(bytes).map_err(|_| form(words.no_utf8))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut names = match text.chars().next() {
        None => return Err(form(words.is_empty)),
        Some('[' | '{') => {
            let value = json::read(text).map_err(|_| form(words.json_damaged))?;
            from_json(value).ok_or_else(|| form(words.json_other))?
        }
        Some(_) if text.contains('\0') => return Err(form(words.no_text)),
        Some(_) => label_lines::read(text, wanted),
    };
    if names.len() == IMAGENET && wanted == IMAGENET + 1 {
        names = with_background(names);
    }
    if names.len() != wanted {
        return Err(LabelError::Count {
            file: file.to_owned(),
            found: names.len(),
            wanted,
        });
    }
    for name in &mut names {
        *name = printable(name, MAX_NAME_CHARS).into_owned();
    }
    Ok(names)
}

/// How many classes ImageNet has.
const IMAGENET: usize = 1000;

/// Whether a model of so many classes may be one for ImageNet; some have a
/// background before the others.
pub fn may_be_imagenet(classes: usize) -> bool {
    (IMAGENET..=IMAGENET + 1).contains(&classes)
}

/// ImageNet's names for a model of so many classes; `list` holds them, one a line.
pub fn imagenet(list: &str, classes: usize) -> Vec<String> {
    let names = label_lines::read(list, IMAGENET);
    if classes == IMAGENET + 1 {
        with_background(names)
    } else {
        names
    }
}

/// Adds its number to each name that several classes have.
pub fn tell_apart(names: &mut [String]) {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_unstable_by(|one, other| names[*one].cmp(&names[*other]));
    let groups = order.chunk_by(|one, other| names[*one] == names[*other]);
    let shared: Vec<usize> = groups
        .filter(|group| group.len() > 1)
        .flatten()
        .copied()
        .collect();
    for class in shared {
        names[class] += &format!(" ({class})");
    }
}

fn with_background(names: Vec<String>) -> Vec<String> {
    std::iter::once("background".to_owned())
        .chain(names)
        .collect()
}

fn from_json(value: Value) -> Option<Vec<String>> {
    match value {
        Value::List(entries) => entries.into_iter().map(name_of).collect(),
        Value::Table(mut entries) => match entries.iter().position(|(key, _)| key == "id2label") {
            Some(place) => from_json(entries.swap_remove(place).1),
            None => from_table(entries),
        },
        _ => None,
    }
}

/// By number ({"0": "tench"}, {"0": ["n01440764", "tench"]}), the other way round
/// ({"tench": 0}), or by WordNet's numbers, whose order is ImageNet's.
fn from_table(mut entries: Vec<(String, Value)>) -> Option<Vec<String>> {
    let number_of = |value: &Value| match value {
        Value::Number(number) => *number,
        _ => None,
    };
    let numbered: Option<Vec<(usize, String)>> = entries
        .iter()
        .map(|(key, value)| match (key.parse(), value) {
            (_, Value::Number(number)) => Some(((*number)? as usize, key.clone())),
            (Ok(number), value) => Some((number, name_of(value.clone())?)),
            (Err(_), Value::List(parts)) => {
                let number = parts.iter().find_map(number_of)?;
                Some((number as usize, name_of(value.clone())?))
            }
            _ => None,
        })
        .collect();
    if let Some(mut numbered) = numbered {
        numbered.sort();
        let in_order = numbered.iter().enumerate();
        let complete = in_order
            .clone()
            .all(|(place, (number, _))| place == *number);
        return complete.then(|| numbered.into_iter().map(|(_, name)| name).collect());
    }
    if !entries.iter().all(|(key, _)| is_wordnet(key)) {
        return None;
    }
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    entries
        .into_iter()
        .map(|(_, value)| name_of(value))
        .collect()
}

/// A name, or the last of several: Keras puts WordNet's number first.
fn name_of(value: Value) -> Option<String> {
    match value {
        Value::Text(name) => Some(name),
        Value::List(parts) => parts.into_iter().rev().find_map(|part| match part {
            Value::Text(name) => Some(name),
            _ => None,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::words::WordsOf;

    fn words() -> &'static NoticeWords {
        WordsOf::default().notices()
    }

    fn read(file: &str, bytes: &[u8], wanted: usize) -> Result<Vec<String>, LabelError> {
        super::read(words(), file, bytes, wanted)
    }

    fn names(text: &str) -> Vec<String> {
        read("labels", text.as_bytes(), 2).unwrap()
    }

    #[test]
    fn every_usual_form_is_read() {
        let forms = [
            "cat\ndog\n",
            "\u{feff}cat\r\n\r\ndog\r\n",
            "n02123045 cat\nn02084071 dog",
            r#"["cat", "dog"]"#,
            r#"{"1": "dog", "0": "cat"}"#,
            r#"{"0": ["n02123045", "cat"], "1": ["n02084071", "dog"]}"#,
            r#"{"cat": 0, "dog": 1}"#,
            r#"{"n00000002": "dog", "n00000001": "cat"}"#,
            r#"{"n00000002": [1, "dog"], "n00000001": [0, "cat"]}"#,
            r#"{"model_type": "resnet", "id2label": {"0": "cat", "1": "dog"}}"#,
        ];
        for form in forms {
            assert_eq!(names(form), ["cat", "dog"], "{form}");
        }
    }

    #[test]
    fn equal_names_are_told_apart_by_number() {
        let mut names = ["crane", "cat", "crane"].map(str::to_owned);
        tell_apart(&mut names);
        assert_eq!(names, ["crane (0)", "cat", "crane (2)"]);
    }

    #[test]
    fn a_wrong_count_names_both_numbers() {
        let error = read("pets.txt", b"cat\ndog\n", 3)
            .unwrap_err()
            .in_words(words());
        for words in [
            "pets.txt",
            "2 classes",
            "has 3",
            "3 names",
            "former names stay",
        ] {
            assert!(error.contains(words), "{error:?}");
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let bad: [&[u8]; 7] = [
            b"",
            b" \n ",
            b"\xff\xfe\x00",
            b"{\"0\": \"cat\"",
            b"{\"0\": \"cat\", \"2\": \"dog\"}",
            b"{\"cat\": \"dog\"}",
            b"[1, 2]",
        ];
        for bytes in bad {
            let error = read("x.json", bytes, 2).unwrap_err();
            assert!(matches!(error, LabelError::Form { .. }), "{error:?}");
        }
    }

    #[test]
    fn names_show_nothing_that_they_do_not_say() {
        let list = "ca\u{1b}[31mt\nd\u{202e}og\u{2066}";
        assert_eq!(names(list), [r"ca\u{1b}[31mt", r"d\u{202e}og\u{2066}"]);
    }

    #[test]
    fn imagenet_with_and_without_a_background() {
        let list: String = (0..1000).map(|class| format!("name {class}\n")).collect();
        assert_eq!(imagenet(&list, 1000)[0], "name 0");
        assert_eq!(imagenet(&list, 1001)[..2], ["background", "name 0"]);
        assert_eq!(read("l", list.as_bytes(), 1001).unwrap()[1000], "name 999");
        assert!(may_be_imagenet(1001) && !may_be_imagenet(999));
    }

    #[test]
    fn the_list_that_is_served_is_whole() {
        let list = include_str!("../../../../www/labels/imagenet-1000.txt");
        let names = imagenet(list, 1000);
        assert_eq!((names.len(), names[285].as_str()), (1000, "Egyptian Mau"));
    }

    proptest! {
        #[test]
        fn no_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read("x", &bytes, 3);
        }

        #[test]
        fn no_json_panics(text in "[\\[{][\"0-9a-z:,\\[\\]{} ]{0,60}") {
            let _ = read("x", text.as_bytes(), 3);
        }
    }
}
