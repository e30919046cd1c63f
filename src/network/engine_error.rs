//! Why tract cannot prepare or run a graph, in words for people.

use std::fmt;

#[cfg(feature = "network")]
use tract_onnx::prelude::TractError;

#[cfg(feature = "network")]
use crate::onnx::OnnxError;

/// What failed. [`fmt::Display`] is for people; [`fmt::Debug`] also shows tract's own words,
/// which are for engineers.
#[derive(Clone, Debug)]
pub struct EngineError {
    sentence: String,
    /// tract's messages, innermost last; empty if the sentence says it all.
    #[allow(dead_code, reason = "shown by Debug")]
    details: String,
}

impl EngineError {
    /// Something that this program found out itself, in a sentence for people.
    pub fn own(sentence: impl Into<String>) -> EngineError {
        EngineError {
            sentence: sentence.into(),
            details: String::new(),
        }
    }
}

#[cfg(feature = "network")]
impl EngineError {
    /// Of an error of tract's: what a lowered layer says, or the innermost node that tract's
    /// messages mention.
    pub fn of_tract(error: &TractError) -> EngineError {
        let mut causes = error.chain();
        if let Some(own) = causes.find_map(|cause| cause.downcast_ref::<OnnxError>()) {
            return EngineError::own(own.to_string());
        }
        let messages: Vec<String> = error.chain().map(ToString::to_string).collect();
        let node = messages
            .iter()
            .rev()
            .find_map(|message| mentioned_node(message));
        let sentence = match node {
            Some((name, operator)) => {
                format!("the engine cannot compute node '{name}' ({operator}) in this form")
            }
            None => "the engine cannot compute its graph".into(),
        };
        let details = messages.join(": ");
        EngineError { sentence, details }
    }

    /// Of what a panic in tract said.
    pub fn of_panic(panic: &(dyn std::any::Any + Send)) -> EngineError {
        let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        EngineError {
            sentence: "the engine broke down on its graph".into(),
            details: message.unwrap_or_default(),
        }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

impl std::error::Error for EngineError {}

/// The name and operator in a message of tract's that mentions a node, such as
/// `Evaluating #14 "fc" Gemm`.
#[cfg(feature = "network")]
fn mentioned_node(message: &str) -> Option<(String, String)> {
    let mut mentions = message.match_indices('#').filter_map(|(start, _)| {
        let rest = message[start + 1..].trim_start_matches(|digit: char| digit.is_ascii_digit());
        let (name, rest) = rest.strip_prefix(" \"")?.split_once('"')?;
        let operator = rest.split_whitespace().next()?;
        let operator = operator.trim_matches(|sign: char| !sign.is_alphanumeric());
        let is_named = !name.is_empty() && !operator.is_empty();
        is_named.then(|| (shortened(name), shortened(operator)))
    });
    mentions.next_back()
}

#[cfg(feature = "network")]
fn shortened(name: &str) -> String {
    /// Names and operators are cut off behind this many characters.
    const MAX_NAME_CHARS: usize = 60;
    let mut characters = name.chars();
    let start: String = characters.by_ref().take(MAX_NAME_CHARS).collect();
    if characters.next().is_some() {
        return start + "…";
    }
    start
}

#[cfg(all(test, feature = "network"))]
mod tests {
    use super::*;
    use tract_onnx::tract_core::internal::format_err;

    #[test]
    fn the_innermost_node_is_named_and_tract_is_not_quoted() {
        let error = format_err!("Output mismatch after rewiring")
            .context("Evaluating #3 \"inner\" Gemm")
            .context("Translating node #14 \"fc\" ConvUnary ToTypedTranslator");
        let said = EngineError::of_tract(&error);
        assert_eq!(
            said.to_string(),
            "the engine cannot compute node 'inner' (Gemm) in this form"
        );
        assert!(format!("{said:?}").contains("rewiring"));
    }

    #[test]
    fn hostile_messages_stay_short() {
        let error = format_err!("Evaluating #1 \"{}\" Foo", "n".repeat(10_000));
        assert!(EngineError::of_tract(&error).to_string().len() < 300);
        for odd in ["#", "# \"", "#1 \"\" ", "#1 \"a\" ", "é#2 \"b"] {
            let said = EngineError::of_tract(&format_err!("{odd}")).to_string();
            assert_eq!(said, "the engine cannot compute its graph", "{odd}");
        }
    }
}
