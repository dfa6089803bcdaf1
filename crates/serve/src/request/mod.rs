//! What of a request has a say in its answer, however it was read: by hyper into a field map, or by [`crate::response::plain`] where it lies.

pub mod accept;
pub mod accept_encoding;
pub mod conditional;
pub mod fields;
pub mod host;
pub(crate) mod list;
pub(crate) mod plain;
pub mod qvalue;
pub mod range;
pub mod target;

use http::{Method, Version};

use self::target::Target;

/// A request's head, as [`mod@crate::response`] looks at it.
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
