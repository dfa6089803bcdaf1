//! The fields that do not depend on the page, and why they are sent.

use http::{HeaderValue, StatusCode};

/// Whether an answer with this status says how long its content is: there is none in a 204, and the length of a 304 would be the
/// page's (RFC 9110 §8.6).
pub(crate) fn has_length(status: StatusCode) -> bool {
    !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// For the answers that have a text of ours: what is wrong with one request says nothing of the next.
pub(crate) static NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// For a redirect that is computed. A 308 without a lifetime sticks for years (RFC 9111 §4.2.2), so an hour.
pub(crate) static AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// What all resources of a site can be asked for (RFC 9110 §10.2.1).
pub(crate) static ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Ranges are served of all representations (RFC 9110 §14.3).
pub(crate) static BYTES: HeaderValue = HeaderValue::from_static("bytes");

/// The type of the texts of ours.
pub(crate) static PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// After this answer the connection is closed (RFC 9112 §9.6).
pub(crate) static CLOSE: HeaderValue = HeaderValue::from_static("close");

/// `X-Content-Type-Options`: the type is what we say, also of a text that looks like a script.
pub(crate) static NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// `Referrer-Policy`: other sites learn which site a reader comes from, and not which page.
pub(crate) static REFERRER_POLICY: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");

/// `Permissions-Policy`: no page, and nothing in a page, has a use for these.
pub(crate) static PERMISSIONS_POLICY: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=()");

/// `Cross-Client-Opener-Policy`: who opens a page of ours has no hold on it.
pub(crate) static OPENER_POLICY: HeaderValue = HeaderValue::from_static("same-origin");

/// `Vary` by what the representation was chosen (RFC 9110 §12.5.5).
pub(crate) static VARY_ENCODING: HeaderValue = HeaderValue::from_static("Accept-Encoding");
/// See [`VARY_ENCODING`].
pub(crate) static VARY_TYPE: HeaderValue = HeaderValue::from_static("Accept");
/// See [`VARY_ENCODING`].
pub(crate) static VARY_BOTH: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding");
