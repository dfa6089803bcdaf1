//! What of a request has a say in its answer, however it was read: by hyper into a field map, or by [`crate::plain`] where it lies.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};

use crate::target::Target;

/// A request's head, as [`mod@crate::respond`] looks at it.
#[derive(Debug)]
pub(crate) struct Request<'a, 'fields, F> {
    pub(crate) method: &'fields Method,
    /// It lives as long as the answer, which may hold its query.
    pub(crate) target: Target<'a>,
    /// What stands behind the target's `?`, if anything does.
    pub(crate) query: Option<&'a str>,
    pub(crate) version: Version,
    /// `:authority` of HTTP/2.
    pub(crate) authority: Option<&'a str>,
    pub(crate) fields: &'fields F,
}

/// The fields of a request.
pub trait Fields {
    /// The values of all field lines of this name, in their order.
    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]>;

    /// Whether there is one.
    fn has(&self, name: &HeaderName) -> bool {
        self.lines(name).next().is_some()
    }
}

impl Fields for HeaderMap {
    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        self.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    fn has(&self, name: &HeaderName) -> bool {
        self.contains_key(name)
    }
}
