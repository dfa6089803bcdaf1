//! The head of a plain request, read in place: GET or HEAD of a path, without content, range or conditions other than
//! `If-None-Match`, and to the letter of RFC 9112.
//!
//! Everything else is read by hyper. Which requests are plain has no influence on their answers, only on their cost.

use http::{HeaderName, Method};

use super::fields::Fields;

/// How many fields a plain request has at most. Browsers send less than twenty.
const MOST_FIELDS: usize = 32;

/// How long a plain target is at most: a longer one is a 414, which is hyper's to say (it uses the bound of [`http::Uri`]).
const MOST_TARGET_BYTES: usize = u16::MAX as usize - 1;

/// A head that is whole and plain.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    /// How many bytes the head has.
    pub(crate) length: usize,
}

/// The fields of a plain request, in the bytes received.
#[derive(Debug)]
pub(crate) struct PlainFields<'a> {
    lines: [httparse::Header<'a>; MOST_FIELDS],
    count: usize,
}

impl PlainFields<'_> {
    pub(crate) fn new() -> Self {
        PlainFields { lines: [httparse::EMPTY_HEADER; MOST_FIELDS], count: 0 }
    }
}

impl<'a> Head<'a> {
    /// Reads the head at the front of `bytes`, and its fields; `None` if it is incomplete or not plain.
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
        if version != Some(1) || !has_full_line_ends(&bytes[..length], count) {
            return None;
        }
        fields.count = count;
        fields.lines[..count].iter().all(is_plain_field).then_some(Head { method, path, length })
    }
}

/// Whether a target is a path that means itself: without a query, an escape, an empty or a dot segment.
fn is_plain(path: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.len() <= MOST_TARGET_BYTES
        && path.starts_with('/')
        && path.bytes().all(is_unreserved)
        && !path.contains("//")
        && !path.contains("/.")
}

/// Whether every line ends in CRLF, and no other CR or LF stands anywhere (RFC 9112 §2.2): the request line, a line for each field, and
/// the empty one.
fn has_full_line_ends(head: &[u8], fields: usize) -> bool {
    let count = |wanted: u8| head.iter().fold(0, |count, &byte| count + usize::from(byte == wanted));
    count(b'\r') == fields + 2 && count(b'\n') == fields + 2
}

/// Whether a plain request may have this field. It may not have one that frames content or asks for another protocol
/// (RFC 9112 §6 and 7, RFC 9110 §7.8 and 10.1.1), closes the connection, or asks for a part.
fn is_plain_field(field: &httparse::Header<'_>) -> bool {
    let is = |known: &str| field.name.eq_ignore_ascii_case(known);
    match field.name.len() {
        2 => !is("te"),
        5 => !is("range"),
        6 => !is("expect"),
        7 => !is("upgrade") && !is("trailer"),
        8 => !is("if-range") && !is("if-match"),
        10 if is("connection") => field.value.eq_ignore_ascii_case(b"keep-alive"),
        10 => !is("keep-alive"),
        14 => !is("content-length") && !is("http2-settings"),
        17 => !is("transfer-encoding"),
        _ => true,
    }
}

impl Fields for PlainFields<'_> {
    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        let name = name.as_str();
        self.lines[..self.count].iter().filter(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }
}
