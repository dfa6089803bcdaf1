//! What goes over the wire: codings, validators, redirects, security fields, ranges. The tests of `graven-serve` have the tables of all cases; here the
//! executable is tested with a real site inside.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};

use crate::executable::{Response, Server, html_routes, pages_below, routes};
use crate::html::Element;

/// Bytes of content in a TCP segment on Ethernet: 1,500 without the headers of IPv6 and TCP with timestamps.
const SEGMENT: usize = 1428;

/// The content of a response without its coding.
fn decoded(response: &Response, length: usize) -> Vec<u8> {
    let content = response.content.as_slice();
    match response.field("content-encoding") {
        "" => content.to_vec(),
        "br" => {
            let mut bytes = Vec::new();
            brotli::BrotliDecompress(&mut &*content, &mut bytes).expect("brotli");
            bytes
        }
        "gzip" => {
            // One more byte, so that content that is too long is detected.
            let mut bytes = vec![0; length + 1];
            let written = libdeflater::Decompressor::new().gzip_decompress(content, &mut bytes).expect("gzip");
            bytes.truncate(written);
            bytes
        }
        other => panic!("unexpected coding {other}"),
    }
}

/// An `Accept-Encoding` that allows one coding only.
fn only(coding: &str) -> String {
    if coding == "identity" { coding.to_owned() } else { format!("{coding}, identity;q=0") }
}

#[test]
fn accept_encoding_chooses_among_what_is_stored() {
    let site = Server::start();
    let notes = routes().iter().find(|route| route.path == "/notes").expect("every site has /notes");
    let smallest = notes.sizes().iter().min_by_key(|(_, size)| size).expect("it is stored");
    for (accepted, status, coding) in [
        (None, 200, ""),
        (Some("br"), 200, "br"),
        (Some("gzip"), 200, "gzip"),
        (Some("gzip, deflate, br, zstd"), 200, smallest.0.as_str()),
        (Some("br;q=0, gzip"), 200, "gzip"),
        (Some("gzip, br;q=0.5"), 200, "gzip"),
        (Some("*;q=0.1, br;q=0"), 200, "gzip"),
        (Some("deflate"), 200, ""),
        (Some("identity"), 200, ""),
        (Some("identity;q=0, br"), 200, "br"),
        (Some("identity;q=0, *;q=0"), 406, ""),
        (Some("identity;q=0, deflate"), 406, ""),
    ] {
        let fields: Vec<_> = accepted.map(|value| ("Accept-Encoding", value)).into_iter().collect();
        let response = site.get("/notes", &fields);
        assert_eq!((response.status, response.field("content-encoding")), (status, coding), "{accepted:?}");
        assert_eq!(response.field("vary"), "Accept-Encoding", "{accepted:?}");
    }
}

#[test]
fn every_variant_of_every_route_decodes_to_the_same_bytes() {
    let site = Server::start();
    let mut client = site.connect();
    for route in routes() {
        let identity = client.get(route.target(), &[]);
        assert_eq!(identity.status, route.status(), "{}", route.path);
        for (coding, length) in route.sizes() {
            let response = client.get(route.target(), &[("Accept-Encoding", &only(coding))]);
            let sent = response.field("content-encoding");
            assert_eq!(if sent.is_empty() { "identity" } else { sent }, coding, "{}", route.path);
            assert_eq!(response.content.len(), *length, "{} in {coding}", route.path);
            assert_eq!(decoded(&response, identity.content.len()), identity.content, "{} in {coding}", route.path);
        }
    }
}

#[test]
fn every_page_is_stored_in_what_browsers_ask_for() {
    for route in html_routes() {
        let size = |coding: &str| route.sizes().iter().find(|(stored, _)| stored == coding).map(|(_, size)| *size);
        let (identity, gzip, br) = (size("identity"), size("gzip"), size("br"));
        assert!(br.is_some() && br < gzip && gzip < identity, "{}: {:?}", route.path, route.sizes());
    }
    let all = routes().iter().flat_map(|route| route.sizes().iter().map(move |size| (route, size)));
    for (route, (coding, size)) in all.filter(|(_, (coding, _))| coding != "identity") {
        let identity = &route.sizes().iter().find(|(stored, _)| stored == "identity").expect("identity is stored").1;
        assert!(size < identity, "{} in {coding} is not smaller", route.path);
    }
}

