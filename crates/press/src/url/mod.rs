//! URLs: the one place that encodes, decodes, resolves and joins them.

mod attribute;
mod base_url;
mod encoding;
mod reference;
mod tree_path;

pub(crate) use attribute::{references_in, urls_in, with_hrefs};
pub use base_url::BaseUrl;
pub(crate) use encoding::{decoded, encode_path, encode_reference, encode_value};
pub(crate) use reference::{ReferenceKind, Target, authority, is_external, resolve, scheme, split_path};
pub(crate) use tree_path::{join, relative};
