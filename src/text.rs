//! Text from files, made fit to be shown: names, labels, paths, messages; and text in HTML.

use std::borrow::Cow;

/// The longest name that is shown, in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// The text in one line of up to `max_chars` characters, and `…` where it is longer: line breaks and tabs as spaces, and
/// what would steer a terminal or the direction of writing as `\u{1b}`.
pub fn printable(text: &str, max_chars: usize) -> Cow<'_, str> {
    let is_plain = |char: char| !is_steering(char);
    if text.chars().all(is_plain) && text.chars().nth(max_chars).is_none() {
        return text.into();
    }
    let (mut shown, mut count) = (String::new(), 0);
    for char in text.chars() {
        let before = shown.len();
        match char {
            '\n' | '\r' | '\t' => shown.push(' '),
            char if is_steering(char) => shown.extend(char.escape_unicode()),
            char => shown.push(char),
        }
        count += shown[before..].chars().count();
        if count > max_chars {
            shown.truncate(before);
            shown.push('…');
            break;
        }
    }
    shown.into()
}

/// A sentence about what went wrong, in one line of at most `max_chars` characters: if it is
/// longer, long names in it lose their middle, and if that is not enough, it loses its end.
pub fn short_sentence(sentence: &str, max_chars: usize) -> String {
    let shown = printable(sentence, usize::MAX);
    if shown.chars().nth(max_chars).is_none() {
        return shown.into_owned();
    }
    let words: Vec<Cow<str>> = shown.split(' ').map(without_middle).collect();
    printable(&words.join(" "), max_chars.saturating_sub(1)).into_owned()
}

/// The beginning and the end of a long word.
fn without_middle(word: &str) -> Cow<'_, str> {
    const MAX_WORD_CHARS: usize = 60;
    const KEPT: usize = MAX_WORD_CHARS / 2 - 1;
    let count = word.chars().count();
    if count <= MAX_WORD_CHARS {
        return word.into();
    }
    let mut kept: String = word.chars().take(KEPT).collect();
    kept.push('…');
    kept.extend(word.chars().skip(count - KEPT));
    kept.into()
}

/// JSON with what steers a terminal as `\u001b`, inside its strings.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(is_steering) {
        return json.into();
    }
    let mut shown = String::new();
    for char in json.chars() {
        if is_steering(char) {
            let mut units = [0; 2];
            let escapes = char.encode_utf16(&mut units);
            shown.extend(escapes.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            shown.push(char);
        }
    }
    shown.into()
}

/// A name of a file, class, layer or tensor as it is shown.
pub fn shown_name(name: &str) -> Cow<'_, str> {
    printable(name, MAX_NAME_CHARS)
}

/// Control characters, separators of lines, and marks, embeddings, overrides and isolates of
/// the direction of writing.
fn is_steering(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What stands for a character in HTML. The ampersand is the last that is read: what it gives begins
/// no other.
const HTML_ESCAPES: [(char, &str); 4] = [
    ('<', "&lt;"),
    ('>', "&gt;"),
    ('"', "&quot;"),
    ('&', "&amp;"),
];

/// Text as it stands in HTML, in attributes as well.
pub fn html_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match HTML_ESCAPES.iter().find(|(plain, _)| *plain == char) {
            Some((_, escape)) => escaped.push_str(escape),
            None => escaped.push(char),
        }
    }
    escaped
}

/// The text that [`html_escaped`] wrote so.
pub fn html_unescaped(escaped: &str) -> String {
    let plain = |text: String, (char, escape): &(char, &str)| {
        text.replace(escape, char.encode_utf8(&mut [0; 4]))
    };
    HTML_ESCAPES.iter().fold(escaped.to_owned(), plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_shown_and_the_rest_stays() {
        assert_eq!(
            printable("tabby cat, Katze 猫 🐈", 200),
            "tabby cat, Katze 猫 🐈"
        );
        assert_eq!(
            printable("a\u{1b}[31m\u{9b}2J", 200),
            r"a\u{1b}[31m\u{9b}2J"
        );
        assert_eq!(
            printable("gpj.\u{202e}exe\u{2066}", 200),
            r"gpj.\u{202e}exe\u{2066}"
        );
        assert_eq!(printable("two\r\nlines\t", 200), "two  lines ");
        assert_eq!(printable(&"x".repeat(1_000_000), 3), "xxx…");
        assert_eq!(printable("\u{1b}\u{1b}\u{1b}", 13), r"\u{1b}\u{1b}…");
    }

    #[test]
    fn a_long_sentence_keeps_its_cause_and_the_ends_of_its_names() {
        let sentence = |name: &str| format!("node '{name}' (Conv): it has no weights");
        assert_eq!(
            short_sentence(&sentence("c1"), 80),
            "node 'c1' (Conv): it has no weights"
        );
        let name = format!("first{}last", "/".repeat(10_000));
        let said = short_sentence(&sentence(&name), 120);
        assert!(
            said.contains("'first") && said.contains("last' (Conv): it has no weights"),
            "{said}"
        );
        let said = short_sentence(&sentence(&"\u{202e} ".repeat(500)), 120);
        assert_eq!(said.chars().count(), 120);
    }

    #[test]
    fn json_says_the_same_without_steering() {
        let text = serde_json::Value::from("a\u{7f}\u{9b}2J\u{202e}\u{2028}\n猫").to_string();
        let shown = printable_json(&text);
        assert!(!shown.chars().any(is_steering), "{shown:?}");
        let [before, after] = [&*text, &*shown].map(serde_json::from_str::<String>);
        assert_eq!(before.unwrap(), after.unwrap());
    }

    #[test]
    fn markup_is_text_in_html() {
        let markup = r#"<img src=x onerror="1"> & co"#;
        let escaped = "&lt;img src=x onerror=&quot;1&quot;&gt; &amp; co";
        assert_eq!(html_escaped(markup), escaped);
        for text in [markup, escaped, "&amp;lt;", "a&b;c", "猫"] {
            assert_eq!(html_unescaped(&html_escaped(text)), text);
        }
    }
}
