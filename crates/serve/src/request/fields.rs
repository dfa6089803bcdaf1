//! The fields of a request, however its head was read: by hyper and h2 into a field map, or by [`super::plain`] in the bytes received.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The fields of a request.
pub trait Fields {
    /// The values of all field lines of this name, in their order.
    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]>;

    /// The value of the first field line of this name.
    fn first(&self, name: &HeaderName) -> Option<&[u8]> {
        self.lines(name).next()
    }

    /// Whether there is one.
    fn has(&self, name: &HeaderName) -> bool {
        self.first(name).is_some()
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
