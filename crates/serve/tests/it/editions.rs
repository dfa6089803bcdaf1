//! A site that changes at its times, without a restart: by `respond` with a clock that the test holds, and on sockets at a time two seconds away.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, RedirectSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, NOT_FOUND, SEARCH_INDEX};
use graven_search::write::{Builder, Post, Section};
use graven_serve::{Body, Config, PlainPath, Site, respond};
use http::Response;

use crate::running::Running;
use crate::site::{BUILT, field, gzip, pack_of, request};

/// When the site of [`image`] changes.
const FIRST: i64 = 2_000;
const SECOND: i64 = 3_000;

fn page(text: &str, alternate: Option<&str>) -> ContentSpec {
    let bytes = text.as_bytes().to_vec();
    let etag = |coding: Coding| format!("\"{text:x<9.9}-{}\"", coding.token()).replace(' ', "-");
    let gzipped = VariantSpec { coding: Coding::Gzip, etag: etag(Coding::Gzip), bytes: gzip(&bytes) };
    ContentSpec::Page(PageSpec {
        content_type: if alternate.is_none() && text.starts_with('#') { "text/markdown" } else { "text/html" }
            .to_owned(),
        cache_control: "no-cache".to_owned(),
        security_policy: String::new(),
        class: Class::Page,
        alternate: alternate.map(str::to_owned),
        variants: vec![VariantSpec { coding: Coding::Identity, etag: etag(Coding::Identity), bytes }, gzipped],
    })
}

fn editions<const N: usize>(editions: [(i64, ContentSpec); N]) -> Vec<EditionSpec> {
    editions.into_iter().map(|(from, content)| EditionSpec { from, content }).collect()
}

/// A site in which a post is published at `first`, and another at `second`.
fn image(time: i64, first: i64, second: i64) -> Image {
    let redirect = |location: &str| {
        ContentSpec::Redirect(RedirectSpec {
            status: 308,
            location: location.to_owned(),
            cache_control: "public, max-age=3600".to_owned(),
        })
    };
    let list = |posts: usize| page(&format!("{posts} posts are on this site so far"), None);
    let nothing = |posts: usize| page(&format!("{posts} posts, and none of them is here"), None);
    let routes = [
        ("/", editions([(ALWAYS, list(0)), (first, list(1)), (second, list(2))])),
        (NOT_FOUND, editions([(ALWAYS, nothing(0)), (first, nothing(1))])),
        (
            "/blog/a",
            editions([
                (first, page("A post of that time", Some("/blog/a.md"))),
                (second, page("Another is newer", Some("/blog/a.md"))),
            ]),
        ),
        ("/blog/a.md", editions([(first, page("# A post", None))])),
        ("/old", editions([(first, redirect("/blog/a"))])),
        ("/blog/b", editions([(second, page("Another post", None))])),
    ];
    Image { time, routes: routes.map(|(path, editions)| (path.to_owned(), editions)).into() }
}

fn text(response: &Response<Body>) -> String {
    String::from_utf8(response.body().content().into_owned()).expect("UTF-8")
}

#[test]
fn every_path_changes_at_its_time_and_not_before() {
    let site = Site::new(pack_of(&image(BUILT, FIRST, SECOND)));
    let get = |now: i64, path: &str| respond(&site, now, request("GET", path, &[]));
    // The clock may be set back, so the order of the questions is none of the times.
    for (path, statuses) in [
        ("/blog/b", [404, 404, 200]),
        ("/blog/a", [404, 200, 200]),
        ("/blog/a.md", [404, 200, 200]),
        ("/blog/a/", [404, 308, 308]),
        ("/blog/a.html", [404, 308, 308]),
        ("/old", [404, 308, 308]),
        ("/old/", [404, 308, 308]),
        ("/none", [404, 404, 404]),
        ("/", [200, 200, 200]),
    ] {
        let times = [[BUILT, FIRST - 1], [FIRST, SECOND - 1], [SECOND, i64::MAX]];
        for at in [1, 0, 2, 0, 1] {
            for now in times[at] {
                assert_eq!(get(now, path).status(), statuses[at], "{path} at {now}");
            }
        }
    }
    for (now, list, nothing) in [
        (BUILT, "0 posts are", "0 posts, and"),
        (SECOND, "2 posts are", "1 posts, and"),
        (FIRST, "1 posts are", "1 posts, and"),
    ] {
        assert!(text(&get(now, "/")).starts_with(list), "at {now}");
        assert!(text(&get(now, "/blog/none")).starts_with(nothing), "at {now}");
    }
}

#[test]
fn a_404_before_the_time_is_that_of_any_path_and_no_cache_keeps_it() {
    let site = Site::new(pack_of(&image(BUILT, FIRST, SECOND)));
    for method in ["GET", "HEAD"] {
        let ask = |path: &str| respond(&site, FIRST - 1, request(method, path, &[("accept", "text/markdown")]));
        let none = ask("/none");
        for path in ["/blog/a", "/blog/a/", "/blog/a.md", "/old", "/blog/b"] {
            let early = ask(path);
            assert_eq!(early.status(), 404);
            assert_eq!(early.headers(), none.headers(), "{path}");
            assert_eq!(text(&early), text(&none), "{path}");
        }
        assert_eq!(field(&none, "cache-control"), "no-cache");
    }
}

