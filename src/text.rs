//! Text from files, made fit to be shown: names, labels, paths, messages.

use std::borrow::Cow;

/// The longest name that is shown, in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// The text in one line of up to `max_chars` characters: line breaks and tabs as spaces, and
/// what would steer a terminal or the direction of writing as `\u{1b}`.
pub fn printable(text: &str, max_chars: usize) -> Cow<'_, str> {
    let is_plain = |char: char| !is_steering(char);
    if text.chars().all(is_plain) && text.chars().nth(max_chars).is_none() {
        return text.into();
    }
    let mut shown = String::new();
    for char in text.chars().take(max_chars) {
        match char {
            '\n' | '\r' | '\t' => shown.push(' '),
            char if is_steering(char) => shown.extend(char.escape_unicode()),
            char => shown.push(char),
        }
    }
    if text.chars().nth(max_chars).is_some() {
        shown.push('…');
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
    }
}
