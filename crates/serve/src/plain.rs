//! The plain request, answered where it lies.
//!
//! Most requests that a site gets are a GET of a path, without content and without conditions but the one that asks for a 304. For
//! these hyper is not set up at all: the head is read in a buffer of the worker's, [`answer`] decides as it does for all requests,
//! and what is sent are a head that was made from the same answer once, the date, and the bytes of the pack. So such a request costs
//! one system call to read, one to write and no allocation, and a connection that asks nothing else never owns a buffer.
//!
//! What is not plain, or not whole, or not to the letter of RFC 9112, is hyper's; which requests those are has no influence on their
//! answer, only on its cost. Tests hold the two ways to the same answers, as values here and as bytes on sockets.

use http::header::{ACCEPT, ACCEPT_ENCODING, HOST, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode, Version};

use crate::answer::{Answer, Selected};
use crate::body::Body;
use crate::fields::has_length;
use crate::forwarded::{CF_CONNECTING_IP, FORWARDED, X_FORWARDED_FOR, X_FORWARDED_PROTO};
use crate::metrics::Route;
use crate::prepared::Site;
use crate::request::{Fields, Request};
use crate::respond::answer;
use crate::target::Target;

/// How many fields a plain request has at most. Browsers send less than twenty.
const MOST_FIELDS: usize = 32;

/// How long a plain target is at most: a longer one is a 414, which is hyper's to say (it uses the bound of [`http::Uri`]).
const MOST_TARGET_BYTES: usize = u16::MAX as usize - 1;

/// What a plain request is answered.
#[derive(Debug)]
pub(crate) struct Reply<'a> {
    pub(crate) status: StatusCode,
    pub(crate) route: Route,
    /// Status line and fields; only `Date` and the empty line are missing.
    pub(crate) head: &'a [u8],
    pub(crate) content: &'static [u8],
    /// How many bytes the request had.
    pub(crate) length: usize,
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
}

/// Answers the request at the front of `bytes`; `None` where it is not whole or not plain.
///
/// `fields` are then the request's. They belong to the caller, since they are large and would be copied on their way.
pub(crate) fn reply<'a>(site: &'a Site, now: i64, bytes: &'a [u8], fields: &mut PlainFields<'a>) -> Option<Reply<'a>> {
    let head = Head::read(bytes, fields)?;
    let request = Request {
        method: &head.method,
        target: Target::Path(head.path.into()),
        query: None,
        version: Version::HTTP_11,
        authority: None,
        fields,
    };
    let answer = answer(site, now, &request).ok()?;
    let route = Route::of(&answer);
    let (kind, selected) = match answer {
        Answer::Whole(selected) => (Kind::Whole, selected),
        Answer::NotModified(selected) => (Kind::NotModified, selected),
        Answer::NotFound(Some(selected)) => (Kind::NotFound, selected),
        _ => return None,
    };
    let is_get = head.method == Method::GET;
    let has_content = kind != Kind::NotModified && is_get;
    Some(Reply {
        status: kind.status(),
        route,
        head: selected.variant.heads.get(kind, selected)?,
        content: if has_content { selected.variant.bytes } else { &[] },
        length: head.length,
        method: if is_get { "GET" } else { "HEAD" },
        path: head.path,
    })
}

/// A head that is whole and plain.
#[derive(Debug)]
struct Head<'a> {
    method: Method,
    path: &'a str,
    length: usize,
}

/// The fields of a plain request that its answer depends on, each there at most once, and those that the access log names.
#[derive(Debug, Default)]
pub(crate) struct PlainFields<'a> {
    pub(crate) host: Option<&'a [u8]>,
    accept: Option<&'a [u8]>,
    accept_encoding: Option<&'a [u8]>,
    if_none_match: Option<&'a [u8]>,
    /// Of several, the first.
    pub(crate) referer: Option<&'a [u8]>,
    /// Of several, the first.
    pub(crate) user_agent: Option<&'a [u8]>,
    forwarded: Option<&'a [u8]>,
    x_forwarded_for: Option<&'a [u8]>,
    x_forwarded_proto: Option<&'a [u8]>,
    cf_connecting_ip: Option<&'a [u8]>,
}

