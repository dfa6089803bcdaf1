//! Tables of requests and their expected responses. The tests of `respond` and those of sockets share them.

use graven_pack::Coding;

/// A target, the status of its GET, and its `Location`, or the empty string.
pub(crate) type TargetCase = (&'static str, u16, &'static str);

/// Paths of pages, and one that is not.
pub(crate) const EXACT: [TargetCase; 9] = [
    ("/", 200, ""),
    ("/notes", 200, ""),
    ("/notes?page=2", 200, ""),
    ("/n%6ftes", 200, ""),
    ("/blog/a%2Emd", 200, ""),
    ("/tags/%C3%BC%20x", 200, ""),
    ("http://example.org/notes", 200, ""),
    ("https://example.org", 200, ""),
    ("ftp://example.org/notes", 400, ""),
];

/// Other spellings of paths.
pub(crate) const SPELLINGS: [TargetCase; 14] = [
    ("/notes/", 308, "/notes"),
    ("/notes/?a=1&b=%20", 308, "/notes?a=1&b=%20"),
    ("/notes/?", 308, "/notes"),
    ("/notes.html", 308, "/notes"),
    ("/notes/index.html?a", 308, "/notes?a"),
    ("/index.html", 308, "/"),
    ("/blog/a.html", 308, "/blog/a"),
    ("/tags/%C3%BC%20x/", 308, "/tags/%C3%BC%20x"),
    ("/old/", 308, "/blog/a"),
    ("http://evil.example/notes/", 308, "/notes"),
    ("/blog/", 404, ""),
    ("/notes//", 404, ""),
    ("/nothing/", 404, ""),
    ("/nothing.html", 404, ""),
];

/// Redirects in the pack.
pub(crate) const REDIRECTS: [TargetCase; 5] = [
    ("/old", 308, "/blog/a"),
    ("/old?a=1", 308, "/blog/a?a=1"),
    ("/part?a=1", 308, "/blog/a?a=1#part"),
    ("/found?a=1", 302, "/blog/a?from=found"),
    ("/away?a=1", 301, "https://example.org/x"),
];

/// Targets that other servers resolve to a page.
pub(crate) const OTHER_WAYS: [TargetCase; 22] = [
    ("/../notes", 404, ""),
    ("/%2e%2e/notes", 404, ""),
    ("/blog/../notes", 404, ""),
    ("/blog/%2e%2e/notes", 404, ""),
    ("/./notes", 404, ""),
    ("//notes", 404, ""),
    ("/blog//a", 404, ""),
    ("/blog%2fa", 404, ""),
    ("/blog%5ca", 404, ""),
    ("/blog\\a", 404, ""),
    ("/Notes", 404, ""),
    ("/NOTES", 404, ""),
    ("/notes%00", 400, ""),
    ("/notes%00.html", 400, ""),
    ("/notes%", 400, ""),
    ("/notes%zz", 400, ""),
    ("/n%256ftes", 404, ""),
    ("/%252e%252e/notes", 404, ""),
    ("/notes%20", 404, ""),
    ("/%6eotes%ff", 404, ""),
    ("/404", 404, ""),
    ("404", 400, ""),
];

/// Targets that make other servers redirect to another host. Each is a 404.
pub(crate) const OTHER_HOSTS: [&str; 12] = [
    "//evil.example",
    "//evil.example/",
    "//evil.example/index.html",
    "//notes/",
    "/\\evil.example/",
    "/%5cevil.example/",
    "/%2fevil.example/",
    "/%2f%2fevil.example/index.html",
    "/.//evil.example/",
    "/%0d%0aLocation:%20x/",
    "/%09/evil.example/",
    "/@evil.example/",
];

/// Paths with every kind of response.
pub(crate) const PATHS: [&str; 7] = ["/", "/notes", "/blog/a", "/old", "/nothing", "/notes/", "/tags/%C3%BC%20x"];

