//! Writes what [`bits`](crate::bits) reads.

use crate::bits::ESCAPE;

/// Writes bits, the lowest first.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that are not a whole byte yet.
    word: u64,
    bits: u32,
}

impl BitWriter {
    /// Writes a number of at most 32 bits.
    pub(super) fn put(&mut self, number: u32, bits: u32) {
        self.word |= u64::from(number) << self.bits;
        self.bits += bits;
        while self.bits >= 8 {
            self.bytes.push(self.word.to_le_bytes()[0]);
            self.word >>= 8;
            self.bits -= 8;
        }
    }

    /// Writes a number in Rice's code.
    pub(super) fn rice(&mut self, number: u32, k: u32) {
        let quotient = number >> k;
        if quotient >= ESCAPE {
            self.put((1 << ESCAPE) - 1, ESCAPE);
            return self.put(number, 32);
        }
        self.put((1 << quotient) - 1, quotient + 1);
        self.put(number & ((1 << k) - 1), k);
    }

    /// The bytes, with zeros after the last bit.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let spare = self.bits.next_multiple_of(8) - self.bits;
        self.put(0, spare);
        self.bytes
    }
}

/// Writes a number in LEB128.
pub(super) fn put_varint(to: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push((number & 0x7f) as u8);
}

/// Writes a text after its length.
pub(super) fn put_text(to: &mut Vec<u8>, text: &str) {
    put_varint(to, u32::try_from(text.len()).expect("a text is smaller than 4 GiB"));
    to.extend_from_slice(text.as_bytes());
}
