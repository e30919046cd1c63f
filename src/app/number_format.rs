//! Numbers in words.

use crate::explain::NOT_A_NUMBER;

/// "42 MB", with powers of ten as file managers and networks count.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", (bytes as f64 / 1e3).round()),
        1_000_000..10_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{} MB", (bytes as f64 / 1e6).round()),
    }
}

/// "38 ms", "1.2 s", "2 min 5 s".
pub fn duration(milliseconds: f64) -> String {
    match milliseconds {
        ms if ms < 1.0 => "under 1 ms".to_owned(),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms if ms < 60_000.0 => format!("{:.1} s", ms / 1000.0),
        ms => {
            let seconds = (ms / 1000.0).round() as u64;
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

/// A part of one as "39 %"; small ones as "0.4 %" and "under 0.1 %".
pub fn percent(part: f32) -> String {
    match f64::from(part) * 100.0 {
        percent if !percent.is_finite() => NOT_A_NUMBER.to_owned(),
        percent if percent >= 99.95 => "100 %".to_owned(),
        percent if percent >= 9.95 => format!("{percent:.0} %"),
        percent if percent >= 0.05 => format!("{percent:.1} %"),
        _ => "< 0.1 %".to_owned(),
    }
}

/// A value in logit units with three significant digits and a true minus sign.
pub fn value(value: f32) -> String {
    let value = f64::from(value);
    let text = match value.abs() {
        _ if !value.is_finite() => return NOT_A_NUMBER.to_owned(),
        0.0 => "0".to_owned(),
        size if size >= 99.95 => format!("{size:.0}"),
        size if size >= 9.995 => format!("{size:.1}"),
        size if size >= 0.0995 => format!("{size:.2}"),
        size if size >= 0.000_995 => format!("{size:.4}"),
        size => format!("{size:.1e}"),
    };
    if value < 0.0 {
        format!("−{text}")
    } else {
        text
    }
}

/// A round number for an axis, with up to three digits that count: no zeros
/// after the last of them.
pub fn tick(value: f32) -> String {
    let trimmed = |digits: &str| {
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        digits.to_owned()
    };
    let value = f64::from(value);
    let text = if value == 0.0 || (1e-3..1e5).contains(&value.abs()) {
        trimmed(&format!("{value:.4}"))
    } else {
        let text = format!("{value:.2e}");
        match text.split_once('e') {
            Some((digits, power)) => format!("{}e{power}", trimmed(digits)),
            None => text,
        }
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::render::{Sign, legend::ticks};

    #[test]
    fn sizes() {
        let sizes = [999, 262_144, 4_180_000, 41_700_000].map(size);
        assert_eq!(sizes, ["999 bytes", "262 kB", "4.2 MB", "42 MB"]);
    }

    #[test]
    fn durations() {
        assert_eq!(
            [0.2, 38.4, 1234.0, 125_000.0].map(duration),
            ["under 1 ms", "38 ms", "1.2 s", "2 min 5 s"]
        );
    }

    #[test]
    fn percents() {
        assert_eq!(
            [0.3914, 0.0042, 0.000_01, 1.0, f32::NAN].map(percent),
            ["39 %", "0.4 %", "< 0.1 %", "100 %", "not a number"]
        );
    }

    #[test]
    fn values() {
        assert_eq!(
            [-1.234, 12.34, 0.01234, 0.0, f32::NAN].map(value),
            ["−1.23", "12.3", "0.0123", "0", "not a number"]
        );
        assert_eq!(
            [0.5, -2.0, 0.0, 0.2_f32 * 3.0, 2e-6].map(tick),
            ["0.5", "−2", "0", "0.6", "2e−6"]
        );
        assert_eq!(
            [1e-5, -1.5e-5, 1.5e5, 1e30].map(tick),
            ["1e−5", "−1.5e−5", "1.5e5", "1e30"]
        );
    }

    #[test]
    fn no_two_ticks_of_a_bar_read_the_same() {
        for step in -180..160 {
            let scale = 10_f32.powf(step as f32 / 4.0);
            for sign in [Sign::Positive, Sign::Signed] {
                let values = ticks(scale, sign);
                let texts: Vec<String> = values.iter().map(|value| tick(*value)).collect();
                let distinct: HashSet<&String> = texts.iter().collect();
                assert_eq!(distinct.len(), texts.len(), "{scale:e}: {texts:?}");
                for (text, value) in texts.iter().zip(values) {
                    let read: f32 = text.replace('−', "-").parse().unwrap();
                    let off = (read - value).abs();
                    // The least values that there are have fewer digits.
                    let limit = (value.abs() * 1e-3).max(f32::from_bits(1));
                    assert!(off <= limit, "{value:e} reads {text}");
                }
            }
        }
    }
}
