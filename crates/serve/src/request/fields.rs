//! Access to the fields of a request. It is implemented for hyper's field map and for a plain request's bytes.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The fields of a request.
///
/// ```
/// use graven_serve::request::fields::Fields;
/// use http::header::{ACCEPT, HOST};
/// use http::{HeaderMap, HeaderValue};
///
/// let mut fields = HeaderMap::new();
/// fields.append(ACCEPT, HeaderValue::from_static("text/html"));
/// fields.append(ACCEPT, HeaderValue::from_static("text/markdown"));
///
/// assert_eq!(fields.first(&ACCEPT), Some(&b"text/html"[..]));
/// assert_eq!(fields.lines(&ACCEPT).count(), 2);
/// assert!(!fields.has(&HOST));
/// ```
pub trait Fields {
    /// Returns the values of all field lines with this name, in order.
    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]>;

    /// Returns the value of the first field line with this name.
    fn first(&self, name: &HeaderName) -> Option<&[u8]> {
        self.lines(name).next()
    }

    /// Returns whether there is a field line with this name.
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
