//! Decimal numbers as text, without what the page would need to print or read any number.

/// Digits behind the point at most.
const DECIMALS: usize = 6;

/// A number of 0 or more in decimal, to six digits behind the point.
pub fn decimal(number: f64) -> String {
    let unit = 10u64.pow(DECIMALS as u32);
    let units = (number * unit as f64).round() as u64;
    let (whole, part) = (units / unit, units % unit);
    if part == 0 {
        return whole.to_string();
    }
    let part = (unit + part).to_string();
    format!("{whole}.{}", part[1..].trim_end_matches('0'))
}

/// Reads what [`decimal`] writes; `None` for other ways to write a number, and for those of more
/// than nine digits before the point or six behind it.
pub fn parse_decimal(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_fine = is_number(whole) && is_number(part) && part.len() <= DECIMALS;
    if !is_fine || whole.len() > 9 || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let digits = |digits: &str| -> u64 {
        let bytes = digits.bytes();
        bytes.fold(0, |sum, byte| 10 * sum + u64::from(byte - b'0'))
    };
    let unit = 10u64.pow(part.len() as u32);
    Some((digits(whole) * unit + digits(part)) as f64 / unit as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_back() {
        for text in ["0", "0.15", "48", "0.5", "1000", "12.000001"] {
            assert_eq!(decimal(parse_decimal(text).unwrap()), text);
        }
        assert_eq!(parse_decimal(".5"), Some(0.5));
        for wrong in [
            "",
            ".",
            "-1",
            "1e3",
            "0.1234567",
            "1.2.3",
            "inf",
            "12345678901",
        ] {
            assert_eq!(parse_decimal(wrong), None, "{wrong}");
        }
    }
}
