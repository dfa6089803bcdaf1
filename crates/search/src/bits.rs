//! Numbers in bits, the lowest bit first, and numbers in bytes. Beyond the end of the bytes all bits are 0.

/// A quotient of this size or more is not written as ones: as many ones are followed by the whole number in 32 bits. It bounds what a code can cost.
pub(crate) const ESCAPE: u32 = 24;

/// Reads bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// The number of bits that were read.
    at: usize,
}

impl<'a> Bits<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next 57 bits or more.
    fn peek(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        };
        word >> (self.at % 8)
    }

    /// A number of at most 32 bits.
    pub(crate) fn take(&mut self, bits: u32) -> u32 {
        let word = self.peek();
        self.skip(bits);
        low(word, bits)
    }

    /// A number in Rice's code: its quotient by `2^k` as ones and a zero, and the rest in `k` bits.
    pub(crate) fn rice(&mut self, k: u32) -> u32 {
        let word = self.peek();
        let quotient = word.trailing_ones();
        if quotient >= ESCAPE {
            self.skip(ESCAPE);
            return self.take(32);
        }
        self.skip(quotient + 1 + k);
        quotient.wrapping_shl(k) | low(word >> (quotient + 1), k)
    }

    /// Goes on at the next whole byte.
    pub(crate) fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }

    fn skip(&mut self, bits: u32) {
        self.at = self.at.saturating_add(bits as usize);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most 32 bits are left")]
fn low(word: u64, bits: u32) -> u32 {
    (word & ((1 << bits.min(32)) - 1)) as u32
}

/// The parameter of Rice's code for numbers of this mean.
pub(crate) fn rice_parameter(mean: u32) -> u32 {
    // For a geometric distribution the best one is the logarithm of 0.69 times the mean.
    (u64::from(mean) * 11 / 16).checked_ilog2().unwrap_or(0)
}

/// Reads bytes from the start of a slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    /// A number in LEB128: seven bits a byte, the lowest first.
    pub(crate) fn varint(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// How many bytes a word shares with the word before it, and how many follow.
    pub(crate) fn lengths(&mut self) -> Option<(usize, usize)> {
        let lengths = self.byte()?;
        let (shared, length) = (usize::from(lengths >> 4), usize::from(lengths & 15));
        let more = if length == 15 { self.byte()? } else { 0 };
        Some((shared, length + usize::from(more)))
    }

    /// A text after its length.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = self.varint()? as usize;
        std::str::from_utf8(self.bytes(length)?).ok()
    }
}
