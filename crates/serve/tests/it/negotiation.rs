//! Coding, media type, method, precondition and range: each alone, and then all combinations against a model.

use graven_pack::write::{ContentSpec, EditionSpec, RedirectSpec};
use graven_pack::{ALWAYS, Coding, HOME, PREFETCH};
use graven_serve::{Site, respond};

use crate::requests::{CODINGS, NOT_ALLOWED, TYPES, UNKNOWN};
use crate::site::{BIG, BUILT, POLICY, ask, codings, etag, field, fields, get, image, pack_of, request, stored};

#[test]
fn the_most_acceptable_stored_coding_is_sent() {
    for (accepted, expected) in CODINGS {
        let fields: Vec<_> = accepted.map(|value| ("accept-encoding", value)).into_iter().collect();
        let response = get("/notes", &fields);
        assert_eq!(field(&response, "vary"), "Accept-Encoding", "{accepted:?}");
        let Some(coding) = expected else {
            assert_eq!(response.status(), 406, "{accepted:?}");
            assert_eq!(field(&response, "content-type"), "text/plain; charset=utf-8");
            continue;
        };
        assert_eq!(response.status(), 200, "{accepted:?}");
        let token = if coding == Coding::Identity { "" } else { coding.token() };
        assert_eq!(field(&response, "content-encoding"), token, "{accepted:?}");
        assert_eq!(field(&response, "etag"), etag("/notes", coding), "{accepted:?}");
        assert_eq!(response.body().content(), stored("/notes", coding), "{accepted:?}");
    }
}

#[test]
fn a_page_in_one_coding_has_no_vary_and_can_be_refused() {
    let response = get("/image.png", &[("accept-encoding", "gzip, br")]);
    assert_eq!((response.status().as_u16(), field(&response, "vary")), (200, ""));
    assert_eq!(get("/image.png", &[("accept-encoding", "gzip, identity;q=0")]).status(), 406);
}

#[test]
fn accept_chooses_the_markdown_of_a_post() {
    for (accept, path, content_type) in TYPES {
        let response = get("/blog/a", &[("accept", accept), ("accept-encoding", "gzip")]);
        assert_eq!(field(&response, "content-type"), content_type, "{accept}");
        assert_eq!(field(&response, "etag"), etag(path, Coding::Gzip), "{accept}");
        assert_eq!(field(&response, "vary"), "Accept, Accept-Encoding", "{accept}");
        assert_eq!(response.body().content(), stored(path, Coding::Gzip), "{accept}");
    }
    assert_eq!(field(&get("/blog/a.md", &[]), "vary"), "Accept-Encoding");
    assert_eq!(field(&get("/blog/a", &[("accept-encoding", "*;q=0")]), "vary"), "Accept, Accept-Encoding");
}

