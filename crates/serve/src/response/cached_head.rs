//! Cached heads of responses to plain requests: serialized once, sent many times.

use http::{HeaderMap, Response, StatusCode};

use super::body::Body;
use super::field_values::has_length;
use super::outcome::{Outcome, Selected};

/// The responses whose heads are cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadKind {
    Whole,
    NotModified,
    NotFound,
}

impl HeadKind {
    pub(super) fn status(self) -> StatusCode {
        match self {
            HeadKind::Whole => StatusCode::OK,
            HeadKind::NotModified => StatusCode::NOT_MODIFIED,
            HeadKind::NotFound => StatusCode::NOT_FOUND,
        }
    }

    /// Returns the head from the variant's cache.
    pub(super) fn head(self, selected: Selected<'_>) -> Option<&[u8]> {
        let make = || serialize(&self.response(selected));
        selected.variant.heads.get_or_init(self as usize, selected.vary, make)
    }

    fn response(self, selected: Selected<'_>) -> Response<Body> {
        let outcome = match self {
            HeadKind::Whole => Outcome::Whole(selected),
            HeadKind::NotModified => Outcome::NotModified(selected),
            HeadKind::NotFound => Outcome::NotFound(Some(selected)),
        };
        outcome.write(HeaderMap::new())
    }
}

/// Serializes a response's head as hyper does, without `Date` and the empty line.
fn serialize(response: &Response<Body>) -> Box<[u8]> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", status.as_str()).into_bytes();
    for (name, value) in response.headers() {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    if has_length(status) {
        head.extend(format!("content-length: {}\r\n", response.body().length()).into_bytes());
    }
    head.into_boxed_slice()
}
