//! Parsers of the parts of a request that determine its response. They read fields through [`fields::Fields`], so they
//! work on hyper's field map and on a plain request's bytes.

pub mod accept;
pub mod accept_encoding;
pub mod conditional;
pub mod fields;
pub mod host;
pub(crate) mod list;
pub(crate) mod plain;
pub(crate) mod query;
pub mod qvalue;
pub mod range;
pub mod target;

use http::{Method, Version};

use self::target::Target;

/// A request's head, as [`crate::respond`] uses it.
#[derive(Debug)]
pub(crate) struct Request<'a, 'fields, F> {
    pub(crate) method: &'fields Method,
    /// Lives as long as the response, which may contain the query.
    pub(crate) target: Target<'a>,
    /// The part of the target after `?`, if there is one.
    pub(crate) query: Option<&'a str>,
    pub(crate) version: Version,
    /// The `:authority` of HTTP/2.
    pub(crate) authority: Option<&'a str>,
    pub(crate) fields: &'fields F,
}
