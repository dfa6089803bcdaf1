//! Answers plain requests without hyper.
//!
//! Most requests to a site are a GET of a path, without content and without preconditions except the one for a 304.
//! They do not need hyper: the head is parsed in a buffer of the worker, [`decide`] decides as it does for all
//! requests, and the response is a cached head, the date, and bytes of the pack. Such a request costs one system call
//! to read, one to write and no allocation, and its connection never owns a buffer.
//!
//! Requests that are not plain, incomplete, or not strictly RFC 9112 are left to hyper, and so are those whose content has to
//! be inflated. This affects only their cost,
//! not their responses. Tests require the same responses from both, as values here and as bytes on sockets.

use graven_pack::Source;
use http::{Method, StatusCode, Version};

use super::cached_head::HeadKind;
use super::decide::decide;
use super::outcome::Outcome;
use crate::request::Request;
use crate::request::plain::{Head, PlainFields};
use crate::request::target::Target;
use crate::site::Site;
use crate::site::route_class::RouteClass;

/// The response to a plain request.
#[derive(Debug)]
pub(crate) struct PlainResponse<'a> {
    pub(crate) status: StatusCode,
    pub(crate) route: RouteClass,
    /// Status line and fields, without `Date` and the empty line.
    pub(crate) head: &'a [u8],
    pub(crate) content: &'static [u8],
    /// The length of the request in bytes.
    pub(crate) length: usize,
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
}

/// Answers the request at the start of `bytes`. Returns `None` if it is incomplete or not plain.
///
/// `fields` receives the request's fields. The caller owns it because it is large, and returning it would copy it.
pub(crate) fn respond_plain<'a>(
    site: &'a Site,
    now: i64,
    bytes: &'a [u8],
    fields: &mut PlainFields<'a>,
) -> Option<PlainResponse<'a>> {
    let head = Head::read(bytes, fields)?;
    let fields = &*fields;
    let request = Request {
        method: &head.method,
        target: Target::Path(head.path.into()),
        query: None,
        version: Version::HTTP_11,
        authority: None,
        fields,
    };
    let outcome = decide(site, now, &request).ok()?;
    let route = outcome.route_class();
    let (kind, selected) = match outcome {
        Outcome::Whole(selected) => (HeadKind::Whole, selected),
        Outcome::NotModified(selected) => (HeadKind::NotModified, selected),
        Outcome::NotFound(Some(selected)) => (HeadKind::NotFound, selected),
        _ => return None,
    };
    let is_get = head.method == Method::GET;
    let content = match selected.variant.source {
        _ if kind == HeadKind::NotModified || !is_get => &[][..],
        Source::Stored(bytes) => bytes,
        Source::Inflated(_) => return None,
    };
    Some(PlainResponse {
        status: kind.status(),
        route,
        head: kind.head(selected)?,
        content,
        length: head.length,
        method: if is_get { "GET" } else { "HEAD" },
        path: head.path,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
    use graven_pack::{ALWAYS, Class, Coding, NOT_FOUND, Pack};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;
    use crate::response::respond;

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
    type Sent = (StatusCode, Vec<(String, HeaderValue)>, Vec<u8>);

    /// The response that `respond` gives.
    fn by_respond(site: &Site, method: &str, path: &str, fields: &[(&str, &str)]) -> Sent {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let response = respond(site, 0, parts);
        let mut sent = sorted(response.headers());
        // hyper adds this field from the body's length.
        if response.status() != StatusCode::NOT_MODIFIED {
            sent.push(("content-length".to_owned(), HeaderValue::from(response.body().length())));
            sent.sort_by(|one, other| one.0.cmp(&other.0));
        }
        (response.status(), sent, response.body().content().to_vec())
    }

    fn by_plain_path(site: &Site, method: &str, path: &str, fields: &[(&str, &str)]) -> Option<Sent> {
        let lines = fields.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect::<String>();
        let request = format!("{method} {path} HTTP/1.1\r\n{lines}\r\n");
        let reply = respond_plain(site, 0, request.as_bytes(), &mut PlainFields::new())?;
        assert_eq!(reply.length, request.len());
        let whole = [reply.head, b"\r\n"].concat();
        let mut lines = [httparse::EMPTY_HEADER; 32];
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
        fn plain_requests_are_answered_as_respond_does(
            method in prop::sample::select(vec!["GET", "HEAD"]),
            path in prop::sample::select(vec!["/post", "/post.md", "/nothing", "/", "/Post", "/post/x"]),
            accept in prop::sample::select(vec!["", "text/markdown", "text/html, */*;q=0.1", "x"]),
            encoding in prop::sample::select(vec!["", "gzip", "br, gzip", "br;q=0, gzip", "*;q=0.5", "identity"]),
            tag in prop::sample::select(vec!["", "*", "\"br-5\"", "\"identity-13\", W/\"gzip-7\"", "\"x\""]),
            refused in prop::sample::select(vec!["", "br;q=0", "gzip;q=0, *;q=0.1"]),
            agent in "[ -~]{0,40}",
        ) {
            let site = site();
            let all = [("Host", "e.org"), ("Accept", accept), ("accept-encoding", encoding), ("If-None-Match", tag), ("User-Agent", &agent), ("Accept-Encoding", refused)];
            let fields: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            let expected = by_respond(&site, method, path, &fields);
            for _ in 0..2 {
                prop_assert_eq!(by_plain_path(&site, method, path, &fields), Some(expected.clone()));
            }
        }

        #[test]
        fn any_bytes_are_answered_or_left_to_hyper(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let site = site();
            let request = [b"GET /post HTTP/1.1\r\nhost: a\r\n", &bytes[..], b"\r\n\r\n"].concat();
            for bytes in [&bytes[..], &request] {
                if let Some(reply) = respond_plain(&site, 0, bytes, &mut PlainFields::new()) {
                    prop_assert!(reply.length <= bytes.len());
                }
            }
        }
    }

    #[test]
    fn other_requests_are_left_to_hyper() {
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
            &format!("GET /post HTTP/1.1\r\n{host}accept-encoding: *;q=0\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}a: b\r\n c\r\n\r\n"),
            &format!("GET /post HTTP/1.1\r\n{host}"),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "",
        ] {
            assert!(respond_plain(&site, 0, request.as_bytes(), &mut PlainFields::new()).is_none(), "{request:?}");
        }
    }

    #[test]
    fn a_response_with_a_cached_head_allocates_nothing() {
        let site = site();
        for (path, field, status) in [
            ("/post", "accept-encoding: gzip, br", StatusCode::OK),
            ("/post", "if-none-match: \"identity-13\"", StatusCode::NOT_MODIFIED),
            ("/nothing", "accept: */*", StatusCode::NOT_FOUND),
        ] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nuser-agent: test\r\n{field}\r\n\r\n");
            let answered =
                || respond_plain(&site, 0, request.as_bytes(), &mut PlainFields::new()).map(|reply| reply.status);
            assert_eq!(answered(), Some(status));
            let allocations = allocation_counter::measure(|| assert_eq!(answered(), Some(status)));
            assert_eq!(allocations.count_total, 0, "{path}, {field}");
        }
    }

    #[test]
    fn only_the_first_of_pipelined_requests_is_answered() {
        let site = site();
        let one = "GET /post HTTP/1.1\r\nhost: a\r\n\r\n";
        let reply =
            respond_plain(&site, 0, [one, one].concat().as_bytes(), &mut PlainFields::new()).map(|reply| reply.length);
        assert_eq!(reply, Some(one.len()));
    }
}
