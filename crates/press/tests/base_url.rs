//! A site below a path of its host: everything that leads to it, in every output, has the path.
//!
//! The same site is pressed at the root of its host and below `/base`. What the second has must be the first with the path in front of each route. The tests
//! look for routes wherever a text can have one, whatever the format: a place that forgets the path is found, and so is one that has it twice.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use graven_pack::write::{ContentSpec, PageSpec};
use graven_pack::{HOME, NOT_FOUND, Pack, SEARCH_INDEX};
use graven_press::cache::Cache;
use graven_press::diagnostic::Report;
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options, Scheduled, press};

const ROOT: &str = "https://example.org";
const BASE: &str = "https://example.org/base";

/// The settings without the base URL.
const SETTINGS: &str = r#"
title = "Notes"
description = "What I learnt."
start = ["second"]

[author]
name = "Grace"
email = "grace@example.org"
url = "/about"

[license]
name = "CC BY"
url = "/license"

[[navigation]]
label = "Notes"
path = "/notes"
[[navigation]]
label = "Elsewhere"
url = "https://example.net/"

[[footer]]
label = "About"
path = "/about"

[security]
contact = "mailto:security@example.org"
expires = 2030-01-01T00:00:00Z

[redirects]
"/short" = "/blog/second#end"
"/out" = "https://example.net/out"
"#;

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"12\"><path d=\"M1 1h9\"/></svg>";

/// Files next to the texts, files that are copied, and the theme.
const FILES: [(&str, &str); 13] = [
    ("posts/post/data.csv", "day,load\n1,2\n2,3\n"),
    ("posts/post/code.js", "let a = 1\n"),
    ("posts/post/model.js", "import { svg } from 'graven'\nexport default { tick: 1, view: () => svg(1, 1) }\n"),
    ("posts/post/model.svg", SVG),
    ("posts/post/drawing.svg", SVG),
    ("static/files/data.csv", "1,2\n"),
    ("static/files/film.mp4", "film"),
    ("static/.well-known/other.txt", "text"),
    (
        "static/files/relative.html",
        "<!DOCTYPE html><title>File</title><a href=\"data.csv\">d</a><a href=\"../notes\">n</a>",
    ),
    (
        "theme/custom.css",
        "body { background: url(/files/logo.png) } a { background: image-set(\"/files/logo.png\" 1x) }\n@font-face { font-family: f; src: url('/files/film.mp4') }",
    ),
    ("theme/gallery.css", ".gallery { background: url(\"/files/logo.png\") }"),
    ("theme/head.html", "<link rel=\"me\" href=\"/about\">\n<style>b{background:url(/files/logo.png)}</style>"),
    (
        "theme/foot.html",
        "<a href=\"/about\">A</a> <a href='/blog/post?a&amp;b'>S</a> <img src=\"/files/logo.png\" srcset=\"/files/logo.png 2x\" alt=\"\">",
    ),
];

/// A site that has a reference of every kind, at a base URL.
fn site(base_url: &str) -> SourceTree {
    let picture: &[u8] = include_bytes!("markdown/content/posts/case/photo.png");
    let mut tree = SourceTree::default();
    tree.insert("site.toml", format!("base_url = \"{base_url}\"\n{SETTINGS}"));
    tree.insert("topics.toml", "[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n[[topic]]\nslug = \"none\"\ntitle = \"None\"\nblurb = \"Nothing.\"\n");
    tree.insert(
        "posts/post/index.md",
        include_str!("base_url/post.md").replace("BASE-URL", base_url.trim_end_matches('/')),
    );
    let head = "title = \"Second\"\ndescription = \"More.\"\ndate = 2025-11-20\ntopics = [\"web\"]\ntags = [\"Links\"]\nseries = \"Parts\"";
    tree.insert("posts/second.md", format!("+++\n{head}\n+++\n## End\n\n[Back](post/index.md).\n"));
    let head = "title = \"Later\"\ndescription = \"Then.\"\ndate = 2028-01-01\naliases = [\"/old-later\"]";
    tree.insert("posts/later.md", format!("+++\n{head}\n+++\n[Back](/blog/post).\n"));
    for number in 0..6 {
        let head = format!("title = \"P{number}\"\ndescription = \"One of many.\"\ndate = 2024-01-0{}", number + 1);
        tree.insert(format!("posts/p{number}.md"), format!("+++\n{head}\n+++\n[The first](/blog/post).\n"));
    }
    for (name, title) in [("about", "About"), ("license", "Licence")] {
        let head = format!("title = \"{title}\"\ndescription = \"In short.\"\naliases = [\"/old-{name}\"]");
        tree.insert(format!("pages/{name}.md"), format!("+++\n{head}\n+++\n[Posts](/blog).\n"));
    }
    for (path, text) in FILES {
        tree.insert(path, text);
    }
    tree.insert("theme/wordmark.svg", format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"30\"><style>path{{fill:red}}</style>{}</svg>", "<path d=\"M1 1h9\"/>".repeat(9)));
    tree.insert("static/files/logo.png", picture);
    tree.insert("posts/post/photo.png", picture);
    tree
}

