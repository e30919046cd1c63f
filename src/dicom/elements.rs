//! Where the wanted elements of a data set are. A file's numbers are believed only as far as its
//! bytes go, and nothing is reserved by them.

use std::collections::BTreeMap;

use super::error::Problem;
use super::transfer_syntax::Coding;

/// Group and number of an element, as one number.
pub type Tag = u32;

pub const PIXEL_DATA: Tag = 0x7fe0_0010;
/// Parts of a data set that are encrypted.
pub const ENCRYPTED: Tag = 0x0400_0500;

const ITEM: Tag = 0xfffe_e000;
const ITEM_END: Tag = 0xfffe_e00d;
const SEQUENCE_END: Tag = 0xfffe_e0dd;

/// Sequences that hold what is said of all frames or of the first one: shared and per-frame
/// functional groups, pixel value transformation, VOI LUT of a frame.
const OPENED: [Tag; 4] = [0x5200_9229, 0x5200_9230, 0x0028_9145, 0x0028_9132];

/// Sequences inside of each other.
const MAX_DEPTH: usize = 16;

/// A length that is not said: an end mark follows.
const OPEN: u32 = u32::MAX;

/// The pixels of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PixelData<'a> {
    Plain(&'a [u8]),
    /// Compressed: a list of items.
    Items(&'a [u8]),
}

/// Values of the wanted elements, the first of each.
#[derive(Debug, Default)]
pub struct Elements<'a> {
    values: BTreeMap<Tag, &'a [u8]>,
    /// Wanted sequences that are there, which are not opened.
    sequences: Vec<Tag>,
    pub pixels: Option<PixelData<'a>>,
    /// The pixels are words of 16 bits, whatever a pixel has.
    pub has_words: bool,
    pub is_encrypted: bool,
    pub is_big_endian: bool,
}

impl<'a> Elements<'a> {
    /// Looks for elements in a data set.
    ///
    /// # Errors
    /// [`Problem::Damaged`] if it ends in the middle of an element before its pixels.
    pub fn find(data: &'a [u8], coding: Coding, wanted: &[Tag]) -> Result<Self, Problem> {
        let mut elements = Self {
            is_big_endian: coding.is_big_endian,
            ..Self::default()
        };
        let mut walk = Walk {
            data,
            place: 0,
            coding,
            wanted,
            found: Some(&mut elements),
        };
        walk.data_set(data.len(), 0)?;
        Ok(elements)
    }

    pub fn has_sequence(&self, tag: Tag) -> bool {
        self.sequences.contains(&tag)
    }

    pub fn bytes(&self, tag: Tag) -> Option<&'a [u8]> {
        self.values.get(&tag).copied()
    }

    /// An unsigned number of 16 bits, the first of several.
    pub fn number(&self, tag: Tag) -> Option<u16> {
        self.numbers(tag)?.next()
    }

    /// Unsigned numbers of 16 bits.
    pub fn numbers(&self, tag: Tag) -> Option<impl Iterator<Item = u16> + use<'a>> {
        let is_big_endian = self.is_big_endian;
        let pairs = self.bytes(tag)?.as_chunks::<2>().0.iter();
        Some(pairs.map(move |pair| {
            if is_big_endian {
                u16::from_be_bytes(*pair)
            } else {
                u16::from_le_bytes(*pair)
            }
        }))
    }

    /// A text of plain letters, digits and signs, the first of several.
    pub fn word(&self, tag: Tag) -> Option<&'a str> {
        let text = std::str::from_utf8(self.bytes(tag)?).ok()?;
        let first = text.split('\\').next()?;
        Some(first.trim_matches([' ', '\0']))
    }

    /// A finite number in decimal digits, the first of several.
    pub fn decimal(&self, tag: Tag) -> Option<f64> {
        let number: f64 = self.word(tag)?.parse().ok()?;
        number.is_finite().then_some(number)
    }
}

/// A walk over a data set.
struct Walk<'a, 'w> {
    data: &'a [u8],
    place: usize,
    coding: Coding,
    wanted: &'w [Tag],
    /// `None` inside of sequences that are passed over.
    found: Option<&'w mut Elements<'a>>,
}

/// What stands before a value.
struct Head {
    tag: Tag,
    length: u32,
    is_sequence: bool,
    /// Of a type that is not known: what is inside of it says no types.
    is_unknown: bool,
    /// Words of 16 bits.
    is_words: bool,
}

