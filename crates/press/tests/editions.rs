//! Scheduled posts: at each of its times, a pack has the site of a build that knows only the posts of then.

use std::collections::BTreeMap;

use graven_pack::{Coding, Content, Pack, SEARCH_INDEX};
use graven_press::cache::Cache;
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::views::{Head, Look, RenderedSite, Views};
use graven_press::{Codings, Options, Scheduled, press};
use jiff::Timestamp;
use maud::{Markup, html};
use proptest::prelude::*;

/// The time of the builds of these tests.
const BUILT: &str = "2026-01-10T12:00:00Z";

fn second(time: &str) -> i64 {
    time.parse::<Timestamp>().expect("a time").as_second()
}

fn options() -> Options {
    Options { codings: Codings::Identity, now: Some(second(BUILT)), ..Options::default() }
}

/// The posts of the site: the name, lines of front matter besides the date, and the text. Each has something that no other has.
const POSTS: [(&str, &str, &str); 5] = [
    ("plain", "topics = [\"web\"]\ntags = [\"Shared\"]", "Words.\n\n## A heading\n\nMore words."),
    ("tagged", "topics = [\"web\", \"data\"]\ntags = [\"Shared\", \"Rare\"]\nseries = \"The parts\"", "A rarity."),
    ("moved", "aliases = [\"/moved-from\"]\nseries = \"The parts\"\nimage = \"card.png\"", "![A drawing](drawing.svg)"),
    ("model", "topics = [\"data\"]\ntags = [\"machines\"]", "```model from=model.js id=m alt=\"A model\"\n```"),
    (
        "rows",
        "slug = \"table\"\ntags = [\"Machines\", \"Shared\"]\nauthors = [\"Ada\"]",
        "```table from=data.csv\n```\n\n[Code](code.js)",
    ),
];

/// The files next to the posts.
const FILES: [(&str, &str); 6] = [
    ("posts/moved/card.png", "not a picture"),
    (
        "posts/moved/drawing.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><path d=\"M1 1h9\"/></svg>",
    ),
    ("posts/model/model.js", "export default { tick: 1 }\n"),
    (
        "posts/model/model.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"12\"><path d=\"M1 1h9\"/></svg>",
    ),
    ("posts/rows/data.csv", "day,load\n1,2\n"),
    ("posts/rows/code.js", "let a = 1\n"),
];

/// A site with those of the posts whose date is not after `until`.
fn site(dates: &[String; 5], until: &str) -> SourceTree {
    let mut tree = SourceTree::default();
    tree.insert(
        "site.toml",
        "title = \"Notes\"\ndescription = \"Notes.\"\nbase_url = \"https://example.org\"\nfeed_length = 2\n",
    );
    tree.insert(
        "topics.toml",
        "[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n[[topic]]\nslug = \"data\"\ntitle = \"Data\"\nblurb = \"Rows.\"\n",
    );
    for ((name, head, text), date) in POSTS.iter().zip(dates) {
        if second(date) > second(until) {
            continue;
        }
        let head = format!("title = \"The {name}\"\ndescription = \"About {name}.\"\ndate = {date}\n{head}");
        tree.insert(format!("posts/{name}/index.md"), format!("+++\n{head}\n+++\n{text}\n"));
        for (path, content) in FILES.iter().filter(|(path, _)| path.starts_with(&format!("posts/{name}/"))) {
            tree.insert(*path, *content);
        }
    }
    tree
}

fn pack(tree: &SourceTree, options: &Options) -> Vec<u8> {
    press(tree, options, &Cache::none()).unwrap_or_else(|report| panic!("{}", report.render(tree, ""))).pack
}

