//! Outcomes: every normal result of a request, as a value.

use graven_pack::Redirect;

use crate::request::range::Part;
use crate::site::page::{PreparedPage, PreparedVariant};
use crate::site::route_class::RouteClass;
use crate::site::vary::Vary;

/// What a request is answered.
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
    /// A redirect that the pack holds.
    Redirect { redirect: Redirect<'static>, query: Option<&'a str> },
    /// 308 to the path of which the request's is another spelling.
    Canonical { path: &'static str, query: Option<&'a str> },
    /// 204, to OPTIONS.
    Options,
    /// 400.
    BadHost,
    /// 400.
    BadTarget,
    /// 405.
    MethodNotAllowed,
    /// 405, to CONNECT.
    NoTunnel,
    /// 501.
    NotImplemented,
    /// 500: the pack is damaged. What is wrong where, `verify` tells.
    Fault,
}

/// The variant that a request comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selected<'a> {
    pub(crate) page: &'a PreparedPage,
    pub(crate) variant: &'a PreparedVariant,
    pub(crate) vary: Vary,
}

impl Outcome<'_> {
    /// The class of route that was asked for.
    pub(crate) fn route_class(&self) -> RouteClass {
        match self {
            Outcome::Whole(selected)
            | Outcome::Part(selected, _)
            | Outcome::NotModified(selected)
            | Outcome::RangeNotSatisfiable(selected) => RouteClass::from(selected.page.page.class()),
            Outcome::Redirect { .. } | Outcome::Canonical { .. } => RouteClass::Redirect,
            _ => RouteClass::None,
        }
    }
}

impl Selected<'_> {
    /// The entity tag of the selected variant: it was read from the pack as text.
    pub(crate) fn etag(&self) -> &str {
        self.variant.etag.to_str().unwrap_or_default()
    }
}
