//! The kinds of route that the metrics distinguish.

use graven_pack::Class;

/// The kind of route that a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RouteClass {
    Page,
    Feed,
    Asset,
    File,
    Redirect,
    /// No route of the pack: not found, or a malformed request.
    None,
}

impl RouteClass {
    pub(crate) const ALL: [RouteClass; 6] = [
        RouteClass::Page,
        RouteClass::Feed,
        RouteClass::Asset,
        RouteClass::File,
        RouteClass::Redirect,
        RouteClass::None,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            RouteClass::Page => "page",
            RouteClass::Feed => "feed",
            RouteClass::Asset => "asset",
            RouteClass::File => "file",
            RouteClass::Redirect => "redirect",
            RouteClass::None => "none",
        }
    }
}

impl From<Class> for RouteClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Page => RouteClass::Page,
            Class::Feed => RouteClass::Feed,
            Class::Asset => RouteClass::Asset,
            Class::File => RouteClass::File,
        }
    }
}
