//! The signed part of a certificate, field by field (RFC 5280, 4.1).

use graven_time::Time;

use crate::der::{
    BIT_STRING, BOOLEAN, GENERALIZED_TIME, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, UTC_TIME,
    constructed,
};
use crate::names::{SUBJECT_ALT_NAME, alternative_names};

/// The time in which a certificate is valid, both ends included (RFC 5280, 4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub from: Time,
    /// The last second.
    pub until: Time,
}

impl Validity {
    /// Whether a time is in it.
    #[must_use]
    pub fn contains(self, time: Time) -> bool {
        (self.from..=self.until).contains(&time)
    }
}

/// Fields of a certificate, as they are in its DER. The fields that nobody here needs are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TbsCertificate<'a> {
    /// The number that its issuer gave it: the bytes of an INTEGER.
    pub serial_number: &'a [u8],
    /// Who signed it: the content of a `Name`, which is a row of sets.
    pub issuer: &'a [u8],
    /// When it is valid.
    pub validity: Validity,
    /// Whose it is: the content of a `Name`. Servers are named by [`names`](Self::names).
    pub subject: &'a [u8],
    /// The content of the BIT STRING with the public key. Its first byte is the number of unused bits.
    pub public_key: &'a [u8],
    /// The content of the list of extensions; empty if there is none.
    extensions: &'a [u8],
}

impl<'a> TbsCertificate<'a> {
    /// Reads a certificate. `None` if it is cut off or malformed up to its extensions.
    ///
    /// ```
    /// use graven_x509::TbsCertificate;
    ///
    /// assert_eq!(TbsCertificate::from_der(b"no certificate"), None);
    /// ```
    #[must_use]
    pub fn from_der(certificate: &'a [u8]) -> Option<Self> {
        let mut signed = Reader::new(Reader::new(certificate).next_if(SEQUENCE)?);
        let mut fields = Reader::new(signed.next_if(SEQUENCE)?);
        let _version = fields.next_if(constructed(0));
        let serial_number = fields.next_if(INTEGER)?;
        let _algorithm = fields.next_if(SEQUENCE)?;
        let issuer = fields.next_if(SEQUENCE)?;
        let mut validity = Reader::new(fields.next_if(SEQUENCE)?);
        let validity = Validity { from: time(validity.next()?)?, until: time(validity.next()?)? };
        let subject = fields.next_if(SEQUENCE)?;
        let mut key_info = Reader::new(fields.next_if(SEQUENCE)?);
        let _algorithm = key_info.next_if(SEQUENCE)?;
        let public_key = key_info.next_if(BIT_STRING)?;
        let extensions = fields.find(|(tag, _)| *tag == constructed(3)).map_or(&[][..], |(_, content)| content);
        let extensions = Reader::new(extensions).next_if(SEQUENCE).unwrap_or_default();
        Some(Self { serial_number, issuer, validity, subject, public_key, extensions })
    }

    /// The DNS names and addresses of the servers that it is for, in lower case, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.extension(SUBJECT_ALT_NAME).map(alternative_names).unwrap_or_default()
    }

    /// The value of the extension with this identifier: the content of its OCTET STRING.
    #[must_use]
    pub fn extension(&self, identifier: &[u8]) -> Option<&'a [u8]> {
        let mut extensions = Reader::new(self.extensions);
        while let Some(extension) = extensions.next_if(SEQUENCE) {
            let mut parts = Reader::new(extension);
            if parts.next_if(OBJECT_IDENTIFIER) == Some(identifier) {
                let _critical = parts.next_if(BOOLEAN);
                return parts.next_if(OCTET_STRING);
            }
        }
        None
    }
}

