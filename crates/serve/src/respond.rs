//! The pure heart of the server: from a request's head to a response, without IO and without a clock of its own.
//!
//! 1. the method: GET and HEAD go on, all others are answered here;
//! 2. [`crate::host`]: one well-formed `Host`;
//! 3. [`crate::target`]: from the request target to a path;
//! 4. [`crate::resolve`] and [`crate::accept`]: from the path to a page, in one of its types;
//! 5. [`crate::accept_encoding`]: to one of its variants;
//! 6. [`crate::conditional`]: whether the client has it already;
//! 7. [`crate::range`]: whether it wants a part only;
//! 8. the answer is written into fields.
//!
//! HEAD is GET, and then the content is left out: so the two cannot differ.

use std::ops::Range as Span;

use http::request::Parts;
use http::uri::Authority;
use http::{Method, Response, Version};

use crate::accept::Accept;
use crate::accept_encoding::AcceptEncoding;
use crate::answer::{Answer, Fault, Selected, Vary};
use crate::body::Body;
use crate::conditional::{Precondition, precondition, range_applies};
use crate::host;
use crate::metrics::Route;
use crate::prepared::{PreparedPage, Site};
use crate::range::{Range, Selection};
use crate::request::{Fields, Request};
use crate::resolve::{Resolution, not_found, resolve};
use crate::target::Target;

/// Answers a request from the site, as it stands at the time `now` (in Unix seconds, see [`crate::time::now`]).
///
/// The request's field map becomes the response's, so that hyper can use one for all requests of a connection.
#[must_use]
pub fn respond(site: &Site, now: i64, request: Parts) -> Response<Body> {
    respond_to(site, now, request).0
}

/// The same, and what it is that was asked for.
pub(crate) fn respond_to(site: &Site, now: i64, request: Parts) -> (Response<Body>, Route) {
    let Parts { method, uri, version, mut headers, .. } = request;
    let authority = uri.authority().filter(|_| version == Version::HTTP_2).map(Authority::as_str);
    let (target, query) = (Target::of(&uri), uri.query());
    let head = Request { method: &method, target, query, version, authority, fields: &headers };
    let answer = answer(site, now, &head);
    headers.clear();
    let answer = answer.unwrap_or(Answer::Fault);
    let route = Route::of(&answer);
    let mut response = answer.write(headers);
    if method == Method::HEAD {
        response = response.map(Body::without_content);
    }
    (response, route)
}

/// Refuses a request whose target is none.
pub(crate) fn refuse_target(request: Parts) -> (Response<Body>, Route) {
    let mut headers = request.headers;
    headers.clear();
    let response = Answer::BadTarget.write(headers);
    let response = if request.method == Method::HEAD { response.map(Body::without_content) } else { response };
    (response, Route::None)
}

/// The answer to a request, not yet written.
pub(crate) fn answer<'a, F: Fields>(site: &'a Site, now: i64, request: &Request<'a, '_, F>) -> Answered<'a> {
    SiteAt { site, now }.answer(request)
}

/// A site at a time.
#[derive(Clone, Copy)]
struct SiteAt<'a> {
    site: &'a Site,
    now: i64,
}

/// The answer to a request: it lies in the site and in the request's target.
pub(crate) type Answered<'a> = Result<Answer<'a>, Fault>;

impl<'a> SiteAt<'a> {
    fn answer<F: Fields>(self, request: &Request<'a, '_, F>) -> Answered<'a> {
        // 1. RFC 9110 §9.1: a method that we know and do not serve is a 405, another one a 501.
        match *request.method {
            Method::GET | Method::HEAD | Method::OPTIONS => {}
            Method::POST | Method::PUT | Method::DELETE | Method::PATCH | Method::TRACE => {
                return Ok(Answer::MethodNotAllowed);
            }
            Method::QUERY => return Ok(Answer::MethodNotAllowed),
            Method::CONNECT => return Ok(Answer::NoTunnel),
            _ => return Ok(Answer::NotImplemented),
        }
        // 2. and 3.
        if !host::is_sound(request.fields, request.version, request.authority) {
            return Ok(Answer::BadHost);
        }
        match (request.method, &request.target) {
            (_, Target::Malformed) => Ok(Answer::BadTarget),
            (&Method::OPTIONS, _) => Ok(Answer::Options),
            (_, Target::Asterisk) => Ok(Answer::BadTarget),
            (_, Target::Nowhere) => self.not_found(request.fields),
            (_, Target::Path(path)) => self.find(path, request),
        }
    }

    /// 4. Finds what the path comes to.
    fn find<F: Fields>(self, path: &str, request: &Request<'a, '_, F>) -> Answered<'a> {
        let query = request.query.filter(|query| !query.is_empty());
        match resolve(self.site, path, self.now)? {
            Resolution::Page(page) => self.select(page, request),
            Resolution::Redirect(redirect) => Ok(Answer::Redirect { redirect, query }),
            Resolution::Canonical(path) => Ok(Answer::Canonical { path, query }),
            Resolution::NotFound => self.not_found(request.fields),
        }
    }

    /// The site's own page for it, in a coding that is welcome if there is one. No preconditions, no range: those are for what
    /// would be a 200 (RFC 9110 §13.2.1).
    fn not_found(self, fields: &impl Fields) -> Answered<'a> {
        let Some(page) = not_found(self.site, self.now)? else { return Ok(Answer::NotFound(None)) };
        let variant = AcceptEncoding::of(fields).choose(&page.variants).or_else(|| page.identity()).ok_or(Fault)?;
        Ok(Answer::NotFound(Some(Selected { page, variant, vary: Vary::of(page, None) })))
    }

    /// 4. to 7.: from a page to what is sent of it.
    fn select<F: Fields>(self, page: &'a PreparedPage, request: &Request<'a, '_, F>) -> Answered<'a> {
        let alternate = self.site.alternate(page, self.now)?;
        let vary = Vary::of(page, alternate);
        let accept = Accept::of(request.fields);
        let is_preferred =
            |alternate: &&PreparedPage| accept.prefers(alternate.page.content_type(), page.page.content_type());
        let page = alternate.filter(is_preferred).unwrap_or(page);
        let Some(variant) = AcceptEncoding::of(request.fields).choose(&page.variants) else {
            return Ok(Answer::NotAcceptable(vary));
        };
        let selected = Selected { page, variant, vary };
        Ok(match precondition(request.fields, selected.etag()) {
            Precondition::Failed => Answer::PreconditionFailed,
            Precondition::NotModified => Answer::NotModified(selected),
            Precondition::Holds => match part(request, &selected) {
                Selection::Whole => Answer::Whole(selected),
                Selection::Part(part) => Answer::Part(selected, part),
                Selection::Unsatisfiable => Answer::RangeNotSatisfiable(selected),
            },
        })
    }
}

/// 7. RFC 9110 §14.2: `Range` is for GET alone, and comes after the preconditions.
fn part<F: Fields>(request: &Request<'_, '_, F>, selected: &Selected) -> Selection {
    let range = (*request.method == Method::GET).then(|| Range::of(request.fields)).flatten();
    match range {
        Some(range) if range_applies(request.fields, selected.etag()) => range.select(selected.variant.bytes.len()),
        _ => Selection::Whole,
    }
}

/// A part of the stored bytes.
pub(crate) type Part = Span<usize>;
