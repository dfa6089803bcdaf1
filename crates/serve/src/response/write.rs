//! Writes an outcome into status, fields and content: the last step of [`mod@crate::response`].

use bytes::Bytes;
use graven_pack::Coding;
use http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, InvalidHeaderValue, LOCATION, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::body::Body;
use super::fields;
use super::outcome::{Outcome, Selected};
use crate::request::range::Part;
use crate::request::target::encode;
use crate::site::fault::Fault;
use crate::site::page::value;
use crate::site::vary::Vary;

impl Outcome<'_> {
    /// Writes the answer into an empty field map.
    pub(crate) fn write(self, mut headers: HeaderMap) -> Response<Body> {
        let (status, body) = self.write_fields(&mut headers).unwrap_or_else(|Fault| {
            headers.clear();
            text(&mut headers, StatusCode::INTERNAL_SERVER_ERROR, FAULT)
        });
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    fn write_fields(self, headers: &mut HeaderMap) -> Result<(StatusCode, Body), Fault> {
        Ok(match self {
            Outcome::Whole(selected) => (StatusCode::OK, selected.whole(headers)),
            Outcome::Part(selected, part) => (StatusCode::PARTIAL_CONTENT, selected.part(headers, part)?),
            Outcome::NotModified(selected) => (StatusCode::NOT_MODIFIED, selected.nothing(headers)),
            Outcome::NotFound(Some(selected)) => (StatusCode::NOT_FOUND, selected.instead(headers)),
            Outcome::NotFound(None) => text(headers, StatusCode::NOT_FOUND, "There is nothing at this address.\n"),
            Outcome::NotAcceptable(vary) => {
                write_vary(vary, headers);
                text(headers, StatusCode::NOT_ACCEPTABLE, NOT_ACCEPTABLE)
            }
            Outcome::PreconditionFailed => text(headers, StatusCode::PRECONDITION_FAILED, PRECONDITION_FAILED),
            Outcome::RangeNotSatisfiable(selected) => {
                let length = selected.variant.bytes.len();
                headers.insert(CONTENT_RANGE, HeaderValue::try_from(format!("bytes */{length}"))?);
                headers.insert(ACCEPT_RANGES, fields::BYTES.clone());
                write_vary(selected.vary, headers);
                text(headers, StatusCode::RANGE_NOT_SATISFIABLE, "The range begins after the end.\n")
            }
            Outcome::Redirect { redirect, query } => {
                headers.insert(LOCATION, location(redirect.location(), query)?);
                headers.insert(CACHE_CONTROL, value(redirect.cache_control())?);
                (StatusCode::from_u16(redirect.status()).map_err(|_| Fault)?, Body::default())
            }
            Outcome::Canonical { path, query } => {
                headers.insert(LOCATION, canonical_location(path, query)?);
                headers.insert(CACHE_CONTROL, fields::AN_HOUR.clone());
                (StatusCode::PERMANENT_REDIRECT, Body::default())
            }
            Outcome::Options => {
                headers.insert(ALLOW, fields::ALLOW.clone());
                (StatusCode::NO_CONTENT, Body::default())
            }
            Outcome::BadHost => bad_request(headers, "The request must have one Host field, with a valid value.\n"),
            Outcome::BadTarget => bad_request(headers, "The request target is malformed.\n"),
            Outcome::MethodNotAllowed => {
                headers.insert(ALLOW, fields::ALLOW.clone());
                text(headers, StatusCode::METHOD_NOT_ALLOWED, "Only GET, HEAD and OPTIONS are allowed here.\n")
            }
            // What follows may be meant for the tunnel already, so it is not read as requests.
            Outcome::NoTunnel => {
                headers.insert(CONNECTION, fields::CLOSE.clone());
                return Outcome::MethodNotAllowed.write_fields(headers);
            }
            Outcome::NotImplemented => text(headers, StatusCode::NOT_IMPLEMENTED, "This method is not implemented.\n"),
            Outcome::Fault => text(headers, StatusCode::INTERNAL_SERVER_ERROR, FAULT),
        })
    }
}

const NOT_ACCEPTABLE: &str =
    "This page is stored in codings that Accept-Encoding refuses, and identity is refused too.\n";
const PRECONDITION_FAILED: &str = "The page is not the one that If-Match names.\n";
const FAULT: &str = "The site image is damaged: its operator should run `verify`.\n";