#[test]
fn pages_carry_the_security_fields() {
    let response = get("/notes", &[]);
    assert_eq!(
        fields(&response),
        [
            ("accept-ranges", "bytes"),
            ("cache-control", "no-cache"),
            ("content-security-policy", POLICY),
            ("content-type", "text/html; charset=utf-8"),
            ("cross-origin-opener-policy", "same-origin"),
            ("etag", &etag("/notes", Coding::Identity)),
            ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("vary", "Accept-Encoding"),
            ("x-content-type-options", "nosniff"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(field(&get("/nothing", &[]), "content-security-policy"), POLICY);
    assert_eq!(field(&get("/image.png", &[]), "x-content-type-options"), "nosniff");
}

#[test]
fn pages_name_the_rules_for_prefetching_if_the_pack_has_them() {
    assert_eq!(field(&get("/notes", &[]), "speculation-rules"), "");
    let mut image = image();
    let rules = image.routes["/blog/a.md"].clone();
    image.routes.insert(PREFETCH.to_owned(), rules);
    let site = Site::new(pack_of(&image));
    for (path, expected) in [
        ("/notes", format!("\"{PREFETCH}\"")),
        ("/nothing", format!("\"{PREFETCH}\"")),
        ("/blog/a.md", String::new()),
        ("/image.png", String::new()),
        (PREFETCH, String::new()),
    ] {
        let response = respond(&site, BUILT, request("GET", path, &[]));
        assert_eq!(field(&response, "speculation-rules"), expected, "{path}");
    }
    let seen = [("if-none-match", etag("/notes", Coding::Identity))];
    let seen: Vec<_> = seen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(field(&respond(&site, BUILT, request("GET", "/notes", &seen)), "speculation-rules"), "");
}

#[test]
fn on_a_site_below_a_path_the_rules_for_prefetching_are_below_it() {
    let home = RedirectSpec { status: 308, location: "/base/".to_owned(), cache_control: "no-cache".to_owned() };
    let home = vec![EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(home) }];
    for (rules, expected) in [(PREFETCH, ""), ("/base/prefetch.json", "\"/base/prefetch.json\"")] {
        let mut image = image();
        image.routes.insert(HOME.to_owned(), home.clone());
        image.routes.insert(rules.to_owned(), image.routes["/blog/a.md"].clone());
        let site = Site::new(pack_of(&image));
        let response = respond(&site, BUILT, request("GET", "/notes", &[]));
        assert_eq!(field(&response, "speculation-rules"), expected, "{rules}");
        assert_eq!(respond(&site, BUILT, request("GET", "/home", &[])).status(), 404, "nobody can ask for it");
    }
}

#[test]
fn a_304_has_only_the_fields_that_a_cache_needs() {
    let tag = etag("/blog/a", Coding::Gzip);
    let response = get("/blog/a", &[("accept-encoding", "gzip"), ("if-none-match", &tag)]);
    assert_eq!(response.status(), 304);
    assert_eq!(
        fields(&response),
        [("cache-control", "no-cache"), ("etag", &tag), ("vary", "Accept, Accept-Encoding")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(response.body().length(), 0);
}

#[test]
fn the_tag_of_another_coding_does_not_match() {
    let tag = etag("/notes", Coding::Gzip);
    assert_eq!(get("/notes", &[("accept-encoding", "br"), ("if-none-match", &tag)]).status(), 200);
}

#[test]
fn older_content_that_is_deployed_again_is_not_a_304() {
    let mut newer = image();
    for editions in newer.routes.values_mut() {
        for edition in editions {
            if let ContentSpec::Page(page) = &mut edition.content {
                page.variants.iter_mut().for_each(|variant| variant.etag.insert_str(1, "new-"));
            }
        }
    }
    let seen = respond(&Site::new(pack_of(&newer)), BUILT, request("GET", "/notes", &[]));
    // A client that saw the newer content, and a date long after both.
    let conditions = [("if-none-match", field(&seen, "etag")), ("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")];
    let response = get("/notes", &conditions);
    assert_eq!(response.status(), 200);
    assert_eq!(field(&response, "etag"), etag("/notes", Coding::Identity));
}

#[test]
fn preconditions_and_ranges_apply_only_to_a_200() {
    for (target, status) in [("/nothing", 404), ("/notes/", 308), ("/old", 308)] {
        let conditions = [("if-match", "\"x\""), ("if-none-match", "*"), ("range", "bytes=0-1")];
        assert_eq!(get(target, &conditions).status(), status, "{target}");
    }
    let refused = [("accept-encoding", "*;q=0"), ("if-none-match", "*"), ("range", "bytes=0-1")];
    assert_eq!(get("/notes", &refused).status(), 406);
}

#[test]
fn a_range_of_a_large_file_is_sent() {
    let response = get("/big", &[("range", "bytes=4194304-"), ("accept-encoding", "identity;q=1, *;q=0")]);
    assert_eq!(response.status(), 206);
    assert_eq!(field(&response, "content-range"), format!("bytes 4194304-{}/{BIG}", BIG - 1));
    assert_eq!(*response.body().content(), stored("/big", Coding::Identity)[4_194_304..]);
}

#[test]
fn a_416_has_the_length() {
    let response = get("/notes", &[("range", "bytes=50-"), ("accept-encoding", "br")]);
    assert_eq!(response.status(), 416);
    assert_eq!(field(&response, "content-range"), "bytes */50");
    assert_eq!(field(&response, "vary"), "Accept-Encoding");
    assert_eq!(get("/empty", &[("range", "bytes=0-")]).status(), 416);
}

#[test]
fn other_methods_get_allow() {
    for method in NOT_ALLOWED {
        let response = ask(method, "/notes", &[]);
        assert_eq!((response.status().as_u16(), field(&response, "allow")), (405, "GET, HEAD, OPTIONS"), "{method}");
    }
    for method in UNKNOWN {
        assert_eq!(ask(method, "/notes", &[]).status(), 501, "{method}");
    }
    for target in ["/notes", "/nothing", "*"] {
        let response = ask("OPTIONS", target, &[]);
        assert_eq!((response.status().as_u16(), field(&response, "allow")), (204, "GET, HEAD, OPTIONS"), "{target}");
    }
    assert_eq!(get("*", &[]).status(), 400);
}

/// A combination, and what the model expects.
pub(crate) struct Case<'a> {
    pub(crate) path: &'a str,
    coding: Coding,
    /// `if-match`, `if-none-match`, `if-range`: `true` is the selected variant's tag, `false` another, `None` no such
    /// field.
    tags: [Option<bool>; 3],
    range: Option<&'a str>,
}

impl Case<'_> {
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let tag = |matches| if matches { etag(self.path, self.coding) } else { "\"other\"".to_owned() };
        let names = ["if-match", "if-none-match", "if-range"].into_iter().zip(self.tags);
        let mut fields: Vec<_> = names.filter_map(|(name, matches)| Some((name, tag(matches?)))).collect();
        fields.extend(self.range.map(|range| ("range", range.to_owned())));
        if self.coding != Coding::Identity {
            fields.push(("accept-encoding", self.coding.token().to_owned()));
        }
        fields
    }

    /// Returns the expected status and content.
    fn expected(&self, method: &str) -> (u16, Option<Vec<u8>>) {
        let bytes = stored(self.path, self.coding);
        match (self.tags, self.range) {
            ([Some(false), ..], _) => (412, None),
            ([_, Some(true), _], _) => (304, Some(Vec::new())),
            ([_, _, Some(false)], _) | (_, None | Some("bytes=0-1,3-4" | "nonsense")) => (200, Some(bytes)),
            _ if method == "HEAD" => (200, Some(bytes)),
            (_, Some("bytes=2-4")) if bytes.len() > 2 => (206, Some(bytes[2..5].to_vec())),
            (_, Some("bytes=-7")) if bytes.len() > 7 => (206, Some(bytes[bytes.len() - 7..].to_vec())),
            (_, Some("bytes=-7")) => (200, Some(bytes)),
            (_, Some(_)) => (416, None),
        }
    }

    fn check(&self) {
        let given = self.fields();
        let given: Vec<_> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for method in ["GET", "HEAD"] {
            let asked = format!("{method} {} {given:?}", self.path);
            let response = ask(method, self.path, &given);
            let (status, content) = self.expected(method);
            assert_eq!(response.status(), status, "{asked}");
            if let Some(content) = &content {
                assert_eq!(response.body().length(), content.len() as u64, "{asked}");
                let sent = if method == "HEAD" { &[][..] } else { content };
                assert_eq!(*response.body().content(), *sent, "{asked}");
            }
            if matches!(status, 200 | 206 | 304) {
                assert_eq!(field(&response, "etag"), etag(self.path, self.coding), "{asked}");
                let vary = if codings(self.path).len() > 1 { "Accept-Encoding" } else { "" };
                assert_eq!(field(&response, "vary"), vary, "{asked}");
                assert_eq!(field(&response, "cache-control"), "no-cache", "{asked}");
            }
            assert_eq!(field(&response, "content-range").is_empty(), !matches!(status, 206 | 416), "{asked}");
        }
        let without_range: Vec<_> = given.into_iter().filter(|(name, _)| *name != "range").collect();
        let (got, head) = (ask("GET", self.path, &without_range), ask("HEAD", self.path, &without_range));
        assert_eq!(got.status(), head.status());
        assert_eq!(fields(&got), fields(&head), "HEAD {} {without_range:?}", self.path);
        assert_eq!(got.body().length(), head.body().length());
    }
}

/// Every combination of page, coding, preconditions and range.
pub(crate) fn cases() -> impl Iterator<Item = Case<'static>> {
    const CHOICES: [Option<bool>; 3] = [None, Some(true), Some(false)];
    const RANGES: [Option<&str>; 6] =
        [None, Some("bytes=2-4"), Some("bytes=-7"), Some("bytes=100-"), Some("bytes=0-1,3-4"), Some("nonsense")];
    let variants = ["/notes", "/blog/a.md", "/image.png", "/empty"]
        .into_iter()
        .flat_map(|path| codings(path).iter().map(move |&coding| (path, coding)));
    let tags =
        || CHOICES.iter().flat_map(|&a| CHOICES.iter().flat_map(move |&b| CHOICES.iter().map(move |&c| [a, b, c])));
    variants.flat_map(move |(path, coding)| {
        tags().flat_map(move |tags| RANGES.into_iter().map(move |range| Case { path, coding, tags, range }))
    })
}

#[test]
fn every_combination_agrees_with_the_model() {
    cases().for_each(|case| case.check());
}
