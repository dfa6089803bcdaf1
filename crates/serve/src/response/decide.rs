//! Decides what a request is answered, without writing it: steps 1 to 7 of [`mod@crate::response`].

use http::Method;

use super::outcome::{Outcome, Selected};
use crate::request::accept::Accept;
use crate::request::accept_encoding::AcceptEncoding;
use crate::request::conditional::{Precondition, precondition, range_applies};
use crate::request::fields::Fields;
use crate::request::range::{Range, Selection};
use crate::request::target::Target;
use crate::request::{Request, host};
use crate::site::Site;
use crate::site::fault::Fault;
use crate::site::page::{PreparedPage, PreparedVariant};
use crate::site::resolve::{Resolution, not_found, resolve};
use crate::site::vary::Vary;

/// The answer to a request, not yet written.
pub(crate) fn decide<'a, F: Fields>(site: &'a Site, now: i64, request: &Request<'a, '_, F>) -> Decision<'a> {
    SiteAt { site, now }.decide(request)
}

/// A site at a time.
#[derive(Clone, Copy)]
struct SiteAt<'a> {
    site: &'a Site,
    now: i64,
}

/// The answer to a request: it lies in the site and in the request's target.
pub(crate) type Decision<'a> = Result<Outcome<'a>, Fault>;

impl<'a> SiteAt<'a> {
    fn decide<F: Fields>(self, request: &Request<'a, '_, F>) -> Decision<'a> {
        // 1. RFC 9110 §9.1: a method that we know and do not serve is a 405, another one a 501.
        match *request.method {
            Method::GET | Method::HEAD | Method::OPTIONS => {}
            Method::POST | Method::PUT | Method::DELETE | Method::PATCH | Method::TRACE => {
                return Ok(Outcome::MethodNotAllowed);
            }
            Method::QUERY => return Ok(Outcome::MethodNotAllowed),
            Method::CONNECT => return Ok(Outcome::NoTunnel),
            _ => return Ok(Outcome::NotImplemented),
        }
        // 2. and 3.
        if !host::is_sound(request.fields, request.version, request.authority) {
            return Ok(Outcome::BadHost);
        }
        match (request.method, &request.target) {
            (_, Target::Malformed) => Ok(Outcome::BadTarget),
            (&Method::OPTIONS, _) => Ok(Outcome::Options),
            (_, Target::Asterisk) => Ok(Outcome::BadTarget),
            (_, Target::Nowhere) => self.not_found(request.fields),
            (_, Target::Path(path)) => self.find(path, request),
        }
    }

    /// 4. Finds what the path comes to.
    fn find<F: Fields>(self, path: &str, request: &Request<'a, '_, F>) -> Decision<'a> {
        let query = request.query.filter(|query| !query.is_empty());
        match resolve(self.site, path, self.now)? {
            Resolution::Page(page) => self.select(page, request),
            Resolution::Redirect(redirect) => Ok(Outcome::Redirect { redirect, query }),
            Resolution::Canonical(path) => Ok(Outcome::Canonical { path, query }),
            Resolution::NotFound => self.not_found(request.fields),
        }
    }

    /// The site's own page for it, in a coding that is welcome if there is one. No preconditions, no range: those are for what
    /// would be a 200 (RFC 9110 §13.2.1).
    fn not_found(self, fields: &impl Fields) -> Decision<'a> {
        let Some(page) = not_found(self.site, self.now)? else { return Ok(Outcome::NotFound(None)) };
        let variant = choose(page, fields).or_else(|| page.identity()).ok_or(Fault)?;
        Ok(Outcome::NotFound(Some(Selected { page, variant, vary: Vary::of(page, None) })))
    }

    /// 4. to 7.: from a page to what is sent of it.
    fn select<F: Fields>(self, page: &'a PreparedPage, request: &Request<'a, '_, F>) -> Decision<'a> {
        let alternate = self.site.alternate(page, self.now)?;
        let vary = Vary::of(page, alternate);
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

/// 7. RFC 9110 §14.2: `Range` is for GET alone, and comes after the preconditions.
fn part<F: Fields>(request: &Request<'_, '_, F>, selected: &Selected) -> Selection {
    let range = (*request.method == Method::GET).then(|| Range::of(request.fields)).flatten();
    match range {
        Some(range) if range_applies(request.fields, selected.etag()) => range.select(selected.variant.bytes.len()),
        _ => Selection::Whole,
    }
}

/// 5. The variant that is most acceptable; `None` where all are refused.
fn choose<'a>(page: &'a PreparedPage, fields: &impl Fields) -> Option<&'a PreparedVariant> {
    AcceptEncoding::of(fields).choose(&page.variants, |variant| (variant.coding, variant.bytes.len()))
}
