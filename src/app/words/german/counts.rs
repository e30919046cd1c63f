//! Counts that several tables say.

/// How often the network ran.
pub fn runs(count: usize) -> String {
    match count {
        0 => "kein Durchlauf".to_owned(),
        1 => "1 Durchlauf".to_owned(),
        _ => format!("{count} Durchläufe"),
    }
}