/// All that a server can send at a time, by path: fields and bytes of a page, or where it redirects.
fn at(pack: &[u8], time: &str) -> BTreeMap<String, (String, Vec<u8>)> {
    let pack = Pack::open(pack).expect("a pack");
    pack.verify().expect("a valid pack");
    let content = |content: Content| match content {
        Content::Page(page) => {
            let alternate = page.alternate().map(|index| pack.route_at(index).expect("a route").path());
            let fields = [page.content_type(), page.cache_control(), page.security_policy(), alternate.unwrap_or("")];
            (fields.join("\n"), page.identity().bytes().expect("bytes").into_owned())
        }
        Content::Redirect(redirect) => (redirect.location().to_owned(), Vec::new()),
    };
    let routes = pack.routes().map(|route| route.expect("a route"));
    let valid =
        routes.filter_map(|route| Some((route.path().to_owned(), route.at(second(time)).expect("an edition")?)));
    valid.map(|(path, edition)| (path, content(edition.content()))).collect()
}

/// Checks the site at a time against a build that knows only the posts of then.
fn check(whole: &[u8], dates: &[String; 5], time: &str) {
    let mut found = at(whole, time);
    let expected = at(&pack(&site(dates, time), &options()), time);
    // A drawing stays for readers when its post is no longer in the feed; its path is its hash.
    found.retain(|path, _| expected.contains_key(path) || !path.starts_with("/assets/"));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{dates:?} at {time}");
    for (path, content) in &expected {
        assert!(found[path] == *content, "{path} is another one: {dates:?} at {time}");
    }
}

fn days(days: [&str; 5]) -> [String; 5] {
    days.map(|day| if day.contains('T') { day.to_owned() } else { format!("{day}T00:00:00Z") })
}

#[test]
fn a_site_is_at_each_time_as_if_its_later_posts_were_not_written_yet() {
    // The tag `Machines` is spelt as the post of February spells it, until there is one before it in the order of paths.
    let dates = days(["2026-01-01", "2026-02-01", "2026-02-01T08:00:00+01:00", "2026-03-01", "2026-02-01"]);
    let whole = pack(&site(&dates, "2027-01-01T00:00:00Z"), &options());
    for time in [
        BUILT,
        "2026-01-31T23:59:59Z",
        "2026-02-01T00:00:00Z",
        "2026-02-01T06:59:59Z",
        "2026-02-01T07:00:00Z",
        "2026-02-28T23:59:59Z",
        "2026-03-01T00:00:00Z",
        "2099-01-01T00:00:00Z",
    ] {
        check(&whole, &dates, time);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_dates_a_site_is_at_each_time_as_if_its_later_posts_were_not_written_yet(
        days in prop::array::uniform5(1_u32..29)
    ) {
        let dates = days.map(|day| format!("2026-01-{day:02}T08:00:00Z"));
        let whole = pack(&site(&dates, "2027-01-01T00:00:00Z"), &options());
        check(&whole, &dates, BUILT);
        for time in dates.iter().filter(|time| second(time) > second(BUILT)) {
            check(&whole, &dates, time);
        }
    }
}

#[test]
fn nothing_that_only_a_scheduled_post_has_is_there_before_its_time() {
    let dates = days(["2026-01-01", "2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04"]);
    let whole = pack(&site(&dates, "2027-01-01T00:00:00Z"), &options());
    for (path, (fields, bytes)) in at(&whole, BUILT) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert_ne!(path, "/models");
        for word in [
            "/tagged",
            "the tagged",
            "rarity",
            "tags/rare",
            "the parts",
            "moved-from",
            "the moved",
            "drawing.",
            "the model",
            "machines",
            "code.",
            "/blog/table",
        ] {
            assert!(!path.contains(word) && !fields.contains(word), "{word}: {path}");
            assert!(!text.contains(word) || path.starts_with("/assets/script."), "{word} in {path}: {text}");
        }
    }
}

