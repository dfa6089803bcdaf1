//! The rules for the content of a pack. [`crate::Pack::verify`] checks them, and the writer refuses to break them. Each rule is
//! one function on plain values, so that both apply the same.

use crate::error::Fault;
use crate::format::{Coding, HOME, NOT_FOUND, SEARCH_INDEX};

/// Paths without a leading slash: what the server uses, and no request can ask for.
const INTERNAL: [&str; 3] = [NOT_FOUND, SEARCH_INDEX, HOME];

/// Checks the path of a route, which is percent-decoded.
///
/// `%`, `?` and `#` would have to be encoded again wherever the path is written, and some clients take `\` for a slash.
/// A dot segment never arrives, because clients remove it (RFC 3986 §5.2.4).
pub(crate) fn path(path: &str) -> Result<(), Fault> {
    if INTERNAL.contains(&path) {
        return Ok(());
    }
    let segments = path.strip_prefix('/').ok_or(Fault::Path)?;
    if path.contains(|c: char| c.is_control() || matches!(c, '\\' | '%' | '?' | '#')) {
        return Err(Fault::Path);
    }
    // A slash at the end makes another path, and `/` is the root.
    let segments = segments.strip_suffix('/').unwrap_or(segments);
    let has_empty = segments.split('/').any(str::is_empty) && path != "/";
    let has_dots = segments.split('/').any(|segment| segment == "." || segment == "..");
    if has_empty || has_dots { Err(Fault::Path) } else { Ok(()) }
}

/// The field values of a page.
pub(crate) struct PageFields<'a> {
    pub(crate) content_type: &'a str,
    pub(crate) cache_control: &'a str,
    pub(crate) security_policy: &'a str,
}

impl PageFields<'_> {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        media_type(self.content_type)?;
        field_value(self.cache_control)?;
        if self.security_policy.is_empty() { Ok(()) } else { field_value(self.security_policy) }
    }
}

/// Checks the variants of a page: identity first, each coding once, each with its own entity tag.
pub(crate) fn variants(variants: &[(Coding, &str)]) -> Result<(), Fault> {
    if variants.first().is_none_or(|&(coding, _)| coding != Coding::Identity) {
        return Err(Fault::NoIdentity);
    }
    if !variants.is_sorted_by(|(one, _), (next, _)| one < next) {
        return Err(Fault::Order);
    }
    for (n, &(_, etag)) in variants.iter().enumerate() {
        entity_tag(etag)?;
        if variants.iter().take(n).any(|&(_, other)| other == etag) {
            return Err(Fault::SharedEntityTag);
        }
    }
    Ok(())
}

/// Checks that there can be a page at this path.
pub(crate) fn page(path: &str) -> Result<(), Fault> {
    if path == HOME { Err(Fault::Home) } else { Ok(()) }
}

/// Whether a target can be the path of a first page: a folder, in characters that mean the same with and without percent-encoding (RFC 3986 §2.3).
pub(crate) fn is_home(location: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    location.starts_with('/') && location.ends_with('/') && location.bytes().all(is_plain) && path(location).is_ok()
}

/// Checks a redirect of the route with this path.
pub(crate) fn redirect(path: &str, status: u16, location: &str, cache_control: &str) -> Result<(), Fault> {
    if [NOT_FOUND, SEARCH_INDEX].contains(&path) {
        return Err(Fault::InternalRedirects);
    }
    if path == HOME && !is_home(location) {
        return Err(Fault::Home);
    }
    if !matches!(status, 301 | 302 | 307 | 308) {
        return Err(Fault::Status);
    }
    target(location)?;
    let end = location.find(['?', '#']).unwrap_or(location.len());
    let target = location.as_bytes().get(..end).unwrap_or_default();
    if percent_decoded(target).eq(path.bytes()) {
        return Err(Fault::Loop);
    }
    field_value(cache_control)
}

/// Checks the target of a redirect: a path of this site, or a URL with an authority.
///
/// A path begins with one slash only: `//host` leads to another site, and so does `/\host` in browsers.
fn target(location: &str) -> Result<(), Fault> {
    let is_path = location.starts_with('/') && !location.starts_with("//");
    let url = location.strip_prefix("https://").or_else(|| location.strip_prefix("http://"));
    // A host is a name or an address (RFC 3986 §3.2.2).
    let is_url = url.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['));
    if (is_path || is_url) && is_uri_text(location.as_bytes()) { Ok(()) } else { Err(Fault::Location) }
}

/// Whether all characters may be in a URI (RFC 3986 §2): reserved, unreserved, and `%` with two hexadecimal digits after it.
fn is_uri_text(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        _ => byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(byte),
    })
}

/// The bytes of a text that [`is_uri_text`] accepts, percent-decoded once.
fn percent_decoded(text: &[u8]) -> impl Iterator<Item = u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
    let mut bytes = text.iter();
    std::iter::from_fn(move || match bytes.next()? {
        b'%' => u8::try_from(digit(bytes.next())? * 16 + digit(bytes.next())?).ok(),
        &byte => Some(byte),
    })
}

/// Checks a field value: visible ASCII with spaces only between (RFC 9110 §5.5), and not empty.
fn field_value(value: &str) -> Result<(), Fault> {
    let is_visible = value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    let is_trimmed = !value.starts_with(' ') && !value.ends_with(' ');
    if is_visible && is_trimmed && !value.is_empty() { Ok(()) } else { Err(Fault::FieldValue) }
}

/// Checks a media type: type, slash, subtype (RFC 9110 §8.3.1). Parameters are not checked.
fn media_type(value: &str) -> Result<(), Fault> {
    field_value(value)?;
    let essence = value.split(';').next().unwrap_or_default().trim_end();
    let (kind, subtype) = essence.split_once('/').ok_or(Fault::MediaType)?;
    if is_token(kind) && is_token(subtype) { Ok(()) } else { Err(Fault::MediaType) }
}

/// Whether a text is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Checks a strong entity tag: a quote, visible ASCII without quotes, a quote (RFC 9110 §8.8.3, without obs-text).
fn entity_tag(tag: &str) -> Result<(), Fault> {
    let opaque = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(Fault::EntityTag)?;
    let is_valid = opaque.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    if is_valid && !opaque.is_empty() { Ok(()) } else { Err(Fault::EntityTag) }
}
