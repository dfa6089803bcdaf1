//! Base 64 (RFC 4648) and PEM (RFC 7468), written. Reading PEM is left to rustls.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base 64 with `-` and `_`, without padding: what ACME uses everywhere (RFC 7515, 2).
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    let text = base64(bytes.as_ref());
    text.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Whether a text is what [`base64url`] writes. A token that is not may be no file name (RFC 8555, 8.3).
pub(crate) fn is_base64url(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// What [`base64url`] was made from; padding is left out or complete. `None` if it is something else.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if digits.len() % 4 == 1 || !is_base64url(digits) || text.len() - digits.len() > 2 {
        return None;
    }
    let value = |byte: u8| match byte {
        b'-' => Some(62),
        b'_' => Some(63),
        _ => STANDARD.iter().position(|digit| *digit == byte),
    };
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.as_bytes().chunks(4) {
        let bits =
            group.iter().enumerate().try_fold(0, |bits, (at, byte)| Some(bits | value(*byte)? << (18 - 6 * at)))?;
        bytes.extend(bits.to_be_bytes().iter().skip(size_of::<usize>() - 3).take(group.len() - 1));
    }
    Some(bytes)
}

/// Base 64 with padding.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().enumerate().fold(0, |bits, (at, byte)| bits | usize::from(*byte) << (16 - 8 * at));
        for at in 0..4 {
            let digit = STANDARD[bits >> (18 - 6 * at) & 63];
            text.push(if at <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// A section of a PEM file.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let digits = base64(der);
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.extend([line, "\n"]);
        rest = after;
    }
    text + &format!("-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};

    #[test]
    fn the_examples_of_rfc_4648_come_out() {
        for (plain, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(plain.as_bytes()), expected);
            assert_eq!(base64url(plain), expected.trim_end_matches('='));
        }
        assert_eq!(base64url([0xfb, 0xff, 0xfe]), "-__-");
    }

    #[test]
    fn only_base64url_is_a_file_name() {
        assert!(is_base64url("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"));
        for wrong in ["", ".", "..", "../x", "a/b", "a.b", "a b", "a\0", "ä"] {
            assert!(!is_base64url(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_base64url_is_refused() {
        for wrong in ["", "=", "a", "abcde", "ab+c", "a b", "ab=c", "a===", "\u{e4}aaa"] {
            assert_eq!(from_base64url(wrong), None, "{wrong}");
        }
        assert_eq!(from_base64url("Zm9vYg=="), Some(b"foob".to_vec()), "with padding");
    }

    proptest::proptest! {
        #[test]
        fn base64url_is_read_as_it_was_written(bytes in proptest::collection::vec(proptest::num::u8::ANY, 1..100)) {
            proptest::prop_assert_eq!(from_base64url(&base64url(&bytes)), Some(bytes));
        }

        #[test]
        fn rustls_reads_what_is_written(der in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let text = pem("CERTIFICATE", &der);
            let read = CertificateDer::from_pem_slice(text.as_bytes()).expect("it is PEM");
            proptest::prop_assert_eq!(read.as_ref(), der.as_slice());
        }
    }
}