impl<'a> Head<'a> {
    fn read(bytes: &'a [u8], fields: &mut PlainFields<'a>) -> Option<Self> {
        let mut lines = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut head = httparse::Request::new(&mut lines);
        let httparse::Status::Complete(length) = head.parse(bytes).ok()? else { return None };
        let method = match head.method? {
            "GET" => Method::GET,
            "HEAD" => Method::HEAD,
            _ => return None,
        };
        let path = head.path.filter(|path| is_plain(path))?;
        if head.version != Some(1) || !has_full_line_ends(&bytes[..length], head.headers.len()) {
            return None;
        }
        fields.fill(head.headers)?;
        Some(Head { method, path, length })
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

impl<'a> PlainFields<'a> {
    /// `None` where a field stands twice, or has a say that is not read here.
    fn fill(&mut self, lines: &[httparse::Header<'a>]) -> Option<()> {
        *self = PlainFields::default();
        for line in lines {
            let place = match Name::of(line.name.as_bytes()) {
                Name::Host => &mut self.host,
                Name::Accept => &mut self.accept,
                Name::AcceptEncoding => &mut self.accept_encoding,
                Name::IfNoneMatch => &mut self.if_none_match,
                Name::Forwarded => &mut self.forwarded,
                Name::XForwardedFor => &mut self.x_forwarded_for,
                Name::XForwardedProto => &mut self.x_forwarded_proto,
                Name::CfConnectingIp => &mut self.cf_connecting_ip,
                Name::Referer => {
                    self.referer.get_or_insert(line.value);
                    continue;
                }
                Name::UserAgent => {
                    self.user_agent.get_or_insert(line.value);
                    continue;
                }
                Name::Connection if line.value.eq_ignore_ascii_case(b"keep-alive") => continue,
                Name::Connection | Name::Other => return None,
                Name::Silent => continue,
            };
            if place.replace(line.value).is_some() {
                return None;
            }
        }
        Some(())
    }
}

impl Fields for PlainFields<'_> {
    fn lines(&self, name: &HeaderName) -> impl Iterator<Item = &[u8]> {
        let line = if *name == HOST {
            self.host
        } else if *name == ACCEPT {
            self.accept
        } else if *name == ACCEPT_ENCODING {
            self.accept_encoding
        } else if *name == IF_NONE_MATCH {
            self.if_none_match
        } else if *name == FORWARDED {
            self.forwarded
        } else if *name == X_FORWARDED_FOR {
            self.x_forwarded_for
        } else if *name == X_FORWARDED_PROTO {
            self.x_forwarded_proto
        } else if *name == CF_CONNECTING_IP {
            self.cf_connecting_ip
        } else {
            None
        };
        line.into_iter()
    }
}

/// What a field is to a plain request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Host,
    Accept,
    AcceptEncoding,
    IfNoneMatch,
    Connection,
    Referer,
    UserAgent,
    Forwarded,
    XForwardedFor,
    XForwardedProto,
    CfConnectingIp,
    /// It has a say in other requests, or in where they end.
    Other,
    /// It has no say here.
    Silent,
}

/// The fields with a say, but those of [`PlainFields`]: in framing (RFC 9112 §6 and 7, RFC 9110 §7.8 and 10.1.1) or in the answer.
const OTHERS: [&[u8]; 11] = [
    b"content-length",
    b"transfer-encoding",
    b"upgrade",
    b"expect",
    b"te",
    b"trailer",
    b"http2-settings",
    b"keep-alive",
    b"range",
    b"if-range",
    b"if-match",
];

impl Name {
    fn of(name: &[u8]) -> Self {
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        match name.len() {
            4 if is(b"host") => Name::Host,
            6 if is(b"accept") => Name::Accept,
            15 if is(b"accept-encoding") => Name::AcceptEncoding,
            13 if is(b"if-none-match") => Name::IfNoneMatch,
            10 if is(b"connection") => Name::Connection,
            10 if is(b"user-agent") => Name::UserAgent,
            7 if is(b"referer") => Name::Referer,
            9 if is(b"forwarded") => Name::Forwarded,
            15 if is(b"x-forwarded-for") => Name::XForwardedFor,
            17 if is(b"x-forwarded-proto") => Name::XForwardedProto,
            16 if is(b"cf-connecting-ip") => Name::CfConnectingIp,
            _ if OTHERS.iter().any(|other| is(other)) => Name::Other,
            _ => Name::Silent,
        }
    }
}

/// The answers that have a head made ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Whole,
    NotModified,
    NotFound,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Kind::Whole => StatusCode::OK,
            Kind::NotModified => StatusCode::NOT_MODIFIED,
            Kind::NotFound => StatusCode::NOT_FOUND,
        }
    }

    /// The answer itself, from which the head is made.
    pub(crate) fn response(self, selected: Selected<'_>) -> Response<Body> {
        let answer = match self {
            Kind::Whole => Answer::Whole(selected),
            Kind::NotModified => Answer::NotModified(selected),
            Kind::NotFound => Answer::NotFound(Some(selected)),
        };
        answer.write(HeaderMap::new())
    }
}

