//! `Accept-Encoding`: any field line is read, identity is refused only by a zero, and a line says the same when it stands there twice.

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
