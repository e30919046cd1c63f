//! What is said of a file beside the page that could not be fetched.

use crate::app::browser::fetch::FetchError;
use crate::app::words::NoticeWords;

/// Why what is called `what` could not be fetched, without the full stop.
pub fn fetch_words(words: &NoticeWords, what: &str, error: &FetchError) -> String {
    match error {
        FetchError::Unreachable => (words.fetch_unreachable)(what),
        FetchError::Missing(status) => (words.fetch_missing)(what, &status.to_string()),
        FetchError::Malformed(reason) => (words.fetch_malformed)(what, reason),
    }
}
