//! `Range`: any field line can be parsed, and its selection lies within the representation.

#![no_main]

use graven_serve::request::range::{Range, Selection};
use http::header::RANGE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (length, bytes) = (usize::from(input.0), input.1);
    let Ok(line) = HeaderValue::from_bytes(bytes) else { return };
    let Some(range) = Range::of(&HeaderMap::from_iter([(RANGE, line)])) else { return };
    if let Selection::Part(part) = range.select(length) {
        assert!(part.start < part.end && part.end <= length, "{range:?} of {length}: {part:?}");
    }
});