#[test]
fn a_validator_of_an_edition_is_none_of_the_next() {
    let site = Site::new(pack_of(&image(BUILT, FIRST, SECOND)));
    let ask = |now: i64, path: &str, fields: &[(&str, &str)]| respond(&site, now, request("GET", path, fields));
    for path in ["/", "/blog/a"] {
        for (coding, then) in [("identity", FIRST), ("gzip", FIRST)] {
            let before = ask(then, path, &[("accept-encoding", coding)]);
            let etag = field(&before, "etag");
            let again = |now| ask(now, path, &[("accept-encoding", coding), ("if-none-match", etag)]);
            assert_eq!(again(SECOND - 1).status(), 304, "{path}");
            let changed = again(SECOND);
            assert_eq!(changed.status(), 200, "{path}");
            assert_ne!(field(&changed, "etag"), etag, "{path}");
            let part = ask(SECOND, path, &[("accept-encoding", coding), ("if-range", etag), ("range", "bytes=1-3")]);
            assert_eq!(part.status(), 200, "{path}: a part of the old bytes is none of the new ones");
            assert_eq!(ask(SECOND, path, &[("if-match", etag)]).status(), 412, "{path}");
        }
    }
}

/// An index of posts, each with its title as its text.
fn index(titles: &[&str]) -> ContentSpec {
    let mut builder = Builder::new("en");
    for title in titles {
        let section = Section { anchor: "", heading: "", text: title, code: "", start: 0, length: 4 };
        let (topics, tags) = (Vec::new(), Vec::new());
        let route = format!("/blog/{}", title.to_lowercase());
        builder.add(&Post { route: &route, title, description: "", date: "", topics, tags, sections: vec![section] });
    }
    let ContentSpec::Page(mut page) = page("", None) else { panic!("a page") };
    page.variants.truncate(1);
    page.variants[0].bytes = builder.finish();
    "application/octet-stream".clone_into(&mut page.content_type);
    ContentSpec::Page(page)
}

#[test]
fn a_search_finds_what_is_published_in_the_page_of_that_time() {
    let frame = |name: &str| {
        page(&format!("<title>{name}</title><input value=\"\"><div id=\"results\"></div><!--results-->"), None)
    };
    let routes = BTreeMap::from([
        ("/search".to_owned(), editions([(ALWAYS, frame("Before")), (SECOND, frame("After"))])),
        (SEARCH_INDEX.to_owned(), editions([(ALWAYS, index(&["Lease"])), (FIRST, index(&["Lease", "Leasehold"]))])),
    ]);
    let site = Site::new(pack_of(&Image { time: BUILT, routes }));
    for now in [FIRST, BUILT, SECOND, FIRST, BUILT] {
        let found = text(&respond(&site, now, request("GET", "/search?q=lease*", &[])));
        assert!(found.contains("/blog/lease\""), "{found}");
        assert_eq!(found.contains("/blog/leasehold"), now >= FIRST, "at {now}: {found}");
        assert_eq!(found.contains("Before</title>"), now < SECOND, "at {now}: {found}");
        let early = text(&respond(&site, now, request("GET", "/search?q=leasehold", &[])));
        assert_eq!(early.contains("/blog/leasehold"), now >= FIRST, "at {now}: {early}");
    }
}

fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a time")
}

#[test]
fn on_an_open_connection_the_site_changes_at_its_time_with_and_without_hyper() {
    for plain_path in [PlainPath::On, PlainPath::Off] {
        let time = clock() + 2;
        let pack = pack_of(&image(time - 100, time, time + 1_000_000));
        let server = Running::start_site(pack, 1, &Config { plain_path, ..Config::default() });
        let mut client = server.connect();
        // Twice, so that what is prepared by the first answer is used by the second.
        for _ in 0..2 {
            let (list, post) = (client.ask("GET", "/", ""), client.ask("GET", "/blog/a", ""));
            if clock() < time {
                assert!(list.content.starts_with(b"0 posts are"), "{plain_path:?}");
                assert_eq!(post.status, 404, "{plain_path:?}");
            }
        }
        let begin = Instant::now();
        while client.ask("GET", "/blog/a", "").status == 404 {
            assert!(begin.elapsed() < Duration::from_secs(10), "it is published two seconds after the start");
            assert!(clock() <= time, "{plain_path:?}: the clock says that it is time");
            thread::sleep(Duration::from_millis(10));
        }
        assert!(clock() >= time, "not before");
        assert!(client.ask("GET", "/", "").content.starts_with(b"1 posts are"), "{plain_path:?}");
        assert_eq!(client.ask("GET", "/old", "").status, 308, "{plain_path:?}");
        assert_eq!(client.ask("GET", "/blog/b", "").status, 404, "{plain_path:?}");
    }
}

#[test]
fn while_the_clock_is_behind_the_time_of_the_pack_counts_and_dates_are_those_of_the_clock() {
    for plain_path in [PlainPath::On, PlainPath::Off] {
        let built = clock() + 1_000_000;
        let pack = pack_of(&image(built, built - 1_000, built + 1_000));
        let server = Running::start_site(pack, 1, &Config { plain_path, ..Config::default() });
        let mut client = server.connect();
        let answer = client.ask("GET", "/blog/a", "");
        assert_eq!(answer.status, 200);
        let date = answer.head.lines().find_map(|line| line.strip_prefix("date: ")).expect("a date").to_owned();
        // The head is in lower case.
        let ago = |seconds| SystemTime::now() - Duration::from_secs(seconds);
        let is_of_clock = (0..60).any(|back| httpdate::fmt_http_date(ago(back)).eq_ignore_ascii_case(&date));
        assert!(is_of_clock, "{date} is not that of the clock");
        assert_eq!(
            client.ask("GET", "/blog/b", "").status,
            404,
            "what is scheduled after the pack's time is not published"
        );
    }
}
