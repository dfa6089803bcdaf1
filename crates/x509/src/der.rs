//! DER (X.690), as much as certificates and requests need: tagged elements, written and read.
//!
//! ```
//! use graven_x509::der::{BOOLEAN, INTEGER, Reader, SEQUENCE, element};
//!
//! let version = element(SEQUENCE, &[&element(INTEGER, &[&[2]])]);
//! assert_eq!(version, [0x30, 3, 0x02, 1, 2]);
//!
//! let mut reader = Reader::new(&version);
//! assert_eq!(reader.next_if(BOOLEAN), None);
//! assert_eq!(reader.next_if(SEQUENCE), Some(&[0x02, 1, 2][..]));
//! assert_eq!(reader.next(), None);
//! ```

/// The tag of a BOOLEAN (this and all others: X.680, 8.6).
pub const BOOLEAN: u8 = 0x01;
/// The tag of an INTEGER.
pub const INTEGER: u8 = 0x02;
/// The tag of a BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// The tag of an OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// The tag of an OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// The tag of a `UTF8String`.
pub const UTF8_STRING: u8 = 0x0c;
/// The tag of a `UTCTime`.
pub const UTC_TIME: u8 = 0x17;
/// The tag of a `GeneralizedTime`.
pub const GENERALIZED_TIME: u8 = 0x18;
/// The tag of a SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// The tag of a SET.
pub const SET: u8 = 0x31;

/// The tag `[number]` of an element that contains others.
#[must_use]
pub const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// The tag `[number]` of an element that contains a plain value.
#[must_use]
pub const fn primitive(number: u8) -> u8 {
    0x80 | number
}

/// An element of these contents, one after the other.
#[must_use]
pub fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|content| content.len()).sum();
    let mut der = vec![tag];
    if let Ok(short @ 0..0x80) = u8::try_from(length) {
        der.push(short);
    } else {
        // The number of bytes of the length, then these.
        der.push(0x80);
        for byte in length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0) {
            der[1] += 1;
            der.push(byte);
        }
    }
    der.extend(contents.iter().copied().flatten());
    der
}

/// A BIT STRING of whole bytes.
#[must_use]
pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes])
}

/// Elements in a row, read from the front: each as its tag and its content. It ends where the bytes end, and where they are no element.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of these bytes.
    #[must_use]
    pub fn new(der: &'a [u8]) -> Self {
        Self { rest: der }
    }

    /// The content of the next element if it has this tag; otherwise nothing is taken.
    pub fn next_if(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = self.clone();
        let (found, content) = ahead.next()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // Up to three bytes of length: 16 MB.
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some((tag, content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_of_any_length_is_read_as_it_was_written() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000] {
            let content = vec![7; length];
            let (head, tail) = content.split_at(length / 2);
            let der = [element(OCTET_STRING, &[head, tail]), element(BOOLEAN, &[])].concat();
            let mut reader = Reader::new(&der);
            assert_eq!(reader.next_if(SEQUENCE), None, "{length}");
            assert_eq!(reader.next(), Some((OCTET_STRING, content.as_slice())), "{length}");
            assert_eq!(reader.next(), Some((BOOLEAN, &[][..])), "{length}");
            assert_eq!(reader.next(), None, "{length}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(der in proptest::collection::vec(proptest::num::u8::ANY, 0..50)) {
            let mut reader = Reader::new(&der);
            while reader.next().is_some() {}
        }
    }
}
