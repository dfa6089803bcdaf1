//! The hot path does not allocate: a 200, 304 or 404, written into the field map of an earlier request, which hyper
//! provides on a persistent connection. It is a separate test binary because counting replaces the global allocator.

use std::collections::BTreeMap;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, Pack};
use graven_serve::{Site, respond};
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};

/// The fields that a browser sends with every request.
const USUAL: [(HeaderName, &str); 4] = [
    (header::HOST, "example.org"),
    (header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (header::ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (header::ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
];

fn site() -> Site {
    let length = |coding| match coding {
        Coding::Identity => 100,
        Coding::Gzip => 60,
        Coding::Brotli => 50,
        Coding::Zstd => 55,
    };
    let variant = |coding: Coding| {
        let etag = format!("\"{}\"", coding.token());
        VariantSpec { coding, etag, bytes: vec![b'x'; length(coding)] }
    };
    let page = |content_type: &str, alternate| {
        ContentSpec::Page(PageSpec {
            content_type: content_type.into(),
            cache_control: "no-cache".into(),
            security_policy: "default-src 'none'".into(),
            class: Class::Page,
            alternate,
            variants: Coding::ALL.map(variant).into(),
        })
    };
    let routes = [
        ("/notes", page("text/html; charset=utf-8", None)),
        ("/blog/a", page("text/html; charset=utf-8", Some("/blog/a.md".into()))),
        ("/blog/a.md", page("text/markdown; charset=utf-8", None)),
        ("404", page("text/html; charset=utf-8", None)),
    ];
    let edition = |content| vec![EditionSpec { from: ALWAYS, content }];
    let routes: BTreeMap<_, _> =
        routes.into_iter().map(|(path, content)| (path.to_owned(), edition(content))).collect();
    let bytes = Image { time: 0, routes }.write().expect("a valid image");
    Site::new(Pack::open(bytes.leak()).expect("a valid pack"))
}

/// Answers a request, reusing a field map. Returns the status, the number of allocations, and the map.
fn answer(
    site: &Site,
    target: &'static str,
    field: Option<(HeaderName, &'static str)>,
    mut map: HeaderMap,
) -> (u16, u64, HeaderMap) {
    map.clear();
    for (name, value) in USUAL.into_iter().chain(field) {
        map.insert(name, HeaderValue::from_static(value));
    }
    let mut request = Request::builder().uri(target).body(()).expect("a request").into_parts().0;
    request.headers = map;
    let mut request = Some(request);
    let mut response = None;
    let counted = allocation_counter::measure(|| response = request.take().map(|request| respond(site, 0, request)));
    let response = response.expect("the closure has run");
    (response.status().as_u16(), counted.count_total, response.into_parts().0.headers)
}

#[test]
fn a_response_from_the_pack_allocates_nothing() {
    let site = site();
    for (target, field, status) in [
        ("/notes", None, 200),
        ("/notes?utm_source=feed", None, 200),
        ("/notes", Some((header::ACCEPT_ENCODING, "gzip")), 200),
        ("/notes", Some((header::ACCEPT_ENCODING, "br;q=0, gzip;q=0.5, *;q=0.1")), 200),
        ("/blog/a", None, 200),
        ("/blog/a", Some((header::ACCEPT, "text/markdown")), 200),
        ("/notes", Some((header::IF_NONE_MATCH, "\"br\"")), 304),
        ("/notes", Some((header::IF_NONE_MATCH, "\"other\", W/\"br\"")), 304),
        ("/blog/a", Some((header::IF_NONE_MATCH, "\"br\"")), 304),
        ("/nothing", None, 404),
        ("/blog/../etc/passwd", None, 404),
    ] {
        let warm = (0..2).fold(HeaderMap::new(), |map, _| answer(&site, target, field.clone(), map).2);
        let (sent, allocations, _) = answer(&site, target, field.clone(), warm);
        assert_eq!((sent, allocations), (status, 0), "{target} {field:?}");
    }
}

#[test]
fn allocations_are_counted() {
    assert_eq!(allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8]))).count_total, 1);
}
