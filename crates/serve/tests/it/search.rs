//! Searches: what is composed from the index and the search page, as HTML and as JSON.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, SEARCH_INDEX};
use graven_search::write::{Builder, Post, Section};
use graven_serve::{Body, Site, respond};
use http::Response;

use crate::site::{BUILT, POLICY, field, fields, gzip, pack_of, request};

const FRAME: &str =
    "<title>Search</title><input name=\"q\" value=\"\"><div id=\"results\"><p>Help.</p></div><!--results-->";
const BEFORE: &str = "<h1>Queues</h1>";
const TEXT: &str = "<p>A <em>lease</em> &amp; a deadline: <code>XAUTOCLAIM</code> &lt;id&gt;.</p>";
/// Posts that all have the word "every".
const MANY: usize = 25;

fn page(content_type: &str, bytes: &[u8]) -> Vec<EditionSpec> {
    let mut variants = vec![VariantSpec { coding: Coding::Identity, etag: "\"1\"".to_owned(), bytes: bytes.to_vec() }];
    if content_type.starts_with("text/html") {
        variants.push(VariantSpec { coding: Coding::Gzip, etag: "\"2\"".to_owned(), bytes: gzip(bytes) });
    }
    let page = PageSpec {
        content_type: content_type.to_owned(),
        cache_control: "no-cache".to_owned(),
        security_policy: if content_type.starts_with("text/html") { POLICY.to_owned() } else { String::new() },
        class: Class::Page,
        alternate: None,
        variants,
    };
    vec![EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) }]
}

fn index() -> Vec<u8> {
    let mut builder = Builder::new("en");
    let mut add = |route: &str, title: &str, text: &str, code: &str| {
        let section = Section {
            anchor: "leases",
            heading: "Leases & more",
            text,
            code,
            start: u32::try_from(BEFORE.len()).expect("short"),
            length: u32::try_from(TEXT.len()).expect("short"),
        };
        let (topics, tags) = (vec!["queues"], vec!["Redis"]);
        let post =
            Post { route, title, description: "", date: "8 November 2025", topics, tags, sections: vec![section] };
        builder.add(&post);
    };
    add("/blog/a b", "Queues <on> Redis", "A lease & a deadline: <id>.", "XAUTOCLAIM");
    for number in 0..MANY {
        add(&format!("/blog/{number}"), &format!("Post {number}"), "every", "");
    }
    builder.finish()
}

fn site(index: Option<Vec<u8>>) -> Site {
    let html = "text/html; charset=utf-8";
    let mut routes = BTreeMap::from([
        ("/search".to_owned(), page(html, FRAME.as_bytes())),
        ("/blog/a b".to_owned(), page(html, [BEFORE, TEXT].concat().as_bytes())),
    ]);
    routes.extend(index.map(|index| (SEARCH_INDEX.to_owned(), page("application/octet-stream", &index))));
    Site::new(pack_of(&Image { time: BUILT, routes }))
}

fn ask(target: &str, fields: &[(&str, &str)]) -> Response<Body> {
    static SITE: LazyLock<Site> = LazyLock::new(|| site(Some(index())));
    respond(&SITE, BUILT, request("GET", target, fields))
}

fn text(response: &Response<Body>) -> String {
    String::from_utf8(response.body().content().into_owned()).expect("UTF-8")
}

/// Returns what stands between two texts.
fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let (_, rest) = text.split_once(open).unwrap_or_else(|| panic!("{open} is in {text}"));
    rest.split_once(close).map_or(rest, |(found, _)| found)
}

#[test]
fn a_hit_has_its_title_its_place_and_its_matched_words() {
    let response = ask("/search?q=leases+%3Cid", &[]);
    assert_eq!(response.status(), 200);
    let html = text(&response);
    assert!(html.contains("<title>leases &lt;id · Search</title><input name=\"q\" value=\"leases &lt;id\">"), "{html}");
    let expected = "<p class=\"count\">1 post matches.</p><ol class=\"hits\">\
        <li><h2><a href=\"/blog/a%20b#leases\">Queues &lt;on&gt; Redis</a></h2>\
        <p class=\"place\">Leases &amp; more · <span class=\"date\">8 November 2025</span></p>\
        <p>A <mark>lease</mark> &amp; a deadline: XAUTOCLAIM &lt;<mark>id</mark>&gt;.</p></li></ol>";
    assert_eq!(between(&html, "<div id=\"results\">", "</div>"), expected);
}