/// A response's head as hyper writes it, up to its last field; `Date` and the empty line are to follow.
pub(crate) fn written(response: &Response<Body>) -> Box<[u8]> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", status.as_str()).into_bytes();
    for (name, value) in response.headers() {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    if has_length(status) {
        head.extend(format!("content-length: {}\r\n", response.body().length()).into_bytes());
    }
    head.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
    use graven_pack::{ALWAYS, Class, Coding, NOT_FOUND, Pack};
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;
    use crate::respond::respond;

    fn site() -> Site {
        let variant = |coding: Coding, bytes: &[u8]| VariantSpec {
            coding,
            etag: format!("\"{}-{}\"", coding.token(), bytes.len()),
            bytes: bytes.to_vec(),
        };
        let page = |name: &str, alternate: Option<&str>| {
            let page = PageSpec {
                content_type: if alternate.is_some() { "text/html; charset=utf-8" } else { "text/markdown" }.to_owned(),
                cache_control: "no-cache".to_owned(),
                security_policy: "default-src 'none'".to_owned(),
                class: Class::Page,
                alternate: alternate.map(str::to_owned),
                variants: vec![
                    variant(Coding::Identity, format!("{name} as it is").as_bytes()),
                    variant(Coding::Gzip, format!("{name} gz").as_bytes()),
                    variant(Coding::Brotli, format!("{name}b").as_bytes()),
                ],
            };
            vec![EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) }]
        };
        let routes = BTreeMap::from([
            ("/post".to_owned(), page("post", Some("/post.md"))),
            ("/post.md".to_owned(), page("source", None)),
            (NOT_FOUND.to_owned(), page("none", None)),
        ]);
        let bytes = Image { time: 0, routes }.write().expect("a sound image");
        Site::new(Pack::open(bytes.leak()).expect("a sound pack"))
    }

    /// Status, fields in order of name, content.
    type Answered = (StatusCode, Vec<(String, HeaderValue)>, Vec<u8>);

    /// As hyper would have it answered.
    fn by_respond(site: &Site, method: &str, path: &str, fields: &[(&str, &str)]) -> Answered {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let response = respond(site, 0, parts);
        let mut sent = sorted(response.headers());
        // hyper's, which it makes of the body's length.
        if response.status() != StatusCode::NOT_MODIFIED {
            sent.push(("content-length".to_owned(), HeaderValue::from(response.body().length())));
            sent.sort_by(|one, other| one.0.cmp(&other.0));
        }
        (response.status(), sent, response.body().content().to_vec())
    }

    fn by_plain_path(site: &Site, method: &str, path: &str, fields: &[(&str, &str)]) -> Option<Answered> {
        let lines = fields.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect::<String>();
        let request = format!("{method} {path} HTTP/1.1\r\n{lines}\r\n");
        let reply = reply(site, 0, request.as_bytes(), &mut PlainFields::default())?;
        assert_eq!(reply.length, request.len());
        let whole = [reply.head, b"\r\n"].concat();
        let mut lines = [httparse::EMPTY_HEADER; MOST_FIELDS];
        let mut head = httparse::Response::new(&mut lines);
        assert!(head.parse(&whole).expect("a head").is_complete());
        assert_eq!(head.code, Some(reply.status.as_u16()));
        let mut map = HeaderMap::new();
        for line in head.headers {
            let name = HeaderName::from_bytes(line.name.as_bytes()).expect("a name");
            assert!(map.insert(name, HeaderValue::from_bytes(line.value).expect("a value")).is_none());
        }
        Some((reply.status, sorted(&map), reply.content.to_vec()))
    }

    fn sorted(headers: &HeaderMap) -> Vec<(String, HeaderValue)> {
        let mut fields: Vec<_> = headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        fields.sort_by(|one, other| one.0.cmp(&other.0));
        fields
    }

    proptest! {
        #[test]
        fn the_two_ways_answer_alike(
            method in prop::sample::select(vec!["GET", "HEAD"]),
            path in prop::sample::select(vec!["/post", "/post.md", "/nothing", "/", "/Post", "/post/x"]),
            accept in prop::sample::select(vec!["", "text/markdown", "text/html, */*;q=0.1", "x"]),
            encoding in prop::sample::select(vec!["", "gzip", "br, gzip", "br;q=0, gzip", "*;q=0.5", "identity"]),
            tag in prop::sample::select(vec!["", "*", "\"br-5\"", "\"identity-13\", W/\"gzip-7\"", "\"x\""]),
            agent in "[ -~]{0,40}",
        ) {
            let site = site();
            let all = [("Host", "e.org"), ("Accept", accept), ("accept-encoding", encoding), ("If-None-Match", tag), ("User-Agent", &agent)];
            let fields: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            let expected = by_respond(&site, method, path, &fields);
            for _ in 0..2 {
                prop_assert_eq!(by_plain_path(&site, method, path, &fields), Some(expected.clone()));
            }
        }

        #[test]
        fn any_bytes_are_answered_or_left_alone(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let site = site();
            let request = [b"GET /post HTTP/1.1\r\nhost: a\r\n", &bytes[..], b"\r\n\r\n"].concat();
            for bytes in [&bytes[..], &request] {
                if let Some(reply) = reply(&site, 0, bytes, &mut PlainFields::default()) {
                    prop_assert!(reply.length <= bytes.len());
                }
            }
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_hyper() {
        let site = site();
        let host = "host: a\r\n";
        for request in [
            "GET /post HTTP/1.1\r\n\r\n",
            &format!("GET /post HTTP/1.0\r\n{host}\r\n"),
            &format!("POST /post HTTP/1.1\r\n{host}\r\n"),
            &format!("OPTIONS /post HTTP/1.1\r\n{host}\r\n"),
            &format!("GET /post?a=b HTTP/1.1\r\n{host}\r\n"),
            &format!("GET /po%73t HTTP/1.1\r\n{host}\r\n"),
            &format!("GET //post HTTP/1.1\r\n{host}\r\n"),
            &format!("GET /./post HTTP/1.1\r\n{host}\r\n"),
            &format!("GET /post/ HTTP/1.1\r\n{host}\r\n"),
            &format!("GET http://a/post HTTP/1.1\r\n{host}\r\n"),
            &format!("GET /post HTTP/1.1\n{host}\r\n"),
            "GET /post HTTP/1.1\r\nhost: a\n\r\n",
            &format!("\r\nGET /post HTTP/1.1\r\n{host}\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}{host}\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}connection: close\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}Content-Length: 0\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}transfer-encoding: chunked\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}upgrade: h2c\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}expect: 100-continue\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}range: bytes=0-1\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}if-match: *\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}accept: a\r\naccept: b\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}accept-encoding: *;q=0\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}a: b\r\n c\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}"),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "",
        ] {
            assert!(reply(&site, 0, request.as_bytes(), &mut PlainFields::default()).is_none(), "{request:?}");
        }
    }

    #[test]
    fn an_answer_whose_head_was_made_before_allocates_nothing() {
        let site = site();
        for (path, field, status) in [
            ("/post", "accept-encoding: gzip, br", StatusCode::OK),
            ("/post", "if-none-match: \"identity-13\"", StatusCode::NOT_MODIFIED),
            ("/nothing", "accept: */*", StatusCode::NOT_FOUND),
        ] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nuser-agent: test\r\n{field}\r\n\r\n");
            let answered =
                || reply(&site, 0, request.as_bytes(), &mut PlainFields::default()).map(|reply| reply.status);
            assert_eq!(answered(), Some(status));
            let allocations = allocation_counter::measure(|| assert_eq!(answered(), Some(status)));
            assert_eq!(allocations.count_total, 0, "{path}, {field}");
        }
    }

    #[test]
    fn pipelined_requests_are_told_apart() {
        let site = site();
        let one = "GET /post HTTP/1.1\r\nhost: a\r\n\r\n";
        let reply =
            reply(&site, 0, [one, one].concat().as_bytes(), &mut PlainFields::default()).map(|reply| reply.length);
        assert_eq!(reply, Some(one.len()));
    }
}
