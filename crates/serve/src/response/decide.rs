//! Decides on the outcome of a request, without writing a response: steps 1 to 7 of [`crate::respond`].

use std::cell::Cell;

use graven_pack::Coding;
use http::Method;

use super::outcome::{Outcome, Selected};
use super::search::{Form, Searching};
use crate::limits::SNIPPET_BYTES;
use crate::request::accept::Accept;
use crate::request::accept_encoding::AcceptEncoding;
use crate::request::conditional::{Precondition, precondition, range_applies};
use crate::request::fields::Fields;
use crate::request::query::SearchQuery;
use crate::request::range::{Range, Selection};
use crate::request::target::Target;
use crate::request::{Request, host};
use crate::site::Site;
use crate::site::damage::DamagedPack;
use crate::site::page::{PreparedPage, PreparedVariant};
use crate::site::resolve::{Resolution, not_found, resolve};
use crate::site::vary::Vary;

/// Decides on the outcome of a request at time `now`.
pub(crate) fn decide<'a, F: Fields>(site: &'a Site, now: i64, request: &Request<'a, '_, F>) -> Decision<'a> {
    SiteAt { site, now }.decide(request)
}

/// A site at a time.
#[derive(Clone, Copy)]
struct SiteAt<'a> {
    site: &'a Site,
    now: i64,
}

/// The outcome of a request. It borrows from the site and from the request's target.
pub(crate) type Decision<'a> = Result<Outcome<'a>, DamagedPack>;

impl<'a> SiteAt<'a> {
    fn decide<F: Fields>(self, request: &Request<'a, '_, F>) -> Decision<'a> {
        // 1. RFC 9110 §9.1: 405 for a known method that is not supported, 501 for an unknown one.
        match *request.method {
            Method::GET | Method::HEAD | Method::OPTIONS => {}
            Method::POST | Method::PUT | Method::DELETE | Method::PATCH | Method::TRACE => {
                return Ok(Outcome::MethodNotAllowed);
            }
            Method::QUERY => return Ok(Outcome::MethodNotAllowed),
            Method::CONNECT => return Ok(Outcome::ConnectNotAllowed),
            _ => return Ok(Outcome::NotImplemented),
        }
        // 2. and 3.: the host and the target.
        if !host::is_valid(request.fields, request.version, request.authority) {
            return Ok(Outcome::InvalidHost);
        }
        match (request.method, &request.target) {
            (_, Target::Malformed) => Ok(Outcome::InvalidTarget),
            (&Method::OPTIONS, _) => Ok(Outcome::Options),
            (_, Target::Asterisk) => Ok(Outcome::InvalidTarget),
            (_, Target::Unroutable) => self.not_found(request.fields),
            (_, Target::Path(path)) => self.find(path, request),
        }
    }

    /// 4. Resolves the path.
    fn find<F: Fields>(self, path: &str, request: &Request<'a, '_, F>) -> Decision<'a> {
        let query = request.query.filter(|query| !query.is_empty());
        match resolve(self.site, path, self.now)? {
            Resolution::Page(page) => match self.search(path, page, request) {
                Some(outcome) => Ok(outcome),
                None => self.select(page, request),
            },
            Resolution::Redirect(redirect) => Ok(Outcome::Redirect { redirect, query }),
            Resolution::Canonical(path) => Ok(Outcome::Canonical { path, query }),
            Resolution::NotFound => self.not_found(request.fields),
        }
    }

    /// A search, if the path is the search page and there is a query.
    fn search<F: Fields>(
        self,
        path: &str,
        page: &'a PreparedPage,
        request: &Request<'a, '_, F>,
    ) -> Option<Outcome<'a>> {
        let query = SearchQuery::parse(request.query.filter(|_| self.site.is_search(path))?)?;
        let search = self.site.search(page, self.now)?;
        let accept = Accept::of(request.fields);
        let form = if accept.prefers("application/json", page.page.content_type()) { Form::Json } else { Form::Html };
        // The content is composed, not stored, so it has no coding.
        if AcceptEncoding::of(request.fields).choose(&[()], |()| (Coding::Identity, 0)).is_none() {
            return Some(Outcome::NotAcceptable(Vary::Both));
        }
        let inflatable = Cell::new(SNIPPET_BYTES);
        Some(Outcome::Search(Searching { site: self.site, now: self.now, search, page, query, form, inflatable }))
    }

    /// The site's 404 page, in an acceptable coding if there is one. Preconditions and ranges do not apply: they are
    /// for requests that would be a 200 (RFC 9110 §13.2.1).
    fn not_found(self, fields: &impl Fields) -> Decision<'a> {
        let Some(page) = not_found(self.site, self.now)? else { return Ok(Outcome::NotFound(None)) };
        let variant = choose(page, fields).or_else(|| page.identity()).ok_or(DamagedPack)?;
        Ok(Outcome::NotFound(Some(Selected { page, variant, vary: page.vary(None) })))
    }

    /// 4. to 7.: selects the representation, the variant and the range.
    fn select<F: Fields>(self, page: &'a PreparedPage, request: &Request<'a, '_, F>) -> Decision<'a> {
        let alternate = self.site.alternate(page, self.now)?;
        let vary = page.vary(alternate);
        let accept = Accept::of(request.fields);
        let is_preferred =
            |alternate: &&PreparedPage| accept.prefers(alternate.page.content_type(), page.page.content_type());
        let page = alternate.filter(is_preferred).unwrap_or(page);
        let Some(variant) = choose(page, request.fields) else {
            return Ok(Outcome::NotAcceptable(vary));
        };
        let selected = Selected { page, variant, vary };
        Ok(match precondition(request.fields, selected.etag()) {
            Precondition::Failed => Outcome::PreconditionFailed,
            Precondition::NotModified => Outcome::NotModified(selected),
            Precondition::Holds => match part(request, &selected) {
                Selection::Whole => Outcome::Whole(selected),
                Selection::Part(part) => Outcome::Part(selected, part),
                Selection::Unsatisfiable => Outcome::RangeNotSatisfiable(selected),
            },
        })
    }
}

/// 7. RFC 9110 §14.2: `Range` applies only to GET, and after the preconditions.
fn part<F: Fields>(request: &Request<'_, '_, F>, selected: &Selected) -> Selection {
    let range = (*request.method == Method::GET).then(|| Range::of(request.fields)).flatten();
    match range {
        Some(range) if range_applies(request.fields, selected.etag()) => range.select(selected.variant.source.len()),
        _ => Selection::Whole,
    }
}

/// 5. Returns the most acceptable variant, or `None` if all are refused.
fn choose<'a>(page: &'a PreparedPage, fields: &impl Fields) -> Option<&'a PreparedVariant> {
    AcceptEncoding::of(fields).choose(&page.variants, |variant| (variant.coding, variant.source.len()))
}
