//! Parses the head of a plain request in place. A plain request is a GET or HEAD of a path, without content, range or
//! preconditions other than `If-None-Match`, and strictly follows RFC 9112.
//!
//! hyper parses all other requests. Whether a request is plain affects only its cost, not its response.

use http::{HeaderName, Method};

use super::fields::Fields;

/// Maximum number of fields of a plain request. Browsers send fewer than twenty.
const MAX_FIELDS: usize = 32;

/// Maximum length of a plain request's target, in bytes: that of [`http::Uri`]. hyper answers longer ones with 414.
const MAX_TARGET_BYTES: usize = u16::MAX as usize - 1;

/// The complete head of a plain request.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    /// The length of the head in bytes.
    pub(crate) length: usize,
}

/// The fields of a plain request, which borrow from the received bytes.
#[derive(Debug)]
pub(crate) struct PlainFields<'a> {
    lines: [httparse::Header<'a>; MAX_FIELDS],
    count: usize,
}

impl PlainFields<'_> {
    pub(crate) fn new() -> Self {
        PlainFields { lines: [httparse::EMPTY_HEADER; MAX_FIELDS], count: 0 }
    }
}

impl<'a> Head<'a> {
    /// Parses the head at the start of `bytes` and stores its fields in `fields`. Returns `None` if it is incomplete or
    /// not plain.
    pub(crate) fn read(bytes: &'a [u8], fields: &mut PlainFields<'a>) -> Option<Self> {
        let mut head = httparse::Request::new(&mut fields.lines);
        let httparse::Status::Complete(length) = head.parse(bytes).ok()? else { return None };
        let method = match head.method? {
            "GET" => Method::GET,
            "HEAD" => Method::HEAD,
            _ => return None,
        };
        let path = head.path.filter(|path| is_plain(path))?;
        let (version, count) = (head.version, head.headers.len());
        if version != Some(1) || !has_only_crlf_line_ends(&bytes[..length], count) {
            return None;
        }
        fields.count = count;
        fields.lines[..count].iter().all(is_plain_field).then_some(Head { method, path, length })
    }
}

/// Returns whether a target is a path that needs no decoding: it has no query, no escape, and no empty or dot segment.
fn is_plain(path: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.len() <= MAX_TARGET_BYTES
        && path.starts_with('/')
        && path.bytes().all(is_unreserved)
        && !path.contains("//")
        && !path.contains("/.")
}

/// Returns whether every line ends in CRLF and there is no other CR or LF (RFC 9112 §2.2). The lines are the request
/// line, one for each field, and the empty line.
fn has_only_crlf_line_ends(head: &[u8], fields: usize) -> bool {
    let count = |wanted: u8| head.iter().fold(0, |count, &byte| count + usize::from(byte == wanted));
    count(b'\r') == fields + 2 && count(b'\n') == fields + 2
}

/// Returns whether a plain request may have this field. Fields are excluded that frame content, ask for another
/// protocol (RFC 9112 §6 and 7, RFC 9110 §7.8 and 10.1.1), close the connection, or ask for a range.
fn is_plain_field(field: &httparse::Header<'_>) -> bool {
    let excluded: &[&str] = match field.name.len() {
        2 => &["te"],
        5 => &["range"],
        6 => &["expect"],
        7 => &["upgrade", "trailer"],
        8 => &["if-range", "if-match"],
        10 => &["keep-alive", "connection"],
        14 => &["content-length", "http2-settings"],
        17 => &["transfer-encoding"],
        _ => return true,
    };
    match excluded.iter().find(|name| name.eq_ignore_ascii_case(field.name)) {
        Some(&"connection") => field.value.eq_ignore_ascii_case(b"keep-alive"),
        Some(_) => false,
        None => true,
    }
}

impl Fields for PlainFields<'_> {
    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        let name = name.as_str();
        self.lines[..self.count].iter().filter(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }
}
