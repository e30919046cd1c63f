//! The bits of a scan: behind a byte of ones, the next has seven.

/// The bits of a scan, the highest of each byte first.
pub struct Bits<'a> {
    bytes: &'a [u8],
    place: usize,
    /// Bits that are read but not given out, at the right.
    held: u32,
    count: u32,
    is_after_ones: bool,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            place: 0,
            held: 0,
            count: 0,
            is_after_ones: false,
        }
    }

    /// How many bytes were read.
    pub fn place(&self) -> usize {
        self.place
    }

    /// `None` at the end of the scan, which is where a marker begins.
    pub fn bit(&mut self) -> Option<u32> {
        if self.count == 0 {
            let byte = *self.bytes.get(self.place)?;
            if self.is_after_ones && byte >= 0x80 {
                return None;
            }
            self.count = if self.is_after_ones { 7 } else { 8 };
            self.held = byte.into();
            self.is_after_ones = byte == 0xff;
            self.place += 1;
        }
        self.count -= 1;
        Some(self.held >> self.count & 1)
    }

    /// A number of so many bits.
    pub fn number(&mut self, bits: u32) -> Option<u32> {
        let mut number = 0;
        for _ in 0..bits {
            number = number << 1 | self.bit()?;
        }
        Some(number)
    }

    /// A number in a Golomb code of length `k`; where it would take more than `limit` bits, it
    /// stands in `escape_bits` (A.5.3).
    pub fn golomb(&mut self, k: u32, limit: u32, escape_bits: u32) -> Option<i32> {
        let longest = limit.checked_sub(escape_bits + 1)?;
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > longest {
                return None;
            }
        }
        let number = if zeros < longest {
            zeros.checked_shl(k)? | self.number(k)?
        } else {
            self.number(escape_bits)? + 1
        };
        i32::try_from(number).ok()
    }
}