#[test]
fn a_path_has_a_new_edition_only_when_its_content_changes() {
    let dates = days(["2026-01-01", "2026-02-01", "2026-03-01", "2025-12-01", "2025-11-01"]);
    let pack = pack(&site(&dates, "2027-01-01T00:00:00Z"), &options());
    let pack = Pack::open(&pack).expect("a pack");
    let editions = |path: &str| {
        let route = pack.route(path).expect("a route").unwrap_or_else(|| panic!("no {path}"));
        route.editions().map(|edition| edition.expect("an edition").from()).collect::<Vec<_>>()
    };
    let [first, second] = ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"].map(second);
    let always = graven_pack::ALWAYS;
    for (path, expected) in [
        ("/robots.txt", vec![always]),
        ("/opensearch.xml", vec![always]),
        ("/blog/model.md", vec![always]),
        // One of the new posts is related to it.
        ("/blog/model", vec![always, first]),
        ("/", vec![always, first, second]),
        ("404", vec![always, first, second]),
        ("/feed.xml", vec![always, first, second]),
        (SEARCH_INDEX, vec![always, first, second]),
        ("/notes/data", vec![always, first]),
        ("/tags/rare", vec![first]),
        ("/blog/tagged", vec![first, second]),
        ("/blog/tagged.md", vec![first]),
        ("/moved-from", vec![second]),
    ] {
        assert_eq!(editions(path), expected, "{path}");
    }
}

#[test]
fn a_build_is_the_same_on_any_day_until_a_date_of_the_content_is_past() {
    let dates = days(["2026-01-01", "2026-02-01", "2026-03-01", "2025-12-01", "2025-11-01"]);
    let tree = site(&dates, "2027-01-01T00:00:00Z");
    let on = |clock: Option<&str>| {
        let options = Options { now: None, clock: clock.map(second), ..options() };
        pack(&tree, &options)
    };
    let time =
        |bytes: &[u8]| Timestamp::from_second(Pack::open(bytes).expect("a pack").time()).expect("a time").to_string();
    assert!(on(Some("2026-01-02T00:00:00Z")) == on(Some("2026-01-31T23:59:59Z")));
    assert_eq!(time(&on(Some("2026-01-31T23:59:59Z"))), "2026-01-01T00:00:00Z", "not that of a scheduled post");
    assert!(on(Some("2026-02-01T00:00:00Z")) != on(Some("2026-01-31T23:59:59Z")));
    // Without a clock, nothing is in the future.
    assert!(on(None) == on(Some("2026-03-01T00:00:00Z")));
    assert_eq!(time(&on(None)), "2026-03-01T00:00:00Z");
    // The time that is given wins over the clock.
    let given = |clock| pack(&tree, &Options { clock, ..options() });
    assert!(given(None) == given(Some(second("2099-01-01T00:00:00Z"))));
}

#[test]
fn every_coding_of_an_edition_is_stored() {
    let dates = days(["2026-01-01", "2026-02-01", "2026-03-01", "2025-12-01", "2025-11-01"]);
    let pack = pack(&site(&dates, "2027-01-01T00:00:00Z"), &Options { codings: Codings::All, ..options() });
    let pack = Pack::open(&pack).expect("a pack");
    let feed = pack.route("/feed.xml").expect("a route").expect("a feed");
    for edition in feed.editions() {
        let Content::Page(page) = edition.expect("an edition").content() else { panic!("a page") };
        assert!(page.variant(Coding::Brotli).is_ok_and(|variant| variant.is_some()));
    }
    assert_eq!(feed.editions().len(), 3);
}

/// The report on a site of two posts, one of which is scheduled, with more files.
fn report(files: &[(&str, &str)]) -> String {
    let mut tree =
        site(&days(["2026-01-01", "2026-02-01", "2027-01-01", "2027-01-01", "2027-01-01"]), "2026-12-01T00:00:00Z");
    for (path, text) in files {
        tree.insert(*path, *text);
    }
    match press(&tree, &options(), &Cache::none()) {
        Ok(pressed) => pressed.report.render(&tree, ""),
        Err(report) => report.render(&tree, ""),
    }
}