impl Selected<'_> {
    /// 200: all fields, all bytes.
    fn whole(&self, headers: &mut HeaderMap) -> Body {
        self.write_representation(headers);
        headers.insert(ETAG, self.variant.etag.clone());
        headers.insert(ACCEPT_RANGES, fields::BYTES.clone());
        Body::new(Bytes::from_static(self.variant.bytes))
    }

    /// 206: all fields of a 200, some of its bytes (RFC 9110 §15.3.7.1).
    fn part(&self, headers: &mut HeaderMap, part: Part) -> Result<Body, Fault> {
        self.whole(headers);
        let bytes = self.variant.bytes;
        let text = format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), bytes.len());
        headers.insert(CONTENT_RANGE, HeaderValue::try_from(text)?);
        bytes.get(part).map(|part| Body::new(Bytes::from_static(part))).ok_or(Fault)
    }

    /// 304: what may have changed while the content did not, and no more (RFC 9110 §15.4.5).
    fn nothing(&self, headers: &mut HeaderMap) -> Body {
        headers.insert(ETAG, self.variant.etag.clone());
        headers.insert(CACHE_CONTROL, self.page.cache_control.clone());
        write_vary(self.vary, headers);
        Body::default()
    }

    /// 404: the bytes, and no validator, since there is nothing that they could validate.
    fn instead(&self, headers: &mut HeaderMap) -> Body {
        self.write_representation(headers);
        Body::new(Bytes::from_static(self.variant.bytes))
    }

    fn write_representation(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_TYPE, self.page.content_type.clone());
        if self.variant.coding != Coding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(self.variant.coding.token()));
        }
        write_vary(self.vary, headers);
        headers.insert(CACHE_CONTROL, self.page.cache_control.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, fields::NOSNIFF.clone());
        if let Some(policy) = &self.page.security_policy {
            headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
            headers.insert(REFERRER_POLICY, fields::REFERRER_POLICY.clone());
            headers.insert(HeaderName::from_static("permissions-policy"), fields::PERMISSIONS_POLICY.clone());
            headers.insert(HeaderName::from_static("cross-origin-opener-policy"), fields::OPENER_POLICY.clone());
        }
    }
}

/// An answer that has no page of the site: a line of text.
fn text(headers: &mut HeaderMap, status: StatusCode, text: &'static str) -> (StatusCode, Body) {
    headers.insert(CONTENT_TYPE, fields::PLAIN_TEXT.clone());
    headers.insert(CACHE_CONTROL, fields::NO_STORE.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, fields::NOSNIFF.clone());
    (status, Body::new(Bytes::from_static(text.as_bytes())))
}

/// A 400 ends the connection: who sends one is not understood, and what follows might not be either.
fn bad_request(headers: &mut HeaderMap, reason: &'static str) -> (StatusCode, Body) {
    headers.insert(CONNECTION, fields::CLOSE.clone());
    text(headers, StatusCode::BAD_REQUEST, reason)
}

/// The `Location` of a redirect that the pack holds. The query is kept where it leads to a path of this site that has none of
/// its own; elsewhere it is exactly what the settings name.
fn location(target: &'static str, query: Option<&str>) -> Result<HeaderValue, InvalidHeaderValue> {
    match query {
        Some(query) if target.starts_with('/') && !target.contains('?') => {
            let (path, fragment) = target.split_at(target.find('#').unwrap_or(target.len()));
            HeaderValue::try_from(format!("{path}?{query}{fragment}"))
        }
        _ => value(target),
    }
}

/// The `Location` of a path of the pack: it begins with one slash, since no path of a pack begins with two.
fn canonical_location(path: &str, query: Option<&str>) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut location = String::with_capacity(path.len() + query.map_or(0, |query| query.len() + 1));
    encode(path, &mut location);
    if let Some(query) = query {
        location.push('?');
        location.push_str(query);
    }
    HeaderValue::try_from(location)
}

fn write_vary(vary: Vary, headers: &mut HeaderMap) {
    let value = match vary {
        Vary::Nothing => return,
        Vary::Encoding => &fields::VARY_ENCODING,
        Vary::Type => &fields::VARY_TYPE,
        Vary::Both => &fields::VARY_BOTH,
    };
    headers.insert(VARY, value.clone());
}
