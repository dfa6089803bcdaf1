//! Which paths are answered, and where others redirect. The cases are bugs that other servers had.

use graven_pack::write::Image;
use graven_serve::{Site, respond};
use http::Request;

use crate::requests::{self, TargetCase};
use crate::site::{BUILT, LATER, ask, field, get, pack, pack_of, request, stored};

/// Checks the response to a GET of each target.
fn check(cases: &[TargetCase]) {
    for (target, status, location) in cases {
        let response = get(target, &[]);
        assert_eq!((response.status().as_u16(), field(&response, "location")), (*status, *location), "{target}");
    }
}

#[test]
fn exact_paths_are_answered() {
    check(&requests::EXACT);
}

#[test]
fn other_spellings_are_redirected_and_keep_their_query() {
    check(&requests::SPELLINGS);
    assert_eq!(field(&get("/notes/", &[]), "cache-control"), "public, max-age=3600");
}

#[test]
fn redirects_in_the_pack_are_sent() {
    check(&requests::REDIRECTS);
    assert_eq!(field(&get("/old", &[]), "cache-control"), "public, max-age=3600");
}

#[test]
fn no_redirect_leads_to_another_host() {
    for target in requests::OTHER_HOSTS {
        check(&[(target, 404, "")]);
    }
}

#[test]
fn no_other_spelling_reaches_a_page() {
    check(&requests::OTHER_WAYS);
}

#[test]
fn an_unknown_path_gets_the_404_page_of_the_site() {
    let response = get("/nothing", &[("accept-encoding", "br")]);
    assert_eq!(response.status(), 404);
    assert_eq!(response.body().content(), stored("404", graven_pack::Coding::Brotli));
    assert_eq!(field(&response, "content-encoding"), "br");
    assert_eq!(field(&response, "vary"), "Accept-Encoding");
    assert_eq!(field(&response, "cache-control"), "no-cache");
    assert_eq!(field(&response, "etag"), "");
    // If every coding is refused, a page that explains the error is better than a 406.
    let refused = get("/nothing", &[("accept-encoding", "*;q=0")]);
    assert_eq!((refused.status().as_u16(), field(&refused, "content-encoding")), (404, ""));
}

#[test]
fn without_a_404_page_a_line_of_text_is_sent() {
    let response = respond(&Site::new(pack_of(&Image::default())), BUILT, request("GET", "/", &[]));
    assert_eq!(response.status(), 404);
    assert_eq!(field(&response, "content-type"), "text/plain; charset=utf-8");
}

#[test]
fn a_scheduled_post_is_a_404_until_its_time() {
    let at = |now| respond(&Site::new(pack()), now, request("GET", "/later", &[])).status().as_u16();
    assert_eq!((at(LATER - 1), at(LATER)), (404, 200));
    let spelt = respond(&Site::new(pack()), LATER - 1, request("GET", "/later/", &[]));
    assert_eq!(spelt.status(), 404);
}

#[test]
fn a_request_needs_exactly_one_host() {
    let without = Request::builder().uri("/notes").body(()).expect("a request").into_parts().0;
    let response = respond(&Site::new(pack()), BUILT, without);
    assert_eq!((response.status().as_u16(), field(&response, "connection")), (400, "close"));
    assert_eq!(get("/notes", &[("host", "evil.example")]).status(), 400);
    assert_eq!(ask("HEAD", "/notes", &[("host", "localhost")]).status(), 400);
}