#[test]
fn a_link_to_what_is_published_later_is_an_error_that_says_when() {
    let about = |link: &str| format!("+++\ntitle = \"About\"\ndescription = \"Me.\"\n+++\nSee [this]({link}).\n");
    for (link, path) in [
        ("../posts/tagged/index.md", "/blog/tagged"),
        ("/blog/tagged", "/blog/tagged"),
        ("/blog/tagged.md", "/blog/tagged.md"),
        ("/tags/rare", "/tags/rare"),
    ] {
        let report = report(&[("pages/about.md", &about(link))]);
        assert!(
            report.starts_with(&format!("error: the link {:?} is too early\n --> pages/about.md:5:12\n", shown(link))),
            "{report}"
        );
        assert!(report.contains(&format!("there is no {path} before 2026-02-01T00:00:00Z\n")), "{report}");
        assert!(report.ends_with("link to it in a text that is published then or later\n\n1 error\n"), "{report}");
    }
    let navigation = "title = \"A\"\ndescription = \"B.\"\n[[navigation]]\nlabel = \"New\"\npath = \"/blog/tagged\"\n";
    assert!(report(&[("site.toml", navigation)]).contains("the link \"/blog/tagged\" is too early"));
    let redirect = "title = \"A\"\ndescription = \"B.\"\n[redirects]\n\"/new\" = \"/blog/tagged\"\n";
    let redirect = report(&[("site.toml", redirect)]);
    assert!(redirect.contains("the link \"/blog/tagged\" is too early"), "{redirect}");
    let later = "+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = 2026-02-01\n+++\n[Together](tagged/index.md)\n";
    assert_eq!(report(&[("posts/together.md", later)]), "no errors\n");
}

/// How a report writes a link: by its route.
fn shown(link: &str) -> &str {
    if link.starts_with("..") { "/blog/tagged" } else { link }
}

#[test]
fn what_is_wrong_with_a_scheduled_post_is_reported_once() {
    let broken = "+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = 2026-02-01\n+++\n[None](/none)\n";
    let report = report(&[("posts/broken.md", broken)]);
    assert!(report.contains("broken link \"/none\"") && report.ends_with("1 error\n"), "{report}");
}

#[test]
fn a_date_in_the_future_that_cannot_be_meant_is_reported() {
    let post = |rest: &str| format!("+++\ntitle = \"A\"\ndescription = \"B.\"\n{rest}\n+++\n");
    let circa = report(&[("posts/a.md", &post("date = 2026-02-01\ncirca = true"))]);
    assert!(circa.contains("error: an approximate date in the future\n --> posts/a.md:4:8\n"), "{circa}");
    let far = report(&[("posts/a.md", &post("date = 2062-12-24"))]);
    assert!(far.contains("warning: the post is published on 24 December 2062\n --> posts/a.md:4:8\n"), "{far}");
    assert_eq!(report(&[("posts/a.md", &post("date = 2030-12-24"))]), "no errors\n");
    let named = report(&[("posts/2062-12-24-a.md", &post(""))]);
    assert!(named.contains("the post is published on 24 December 2062\n --> posts/2062-12-24-a.md:1:1\n"), "{named}");
    let draft = report(&[("posts/a.md", &post("date = 2062-12-24\ndraft = true"))]);
    assert_eq!(draft, "no errors\n");
    let many: Vec<(String, String)> = (0..101)
        .map(|number| {
            (format!("posts/n{number}.md"), post(&format!("date = 2026-05-01T{:02}:{:02}", number / 60, number % 60)))
        })
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = report(&many);
    assert!(
        found.contains("error: posts are dated at 102 times after this build, which is at 2026-01-10T12:00:00Z"),
        "{found}"
    );
    // A preview has one time: it shows them all now.
    let mut tree = site(&days(["2026-01-01"; 5]), BUILT);
    for (path, text) in &many {
        tree.insert(*path, *text);
    }
    pack(&tree, &Options { scheduled: Scheduled::Shown, ..options() });
}

