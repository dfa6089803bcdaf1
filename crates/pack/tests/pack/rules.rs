//! What the writer refuses, and for which rule.

use graven_pack::write::{ContentSpec, Image, PageSpec, RedirectSpec, VariantSpec, WriteError};
use graven_pack::{ALWAYS, Coding, Fault, HOME, NOT_FOUND, SEARCH_INDEX};

use crate::images::{always, page, redirect};

/// The fault for which a site with only this route is refused.
fn fault_of(path: &str, content: ContentSpec) -> Option<Fault> {
    let image = Image { time: 0, routes: [(path.to_owned(), always(content))].into() };
    match image.write() {
        Ok(_) => None,
        Err(WriteError::Route { path: named, fault, .. }) => {
            assert_eq!(named, path);
            Some(fault)
        }
        Err(error) => panic!("{error}"),
    }
}

fn page_fault(change: impl FnOnce(&mut PageSpec)) -> Option<Fault> {
    let mut page = page("x");
    change(&mut page);
    fault_of("/a", ContentSpec::Page(page))
}

fn redirect_fault(location: &str) -> Option<Fault> {
    fault_of("/é b", ContentSpec::Redirect(redirect(location)))
}

#[test]
fn a_path_is_one_that_a_request_can_have() {
    for path in [
        "/",
        "/a",
        "/a/",
        "/a/b.html",
        "/.well-known/security.txt",
        "/é/ü b",
        "/...",
        "/a:b@c",
        NOT_FOUND,
        SEARCH_INDEX,
    ] {
        assert_eq!(fault_of(path, ContentSpec::Page(page("x"))), None, "{path:?}");
    }
    let bad = ["", "a", "405", "//", "//a", "/a//", "/a//b", "/.", "/..", "/a/./b", "/a/../b", "/a/.."];
    let unsafe_characters = ["/a\\b", "/a%2e", "/a?b", "/a#b", "/a\0", "/a\r\nb", "/a\u{85}"];
    for path in bad.into_iter().chain(unsafe_characters) {
        assert_eq!(fault_of(path, ContentSpec::Page(page("x"))), Some(Fault::Path), "{path:?}");
    }
}

#[test]
fn a_field_value_cannot_start_another_field() {
    for value in ["", " a", "a ", "a\r\nSet-Cookie: b", "a\n", "a\0", "a\tb", "é", "\u{7f}"] {
        let fault = page_fault(|page| page.cache_control = value.to_owned());
        assert_eq!(fault, Some(Fault::FieldValue), "{value:?}");
        let fault = page_fault(|page| page.security_policy = value.to_owned());
        assert_eq!(fault, Some(Fault::FieldValue).filter(|_| !value.is_empty()), "{value:?}");
        let refused = RedirectSpec { cache_control: value.to_owned(), ..redirect("/b") };
        assert_eq!(fault_of("/a", ContentSpec::Redirect(refused)), Some(Fault::FieldValue), "{value:?}");
    }
}

#[test]
fn a_content_type_is_a_media_type() {
    let fault = |value: &str| page_fault(|page| page.content_type = value.to_owned());
    for value in ["text/html", "text/html; charset=utf-8", "image/svg+xml", "application/vnd.a.b+c;d=\"e f\""] {
        assert_eq!(fault(value), None, "{value}");
    }
    for value in ["html", "text/", "/html", "text /html", "text/ht ml", "text/html, a/b", ";text/html"] {
        assert_eq!(fault(value), Some(Fault::MediaType), "{value}");
    }
    assert_eq!(fault(""), Some(Fault::FieldValue));
}

#[test]
fn an_entity_tag_is_strong_and_quoted() {
    let fault = |value: &str| page_fault(|page| page.variants[0].etag = value.to_owned());
    assert_eq!(fault("\"!~\""), None);
    for value in ["", "\"", "\"\"", "a", "\"a", "a\"", "W/\"a\"", "\"a\"b\"", "\"a b\"", "\"a\r\n\"", "\"é\""] {
        assert_eq!(fault(value), Some(Fault::EntityTag), "{value:?}");
    }
}

#[test]
fn a_page_has_identity_and_each_coding_once_with_its_own_entity_tag() {
    assert_eq!(page_fault(|page| page.variants.reverse()), None, "any order is allowed");
    assert_eq!(page_fault(|page| page.variants.clear()), Some(Fault::NoIdentity));
    assert_eq!(page_fault(|page| drop(page.variants.remove(0))), Some(Fault::NoIdentity));
    let again = VariantSpec { coding: Coding::Gzip, etag: "\"again\"".to_owned(), bytes: Vec::new() };
    assert_eq!(page_fault(|page| page.variants.push(again)), Some(Fault::Order));
    let same = |page: &mut PageSpec| page.variants[1].etag = page.variants[0].etag.clone();
    assert_eq!(page_fault(same), Some(Fault::SharedEntityTag));
}

