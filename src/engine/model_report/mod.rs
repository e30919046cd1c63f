//! What a model's file is, what was assumed of it and why, what can be asked of it and what
//! not: as JSON and as a page of plain text that can go into a report as it is. No path, no
//! picture and no weights are in it.
//!
//! - `reading`: how the file is read; `trial`: what works, tried out
//! - what stands in the file is [`FileFacts`](crate::network::FileFacts)

mod reading;
mod trial;

use std::fmt::Write as _;

use serde_json::{Value, json};

pub use self::trial::Trial;
use crate::network::Description;
use crate::text::printable;

/// The report's parts and their titles, in their order.
const PARTS: [(&str, &str); 3] = [
    ("file", "The file"),
    ("reading", "How it is read"),
    ("works", "What can be asked of it"),
];

/// Columns of a fact's name.
const NAME_WIDTH: usize = 16;

/// The report as JSON, with what was tried out if anything was.
pub fn model_report(description: &Description, trial: Option<&Trial>) -> Value {
    let mut report = json!({
        "file": description.file,
        "reading": reading::reading(description),
    });
    if let Some(trial) = trial {
        report["works"] = trial.as_json();
    }
    report
}

/// The report as plain text.
pub fn report_text(report: &Value) -> String {
    let mut text = String::new();
    for (part, title) in PARTS {
        let Some(facts) = report.get(part).and_then(Value::as_object) else {
            continue;
        };
        text.push_str(title);
        text.push('\n');
        for (name, fact) in facts {
            push_fact(&mut text, name, fact);
        }
    }
    text
}

fn push_fact(text: &mut String, name: &str, fact: &Value) {
    let mut label = name.replace('_', " ");
    let lines = match fact {
        Value::Array(several) => several.iter().map(in_words).collect(),
        one => vec![in_words(one)],
    };
    for line in lines {
        // Names in a file may hold anything.
        let line = printable(&line, usize::MAX);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {label:NAME_WIDTH$} {line}");
        label.clear();
    }
}

fn in_words(fact: &Value) -> String {
    match fact {
        Value::String(text) if text.is_empty() => "not stated".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null => "not stated".to_owned(),
        Value::Object(parts) => {
            let parts = parts.iter();
            let parts: Vec<String> = parts.map(|(name, part)| format!("{name} {part}")).collect();
            parts.join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{ModelOrigin, Session};
    use crate::explain::{Unlimited, block_on};
    use crate::gradient::AttachOptions;

    #[test]
    fn a_report_says_what_was_read_and_what_works_and_the_page_gets_the_same() {
        let mut session = Session::default();
        let file = include_bytes!("../../../models/xception-tiny.onnx").as_slice();
        let options = AttachOptions::default();
        session.load(file, &options, &mut |_, _, _| ()).unwrap();
        let description = session.description().unwrap().clone();
        let report = model_report(&description, None);
        assert_eq!(report["file"]["operator_set"], 17);
        assert!(report.get("works").is_none());
        let summary = description.summary(ModelOrigin::default());
        assert_eq!(summary.report, report_text(&report));
        let picture = include_bytes!("../../../www/samples/fashion-bag.png");
        session
            .predict(picture, "bag.png", &mut |_, _, _| ())
            .unwrap();
        let trial = block_on(session.try_everything(&mut Unlimited)).unwrap();
        let text = report_text(&model_report(&description, Some(&trial)));
        for words in [
            "The file",
            "How it is read",
            "What can be asked of it",
            "grad-cam, ",
        ] {
            assert!(text.contains(words), "{text}");
        }
    }
}