fn time((tag, content): (u8, &[u8])) -> Option<Time> {
    let text = std::str::from_utf8(content).ok()?;
    [UTC_TIME, GENERALIZED_TIME].contains(&tag).then(|| Time::from_asn1(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common_name;
    use crate::der::{bit_string, element, primitive};

    const SOME: &[u8] = SUBJECT_ALT_NAME;
    const OTHER: &[u8] = &[0x55, 0x1d, 0x23];

    /// One name.
    fn some() -> Vec<u8> {
        element(SEQUENCE, &[&element(primitive(2), &[b"example.org"])])
    }

    /// A certificate with these times, and two extensions. Its signature says nothing.
    fn certificate(times: &[u8], has_version: bool) -> Vec<u8> {
        let extension = |identifier, critical: &[u8], value: &[u8]| {
            let parts = [&element(OBJECT_IDENTIFIER, &[identifier])[..], critical, &element(OCTET_STRING, &[value])];
            element(SEQUENCE, &parts)
        };
        let extensions = [extension(OTHER, &[], b"other"), extension(SOME, &element(BOOLEAN, &[&[0xff]]), &some())];
        let fields = [
            if has_version { element(constructed(0), &[&element(INTEGER, &[&[2]])]) } else { Vec::new() },
            element(INTEGER, &[&[1; 20]]),
            element(SEQUENCE, &[]),
            element(SEQUENCE, &[&[0; 200]]),
            element(SEQUENCE, &[times]),
            element(SEQUENCE, &[b"subject"]),
            element(SEQUENCE, &[&element(SEQUENCE, &[]), &bit_string(&[4, 1, 2])]),
            element(constructed(3), &[&element(SEQUENCE, &[&extensions.concat()])]),
        ];
        element(SEQUENCE, &[&element(SEQUENCE, &[&fields.concat()]), &element(SEQUENCE, &[]), &bit_string(&[0])])
    }

    fn times(tag: u8, from: &str) -> Vec<u8> {
        [element(tag, &[from.as_bytes()]), element(UTC_TIME, &[b"300101000000Z"])].concat()
    }

    #[test]
    fn fields_are_found_with_and_without_a_version() {
        for has_version in [true, false] {
            let der = certificate(&times(UTC_TIME, "240229120000Z"), has_version);
            let certificate = TbsCertificate::from_der(&der).expect("it is one");
            let validity = Validity { from: Time(1_709_208_000), until: Time(1_893_456_000) };
            assert_eq!((certificate.serial_number, certificate.validity), (&[1; 20][..], validity));
            assert_eq!((certificate.issuer, certificate.public_key), (&[0; 200][..], &[0, 4, 1, 2][..]));
            assert_eq!(certificate.subject, b"subject");
            assert_eq!(certificate.extension(SOME), Some(&some()[..]));
            assert_eq!(certificate.names(), ["example.org"]);
            assert_eq!(certificate.extension(OTHER), Some(&b"other"[..]));
            assert_eq!(certificate.extension(&[0x55]), None);
        }
    }

    #[test]
    fn a_time_has_one_of_two_forms() {
        for (tag, text, expected) in [
            (UTC_TIME, "700101000000Z", Some(0)),
            (GENERALIZED_TIME, "20501231235959Z", Some(2_556_143_999)),
            // RFC 5280, 4.1.2.5.2: neither an offset nor fractions.
            (GENERALIZED_TIME, "20501231235959.5Z", None),
            (UTC_TIME, "240229120000+0100", None),
            (UTC_TIME, "240230120000Z", None),
            (INTEGER, "240229120000Z", None),
        ] {
            let der = certificate(&times(tag, text), true);
            let found = TbsCertificate::from_der(&der).map(|certificate| certificate.validity.from.0);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_certificate_that_is_cut_off_is_none() {
        let whole = certificate(&times(UTC_TIME, "240229120000Z"), true);
        assert!(TbsCertificate::from_der(&whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(TbsCertificate::from_der(&whole[..length]), None, "{length} bytes");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_changed_certificate_is_read_without_a_panic(at in 0_usize..400, byte in proptest::num::u8::ANY) {
            let mut der = certificate(&times(UTC_TIME, "240229120000Z"), true);
            let at = at % der.len();
            der[at] = byte;
            let _ = TbsCertificate::from_der(&der).map(|certificate| (certificate.names(), common_name(certificate.issuer)));
        }
    }
}
