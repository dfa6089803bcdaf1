//! Search as the executable answers it: over HTTP, with the real index of the site inside.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::executable::{Response, Server, pages_below};
use crate::html::Element;

/// Bytes that a reader's first view of a page of hits may have: ten segments, which a new connection may send at once (RFC 6928).
const FIRST_VIEW: usize = 14 * 1024;

/// The posts of the site: path and title.
fn posts(site: &Server) -> BTreeMap<String, String> {
    let mut client = site.connect();
    pages_below("/blog/")
        .into_iter()
        .map(|path| {
            let page = Element::parse(&client.get(path, &[]).content);
            (path.to_owned(), page.only("h1").text())
        })
        .collect()
}

/// The target of a search for these words.
fn search(words: &str) -> String {
    let encoded: String = words
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("/search?q={encoded}")
}

/// The answer to a search. One that is refused because of too many is sent again, as the answer says.
fn find(site: &Server, words: &str, accept: &str) -> Response {
    loop {
        let response = site.get(&search(words), &[("Accept", accept), ("Accept-Encoding", "br")]);
        if response.status != 503 {
            return response;
        }
        let seconds = response.field("retry-after").parse().expect("a number of seconds");
        thread::sleep(Duration::from_secs(seconds));
    }
}

fn json(site: &Server, words: &str) -> Value {
    let response = find(site, words, "application/json");
    assert_eq!((response.status, response.field("content-type")), (200, "application/json"), "{words}");
    serde_json::from_slice(&response.content).expect("JSON")
}

#[test]
fn every_post_is_found_by_its_title() {
    let site = Server::start();
    for (path, title) in posts(&site) {
        let found = json(&site, &title);
        let first = found["hits"][0]["url"].as_str().unwrap_or_default();
        assert_eq!(first.split('#').next(), Some(path.as_str()), "{title}: {found}");
    }
}

#[test]
fn every_hit_leads_to_an_element_of_a_page() {
    let site = Server::start();
    let mut client = site.connect();
    for (_, title) in posts(&site) {
        for word in title.split_whitespace() {
            for hit in json(&site, word)["hits"].as_array().expect("a list") {
                let url = hit["url"].as_str().expect("a text");
                let (path, anchor) = url.split_once('#').unwrap_or((url, ""));
                let response = client.get(path, &[]);
                assert_eq!(response.status, 200, "{url}");
                let page = Element::parse(&response.content);
                assert!(
                    anchor.is_empty()
                        || page.descendants().iter().any(|element| element.attribute("id") == Some(anchor)),
                    "{url}"
                );
            }
        }
    }
}

#[test]
fn a_page_of_hits_is_a_whole_page_within_the_first_view() {
    let site = Server::start();
    for words in ["the", "a", "s*", "the of and to", "nothing-has-this-word", "\"<script>alert(1)</script>"] {
        let response = find(&site, words, "text/html");
        assert_eq!(response.status, 200, "{words}");
        let page = Element::parse(&response.content);
        assert!(page.only("title").text().starts_with(words), "{words}");
        assert_eq!(page.only("input").value("value"), words);
        let bytes = response.head + response.content.len();
        assert!(bytes <= FIRST_VIEW, "{words}: {bytes} bytes");
    }
}

#[test]
fn a_browser_learns_how_to_search_the_site() {
    let site = Server::start();
    let home = Element::parse(&site.get("/", &[]).content);
    let description = site.get("/opensearch.xml", &[]);
    assert_eq!(description.field("content-type"), "application/opensearchdescription+xml");
    assert_eq!(home.link("search"), Some("/opensearch.xml"));
    let xml = String::from_utf8(description.content).expect("UTF-8");
    let base = home.link("canonical").expect("the home page is canonical").trim_end_matches('/');
    assert!(xml.contains(&format!("template=\"{base}/search?q={{searchTerms}}\"")), "{xml}");
}
