//! The kinds of targets, for people and in files.

use super::error::ExplainError;

/// What a kind of target is called, for people and in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetKind {
    /// Before the colon of a target's id.
    pub id: &'static str,
    /// The question, with "the class" for the class.
    pub question: &'static str,
    /// How many classes it names.
    pub classes: usize,
}

/// Every kind of target, the default first.
pub const TARGET_KINDS: &[TargetKind] = &[
    TargetKind {
        id: "logit",
        question: "What speaks for the class?",
        classes: 1,
    },
    TargetKind {
        id: "probability",
        question: "What makes the class more probable?",
        classes: 1,
    },
    TargetKind {
        id: "contrast",
        question: "Why this class and not another?",
        classes: 2,
    },
    TargetKind {
        id: "against",
        question: "What speaks against the class?",
        classes: 1,
    },
    TargetKind {
        id: "finer",
        question: "What sets the class apart from those nearest to it?",
        classes: 1,
    },
    TargetKind {
        id: "similarity",
        question: "What makes it like the second picture?",
        classes: 1,
    },
    TargetKind {
        id: "region",
        question: "What speaks for the class in a part of the picture?",
        classes: 1,
    },
];

/// Says which kinds there are.
pub fn unknown(wanted: &str) -> ExplainError {
    let form = |kind: &TargetKind| {
        let classes = ["A", "B"].iter().take(kind.classes).copied();
        format!("{}:{}", kind.id, classes.collect::<Vec<_>>().join(","))
    };
    let known: Vec<String> = TARGET_KINDS.iter().map(form).collect();
    ExplainError::UnknownTarget {
        wanted: wanted.to_owned(),
        known: known.join(", "),
    }
}
