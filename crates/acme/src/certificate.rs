//! What a certificate says (RFC 5280): names, issuer, dates, and the identifier by which the CA is asked when to renew it (RFC 9773).
//!
//! The certificates are those that the CA sent over a checked connection, or that are in the state folder. Their signatures are for browsers to check.

use graven_time::Time;
use graven_x509::der::{Reader, SEQUENCE, primitive};
use graven_x509::{TbsCertificate, common_name};
use ring::digest::{SHA256, digest};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::decide::Validity;
use crate::encode::base64url;
use crate::keys::{Key, belongs_to};

/// A server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// Its names in lower case, sorted.
    pub(crate) names: Vec<String>,
    /// The common name of its issuer, else the organisation.
    pub(crate) issuer: String,
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
    /// RFC 9773, 4.1. `None` if the certificate does not name the key of its issuer.
    pub(crate) identifier: Option<String>,
    /// The point on the curve, as the BIT STRING has it.
    public_key: Vec<u8>,
}

const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x23];

impl Certificate {
    /// Reads a file of a private key and a chain. `None` if one of them is missing, cut off, or if they do not belong together.
    pub(crate) fn from_file(pem: &[u8]) -> Option<Self> {
        // A last certificate of which less than its first line is left would not be missed.
        if !pem.trim_ascii_end().ends_with(b"-----END CERTIFICATE-----") {
            return None;
        }
        let key = PrivateKeyDer::from_pem_slice(pem).ok()?;
        let certificate = Self::from_chain(pem)?;
        belongs_to(&key, &certificate.public_key).then_some(certificate)
    }

    /// Reads the first certificate of a chain. All of them must be complete.
    pub(crate) fn from_chain(pem: &[u8]) -> Option<Self> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        Self::from_der(chain.ok()?.first()?)
    }

    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        let certificate = TbsCertificate::from_der(der)?;
        let authority_key = certificate.extension(AUTHORITY_KEY_IDENTIFIER).and_then(key_identifier);
        let serial_number = certificate.serial_number;
        Some(Self {
            names: certificate.names(),
            issuer: common_name(certificate.issuer),
            not_before: certificate.validity.from,
            not_after: certificate.validity.until,
            identifier: authority_key.map(|key| format!("{}.{}", base64url(key), base64url(serial_number))),
            public_key: certificate.public_key.to_vec(),
        })
    }

    /// Its dates, and a number that differs from certificate to certificate and stays the same for one.
    pub(crate) fn validity(&self) -> Validity {
        let hash = digest(&SHA256, &self.public_key);
        let spread = i64::from(u16::from_be_bytes([hash.as_ref()[0], hash.as_ref()[1]])) * 1_000 / 0x1_0000;
        Validity { not_before: self.not_before, not_after: self.not_after, spread }
    }

    /// Whether it has all of these names.
    pub(crate) fn covers(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.names.contains(name))
    }

    /// Whether a key is the one that it certifies.
    pub(crate) fn is_for(&self, key: &Key) -> bool {
        self.public_key.strip_prefix(&[0]) == Some(key.public())
    }
}

fn key_identifier(value: &[u8]) -> Option<&[u8]> {
    Reader::new(Reader::new(value).next_if(SEQUENCE)?).next_if(primitive(0))
}

#[cfg(test)]
mod tests {
    use graven_x509::SUBJECT_ALT_NAME;
    use graven_x509::der::{
        BOOLEAN, GENERALIZED_TIME, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SET, UTC_TIME, UTF8_STRING, bit_string,
        constructed, element,
    };

    use super::*;
    use crate::encode::pem;

    const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