#[test]
fn a_second_request_with_the_etag_is_a_304() {
    let site = Server::start();
    let mut client = site.connect();
    for route in routes().iter().filter(|route| route.status() == 200) {
        let mut seen = Vec::new();
        for (coding, _) in route.sizes() {
            let accepted = only(coding);
            let first = client.get(&route.path, &[("Accept-Encoding", &accepted)]);
            let etag = first.field("etag").to_owned();
            assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 10, "{}: {etag}", route.path);
            let second = client.get(&route.path, &[("Accept-Encoding", &accepted), ("If-None-Match", &etag)]);
            assert_eq!((second.status, second.content.len()), (304, 0), "{} in {coding}", route.path);
            for field in ["etag", "vary", "cache-control"] {
                assert_eq!(second.field(field), first.field(field), "{} in {coding}: {field}", route.path);
            }
            assert!(!seen.contains(&etag), "{}: one validator for two codings", route.path);
            seen.push(etag);
        }
    }
}

#[test]
fn head_is_answered_with_the_fields_of_get() {
    let site = Server::start();
    let mut client = site.connect();
    for route in routes() {
        for fields in [&[][..], &[("Accept-Encoding", "br, gzip")][..]] {
            let get = client.get(route.target(), fields);
            let head = client.ask("HEAD", route.target(), fields);
            assert_eq!((head.status, head.content.len()), (get.status, 0), "{}", route.path);
            assert_eq!(head.lasting_fields(), get.lasting_fields(), "{}", route.path);
        }
    }
}

#[test]
fn other_spellings_redirect_to_the_page_and_keep_the_query() {
    let site = Server::start();
    let check = |target: &str, location: &str| {
        let response = site.get(target, &[]);
        assert_eq!((response.status, response.field("location")), (308, location), "{target}");
        assert_eq!(response.field("cache-control"), "public, max-age=3600", "{target}");
    };
    for (target, location) in [
        ("/notes/", "/notes"),
        ("/notes/?a=b&c", "/notes?a=b&c"),
        ("/notes/index.html", "/notes"),
        ("/notes.html?x", "/notes?x"),
        ("/index.html", "/"),
        ("/index.html?a=%2F%2Fevil.example", "/?a=%2F%2Fevil.example"),
    ] {
        check(target, location);
    }
    for path in ["/blog/", "/notes/", "/tags/"].into_iter().flat_map(pages_below) {
        check(&format!("{path}/"), path);
        check(&format!("{path}.html?utm=1"), &format!("{path}?utm=1"));
        check(&format!("{path}/index.html"), path);
    }
}

#[test]
fn no_path_redirects_to_another_site_or_reads_another_file() {
    let site = Server::start();
    for target in [
        "//evil.example/",
        "//evil.example/..",
        "/\\evil.example/",
        "/%5cevil.example/",
        "/%2f%2fevil.example/",
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/notes//",
        "/NOTES",
        "/blog/%00",
        "/%ff",
        "/404",
        "/404.html",
        "/404/",
    ] {
        let response = site.get(target, &[]);
        assert!(matches!(response.status, 400 | 404), "{target}: {}", response.status);
        assert_eq!(response.field("location"), "", "{target}");
    }
}

#[test]
fn an_unknown_path_is_answered_with_the_sites_404_page() {
    let site = Server::start();
    let response = site.get("/there-is-nothing-here", &[("Accept-Encoding", "br")]);
    assert_eq!((response.status, response.field("content-type")), (404, "text/html; charset=utf-8"));
    assert_eq!((response.field("cache-control"), response.field("content-encoding")), ("no-cache", "br"));
    assert_eq!((response.field("etag"), response.field("last-modified")), ("", ""));
    let page = site.get("/there-is-nothing-here", &[]);
    let page = Element::parse(&page.content);
    let links: Vec<_> = page.only("main").all("a").iter().map(|link| link.value("href").to_owned()).collect();
    assert!(links.contains(&"/notes".to_owned()) && links.contains(&"/blog".to_owned()), "{links:?}");
}

