//! How a file's elements and pixels are coded: its transfer syntax (part 5, annex A).

/// How the elements of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coding {
    /// Each element says its type, the value representation.
    pub is_explicit: bool,
    pub is_big_endian: bool,
}

impl Coding {
    /// That of a file's first group, and of most files.
    pub const EXPLICIT: Coding = Coding {
        is_explicit: true,
        is_big_endian: false,
    };
    pub const IMPLICIT: Coding = Coding {
        is_explicit: false,
        is_big_endian: false,
    };
}

/// How pixels are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    /// All elements are.
    Deflated,
    RunLength,
    Jpeg,
    JpegLs,
    Jpeg2000,
    Video,
    /// One that is not read, by its name.
    Other(&'static str),
}

/// How elements and pixels are coded, by the transfer syntax's identifier (a UID).
pub fn transfer_syntax(uid: &str) -> (Coding, Compression) {
    use Compression as C;
    let compression = match uid.strip_prefix("1.2.840.10008.1.2").unwrap_or("?") {
        "" => return (Coding::IMPLICIT, C::None),
        ".2" => {
            let coding = Coding {
                is_big_endian: true,
                ..Coding::EXPLICIT
            };
            return (coding, C::None);
        }
        ".1" => C::None,
        ".1.99" => C::Deflated,
        ".5" => C::RunLength,
        ".4.50" | ".4.51" | ".4.57" | ".4.70" => C::Jpeg,
        ".4.80" | ".4.81" => C::JpegLs,
        ".4.90" | ".4.91" => C::Jpeg2000,
        ".4.92" | ".4.93" => C::Other("JPEG 2000 of several components (part 2)"),
        ".4.110" | ".4.111" | ".4.112" => C::Other("JPEG XL"),
        ".4.201" | ".4.202" | ".4.203" => C::Other("High-Throughput JPEG 2000"),
        ".4.94" | ".4.95" | ".4.204" | ".4.205" => C::Other("JPIP, which points to a server"),
        ".8.1" => C::Other("deflate frame by frame"),
        other if is_between(other, ".4.100", ".4.108") => C::Video,
        other if other.starts_with(".4.5") || other.starts_with(".4.6") => {
            C::Other("a retired process of JPEG")
        }
        other if other.starts_with(".7.") => C::Video,
        _ => C::Other("a codec of its maker's"),
    };
    (Coding::EXPLICIT, compression)
}

/// Texts of the same length, or followed by ".1".
fn is_between(uid: &str, first: &str, last: &str) -> bool {
    let uid = uid.strip_suffix(".1").unwrap_or(uid);
    uid.len() == first.len() && (first..=last).contains(&uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_known_by_what_they_say() {
        let of = |end: &str| transfer_syntax(&format!("1.2.840.10008.1.2{end}"));
        assert_eq!(of(""), (Coding::IMPLICIT, Compression::None));
        assert!(of(".2").0.is_big_endian);
        assert_eq!(of(".4.70"), (Coding::EXPLICIT, Compression::Jpeg));
        assert_eq!(of(".4.103").1, Compression::Video);
        assert_eq!(of(".4.104.1").1, Compression::Video);
        assert!(matches!(of(".4.203").1, Compression::Other(_)));
        assert!(matches!(transfer_syntax("1.3.6").1, Compression::Other(_)));
    }
}
