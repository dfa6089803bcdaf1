//! URLs: the one place that encodes, decodes, resolves and joins them.

mod attribute;
mod encoding;
mod reference;
mod tree_path;

pub(crate) use attribute::{references_in, urls_in};
pub(crate) use encoding::{decoded, encode_path, encode_reference, encode_value};
pub(crate) use reference::{
    ReferenceKind, Target, absolute, is_external, resolve, scheme, split_path, without_base_url,
};
pub(crate) use tree_path::{join, relative};