/// `Accept-Encoding`, and the coding chosen for `/notes`. `None` is a 406.
pub(crate) const CODINGS: [(Option<&str>, Option<Coding>); 14] = [
    (None, Some(Coding::Identity)),
    (Some(""), Some(Coding::Identity)),
    (Some("gzip, deflate"), Some(Coding::Gzip)),
    (Some("gzip, deflate, br, zstd"), Some(Coding::Brotli)),
    (Some("GZIP"), Some(Coding::Gzip)),
    (Some("x-gzip"), Some(Coding::Gzip)),
    (Some("br;q=0, gzip"), Some(Coding::Gzip)),
    (Some("gzip;q=1, br;q=0.9"), Some(Coding::Gzip)),
    (Some("*"), Some(Coding::Brotli)),
    (Some("*, br;q=0"), Some(Coding::Zstd)),
    (Some("identity;q=0.5, gzip;q=0.4"), Some(Coding::Identity)),
    (Some("identity;q=0, zstd"), Some(Coding::Zstd)),
    (Some("identity;q=0, *;q=0"), None),
    (Some("*;q=0"), None),
];

/// `Accept`, and the path and media type chosen for `/blog/a`.
pub(crate) const TYPES: [(&str, &str, &str); 5] = [
    ("text/html", "/blog/a", "text/html; charset=utf-8"),
    ("*/*", "/blog/a", "text/html; charset=utf-8"),
    ("image/png", "/blog/a", "text/html; charset=utf-8"),
    ("text/markdown", "/blog/a.md", "text/markdown; charset=utf-8"),
    ("text/markdown, text/html;q=0.5", "/blog/a.md", "text/markdown; charset=utf-8"),
];

/// Known methods that are not supported.
pub(crate) const NOT_ALLOWED: [&str; 6] = ["POST", "PUT", "DELETE", "PATCH", "TRACE", "QUERY"];

/// Unknown methods.
pub(crate) const UNKNOWN: [&str; 3] = ["PROPFIND", "get", "G"];

/// Requests after which the connection is closed, and their status. They are malformed, or another parser could find a
/// different end.
pub(crate) const LAST: [(&str, u16); 57] = [
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 405),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 405),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0;x=y\r\n\r\n", 405),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 400),
    ("GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("GET / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nabcd", 200),
    ("GET / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 9\r\n\r\nabcd", 200),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n folded\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 405),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 405),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 405),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\tChunked \r\n\r\n0\r\n\r\n", 405),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", 405),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\n\nabcd", 405),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4 4\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length\0: 4\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\tfolded\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\n: no name\r\n\r\n", 400),
    ("GET / HTTP/1.1\rHost: a\r\r", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\n\rGET", 400),
    ("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /?q#a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET http://a/#b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost:\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nContent-Length: 4\r\n\r\nabcd", 200),
    ("GET / HTTP/1.1\r\nHost: a\r\nA: b\rC: d\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nA: b\0\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/3.1\r\nHost: a\r\n\r\n", 400),
    ("GET /\r\n\r\n", 400),
    ("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET notes HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
];

/// Requests that are unambiguous and keep the connection open.
pub(crate) const KEPT: [&str; 9] = [
    // RFC 9112 §2.2: empty lines before a request are skipped.
    "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n",
    // RFC 9110 §8.6: equal lengths are one length.
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
    // RFC 9110 §2.5: a later minor version is processed as the latest known one.
    "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    "GET /?x HTTP/1.9\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
];

pub(crate) const OLD: &[u8] = b"GET /notes HTTP/1.0\r\n\r\n";

/// The connection is closed after the second.
pub(crate) const OLD_AND_KEPT: &[u8] =
    b"GET /notes HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /empty HTTP/1.0\r\n\r\nGET /big HTTP/1.0\r\n\r\n";

/// The content is never sent.
pub(crate) const EXPECTS_FOR_CONTENT: &[u8] =
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

pub(crate) const EXPECTS_FOR_NOTHING: &[u8] =
    b"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";

/// The connection is closed after the first.
pub(crate) const BARE_LINE_FEEDS: &[u8] =
    b"GET /notes HTTP/1.1\nHost: a\nConnection: close\n\nGET / HTTP/1.1\nHost: a\n\n";

/// Bytes that are not HTTP/1.1.
pub(crate) const NO_HTTP: [&[u8]; 3] =
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\r\n\r\n\xff\xff\r\n\r\n"];
