//! What is put behind a picture that is transparent in places.

use std::fmt;
use std::str::FromStr;

/// What is put behind a picture that is transparent in places. As text `as-is`, `white`, `black`
/// or `grey`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// The colours that are hidden there show, as with Pillow's `convert("RGB")`.
    #[default]
    AsIs,
    White,
    Black,
    Grey,
}

impl Background {
    pub const ALL: [Background; 4] = [
        Background::AsIs,
        Background::White,
        Background::Black,
        Background::Grey,
    ];

    /// The level of its red, green and blue; `None` for hidden colours.
    pub fn level(self) -> Option<u8> {
        match self {
            Background::AsIs => None,
            Background::White => Some(255),
            Background::Black => Some(0),
            Background::Grey => Some(128),
        }
    }

    /// As options and manifests have it.
    pub fn id(self) -> &'static str {
        match self {
            Background::AsIs => "as-is",
            Background::White => "white",
            Background::Black => "black",
            Background::Grey => "grey",
        }
    }
}

impl fmt::Display for Background {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(self.id())
    }
}

impl FromStr for Background {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Background::ALL.into_iter();
        all.find(|one| one.id() == text).ok_or_else(|| {
            format!(
                "'{text}' is no background; there are as-is (the hidden colours show), white, \
                 black and grey"
            )
        })
    }
}

/// A value over this background, rounded, as Pillow's `paste` with a mask has it. `opacity` is at
/// most `full`.
#[cfg(feature = "decoding")]
pub fn over(value: u32, background: u8, opacity: u32, full: u32) -> u32 {
    // In 64 bits, since values in 16 bits are multiplied.
    let behind = u64::from(background) * u64::from(full) / 255;
    let (opacity, full) = (u64::from(opacity.min(full)), u64::from(full));
    let sum = u64::from(value) * opacity + behind * (full - opacity);
    ((sum + full / 2) / full) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for one in Background::ALL {
            assert_eq!(one.to_string().parse(), Ok(one));
        }
        assert!("pink".parse::<Background>().unwrap_err().contains("white"));
    }

    #[test]
    fn what_is_opaque_hides_and_what_is_clear_shows() {
        assert_eq!(over(10, 255, 255, 255), 10);
        assert_eq!(over(10, 255, 0, 255), 255);
        assert_eq!(over(0, 255, 128, 255), 127);
        assert_eq!(over(u32::from(u16::MAX), 0, 32_768, 65_535), 32_768);
        assert_eq!(over(0, 128, 0, 65_535), 128 * 257);
    }
}