#[test]
fn an_update_in_the_future_is_warned_of_unless_the_day_has_begun_somewhere() {
    let page = |day: &str| format!("+++\ntitle = \"A\"\ndescription = \"B.\"\nupdated = {day}\n+++\n");
    let post = |day: &str| page(day).replace("updated", "date = 2026-02-01\nupdated");
    for (path, text, is_warned) in [
        ("pages/a.md", page("2026-01-10"), false),
        // At noon of the day before in UTC, it is this day in Auckland.
        ("pages/a.md", page("2026-01-11"), false),
        ("pages/a.md", page("2026-01-12"), true),
        ("pages/a.md", page("{ date = 9999-12-31, note = \"More.\" }"), true),
        ("posts/a.md", post("2026-02-01"), false),
        ("posts/a.md", post("2026-02-02"), true),
    ] {
        let report = report(&[(path, &text)]);
        let expected = if is_warned { "warning: `updated` is in the future\n" } else { "no errors\n" };
        assert!(report.starts_with(expected), "{text}: {report}");
    }
}

#[test]
fn a_preview_shows_scheduled_posts_with_a_mark_and_a_pack_does_not() {
    let dates = days(["2026-01-01", "2026-02-01T08:00:00+01:00", "2026-03-01", "2025-12-01", "2025-11-01"]);
    let tree = site(&dates, "2027-01-01T00:00:00Z");
    let shown = pack(&tree, &Options { scheduled: Scheduled::Shown, ..options() });
    let text = |pack: &[u8], path: &str, time: &str| {
        at(pack, time).remove(path).map(|(_, bytes)| String::from_utf8(bytes).expect("UTF-8")).unwrap_or_default()
    };
    let mark = "<mark>Scheduled for 1 February 2026</mark>";
    for path in ["/blog/tagged", "/blog"] {
        assert!(text(&shown, path, BUILT).contains(mark), "{path}");
    }
    assert!(!text(&shown, "/blog/plain", BUILT).contains("<mark>Scheduled"));
    assert!(!text(&pack(&tree, &options()), "/blog/tagged", "2026-02-01T07:00:00Z").contains("<mark>Scheduled"));
}

#[test]
fn a_link_to_what_is_published_later_is_an_error_in_a_preview_too() {
    let dates = days(["2026-01-01", "2026-02-01", "2026-03-01", "2025-12-01", "2025-11-01"]);
    let preview = |path: &str, head: &str, link: &str| {
        let mut tree = site(&dates, "2027-01-01T00:00:00Z");
        tree.insert(path, format!("+++\ntitle = \"A\"\n{head}+++\nSee [this]({link}).\n"));
        let options = Options { scheduled: Scheduled::Shown, drafts: true, ..options() };
        let mut incremental = Incremental::new(options, Cache::none());
        let pressed = incremental.press(&tree, |preview| (preview.report().clone(), preview.next_time()));
        pressed.map(|(report, next)| (report.render(&tree, ""), next)).map_err(|report| report.render(&tree, ""))
    };
    for (path, head, link, later) in [
        ("pages/a.md", "", "/blog/tagged", Some("/blog/tagged before 2026-02-01T00:00:00Z")),
        ("pages/a.md", "", "../posts/tagged/index.md", Some("/blog/tagged before 2026-02-01T00:00:00Z")),
        ("pages/a.md", "", "/tags/rare", Some("/tags/rare before 2026-02-01T00:00:00Z")),
        ("posts/a.md", "date = 2025-12-24\n", "/blog/tagged.md#x", Some("/blog/tagged.md before 2026-02-01T00:00:00Z")),
        ("posts/a.md", "date = 2026-01-31\n", "/blog/tagged", Some("/blog/tagged before 2026-02-01T00:00:00Z")),
        ("posts/a.md", "date = 2026-02-01\n", "/blog/tagged", None),
        ("posts/a.md", "date = 2025-12-24\ndraft = true\n", "/blog/tagged", None),
        ("pages/a.md", "", "/blog/plain", None),
    ] {
        match (preview(path, head, link), later) {
            (Ok((report, next)), None) => {
                assert!(!report.contains("error: ") && next.is_some(), "{link}: {report}");
            }
            (Err(report), Some(later)) => {
                assert!(report.contains("is too early") && report.contains(later), "{report}");
                assert_eq!(report.matches("error: ").count(), 1, "{report}");
            }
            (found, _) => panic!("{path} {head} {link}: {found:?}"),
        }
    }
}

