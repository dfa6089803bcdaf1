//! Writes an outcome as status, fields and content: step 8 of [`crate::respond`].

use bytes::Bytes;
use graven_pack::Coding;
use http::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, InvalidHeaderValue, LOCATION, REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::body::Body;
use super::field_values;
use super::outcome::{Outcome, Selected};
use super::search::{Form, Searching};
use crate::request::range::Part;
use crate::request::target::encode;
use crate::site::damage::DamagedPack;
use crate::site::page::{PreparedPage, field_value};
use crate::site::vary::Vary;

impl Outcome<'_> {
    /// Writes the response. `headers` must be empty.
    pub(crate) fn write(self, mut headers: HeaderMap) -> Response<Body> {
        let (status, body) = self.write_fields(&mut headers).unwrap_or_else(|DamagedPack| {
            headers.clear();
            text(&mut headers, StatusCode::INTERNAL_SERVER_ERROR, DAMAGED)
        });
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    fn write_fields(self, headers: &mut HeaderMap) -> Result<(StatusCode, Body), DamagedPack> {
        Ok(match self {
            Outcome::Whole(selected) => (StatusCode::OK, selected.write_whole(headers)),
            Outcome::Part(selected, part) => (StatusCode::PARTIAL_CONTENT, selected.write_part(headers, part)?),
            Outcome::NotModified(selected) => (StatusCode::NOT_MODIFIED, selected.write_not_modified(headers)),
            Outcome::NotFound(Some(selected)) => (StatusCode::NOT_FOUND, selected.write_not_found(headers)),
            Outcome::NotFound(None) => text(headers, StatusCode::NOT_FOUND, "There is no page at this address.\n"),
            Outcome::NotAcceptable(vary) => {
                write_vary(vary, headers);
                text(headers, StatusCode::NOT_ACCEPTABLE, NOT_ACCEPTABLE)
            }
            Outcome::PreconditionFailed => text(headers, StatusCode::PRECONDITION_FAILED, PRECONDITION_FAILED),
            Outcome::RangeNotSatisfiable(selected) => selected.refuse_range(headers)?,
            Outcome::Search(search) => (StatusCode::OK, search.write(search.content(), headers)),
            Outcome::SearchRefused(search) => (StatusCode::SERVICE_UNAVAILABLE, search.refuse(headers)),
            Outcome::Redirect { redirect, query } => {
                headers.insert(LOCATION, location(redirect.location(), query)?);
                headers.insert(CACHE_CONTROL, field_value(redirect.cache_control())?);
                (StatusCode::from_u16(redirect.status()).map_err(|_| DamagedPack)?, Body::default())
            }
            Outcome::Canonical { path, query } => {
                headers.insert(LOCATION, canonical_location(path, query)?);
                headers.insert(CACHE_CONTROL, field_values::AN_HOUR.clone());
                (StatusCode::PERMANENT_REDIRECT, Body::default())
            }
            Outcome::Options => {
                headers.insert(ALLOW, field_values::ALLOW.clone());
                (StatusCode::NO_CONTENT, Body::default())
            }
            Outcome::InvalidHost => bad_request(headers, "The request must have one Host field, with a valid value.\n"),
            Outcome::InvalidTarget => bad_request(headers, "The request target is malformed.\n"),
            Outcome::MethodNotAllowed => {
                headers.insert(ALLOW, field_values::ALLOW.clone());
                text(headers, StatusCode::METHOD_NOT_ALLOWED, "Only GET, HEAD and OPTIONS are allowed.\n")
            }
            // Bytes after a CONNECT may already be meant for the tunnel, so they are not read as requests.
            Outcome::ConnectNotAllowed => {
                headers.insert(CONNECTION, field_values::CLOSE.clone());
                return Outcome::MethodNotAllowed.write_fields(headers);
            }
            Outcome::NotImplemented => text(headers, StatusCode::NOT_IMPLEMENTED, "This method is not implemented.\n"),
            Outcome::DamagedPack => text(headers, StatusCode::INTERNAL_SERVER_ERROR, DAMAGED),
        })
    }
}

const NOT_ACCEPTABLE: &str = "Accept-Encoding refuses every coding in which this page is stored, and identity.\n";
const PRECONDITION_FAILED: &str = "If-Match does not match the page's entity tag.\n";
const DAMAGED: &str = "The site image is damaged. If you operate this site, run `verify`.\n";