#[test]
fn a_redirect_stays_on_the_site_or_names_a_host() {
    for location in ["/", "/a/b?c=d#e", "/%C3%A9", "https://example.org", "http://[::1]:80/a", "/a//b"] {
        assert_eq!(redirect_fault(location), None, "{location}");
    }
    let elsewhere = ["", "a", "//evil.example", "/\\evil.example", "javascript:alert(1)", "ftp://a", "https:a"];
    let no_host = ["https://", "https:///a", "http://?a", "https:////a"];
    let no_uri = ["/é", "/a b", "/%", "/%2", "/%zz", "/a\r\nb", "/\"", "/<a>"];
    for location in elsewhere.into_iter().chain(no_host).chain(no_uri) {
        assert_eq!(redirect_fault(location), Some(Fault::Location), "{location:?}");
    }
}

#[test]
fn a_redirect_to_itself_is_found_however_it_is_written() {
    for location in ["/%C3%A9%20b", "/%c3%a9%20%62", "/%C3%A9%20b?c", "/%C3%A9%20b#c"] {
        assert_eq!(redirect_fault(location), Some(Fault::Loop), "{location}");
    }
    assert_eq!(redirect_fault("/%C3%A9%20b/"), None);
}

#[test]
fn a_redirect_has_a_redirect_status() {
    for status in [301, 302, 307, 308] {
        assert_eq!(fault_of("/a", ContentSpec::Redirect(RedirectSpec { status, ..redirect("/b") })), None);
    }
    for status in [0, 200, 300, 303, 304, 404, u16::MAX] {
        let fault = fault_of("/a", ContentSpec::Redirect(RedirectSpec { status, ..redirect("/b") }));
        assert_eq!(fault, Some(Fault::Status), "{status}");
    }
    for path in [NOT_FOUND, SEARCH_INDEX] {
        assert_eq!(fault_of(path, ContentSpec::Redirect(redirect("/b"))), Some(Fault::InternalRedirects));
    }
}

#[test]
fn home_leads_to_the_folder_of_the_site() {
    for location in ["/", "/blog/", "/~a/b-c_d.e/"] {
        assert_eq!(fault_of(HOME, ContentSpec::Redirect(redirect(location))), None, "{location}");
        let image =
            Image { time: 0, routes: [(HOME.to_owned(), always(ContentSpec::Redirect(redirect(location))))].into() };
        let bytes = image.write().expect("no rule is broken");
        assert_eq!(graven_pack::Pack::open(&bytes).and_then(|pack| pack.home()), Ok(location));
    }
    for location in ["/blog", "/blog/?a", "/caf%C3%A9/", "/a//", "/../", "https://example.org/"] {
        assert_eq!(fault_of(HOME, ContentSpec::Redirect(redirect(location))), Some(Fault::Home), "{location}");
    }
    assert_eq!(fault_of(HOME, ContentSpec::Page(page("x"))), Some(Fault::Home));
    let bytes = Image::default().write().expect("an empty pack");
    assert_eq!(graven_pack::Pack::open(&bytes).and_then(|pack| pack.home()), Ok("/"));
}

#[test]
fn a_second_representation_is_another_route_of_pages() {
    let post = PageSpec { alternate: Some("/b".to_owned()), ..page("x") };
    let with = |path: &str, other: ContentSpec| {
        let post = always(ContentSpec::Page(post.clone()));
        let routes = [("/a".to_owned(), post), (path.to_owned(), always(other))];
        Image { time: 0, routes: routes.into() }.write().map(drop)
    };
    let refused = WriteError::Route { path: "/a".to_owned(), edition: Some(0), fault: Fault::Alternate };
    assert_eq!(with("/b", ContentSpec::Page(page("y"))), Ok(()));
    assert_eq!(with("/b", ContentSpec::Redirect(redirect("/c"))), Err(refused.clone()));
    assert_eq!(with("/c", ContentSpec::Page(page("y"))), Err(refused));
    assert_eq!(fault_of("/b", ContentSpec::Page(post)), Some(Fault::Alternate));
}

#[test]
fn a_route_has_editions_and_they_are_in_order() {
    let write = |froms: &[i64]| {
        let edition = &always(ContentSpec::Page(page("x")))[0];
        let editions = froms.iter().map(|&from| graven_pack::write::EditionSpec { from, ..edition.clone() }).collect();
        Image { time: 0, routes: [("/a".to_owned(), editions)].into() }.write().map(drop)
    };
    let refused = |fault| Err(WriteError::Route { path: "/a".to_owned(), edition: None, fault });
    assert_eq!(write(&[ALWAYS, 0, i64::MAX]), Ok(()));
    assert_eq!(write(&[]), refused(Fault::NoEdition));
    assert_eq!(write(&[1, 1]), refused(Fault::Order));
    assert_eq!(write(&[2, 1]), refused(Fault::Order));
}

#[test]
fn a_refusal_names_the_route_and_the_rule() {
    let image = Image { time: 0, routes: [("/a b".to_owned(), always(ContentSpec::Redirect(redirect("b"))))].into() };
    let message = image.write().map_err(|error| error.to_string());
    let expected = "route \"/a b\", edition 0: the target of a redirect must be a path with one leading slash, or an http or https URL";
    assert_eq!(message, Err(expected.to_owned()));
}
