//! DER (X.690), as much as certificates and requests need: tagged elements, written and read.

/// Tags (X.680, 8.6).
pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The extension with a certificate's names (RFC 5280, 4.2.1.6).
pub(crate) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

/// `[number]` of an element that contains others.
pub(crate) const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// `[number]` of an element that contains a plain value.
pub(crate) const fn primitive(number: u8) -> u8 {
    0x80 | number
}

/// An element of these contents, one after the other.
pub(crate) fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|content| content.len()).sum();
    let mut der = vec![tag];
    if let Ok(short @ 0..0x80) = u8::try_from(length) {
        der.push(short);
    } else {
        let bytes = length.to_be_bytes();
        let significant = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(0)..];
        der.push(0x80 | u8::try_from(significant.len()).expect("a usize has at most 8 bytes"));
        der.extend_from_slice(significant);
    }
    der.extend(contents.iter().copied().flatten());
    der
}

/// A BIT STRING of whole bytes.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes])
}

/// Elements in a row, read from the front.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(der: &'a [u8]) -> Self {
        Self { rest: der }
    }

    /// The next element: its tag and its content. `None` at the end, and where the bytes are no element.
    pub(crate) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
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

    /// The content of the next element if it has this tag; otherwise nothing is taken.
    pub(crate) fn next_if(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, content) = ahead.next()?;
        (found == tag).then(|| {
            *self = ahead;
            content
        })
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
