//! `Accept-Encoding`: any field line can be parsed, only a zero weight refuses identity, and repeating a line changes
//! nothing.

#![no_main]

use graven_pack::Coding;
use graven_serve::request::accept_encoding::{AcceptEncoding, Acceptance};
use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(line) = HeaderValue::from_bytes(bytes) else { return };
    let once = HeaderMap::from_iter([(ACCEPT_ENCODING, line.clone())]);
    let mut twice = once.clone();
    twice.append(ACCEPT_ENCODING, line);
    let accepted = AcceptEncoding::of(&once);
    assert_eq!(accepted, AcceptEncoding::of(&twice));
    if accepted.acceptance(Coding::Identity) == Acceptance::Refused {
        assert!(bytes.contains(&b'0'));
    }
});