    /// A certificate without a signature that counts: with the issuer's key and the serial number of RFC 9773, 4.1.
    fn der(names: &[&str], not_after: &[u8]) -> Vec<u8> {
        let attribute = |kind, text: &str| {
            let pair = [element(OBJECT_IDENTIFIER, &[kind]), element(UTF8_STRING, &[text.as_bytes()])].concat();
            element(SET, &[&element(SEQUENCE, &[&pair])])
        };
        let issuer =
            element(SEQUENCE, &[&attribute(ORGANIZATION, "Company"), &attribute(COMMON_NAME, "CA\u{1b}[31m 7")]);
        let validity =
            element(SEQUENCE, &[&element(UTC_TIME, &[b"261128135500Z"]), &element(GENERALIZED_TIME, &[not_after])]);
        let key_info = element(SEQUENCE, &[&element(SEQUENCE, &[]), &bit_string(&[4, 1, 2])]);
        let names: Vec<_> = names.iter().map(|name| element(primitive(2), &[name.as_bytes()])).collect();
        let key: &[u8] = &[
            0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3, 0x7b, 0x84, 0x7b, 0xa0, 0xae, 0x2c, 0xde, 0x01,
            0xc8, 0xd4,
        ];
        let extension = |kind, value: &[u8]| {
            element(
                SEQUENCE,
                &[
                    &element(OBJECT_IDENTIFIER, &[kind]),
                    &element(BOOLEAN, &[&[0xff]]),
                    &element(OCTET_STRING, &[value]),
                ],
            )
        };
        let names = extension(SUBJECT_ALT_NAME, &element(SEQUENCE, &[&names.concat()]));
        let key = extension(AUTHORITY_KEY_IDENTIFIER, &element(SEQUENCE, &[&element(primitive(0), &[key])]));
        let extensions = element(constructed(3), &[&element(SEQUENCE, &[&names, &key])]);
        let serial = element(INTEGER, &[&[0x00, 0x87, 0x65, 0x43, 0x21]]);
        let empty = element(SEQUENCE, &[]);
        let fields = [
            &element(constructed(0), &[&element(INTEGER, &[&[2]])]),
            &serial,
            &empty,
            &issuer,
            &validity,
            &empty,
            &key_info,
            &extensions,
        ];
        element(SEQUENCE, &[&element(SEQUENCE, &fields.map(Vec::as_slice)), &empty, &bit_string(&[0])])
    }

    #[test]
    fn a_certificate_is_read() {
        let certificate =
            Certificate::from_der(&der(&["www.Example.org", "example.org"], b"20270226135500Z")).expect("it is one");
        assert_eq!(certificate.names, ["example.org", "www.example.org"]);
        assert_eq!(certificate.issuer, "CA[31m 7", "without control characters");
        assert_eq!(certificate.not_before.to_string(), "2026-11-28T13:55:00Z");
        assert_eq!(certificate.not_after.to_string(), "2027-02-26T13:55:00Z");
        assert_eq!(certificate.identifier.as_deref(), Some("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"), "RFC 9773, 4.1");
        assert!((0..1_000).contains(&certificate.validity().spread));
        assert_eq!(Certificate::from_der(&der(&["example.org"], b"20270231135500Z")), None, "31 February");
    }

    #[test]
    fn a_file_is_a_certificate_only_with_its_own_key_and_to_its_end() {
        let now = Time(1_795_874_100);
        let (key, other) = (Key::for_certificate(), Key::for_certificate());
        let certificate = pem("CERTIFICATE", &key.challenge_certificate("example.org", "token.key", now));
        let file = key.to_pem() + &certificate;
        let read = Certificate::from_file(file.as_bytes()).expect("key and certificate");
        assert_eq!((read.names.as_slice(), read.issuer.as_str()), (&["example.org".to_owned()][..], "acme"));
        assert!(read.is_for(&key) && !read.is_for(&other));
        assert_eq!(Certificate::from_file((other.to_pem() + &certificate).as_bytes()), None, "another key");
        assert_eq!(Certificate::from_file(certificate.as_bytes()), None, "no key");
        let chain = file.clone() + &certificate;
        let whole = file.trim_end().len()..=file.len();
        for end in (0..chain.trim_end().len()).filter(|end| !whole.contains(end)) {
            assert_eq!(Certificate::from_file(&chain.as_bytes()[..end]), None, "cut off at {end}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_changed_certificate_is_read_without_a_panic(at in 0_usize..400, byte in proptest::num::u8::ANY, end in 0_usize..400) {
            let mut der = der(&["example.org"], b"20270226135500Z");
            let (at, end) = (at % der.len(), end % der.len());
            der[at] = byte;
            let _ = (Certificate::from_der(&der), Certificate::from_der(&der[..end]));
        }
    }
}
