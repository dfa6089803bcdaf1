//! From a request's head to a response, without IO or a clock. [`respond`] lists the steps.
//!
//! `decide` takes steps 1 to 7, `write_fields` takes step 8. `plain` answers plain requests by the same decision, from cached heads.

pub(crate) mod body;
mod cached_head;
mod decide;
pub(crate) mod field_values;
mod outcome;
pub(crate) mod plain;
#[cfg(feature = "tls")]
pub(crate) mod redirect;
mod search;
mod write_fields;

use http::request::Parts;
use http::uri::Authority;
use http::{Method, Response, Version};

use self::body::Body;
use self::decide::decide;
use self::outcome::Outcome;
use crate::limits::allowance::ClientAllowance;
use crate::request::Request;
use crate::request::target::Target;
use crate::site::Site;
use crate::site::route_class::RouteClass;

/// Answers a request from the site at time `now`, in Unix seconds (see [`crate::time::now`]).
///
/// 1. Check the method: only GET and HEAD continue.
/// 2. Validate `Host` ([`crate::request::host`]).
/// 3. Parse the target into a path ([`crate::request::target`]).
/// 4. Find the page, in one of its media types ([`crate::request::accept`]).
/// 5. Choose a variant ([`crate::request::accept_encoding`]).
/// 6. Evaluate preconditions ([`crate::request::conditional`]).
/// 7. Select a range ([`crate::request::range`]).
/// 8. Write the fields.
///
/// HEAD is answered like GET, and then the content is removed, so the two cannot differ.
///
/// The request's field map is reused for the response, so that hyper can use one map for all requests of a connection.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
/// use graven_pack::{ALWAYS, Class, Coding, Pack};
/// use graven_serve::{Site, respond};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // A pack with one page.
/// let html = b"<!doctype html><title>Hello</title>".to_vec();
/// let page = PageSpec {
///     content_type: "text/html; charset=utf-8".to_owned(),
///     cache_control: "no-cache".to_owned(),
///     security_policy: "default-src 'none'".to_owned(),
///     class: Class::Page,
///     alternate: None,
///     variants: vec![VariantSpec { coding: Coding::Identity, etag: "\"1\"".to_owned(), bytes: html.clone() }],
/// };
/// let editions = vec![EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) }];
/// let image = Image { time: 0, routes: BTreeMap::from([("/".to_owned(), editions)]) };
/// let site = Site::new(Pack::open(image.write()?.leak())?);
///
/// let (request, ()) = http::Request::get("/").header("host", "example.org").body(())?.into_parts();
/// let response = respond(&site, 0, request);
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["etag"], "\"1\"");
/// assert_eq!(response.body().content(), html);
///
/// let (request, ()) =
///     http::Request::get("/").header("host", "example.org").header("if-none-match", "\"1\"").body(())?.into_parts();
/// assert_eq!(respond(&site, 0, request).status(), 304);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn respond(site: &Site, now: i64, request: Parts) -> Response<Body> {
    respond_to(site, now, request, None).0
}

/// Like [`respond`], and returns the class of the route. Searches beyond the allowance are refused.
pub(crate) fn respond_to(
    site: &Site,
    now: i64,
    request: Parts,
    allowance: Option<ClientAllowance<'_>>,
) -> (Response<Body>, RouteClass) {
    let Parts { method, uri, version, mut headers, .. } = request;
    let authority = uri.authority().filter(|_| version == Version::HTTP_2).map(Authority::as_str);
    let (target, query) = (Target::of(&uri), uri.query());
    let head = Request { method: &method, target, query, version, authority, fields: &headers };
    let outcome = decide(site, now, &head);
    headers.clear();
    let outcome = outcome.unwrap_or(Outcome::DamagedPack);
    let route = outcome.route_class();
    let mut response = match (outcome, allowance) {
        (Outcome::Search(search), Some(allowance)) if allowance.is_used_up() => {
            Outcome::SearchRefused(search).write(headers)
        }
        (outcome @ Outcome::Search(_), Some(allowance)) => allowance.charge(|| outcome.write(headers)),
        (outcome, _) => outcome.write(headers),
    };
    if method == Method::HEAD {
        response = response.map(Body::without_content);
    }
    (response, route)
}

/// Answers 400 to a request whose target is invalid.
pub(crate) fn refuse_target(request: Parts) -> (Response<Body>, RouteClass) {
    let mut headers = request.headers;
    headers.clear();
    let response = Outcome::InvalidTarget.write(headers);
    let response = if request.method == Method::HEAD { response.map(Body::without_content) } else { response };
    (response, RouteClass::None)
}
