//! The outcomes of requests, as values.

use graven_pack::Redirect;

use super::search::Searching;
use crate::request::range::Part;
use crate::site::page::{PreparedPage, PreparedVariant};
use crate::site::route_class::RouteClass;
use crate::site::vary::Vary;

/// The outcome of a request.
#[derive(Debug)]
pub(crate) enum Outcome<'a> {
    /// 200.
    Whole(Selected<'a>),
    /// 206.
    Part(Selected<'a>, Part),
    /// 304.
    NotModified(Selected<'a>),
    /// 404, with the site's own page if it has one.
    NotFound(Option<Selected<'a>>),
    /// 406.
    NotAcceptable(Vary),
    /// 412.
    PreconditionFailed,
    /// 416.
    RangeNotSatisfiable(Selected<'a>),
    /// 200: a search, which is made when the response is written.
    Search(Searching<'a>),
    /// 503: searches have used up their share of the time.
    SearchRefused(Searching<'a>),
    /// A redirect in the pack.
    Redirect { redirect: Redirect<'static>, query: Option<&'a str> },
    /// 308 to the canonical spelling of the requested path.
    Canonical { path: &'static str, query: Option<&'a str> },
    /// 204, for OPTIONS.
    Options,
    /// 400.
    InvalidHost,
    /// 400.
    InvalidTarget,
    /// 405.
    MethodNotAllowed,
    /// 405, for CONNECT.
    ConnectNotAllowed,
    /// 501.
    NotImplemented,
    /// 500: the pack is damaged. `verify` reports where.
    DamagedPack,
}

/// The variant selected for a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selected<'a> {
    pub(crate) page: &'a PreparedPage,
    pub(crate) variant: &'a PreparedVariant,
    pub(crate) vary: Vary,
}

impl Outcome<'_> {
    /// Returns the class of the requested route.
    pub(crate) fn route_class(&self) -> RouteClass {
        match self {
            Outcome::Whole(selected)
            | Outcome::Part(selected, _)
            | Outcome::NotModified(selected)
            | Outcome::RangeNotSatisfiable(selected) => RouteClass::from(selected.page.page.class()),
            Outcome::Search(_) => RouteClass::Page,
            Outcome::Redirect { .. } | Outcome::Canonical { .. } => RouteClass::Redirect,
            _ => RouteClass::None,
        }
    }
}

impl Selected<'_> {
    /// Returns the entity tag of the selected variant. It was text in the pack, so it is always valid here.
    pub(crate) fn etag(&self) -> &str {
        self.variant.etag.to_str().unwrap_or_default()
    }
}
