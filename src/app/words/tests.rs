use super::german::GERMAN;
use super::table::Said;
use super::{ENGLISH, Language, Words, WordsOf};
use crate::evaluate::METRICS;
use crate::explain::{Family, METHODS, SettingKind, TARGET_KINDS};
use crate::picture::SCALINGS;
use crate::render::ColorMap;

/// Words that are empty in English: parts of a sentence that only another language has.
const ONLY_ELSEWHERE: [&str; 3] = [
    "engine_messages",
    "what_speaks_against_end",
    "where_it_looked_for_end",
];

/// The one word that is the same in both languages.
const ALIKE: &str = "view_test";

fn said(words: &Words) -> Vec<Said> {
    [
        words.shell.said(),
        words.start.said(),
        words.notices.said(),
        words.picture.said(),
        words.panel.said(),
        words.compare.said(),
        words.test.said(),
        words.model.said(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn every_word_is_said_in_german_and_otherwise_than_in_english() {
    let (english, german) = (said(&ENGLISH), said(&GERMAN));
    assert_eq!(english.len(), german.len());
    for (english, german) in english.iter().zip(&german) {
        let name = english.name;
        assert!(!german.words.trim().is_empty(), "{name}");
        let is_left_out = english.words.is_empty();
        assert_eq!(is_left_out, ONLY_ELSEWHERE.contains(&name), "{name}");
        let is_alike = english.words == german.words;
        assert!(!is_alike || name == ALIKE, "{name}: {}", german.words);
    }
}

#[test]
fn every_value_is_in_the_sentence_that_it_was_given_to() {
    for one in said(&ENGLISH).into_iter().chain(said(&GERMAN)) {
        for value in &one.values {
            assert!(one.words.contains(value), "{}: {}", one.name, one.words);
        }
    }
}

#[test]
fn blanks_at_the_ends_of_words_are_the_same() {
    let is_blank = |letter: Option<char>| letter == Some(' ');
    for (english, german) in said(&ENGLISH).iter().zip(said(&GERMAN)) {
        if ONLY_ELSEWHERE.contains(&english.name) {
            continue;
        }
        let ends = |words: &str| {
            let mut letters = words.chars();
            (is_blank(letters.next()), is_blank(letters.next_back()))
        };
        assert_eq!(
            ends(&english.words),
            ends(&german.words),
            "{}",
            english.name
        );
    }
}

#[test]
fn one_is_not_said_as_many() {
    let of_one = |count: fn(usize) -> String| count(1);
    assert_eq!(of_one(GERMAN.shell.threads), "1 Thread");
    assert_eq!(of_one(GERMAN.compare.runs), "1 Durchlauf");
    assert_eq!(of_one(GERMAN.start.assumed), "1 Annahme");
    assert_eq!(of_one(ENGLISH.shell.threads), "1 thread");
    assert_eq!(of_one(ENGLISH.compare.runs), "1 run");
    assert_eq!((ENGLISH.compare.runs)(0), "no run");
}

#[test]
fn what_the_catalogues_list_is_said_in_german() {
    let german = GERMAN.catalogue.expect("a catalogue");
    let ids = |ids: Vec<&str>| {
        let mut ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let of = |table: &[(&'static str, _)]| -> Vec<&'static str> {
        table.iter().map(|(id, _): &(&str, _)| *id).collect()
    };
    let methods = METHODS.iter().map(|method| method.id).collect();
    assert_eq!(ids(of(german.methods)), ids(methods));
    let settings = || METHODS.iter().flat_map(|method| method.declared());
    let listed = german.settings.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids(listed),
        ids(settings().map(|setting| setting.id).collect())
    );
    for setting in settings() {
        let SettingKind::Choice(choices) = setting.kind else {
            continue;
        };
        // The names of methods stay.
        for choice in choices.iter().filter(|_| setting.id != "method") {
            let mut choices = german.choices.iter();
            let is_it = |(of, id, _): &&(&str, &str, &str)| *of == setting.id && *id == choice.id;
            assert!(
                choices.any(|one| is_it(&one)),
                "{} {}",
                setting.id,
                choice.id
            );
        }
    }
    let questions = german.questions.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids(questions),
        ids(TARGET_KINDS.iter().map(|kind| kind.id).collect())
    );
    let metrics = german.metrics.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids(metrics),
        ids(METRICS.iter().map(|metric| metric.id).collect())
    );
    let scalings = german.scalings.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        ids(scalings),
        ids(SCALINGS.iter().map(|one| one.id).collect())
    );
    for (id, _) in german.colour_maps {
        assert!(id.parse::<ColorMap>().is_ok(), "{id}");
    }
    let words = WordsOf::new(&GERMAN);
    for family in Family::ALL {
        assert_ne!(words.family(family), family.name());
    }
    assert_eq!(
        WordsOf::default().family(Family::Gradient),
        Family::Gradient.name()
    );
    for method in METHODS {
        let (english, german) = (WordsOf::default().method(method), words.method(method));
        assert_eq!(english.plain_name, method.plain_name);
        for (english, german) in [
            (english.plain_name, german.plain_name),
            (english.summary, german.summary),
            (english.caution, german.caution),
            (english.cost, german.cost),
        ] {
            assert!(!german.is_empty() && german != english, "{}", method.id);
        }
    }
}

#[test]
fn the_words_of_the_document_are_said_in_german() {
    let document = include_str!("../../../index.html");
    let mut marked: Vec<&str> = document
        .split("data-words=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let mut said: Vec<&str> = GERMAN.standing.iter().map(|(name, _)| *name).collect();
    marked.sort_unstable();
    said.sort_unstable();
    assert_eq!(marked, said);
}

#[test]
fn languages_are_found_by_their_codes() {
    assert_eq!(Language::of("de-AT"), Some(Language::German));
    assert_eq!(Language::of("en"), Some(Language::English));
    assert_eq!([Language::of("fr"), Language::of("den")], [None, None]);
    for language in Language::ALL {
        assert_eq!(Language::of(language.code()), Some(language));
    }
    assert_eq!(GERMAN.shell.language_code, Language::German.code());
    assert_eq!(ENGLISH.shell.language_code, Language::English.code());
}

#[test]
fn a_handle_is_the_same_as_another_of_its_language() {
    assert_eq!(WordsOf::new(&GERMAN), WordsOf::new(&GERMAN));
    assert_ne!(WordsOf::new(&GERMAN), WordsOf::default());
    assert_eq!(WordsOf::default().standing("close"), None);
    assert_eq!(WordsOf::new(&GERMAN).standing("close"), Some("Schließen"));
}