/// Views that say on each page how many posts the site has.
struct Counted;

impl Views for Counted {
    fn footer(&self, site: RenderedSite<'_>, _: &Head<'_>) -> Markup {
        html! { "Posts: " (site.model().posts.len()) }
    }
}

#[test]
fn views_of_a_site_show_the_posts_of_each_time_on_each_page() {
    let dates = days(["2026-01-01", "2026-02-01", "2026-03-01", "2026-03-01", "2026-03-01"]);
    let tree = site(&dates, "2027-01-01T00:00:00Z");
    let whole = pack(&tree, &Options { look: Look::of(Counted), ..options() });
    for (time, posts) in [(BUILT, 1), ("2026-02-01T00:00:00Z", 2), ("2026-03-01T00:00:00Z", 5)] {
        for path in ["/blog/plain", "/subscribe", "404"] {
            let page = at(&whole, time).remove(path).expect(path).1;
            let page = String::from_utf8(page).expect("UTF-8");
            assert!(page.contains(&format!("Posts: {posts}</")), "{path} at {time}: {page}");
        }
    }
}

#[test]
fn a_day_begins_in_the_time_zone_of_the_site_whatever_its_clocks_do() {
    let site = "title = \"A\"\ndescription = \"B.\"\ntime_zone = \"Europe/Berlin\"\n";
    let post = |date: &str| format!("+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = {date}\n+++\n");
    for (date, from) in [
        ("2026-02-01", "2026-01-31T23:00:00Z"),
        ("2026-07-01", "2026-06-30T22:00:00Z"),
        ("2026-07-01T08:00", "2026-07-01T06:00:00Z"),
        ("2026-07-01T08:00Z", "2026-07-01T08:00:00Z"),
        // An hour that the clocks skip, and one that they show twice.
        ("2026-03-29T02:30", "2026-03-29T01:30:00Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
    ] {
        let mut tree = SourceTree::default();
        tree.insert("site.toml", site);
        tree.insert("posts/a.md", post(date));
        let pack = pack(&tree, &options());
        let route = Pack::open(&pack).expect("a pack").route("/blog/a").expect("a route").expect("a post");
        let found = route.editions().next().expect("an edition").expect("an edition").from();
        assert_eq!(Timestamp::from_second(found).expect("a time").to_string(), from, "{date}");
    }
    let misspelt = report(&[("site.toml", &site.replace("Berlin", "Berln"))]);
    assert!(misspelt.contains("did you mean \"Europe/Berlin\"?"), "{misspelt}");
}

#[test]
fn a_feed_has_the_time_of_a_post_and_its_page_the_day() {
    let dates = days(["2026-01-01", "2026-01-02T08:00:00+01:00", "2026-03-01", "2025-12-01", "2025-11-01"]);
    let whole = at(&pack(&site(&dates, BUILT), &options()), BUILT);
    let text = |path: &str| String::from_utf8_lossy(&whole[path].1).into_owned();
    assert!(text("/feed.xml").contains("<published>2026-01-02T07:00:00Z</published>"));
    assert!(text("/rss.xml").contains("<pubDate>Fri, 02 Jan 2026 07:00:00 GMT</pubDate>"));
    assert!(text("/feed.json").contains("\"date_published\":\"2026-01-02T07:00:00Z\""));
    assert!(text("/blog/tagged").contains("<time class=\"date\" datetime=\"2026-01-02\">2 January 2026</time>"));
}