#[test]
fn the_policy_names_exactly_the_styles_and_scripts_that_are_sent() {
    let site = Server::start();
    let mut client = site.connect();
    for route in html_routes() {
        let response = client.get(route.target(), &[]);
        let policy = response.field("content-security-policy");
        let page = Element::parse(&response.content);
        let hashes = |elements: Vec<&Element>| {
            let mut hashes: Vec<_> = elements.iter().map(|element| hash(&element.raw_text(&[]))).collect();
            hashes.sort();
            hashes
        };
        let styles = hashes(page.all("style"));
        assert!(!styles.is_empty(), "{}", route.path);
        assert_eq!(directive(policy, "style-src"), styles, "{}", route.path);
        let (files, others): (Vec<_>, Vec<_>) =
            page.all("script").into_iter().partition(|script| script.attribute("src").is_some());
        let inline = hashes(others.into_iter().filter(|script| script.attribute("type").is_none()).collect());
        let own = files.iter().map(|_| "'self'".to_owned());
        assert_eq!(directive(policy, "script-src"), own.chain(inline).collect::<Vec<_>>(), "{}", route.path);
        assert_eq!(directive(policy, "default-src"), ["'none'"], "{}", route.path);
        assert_eq!(directive(policy, "frame-ancestors"), ["'none'"], "{}", route.path);
        assert_eq!(directive(policy, "base-uri"), ["'none'"], "{}", route.path);
        assert_eq!(directive(policy, "connect-src"), ["'self'"], "{}", route.path);
        assert!(!policy.contains("unsafe"), "{}", route.path);
    }
}

/// CSP 3 §2.3.1.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// The sources of a directive.
fn directive<'a>(policy: &'a str, name: &str) -> Vec<&'a str> {
    let mut found = policy.split(';').map(|directive| directive.split_whitespace());
    found.find_map(|mut words| (words.next() == Some(name)).then(|| words.collect())).unwrap_or_default()
}

#[test]
fn every_page_carries_the_security_fields() {
    let site = Server::start();
    let mut client = site.connect();
    for route in routes().iter().filter(|route| !route.sizes().is_empty()) {
        let response = client.get(route.target(), &[]);
        assert_eq!(response.field("x-content-type-options"), "nosniff", "{}", route.path);
        assert_eq!(response.field("last-modified"), "", "{}", route.path);
        assert_eq!(response.field("server"), "", "{}", route.path);
        if route.is_page() {
            assert_eq!(response.field("referrer-policy"), "strict-origin-when-cross-origin", "{}", route.path);
            assert_eq!(response.field("cross-origin-opener-policy"), "same-origin", "{}", route.path);
            assert!(response.field("permissions-policy").contains("camera=()"), "{}", route.path);
            assert_eq!(response.field("cache-control"), "no-cache", "{}", route.path);
        }
    }
}

