//! The site of these tests, and short ways to request its pages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, RedirectSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, Pack};
use graven_serve::{Body, Site, respond};
use http::{Request, Response};
use libdeflater::{CompressionLvl, Compressor};

/// The pack's time.
pub(crate) const BUILT: i64 = 1_000;
/// When `/later` is published.
pub(crate) const LATER: i64 = 2_000;
pub(crate) const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
pub(crate) const BIG: usize = 8 << 20;
/// The length of `/long`, whose identity is inflated in many pieces.
pub(crate) const LONG: usize = 1_000_000;

/// Returns the bytes of a page in a coding. Better codings are shorter. Those of gzip are a gzip file of those of identity, so the
/// pack does not have these; the others differ, so that tests see which one is sent.
pub(crate) fn stored(path: &str, coding: Coding) -> Vec<u8> {
    let length = match (path, coding) {
        ("/empty", _) => 0,
        ("/big", _) => BIG,
        (_, Coding::Gzip) => return gzip(&stored(path, Coding::Identity)),
        ("/long", _) => {
            return (0..).flat_map(|n: u32| format!("line {}\n", n.wrapping_mul(n)).into_bytes()).take(LONG).collect();
        }
        (_, Coding::Identity) => 100,
        (_, Coding::Zstd) => 55,
        (_, Coding::Brotli) => 50,
    };
    format!("<{path} in {}>", coding.token()).bytes().cycle().take(length).collect()
}

/// A gzip file with this content, a little longer than it needs to be.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    // Each is an empty block (RFC 1951 §3.2.4).
    const NOTHING: [u8; 20] = *b"\0\0\0\xff\xff\0\0\0\xff\xff\0\0\0\xff\xff\0\0\0\xff\xff";
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut gzip = vec![0; compressor.gzip_compress_bound(content.len())];
    let length = compressor.gzip_compress(content, &mut gzip).expect("there is room");
    [&gzip[..10], &NOTHING, &gzip[10..length]].concat()
}

pub(crate) fn etag(path: &str, coding: Coding) -> String {
    format!("\"{}-{}\"", path.trim_start_matches('/').escape_unicode(), coding.token())
}

/// Returns the codings in which a page is stored.
pub(crate) fn codings(path: &str) -> &'static [Coding] {
    match path {
        "/image.png" | "/empty" | "/big" => &[Coding::Identity],
        "/blog/a.md" | "/long" => &[Coding::Identity, Coding::Gzip],
        _ => &Coding::ALL,
    }
}

fn page(path: &str) -> ContentSpec {
    let content_type = match path {
        "/blog/a.md" => "text/markdown; charset=utf-8",
        "/image.png" | "/big" => "image/png",
        _ => "text/html; charset=utf-8",
    };
    let variant = |&coding: &Coding| VariantSpec { coding, etag: etag(path, coding), bytes: stored(path, coding) };
    ContentSpec::Page(PageSpec {
        content_type: content_type.into(),
        cache_control: "no-cache".into(),
        security_policy: if content_type.starts_with("text/html") { POLICY.into() } else { String::new() },
        class: Class::Page,
        alternate: (path == "/blog/a").then(|| "/blog/a.md".into()),
        variants: codings(path).iter().map(variant).collect(),
    })
}

fn redirect(status: u16, location: &str) -> ContentSpec {
    ContentSpec::Redirect(RedirectSpec {
        status,
        location: location.into(),
        cache_control: "public, max-age=3600".into(),
    })
}

pub(crate) fn image() -> Image {
    let mut routes = BTreeMap::new();
    let mut put = |path: &str, from, content| {
        routes.insert(path.to_owned(), vec![EditionSpec { from, content }]);
    };
    for path in ["/", "/notes", "/blog/a", "/blog/a.md", "/image.png", "/empty", "/big", "/long", "/tags/ü x", "404"] {
        put(path, ALWAYS, page(path));
    }
    put("/later", LATER, page("/later"));
    put("/old", ALWAYS, redirect(308, "/blog/a"));
    put("/part", ALWAYS, redirect(308, "/blog/a#part"));
    put("/found", ALWAYS, redirect(302, "/blog/a?from=found"));
    put("/away", ALWAYS, redirect(301, "https://example.org/x"));
    Image { time: BUILT, routes }
}

/// The bytes of the pack without its large files.
pub(crate) fn small() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut image = image();
        image.routes.retain(|path, _| path != "/big" && path != "/long");
        image.write().expect("a valid image")
    });
    BYTES.clone()
}

/// Writes an image and opens its pack.
pub(crate) fn pack_of(image: &Image) -> Pack<'static> {
    Pack::open(image.write().expect("a valid image").leak()).expect("a valid pack")
}

pub(crate) fn pack() -> Pack<'static> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| image().write().expect("a valid image"));
    Pack::open(&BYTES).expect("a valid pack")
}

/// Builds the head of a request with these fields and a `Host`.
pub(crate) fn request(method: &str, target: &str, fields: &[(&str, &str)]) -> http::request::Parts {
    let mut request = Request::builder().method(method).uri(target).header("host", "localhost");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(()).expect("a request").into_parts().0
}

pub(crate) fn ask(method: &str, target: &str, fields: &[(&str, &str)]) -> Response<Body> {
    respond(&Site::new(pack()), BUILT, request(method, target, fields))
}

pub(crate) fn get(target: &str, fields: &[(&str, &str)]) -> Response<Body> {
    ask("GET", target, fields)
}

/// Returns the value of a field that occurs at most once, or the empty string.
pub(crate) fn field<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    let mut lines = response.headers().get_all(name).iter();
    let value = lines.next().map_or("", |value| value.to_str().expect("visible ASCII"));
    assert!(lines.next().is_none(), "{name} is repeated");
    value
}

/// Returns the fields, sorted.
pub(crate) fn fields(response: &Response<Body>) -> Vec<(String, String)> {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        (name.to_string(), value.to_str().expect("visible ASCII").to_owned())
    };
    let mut fields: Vec<_> = response.headers().iter().map(text).collect();
    fields.sort();
    fields
}