#[test]
fn the_script_gets_the_same_hits_as_json() {
    let response = ask("/search?q=xautoclaim", &[("accept", "application/json")]);
    let expected = "{\"query\":\"xautoclaim\",\"total\":1,\"complete\":true,\"first\":0,\"count\":7,\"corrections\":[],\"hits\":[\
        {\"url\":\"/blog/a%20b#leases\",\"title\":\"Queues <on> Redis\",\"heading\":\"Leases & more\",\"date\":\"8 November 2025\",\
        \"snippet\":[\"A lease & a deadline: \",\"XAUTOCLAIM\",\" <id>.\"]}]}\n";
    assert_eq!(text(&response), expected);
    assert_eq!(
        fields(&response),
        [
            ("cache-control", "no-cache"),
            ("content-type", "application/json"),
            ("vary", "Accept, Accept-Encoding"),
            ("x-content-type-options", "nosniff"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn the_answer_has_the_policies_of_the_search_page_and_is_not_for_search_engines() {
    let response = ask("/search?q=lease", &[("accept", "text/html, application/json;q=0.9")]);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-security-policy", POLICY),
        ("x-robots-tag", "noindex"),
        ("cache-control", "no-cache"),
        ("vary", "Accept, Accept-Encoding"),
        ("etag", ""),
        ("content-encoding", ""),
    ] {
        assert_eq!(field(&response, name), value, "{name}");
    }
}

#[test]
fn hits_come_in_pages() {
    for (page, hits, previous, next) in
        [("1", 7, false, true), ("2", 7, true, true), ("4", 4, true, false), ("5", 4, true, false)]
    {
        let response = ask(&format!("/search?q=every&page={page}"), &[]);
        let html = text(&response);
        assert_eq!(html.matches("<li>").count(), hits, "page {page}");
        assert!(html.contains("25 posts match."), "page {page}");
        let has = |rel: &str| html.contains(&format!("<a rel=\"{rel}\""));
        assert_eq!((has("prev"), has("next")), (previous, next), "page {page}");
    }
    assert!(text(&ask("/search?q=every&page=2", &[])).contains("href=\"/search?q=every&amp;page=3\""));
}

#[test]
fn a_search_without_hits_says_what_to_do() {
    let response = ask("/search?q=zebra%22%3E", &[]);
    let html = text(&response);
    let results = between(&html, "<div id=\"results\">", "</div>");
    assert!(results.contains("No post matches “zebra&quot;&gt;”.") && results.contains("/notes"), "{results}");
    assert!(results.ends_with("<p>Help.</p>"), "{results}");
    assert!(text(&ask("/search?q=+", &[])).contains("Type one word or more.</p><p>Help.</p>"));
}

#[test]
fn the_search_page_itself_is_a_stored_page() {
    for target in ["/search", "/search?", "/search?page=2", "/search?query=lease"] {
        let response = ask(target, &[]);
        assert_eq!((text(&response).as_str(), field(&response, "etag")), (FRAME, "\"1\""), "{target}");
    }
}

#[test]
fn head_has_the_fields_and_the_length_of_get() {
    let site = site(Some(index()));
    let [get, head] = ["GET", "HEAD"].map(|method| respond(&site, BUILT, request(method, "/search?q=lease", &[])));
    assert_eq!(fields(&get), fields(&head));
    assert_eq!((get.body().length(), head.body().content().is_empty()), (head.body().length(), true));
}

#[test]
fn composed_content_has_no_coding_and_can_be_refused() {
    let refused = ask("/search?q=lease", &[("accept-encoding", "br, identity;q=0")]);
    assert_eq!(refused.status(), 406);
    assert_eq!(ask("/search?q=lease", &[("accept-encoding", "br, gzip")]).status(), 200);
}

#[test]
fn without_an_index_or_with_a_damaged_one_the_page_is_sent_as_it_is() {
    for index in [None, Some(Vec::new()), Some(b"no index".to_vec())] {
        let response = respond(&site(index), BUILT, request("GET", "/search?q=lease", &[]));
        assert_eq!((response.status().as_u16(), text(&response).as_str()), (200, FRAME));
    }
}