#[test]
fn a_post_is_sent_as_markdown_to_those_who_prefer_it() {
    let site = Server::start();
    let mut client = site.connect();
    for path in pages_below("/blog/") {
        let source = client.get(&format!("{path}.md"), &[]);
        for (accept, content_type) in [
            ("text/markdown", "text/markdown; charset=utf-8"),
            ("text/markdown, text/html;q=0.9", "text/markdown; charset=utf-8"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
            ("*/*", "text/html; charset=utf-8"),
        ] {
            let response = client.get(path, &[("Accept", accept)]);
            assert_eq!((response.status, response.field("content-type")), (200, content_type), "{path}: {accept}");
            assert_eq!(response.field("vary"), "Accept, Accept-Encoding", "{path}: {accept}");
            let is_source = response.content == source.content;
            assert_eq!(is_source, content_type.starts_with("text/markdown"), "{path}: {accept}");
        }
    }
    let other = site.get("/notes", &[("Accept", "text/markdown")]);
    assert_eq!((other.status, other.field("content-type")), (200, "text/html; charset=utf-8"));
}

#[test]
fn a_range_is_a_part_of_the_variant_that_is_chosen() {
    let site = Server::start();
    for coding in ["identity", "br", "gzip"] {
        let accepted = ("Accept-Encoding", coding);
        let whole = site.get("/notes", &[accepted]);
        assert_eq!(whole.field("accept-ranges"), "bytes");
        let length = whole.content.len();
        for (range, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=100-199", 100..200),
            ("bytes=-7", length - 7..length),
            ("bytes=9-", 9..length),
            ("bytes=1-99999999", 1..length),
        ] {
            let response = site.get("/notes", &[accepted, ("Range", range)]);
            let expected = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            assert_eq!((response.status, response.field("content-range")), (206, expected.as_str()), "{range}");
            assert_eq!(response.content, whole.content[part], "{range} in {coding}");
            assert_eq!(response.field("etag"), whole.field("etag"), "{range} in {coding}");
        }
        let past = site.get("/notes", &[accepted, ("Range", &format!("bytes={length}-"))]);
        assert_eq!((past.status, past.field("content-range")), (416, format!("bytes */{length}").as_str()));
        let head = site.ask("HEAD", "/notes", &[accepted, ("Range", "bytes=0-0")]);
        assert_eq!((head.status, head.field("content-length")), (200, length.to_string().as_str()));
        let changed = site.get("/notes", &[accepted, ("Range", "bytes=0-0"), ("If-Range", "\"another\"")]);
        assert_eq!((changed.status, changed.content.len()), (200, length));
    }
}

#[test]
fn other_methods_are_answered_with_those_allowed() {
    let site = Server::start();
    for (method, status, allow) in [
        ("OPTIONS", 204, "GET, HEAD, OPTIONS"),
        ("POST", 405, "GET, HEAD, OPTIONS"),
        ("PUT", 405, "GET, HEAD, OPTIONS"),
        ("DELETE", 405, "GET, HEAD, OPTIONS"),
        ("BREW", 501, ""),
    ] {
        let response = site.ask(method, "/notes", &[]);
        assert_eq!((response.status, response.field("allow")), (status, allow), "{method}");
    }
    assert_eq!(site.ask("OPTIONS", "*", &[]).status, 204);
}

#[test]
fn the_head_of_every_response_fits_into_one_tcp_segment() {
    let site = Server::start();
    let mut client = site.connect();
    for route in routes() {
        let response = client.get(route.target(), &[("Accept-Encoding", "br, gzip")]);
        assert!(response.head <= SEGMENT, "{}: {} bytes", route.path, response.head);
    }
}

#[test]
fn a_page_needs_one_request_and_a_deferred_script() {
    let site = Server::start();
    let mut client = site.connect();
    for route in html_routes() {
        let page = Element::parse(&client.get(route.target(), &[]).content);
        for link in page.all("link") {
            let harmless = [
                "canonical",
                "icon",
                "alternate",
                "prev",
                "next",
                "search",
                "apple-touch-icon",
                "manifest",
                "author",
                "license",
                "me",
            ];
            assert!(harmless.contains(&link.value("rel")), "{}: <link rel={}>", route.path, link.value("rel"));
        }
        for script in page.all("script").iter().filter(|script| script.attribute("src").is_some()) {
            assert!(script.attribute("defer").is_some(), "{}", route.path);
            let file = client.get(script.value("src"), &[]);
            assert_eq!(file.field("content-type"), "text/javascript; charset=utf-8", "{}", route.path);
            assert_eq!(file.field("cache-control"), "public, max-age=31536000, immutable", "{}", route.path);
        }
        for style in page.all("style").iter().map(|style| style.raw_text(&[])) {
            assert!(!style.contains("@import") && !style.contains("url("), "{}: {style}", route.path);
        }
        for name in ["iframe", "frame", "object", "embed", "base"] {
            assert!(page.all(name).is_empty(), "{}: <{name}>", route.path);
        }
    }
}