impl Selected<'_> {
    /// 200: all fields, all bytes.
    fn write_whole(&self, headers: &mut HeaderMap) -> Body {
        self.write_representation(headers);
        headers.insert(ETAG, self.variant.etag.clone());
        headers.insert(ACCEPT_RANGES, field_values::BYTES.clone());
        self.whole()
    }

    /// 206: the fields of a 200, and some of its bytes (RFC 9110 §15.3.7.1).
    fn write_part(&self, headers: &mut HeaderMap, part: Part) -> Result<Body, DamagedPack> {
        self.write_whole(headers);
        let source = self.variant.source;
        let text = format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), source.len());
        headers.insert(CONTENT_RANGE, HeaderValue::try_from(text)?);
        Body::part(source, part).ok_or(DamagedPack)
    }

    /// 416 (RFC 9110 §15.5.17).
    fn refuse_range(&self, headers: &mut HeaderMap) -> Result<(StatusCode, Body), DamagedPack> {
        let length = self.variant.source.len();
        headers.insert(CONTENT_RANGE, HeaderValue::try_from(format!("bytes */{length}"))?);
        headers.insert(ACCEPT_RANGES, field_values::BYTES.clone());
        write_vary(self.vary, headers);
        Ok(text(headers, StatusCode::RANGE_NOT_SATISFIABLE, "The range begins after the end of the page.\n"))
    }

    /// 304: only the fields that a cache may need to update (RFC 9110 §15.4.5).
    fn write_not_modified(&self, headers: &mut HeaderMap) -> Body {
        headers.insert(ETAG, self.variant.etag.clone());
        headers.insert(CACHE_CONTROL, self.page.cache_control.clone());
        write_vary(self.vary, headers);
        Body::default()
    }

    /// 404: all bytes, without a validator, which only a 200 of this path could use.
    fn write_not_found(&self, headers: &mut HeaderMap) -> Body {
        self.write_representation(headers);
        self.whole()
    }

    /// All bytes.
    fn whole(&self) -> Body {
        let source = self.variant.source;
        Body::part(source, 0..source.len()).unwrap_or_default()
    }

    fn write_representation(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_TYPE, self.page.content_type.clone());
        if self.variant.coding != Coding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(self.variant.coding.token()));
        }
        write_vary(self.vary, headers);
        headers.insert(CACHE_CONTROL, self.page.cache_control.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, field_values::NOSNIFF.clone());
        write_policies(self.page, headers);
    }
}

impl Searching<'_> {
    /// 503 (RFC 9110 §15.6.4): the search page, and when to try again.
    fn refuse(&self, headers: &mut HeaderMap) -> Body {
        let body = self.write(self.refusal(), headers);
        headers.insert(RETRY_AFTER, field_values::A_SECOND.clone());
        headers.insert(CACHE_CONTROL, field_values::NO_STORE.clone());
        body
    }

    /// The fields of the search page, without those that need stored content.
    fn write(&self, content: String, headers: &mut HeaderMap) -> Body {
        match self.form {
            Form::Html => {
                headers.insert(CONTENT_TYPE, self.page.content_type.clone());
                headers.insert(HeaderName::from_static("x-robots-tag"), field_values::NO_INDEX.clone());
                write_policies(self.page, headers);
            }
            Form::Json => drop(headers.insert(CONTENT_TYPE, field_values::JSON.clone())),
        }
        write_vary(Vary::Both, headers);
        headers.insert(CACHE_CONTROL, self.page.cache_control.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, field_values::NOSNIFF.clone());
        Body::composed(content)
    }
}

/// The fields that limit what a page may do and what it tells other sites, and the one that names the rules for prefetching.
fn write_policies(page: &PreparedPage, headers: &mut HeaderMap) {
    if let Some(policy) = &page.security_policy {
        headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        headers.insert(REFERRER_POLICY, field_values::REFERRER_POLICY.clone());
        headers.insert(HeaderName::from_static("permissions-policy"), field_values::PERMISSIONS_POLICY.clone());
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), field_values::OPENER_POLICY.clone());
    }
    if let Some(rules) = &page.prefetch_rules {
        headers.insert(HeaderName::from_static("speculation-rules"), rules.clone());
    }
}

/// A response that is a line of text and no page of the site.
fn text(headers: &mut HeaderMap, status: StatusCode, text: &'static str) -> (StatusCode, Body) {
    headers.insert(CONTENT_TYPE, field_values::PLAIN_TEXT.clone());
    headers.insert(CACHE_CONTROL, field_values::NO_STORE.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, field_values::NOSNIFF.clone());
    (status, Body::new(Bytes::from_static(text.as_bytes())))
}

/// A 400 closes the connection: if this request is invalid, the bytes that follow may be misinterpreted.
fn bad_request(headers: &mut HeaderMap, reason: &'static str) -> (StatusCode, Body) {
    headers.insert(CONNECTION, field_values::CLOSE.clone());
    text(headers, StatusCode::BAD_REQUEST, reason)
}

/// The `Location` of a redirect in the pack. The query is kept if the target is a path of this site without a query.
/// Other targets are sent exactly as configured.
fn location(target: &'static str, query: Option<&str>) -> Result<HeaderValue, InvalidHeaderValue> {
    match query {
        Some(query) if target.starts_with('/') && !target.contains('?') => {
            let (path, fragment) = target.split_at(target.find('#').unwrap_or(target.len()));
            HeaderValue::try_from(format!("{path}?{query}{fragment}"))
        }
        _ => field_value(target),
    }
}

/// The `Location` of a path of the pack. It begins with exactly one slash, because no path of a pack begins with two.
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
        Vary::Encoding => &field_values::VARY_ENCODING,
        Vary::Type => &field_values::VARY_TYPE,
        Vary::Both => &field_values::VARY_BOTH,
    };
    headers.insert(VARY, value.clone());
}
