//! The search over all classes: by name, by number, by WordNet's number.

use super::prediction::Prediction;
use crate::app::browser::text;

/// More are not listed; a longer word finds them.
const MAX_FOUND: usize = 50;
/// A typo in fewer letters makes any word of any other.
const MIN_TYPO_CHARS: usize = 4;

/// Whether these words may be the beginning of WordNet's number of a class.
pub fn asks_for_wordnet(words: &str) -> bool {
    let digits = words.trim().strip_prefix(['n', 'N']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Classes that `words` name, the best first and among equals the most probable. `list` has
/// ImageNet's classes with WordNet's numbers, one a line, for a model that knows them.
/// One typo is forgiven where nothing else is found.
pub fn find_classes(prediction: &Prediction, list: Option<&str>, words: &str) -> Vec<usize> {
    let words = simple(words.trim());
    let ids: Vec<&str> = list
        .filter(|_| asks_for_wordnet(&words))
        .into_iter()
        .flat_map(str::lines)
        .collect();
    // Some models have a background before ImageNet's classes.
    let offset = prediction.logits.len().saturating_sub(ids.len());
    let names = prediction.ranking.iter().map(|class| {
        let name = simple(prediction.label(*class));
        (*class, name)
    });
    let names: Vec<(usize, String)> = names.collect();
    let mut found: Vec<(u8, usize)> = names
        .iter()
        .filter_map(|(class, name)| {
            let id = class.checked_sub(offset).and_then(|row| ids.get(row));
            let is_numbered =
                class.to_string() == words || id.is_some_and(|id| id.starts_with(&words));
            let place = if is_numbered { 0 } else { rank(name, &words)? };
            Some((place, *class))
        })
        .collect();
    let letters: Vec<char> = words.chars().collect();
    if found.is_empty() && letters.len() >= MIN_TYPO_CHARS {
        let close = names.iter().filter(|(_, name)| has_typo_of(name, &letters));
        found.extend(close.map(|(class, _)| (0, *class)));
    }
    found.sort_by_key(|(place, _)| *place);
    found.truncate(MAX_FOUND);
    found.into_iter().map(|(_, class)| class).collect()
}

/// In small letters, words parted by blanks.
fn simple(text: &str) -> String {
    text::lowercase(text).replace(['_', '-'], " ")
}

/// Letters and digits; beyond ASCII everything, since tables of all letters are large.
fn is_letter(letter: char) -> bool {
    !letter.is_ascii() || letter.is_ascii_alphanumeric()
}

/// How well `words` fit: the whole name, whole words of it, the beginning of one, a part.
fn rank(name: &str, words: &str) -> Option<u8> {
    if name == words || words.is_empty() {
        return Some(0);
    }
    let fit = |(start, _): (usize, &str)| {
        let is_inside = |letter: Option<char>| letter.is_some_and(is_letter);
        let before = is_inside(name[..start].chars().next_back());
        let after = is_inside(name[start + words.len()..].chars().next());
        match (before, after) {
            (false, false) => 1,
            (false, true) => 2,
            _ => 3,
        }
    };
    name.match_indices(words).map(fit).min()
}

/// Whether one of the name's words, and what follows, begins with `words` but for one letter.
fn has_typo_of(name: &str, words: &[char]) -> bool {
    let name: Vec<char> = name.chars().collect();
    let is_start = |start: &usize| *start == 0 || !is_letter(name[start - 1]);
    let mut starts = (0..name.len()).filter(is_start);
    starts.any(|start| begins_with_typo(&name[start..], words))
}

/// Whether `name` begins with `words` after one letter is changed, added or left out, or two
/// neighbours are swapped.
fn begins_with_typo(name: &[char], words: &[char]) -> bool {
    let same = name.iter().zip(words).take_while(|(a, b)| a == b).count();
    let (name, words) = (&name[same..], &words[same..]);
    let fits =
        |name: &[char], skipped: usize| words.get(skipped..).is_some_and(|w| name.starts_with(w));
    let after = name.get(1..).unwrap_or_default();
    let is_swapped = matches!((name, words), ([a, b, ..], [c, d, ..]) if a == d && b == c);
    fits(after, 1) || fits(name, 1) || fits(after, 0) || is_swapped && fits(&name[2..], 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::explained;

    const NAMES: [&str; 7] = [
        "catamaran",
        "tomcat",
        "tabby cat",
        "black-and-tan coonhound",
        "espresso",
        "great_white_shark",
        "Cattle 3",
    ];
    const LIST: &str =
        "n00000001 a\nn00000002 b\nn00000013 c\nn00000004 d\nn00000005 e\nn00000006 f";

    fn found(words: &str) -> Vec<usize> {
        let state = explained();
        let picture = state.on_stage().expect("a picture");
        let prediction = picture.prediction.as_ref().expect("a prediction");
        let mut prediction = Prediction::clone(prediction);
        let mut model = (*prediction.model).clone();
        model.labels = NAMES.map(str::to_owned).to_vec().into();
        prediction.model = model.into();
        find_classes(&prediction, Some(LIST), words)
    }

    #[test]
    fn whole_words_come_before_beginnings_and_these_before_parts() {
        assert_eq!(found("cat"), [2, 6, 0, 1]);
        assert_eq!(found("Great White"), [5]);
        assert_eq!(found(" coonhound "), [3]);
        assert_eq!(found("").len(), 7);
    }

    #[test]
    fn numbers_find_classes() {
        assert_eq!(found("3"), [3, 6], "the class before the name");
        assert_eq!(found("n00000013"), [3], "a background comes first");
        assert_eq!(found("N0000001"), [3]);
        assert!(found("99").is_empty());
    }

    #[test]
    fn one_typo_is_forgiven_where_nothing_else_is_found() {
        for words in ["expresso", "espreso", "epsresso", "esppresso", "espressp"] {
            assert_eq!(found(words), [4], "{words}");
        }
        assert_eq!(found("wite shark"), [5]);
        assert!(found("expreso").is_empty());
        assert!(found("cot").is_empty(), "too short to guess");
    }
}