impl<'a> Walk<'a, '_> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let end = self.place.checked_add(length);
        let taken = end.and_then(|end| self.data.get(self.place..end));
        let taken = taken.ok_or(Problem::Damaged("it ends in the middle of an element"))?;
        self.place += length;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<u32, Problem> {
        let bytes = self.take(N)?;
        let add = |sum: u32, byte: &u8| (sum << 8) | u32::from(*byte);
        Ok(if self.coding.is_big_endian {
            bytes.iter().fold(0, add)
        } else {
            bytes.iter().rev().fold(0, add)
        })
    }

    fn head(&mut self) -> Result<Head, Problem> {
        let (group, element) = (self.number::<2>()?, self.number::<2>()?);
        let tag = (group << 16) | element;
        if !self.coding.is_explicit || group == ITEM >> 16 {
            let length = self.number::<4>()?;
            return Ok(Head {
                tag,
                length,
                is_sequence: length == OPEN || OPENED.contains(&tag),
                is_unknown: false,
                is_words: true,
            });
        }
        let kind = self.take(2)?;
        let is_long = matches!(
            kind,
            b"OB"
                | b"OD"
                | b"OF"
                | b"OL"
                | b"OV"
                | b"OW"
                | b"SQ"
                | b"SV"
                | b"UC"
                | b"UN"
                | b"UR"
                | b"UT"
                | b"UV"
        );
        let length = if is_long {
            self.take(2)?;
            self.number::<4>()?
        } else {
            self.number::<2>()?
        };
        Ok(Head {
            tag,
            length,
            is_sequence: kind == b"SQ" || length == OPEN,
            is_unknown: kind == b"UN",
            is_words: kind == b"OW",
        })
    }

    /// Elements up to `end`, or up to the mark that ends an item.
    fn data_set(&mut self, end: usize, depth: usize) -> Result<(), Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::Damaged("its sequences are too deep"));
        }
        // What is left behind the last element is no element.
        while self.place + 8 <= end {
            let head = self.head()?;
            if head.tag == ITEM_END {
                return Ok(());
            }
            if head.tag == PIXEL_DATA && depth == 0 {
                // What follows says nothing of the picture.
                return self.pixels(&head);
            }
            if depth == 0
                && head.tag == ENCRYPTED
                && let Some(found) = &mut self.found
            {
                found.is_encrypted = true;
            }
            let is_wanted = self.wanted.contains(&head.tag);
            if head.is_sequence {
                if let Some(found) = self.found.as_mut().filter(|_| is_wanted) {
                    found.sequences.push(head.tag);
                }
                self.sequence(&head, depth)?;
                continue;
            }
            let value = self.take(head.length as usize)?;
            if let Some(found) = self.found.as_mut().filter(|_| is_wanted) {
                found.values.entry(head.tag).or_insert(value);
            }
        }
        Ok(())
    }

    fn sequence(&mut self, head: &Head, depth: usize) -> Result<(), Problem> {
        let is_open = OPENED.contains(&head.tag);
        if head.length != OPEN && !is_open {
            self.take(head.length as usize)?;
            return Ok(());
        }
        let (kept, coding) = (self.found.take(), self.coding);
        let end = match head.length {
            OPEN => self.data.len(),
            length => self
                .place
                .saturating_add(length as usize)
                .min(self.data.len()),
        };
        let mut inner = Walk {
            data: self.data,
            place: self.place,
            coding: if head.is_unknown {
                Coding::IMPLICIT
            } else {
                coding
            },
            wanted: self.wanted,
            found: None,
        };
        let mut kept = kept;
        if is_open {
            inner.found = kept.as_deref_mut();
        }
        let walked = inner.items(end, depth);
        self.place = inner.place;
        self.found = kept;
        walked
    }

    fn items(&mut self, end: usize, depth: usize) -> Result<(), Problem> {
        while self.place + 8 <= end {
            let head = self.head()?;
            match head.tag {
                SEQUENCE_END => return Ok(()),
                ITEM => {
                    let item_end = match head.length {
                        OPEN => end,
                        length => self.place.saturating_add(length as usize),
                    };
                    if item_end > end {
                        return Err(Problem::Damaged("it ends in the middle of a sequence"));
                    }
                    self.data_set(item_end, depth + 1)?;
                }
                _ => return Err(Problem::Damaged("a sequence holds what is no item")),
            }
        }
        Ok(())
    }

    fn pixels(&mut self, head: &Head) -> Result<(), Problem> {
        let rest = &self.data[self.place..];
        let pixels = if head.length == OPEN {
            PixelData::Items(rest)
        } else {
            // One that is cut off is refused by those who know how many pixels there are.
            PixelData::Plain(&rest[..rest.len().min(head.length as usize)])
        };
        if let Some(found) = &mut self.found {
            found.pixels = Some(pixels);
            found.has_words = head.is_words;
        }
        self.place = self.data.len();
        Ok(())
    }
}
