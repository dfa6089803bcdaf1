//! `If-Match`, `If-None-Match`, `If-Range`: any field lines can be parsed, and a tag matches only a line that contains
//! it.

#![no_main]

use graven_serve::request::conditional::{Precondition, precondition, range_applies};
use http::header::{IF_MATCH, IF_NONE_MATCH, IF_RANGE};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

const ETAG: &str = "\"0123456789abcdef\"";

fuzz_target!(|lines: (Option<&[u8]>, Option<&[u8]>, Option<&[u8]>)| {
    let mut fields = HeaderMap::new();
    for (name, line) in [(IF_MATCH, lines.0), (IF_NONE_MATCH, lines.1), (IF_RANGE, lines.2)] {
        let Some(value) = line.and_then(|line| HeaderValue::from_bytes(line).ok()) else { continue };
        fields.insert(name, value);
    }
    let value = |name| fields.get(name).map(HeaderValue::as_bytes).unwrap_or_default();
    let contains_tag = |bytes: &[u8]| bytes.contains(&b'*') || bytes.windows(ETAG.len()).any(|tag| tag == ETAG.as_bytes());
    match precondition(&fields, ETAG) {
        Precondition::NotModified => assert!(contains_tag(value(IF_NONE_MATCH))),
        Precondition::Holds => assert!(!fields.contains_key(IF_MATCH) || contains_tag(value(IF_MATCH))),
        Precondition::Failed => assert!(fields.contains_key(IF_MATCH)),
    }
    if range_applies(&fields, ETAG) && fields.contains_key(IF_RANGE) {
        assert!(contains_tag(value(IF_RANGE)));
    }
});