fn options() -> Options {
    let now = Some("2026-01-10T12:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_second());
    Options { codings: Codings::Identity, now, scheduled: Scheduled::Shown, ..Options::default() }
}

/// All that a site has, by the path that readers ask for.
fn outputs(tree: &SourceTree) -> BTreeMap<String, ContentSpec> {
    let mut site = Incremental::new(options(), Cache::none());
    let outputs = site.press(tree, |preview| {
        assert_eq!(preview.report().render(tree, ""), "no errors\n");
        let paths = preview.paths().map(Cow::into_owned).chain([SEARCH_INDEX.to_owned()]);
        paths.filter_map(|path| Some((path.clone(), preview.content(&path)?))).collect()
    });
    outputs.unwrap_or_else(|report: Report| panic!("{}", report.render(tree, "")))
}

/// The path on the host of what is at a path of a site at the root.
fn below(path: &str) -> String {
    let is_of_host = ["/robots.txt", "/favicon.ico"].contains(&path) || path.starts_with("/.well-known/");
    if is_of_host || !path.starts_with('/') { path.to_owned() } else { format!("/base{path}") }
}

/// What can be in front of a path in a text: a quote of a kind, a bracket, or what separates it from other words.
const BEFORE: &str = "\"'`( ,=\n;>\\";

/// The paths in a text, from their slash to what ends them, without query and fragment; and those of whole addresses of the host.
fn paths(text: &str) -> Vec<String> {
    let is_of_path = |char: char| char.is_alphanumeric() || "/-._~%".contains(char);
    let path_at = |at: usize| text[at..].split(|char: char| !is_of_path(char)).next().unwrap_or_default().to_owned();
    let is_start = |at: usize| {
        // `<path d="M1 1"/>` ends an element.
        text[..at].chars().next_back().is_some_and(|char| BEFORE.contains(char)) && !text[at..].starts_with("/>")
    };
    let from_root = text.match_indices('/').filter(|(at, _)| is_start(*at));
    let from_root = from_root.map(|(at, _)| path_at(at)).filter(|path| !path.starts_with("//"));
    let whole = text.match_indices(ROOT).map(|(at, _)| path_at(at + ROOT.len()));
    from_root.chain(whole).collect()
}

/// What has a slash that is no path.
const NO_PATHS: [&str; 2] = ["aria-keyshortcuts=\"/\"", "Allow: /\n"];

fn text(page: &PageSpec) -> Option<&str> {
    let is_text = ["text/", "application/", "image/svg"].iter().any(|kind| page.content_type.starts_with(kind));
    let text = std::str::from_utf8(&page.variants[0].bytes).ok().filter(|_| is_text);
    text.filter(|_| !page.content_type.contains("search-index"))
}

#[test]
fn each_output_has_the_path_of_the_site_in_front() {
    let (root, base) = (outputs(&site(ROOT)), outputs(&site(BASE)));
    // Files that a page shows have their fingerprint in the name, which the path of the site may change.
    let without_print = |path: &str| {
        let is_print = |part: &&str| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        path.split('.').filter(|part| !is_print(part)).collect::<Vec<_>>().join(".")
    };
    let expected: BTreeSet<String> = root.keys().map(|path| without_print(&below(path))).collect();
    let mut found: BTreeSet<String> = base.keys().map(|path| without_print(path)).collect();
    for entrance in ["/", "/base", HOME] {
        assert!(found.remove(entrance), "{entrance}");
        let ContentSpec::Redirect(redirect) = &base[entrance] else { panic!("{entrance} is no redirect") };
        assert_eq!((redirect.status, redirect.location.as_str()), (308, "/base/"), "{entrance}");
    }
    assert_eq!(found, expected);
    for path in [
        "/base/",
        "/base/blog/post",
        "/base/blog/post.md",
        "/base/feed.xml",
        "/base/old-post",
        "/robots.txt",
        NOT_FOUND,
    ] {
        assert!(base.contains_key(path), "{path}");
    }
}

#[test]
fn every_path_in_every_output_leads_to_the_site() {
    let (root, mut base) = (outputs(&site(ROOT)), outputs(&site(BASE)));
    // Pages lead to the site itself.
    base.retain(|path, _| !["/", "/base"].contains(&path.as_str()));
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for (path, output) in &base {
        let (texts, kind) = match output {
            ContentSpec::Page(page) => {
                let alternate = page.alternate.as_deref().map(|path| format!("\"{path}\""));
                (text(page).map(str::to_owned).into_iter().chain(alternate).collect(), page.content_type.as_str())
            }
            ContentSpec::Redirect(redirect) => (vec![format!("\"{}\"", redirect.location)], "redirect"),
        };
        // The name of a key, and a rule for robots.
        let without = |text: &String| NO_PATHS.iter().fold(text.clone(), |text, part| text.replace(part, ""));
        // In a script, a slash alone is an operator.
        let is_operator = |found: &String| found == "/" && kind.starts_with("text/javascript");
        for found in texts.iter().flat_map(|text| paths(&without(text))).filter(|found| !is_operator(found)) {
            // Other slashes are no paths: those of numbers, of media types, of patterns.
            let is_known = |outputs: &BTreeMap<String, ContentSpec>| outputs.contains_key(&found);
            assert!(!is_known(&root) || is_known(&base), "{path} leads to {found:?}, which is not below /base");
            let is_lost = found.starts_with("/base/") && !is_known(&base) && !found.contains("/*");
            assert!(!is_lost, "{path} leads to {found:?}, where there is nothing");
            *kinds.entry(kind.to_owned()).or_default() += usize::from(is_known(&base));
        }
    }
    // Every format was looked at, and has paths.
    let least = [
        ("text/html; charset=utf-8", 500),
        ("text/markdown; charset=utf-8", 20),
        ("text/javascript; charset=utf-8", 7),
        ("text/plain; charset=utf-8", 10),
        ("application/atom+xml; charset=utf-8", 50),
        ("application/rss+xml; charset=utf-8", 30),
        ("application/feed+json; charset=utf-8", 30),
        ("application/xml; charset=utf-8", 15),
        ("application/opensearchdescription+xml", 3),
        ("application/manifest+json", 5),
        ("application/speculationrules+json", 2),
        ("redirect", 12),
    ];
    for (kind, least) in least {
        let found = kinds.get(kind).copied().unwrap_or_default();
        assert!(found >= least, "{kind} has {found} paths: {kinds:#?}");
    }
}

#[test]
fn the_search_index_leads_to_the_pages() {
    let base = outputs(&site(BASE));
    let ContentSpec::Page(index) = &base[SEARCH_INDEX] else { panic!("the index is a page") };
    let index = graven_search::Index::open(&index.variants[0].bytes).expect("an index");
    let hits = index.search(&graven_search::Query::parse("somewhere"), 0, 5).hits;
    assert_eq!(hits.iter().map(|hit| hit.route).collect::<Vec<_>>(), ["/base/blog/post"]);
}

#[test]
fn a_pack_of_a_site_below_a_path_is_valid_and_says_where_the_site_is() {
    for (base_url, home) in
        [(ROOT, "/"), (BASE, "/base/"), ("https://example.org/~ada/my_notes-2.0/", "/~ada/my_notes-2.0/")]
    {
        let tree = site(base_url);
        let pressed =
            press(&tree, &options(), &Cache::none()).unwrap_or_else(|report| panic!("{}", report.render(&tree, "")));
        let pack = Pack::open(&pressed.pack).expect("a pack");
        pack.verify().expect("a valid pack");
        assert_eq!(pack.home(), Ok(home));
        assert!(pack.route(home).is_ok_and(|route| route.is_some()), "{home}");
    }
}

#[test]
fn a_scheduled_post_is_below_the_path_at_its_time_and_nowhere_before() {
    let tree = site(BASE);
    let options = Options { scheduled: Scheduled::default(), ..options() };
    let pressed = press(&tree, &options, &Cache::none()).expect("no errors");
    let pack = Pack::open(&pressed.pack).expect("a pack");
    let then = "2028-01-01T00:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_second();
    for path in ["/base/blog/later", "/base/blog/later.md", "/base/old-later"] {
        let route = pack.route(path).expect("a sound pack").unwrap_or_else(|| panic!("there is no {path}"));
        let is_there = |time| route.at(time).expect("a sound route").is_some();
        assert_eq!((is_there(then - 1), is_there(then)), (false, true), "{path}");
    }
    for path in ["/blog/later", "/old-later"] {
        assert!(pack.route(path).expect("a sound pack").is_none(), "{path}");
    }
}

#[test]
fn a_preview_keeps_the_path_of_the_site() {
    let tree = site(BASE);
    let options = Options { origin: Some("http://127.0.0.1:8080".to_owned()), ..options() };
    let home = Incremental::new(options, Cache::none()).press(&tree, |preview| {
        assert_eq!(preview.base_url().to_string(), "http://127.0.0.1:8080/base");
        match preview.content("/base/") {
            Some(ContentSpec::Page(page)) => String::from_utf8(page.variants[0].bytes.clone()).expect("UTF-8"),
            _ => panic!("there is no first page"),
        }
    });
    let home = home.unwrap_or_else(|report| panic!("{}", report.render(&tree, "")));
    assert!(home.contains("<link rel=\"canonical\" href=\"http://127.0.0.1:8080/base/\">"), "{home}");
}

#[test]
fn what_leads_out_of_the_site_or_has_the_path_already_is_reported() {
    let post = |text: &str| format!("+++\ntitle = \"T\"\ndescription = \"D.\"\ndate = 2025-01-01\n+++\n{text}\n");
    for (file, text, expected) in [
        (
            "posts/t.md",
            post("[a](/base/notes)"),
            "write \"/notes\": paths begin at the root of the site, which is https://example.org/base/",
        ),
        ("posts/t.md", post("[a](/base/nots)"), "link to a page such as"),
        ("posts/t.md", post("[a](https://example.org/base/nots)"), "did you mean \"/notes\"?"),
        (
            "static/t.html",
            "<!DOCTYPE html><title>T</title><a href=\"/notes\">n</a>".to_owned(),
            "write \"/base/notes\", or the whole URL if something else on the host is meant: \"https://example.org/notes\"",
        ),
        (
            "static/t.html",
            "<!DOCTYPE html><title>T</title><a href=\"../shop\">n</a>".to_owned(),
            "leads out of the site",
        ),
        (
            "static/t.html",
            "<!DOCTYPE html><title>T</title><a href=\"/base/nots\">n</a>".to_owned(),
            "did you mean \"/base/notes\"?",
        ),
        ("theme/foot.html", "<a href=\"/base/notes\">n</a>".to_owned(), "write \"/notes\""),
    ] {
        let mut tree = site(BASE);
        tree.insert(file, text.clone());
        let report = press(&tree, &options(), &Cache::none()).expect_err("an error").render(&tree, "");
        assert!(report.contains(expected) && report.contains("1 error\n"), "{text}: {report}");
    }
    // Other things on the host are other sites.
    let mut tree = site(BASE);
    tree.insert("posts/t.md", post("[the shop](https://example.org/shop) [blogs](https://example.org/bases)"));
    assert!(press(&tree, &options(), &Cache::none()).is_ok());
}
