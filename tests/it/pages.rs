//! Every page as a document: its head, its structure, the targets of its links; and the files for programs: feeds, sitemap, robots.txt, llms.txt.
//!
//! Only what the engine guarantees for any site is checked here. What an author decides, such as the length of a description, is checked in
//! `content/tests.rs`.

use std::collections::{BTreeMap, BTreeSet};

use feed_rs::model::Feed;
use serde_json::Value;

use crate::executable::{Route, Server, html_routes, pages_below, routes};
use crate::html::Element;

/// Every page, by its path.
pub(crate) fn pages(site: &Server) -> BTreeMap<&'static str, Element> {
    let mut client = site.connect();
    let page = |route: &'static Route| (route.path.as_str(), Element::parse(&client.get(route.target(), &[]).content));
    html_routes().map(page).collect()
}

/// The base URL of the site, without a slash at its end.
fn base(pages: &BTreeMap<&str, Element>) -> String {
    let home = pages["/"].link("canonical").expect("the home page is canonical");
    home.trim_end_matches('/').to_owned()
}

/// Whether a link has a scheme (RFC 3986 §3.1): `https:`, `mailto:`.
fn is_absolute(link: &str) -> bool {
    link.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
    })
}

/// Whether a page has something to be described by: all but posts and pages without a paragraph have.
fn has_paragraphs(page: &Element) -> bool {
    let is_prose = |element: &&Element| element.is_of("prose");
    match page.descendants().into_iter().find(is_prose) {
        Some(prose) => prose.elements().any(|element| element.name == "p" && !element.text().is_empty()),
        None => true,
    }
}

#[test]
fn every_page_has_a_language_a_title_and_a_description() {
    let site = Server::start();
    let pages = pages(&site);
    let language = pages["/"].only("html").value("lang");
    assert!(!language.is_empty());
    for (path, page) in &pages {
        assert_eq!(page.only("html").value("lang"), language, "{path}");
        assert!(!page.only("h1").text().is_empty(), "{path}: an empty heading");
        assert!(!page.only("head").only("title").text().is_empty(), "{path}: an empty title");
        let is_described = page.meta("description").map_or(!has_paragraphs(page), |text| !text.is_empty());
        assert!(is_described, "{path}: no description");
        assert!(page.meta("viewport").is_some_and(|viewport| viewport.contains("width=device-width")), "{path}");
        assert_eq!(page.all("main").len(), 1, "{path}");
    }
}

#[test]
fn every_page_has_one_canonical_address() {
    let site = Server::start();
    let pages = pages(&site);
    let base = base(&pages);
    for (path, page) in &pages {
        if *path == "404" {
            assert_eq!(page.link("canonical"), None);
            assert_eq!(page.meta("robots"), Some("noindex"));
            continue;
        }
        assert_eq!(page.link("canonical"), Some(format!("{base}{path}").as_str()));
        assert_eq!(page.meta("robots"), None, "{path}");
        let optional = |name: &str| {
            let found = page.all("meta").into_iter().find(|meta| meta.attribute("property") == Some(name))?;
            Some(found.value("content"))
        };
        let property = |name: &str| optional(name).unwrap_or_else(|| panic!("{path}: no {name}")).to_owned();
        assert_eq!(property("og:url"), format!("{base}{path}"));
        assert_eq!(optional("og:description"), page.meta("description"), "{path}");
        assert!(!property("og:title").is_empty() && !property("og:type").is_empty(), "{path}");
        assert!(page.meta("twitter:card").is_some(), "{path}");
    }
}

#[test]
fn the_structured_data_of_every_page_can_be_read() {
    let site = Server::start();
    let pages = pages(&site);
    let base = base(&pages);
    for (path, page) in &pages {
        let data = |script: &&Element| script.attribute("type").is_some();
        let scripts = page.all("script");
        let blocks: Vec<Value> =
            scripts.into_iter().filter(data).map(|block| json(&block.raw_text(&[]), path)).collect();
        let types: Vec<_> = blocks.iter().map(|block| block["@type"].as_str().expect("a type")).collect();
        assert!(blocks.iter().all(|block| block["@context"] == "https://schema.org"), "{path}");
        match *path {
            "/" => assert_eq!(types, ["WebSite"]),
            "404" => assert!(types.is_empty()),
            _ if path.starts_with("/blog/") => assert_eq!(types, ["BlogPosting", "BreadcrumbList"], "{path}"),
            _ => assert_eq!(types, ["BreadcrumbList"], "{path}"),
        }
        for crumbs in blocks.iter().filter(|block| block["@type"] == "BreadcrumbList") {
            let last = crumbs["itemListElement"].as_array().and_then(|items| items.last()).expect("crumbs");
            assert_eq!(last["item"], format!("{base}{path}"));
        }
    }
}

fn json(text: &str, path: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
}

#[test]
fn every_page_begins_with_a_link_past_its_navigation() {
    let site = Server::start();
    for (path, page) in &pages(&site) {
        let first = page.only("body").elements().next().expect("a body");
        assert_eq!((first.name.as_str(), first.value("href")), ("a", "#main"), "{path}");
        assert_eq!(page.only("main").attribute("id"), Some("main"), "{path}");
    }
}

#[test]
fn no_page_holds_what_its_policy_blocks() {
    let site = Server::start();
    for (path, page) in &pages(&site) {
        for element in page.descendants() {
            for name in element.attributes.keys() {
                assert!(name != "style" && !name.starts_with("on"), "{path}: <{} {name}>", element.name);
            }
            for name in ["href", "src", "action"] {
                let value = element.attribute(name).unwrap_or_default();
                assert!(!value.starts_with("javascript:"), "{path}: {value}");
            }
        }
    }
}

#[test]
fn ids_are_unique_and_headings_go_down_one_step_at_a_time() {
    let site = Server::start();
    for (path, page) in &pages(&site) {
        let mut ids = BTreeSet::new();
        let mut level = 0;
        for element in page.descendants() {
            if let Some(id) = element.attribute("id") {
                assert!(ids.insert(id), "{path}: two elements are #{id}");
            }
            if let Some(depth) = element.name.strip_prefix('h').and_then(|depth| depth.parse::<u8>().ok()) {
                assert!(depth <= level + 1, "{path}: <h{depth}> below <h{level}>: {}", element.text());
                level = depth;
            }
        }
    }
}

#[test]
fn every_picture_says_what_it_shows() {
    let site = Server::start();
    for (path, page) in &pages(&site) {
        for image in page.all("img") {
            assert!(image.attribute("alt").is_some(), "{path}: {}", image.value("src"));
            assert!(
                image.attribute("width").is_some() && image.attribute("height").is_some(),
                "{path}: the page would shift"
            );
        }
        for svg in page.all("svg") {
            let is_hidden = svg.attribute("aria-hidden") == Some("true");
            let is_named = svg.attribute("role") == Some("img")
                && svg.attribute("aria-label").is_some_and(|name| !name.is_empty());
            assert!(is_hidden || is_named, "{path}: a drawing without a name");
        }
    }
}

#[test]
fn every_link_inside_the_site_leads_to_a_route_and_an_id_on_it() {
    let site = Server::start();
    let pages = pages(&site);
    let paths: BTreeSet<_> = routes().iter().map(|route| route.path.as_str()).collect();
    let ids = |page: &Element| -> BTreeSet<String> {
        page.descendants().iter().filter_map(|element| element.attribute("id").map(str::to_owned)).collect()
    };
    let ids: BTreeMap<_, _> = pages.iter().map(|(path, page)| (*path, ids(page))).collect();
    for (path, page) in &pages {
        for element in page.descendants() {
            let Some(link) = element.attribute("href").or(element.attribute("src")) else { continue };
            if is_absolute(link) {
                continue;
            }
            let (target, fragment) = link.split_once('#').map_or((link, None), |(target, id)| (target, Some(id)));
            let target = target.split('?').next().unwrap_or_default();
            let target = if target.is_empty() { path } else { target };
            assert!(paths.contains(target), "{path}: {link} leads nowhere");
            if let (Some(id), Some(ids)) = (fragment.map(without_directive), ids.get(target)) {
                assert!(id.is_empty() || ids.contains(id), "{path}: {link}: no such id on {target}");
            }
        }
    }
}

/// A fragment without its directive, as in `#id:~:text=word`.
fn without_directive(fragment: &str) -> &str {
    fragment.split(":~:").next().unwrap_or_default()
}

/// The destinations of Markdown's links, images, definitions and raw HTML, without those in code blocks.
fn destinations(markdown: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for text in markdown.split("\n```").step_by(2) {
        for mark in ["](", " href=\"", " src=\""] {
            found.extend(text.match_indices(mark).map(|(at, mark)| &text[at + mark.len()..]));
        }
        let definitions = text.lines().filter(|line| line.starts_with('[') && !line.starts_with("[^"));
        found.extend(definitions.filter_map(|line| Some(line.split_once("]: ")?.1)));
    }
    let end = |rest: &str| rest.find([' ', ')', '>', '"', '\n']).unwrap_or(rest.len());
    found.into_iter().map(|rest| rest.trim_start_matches('<')).map(|rest| &rest[..end(rest)]).collect()
}

#[test]
fn every_link_in_the_markdown_of_a_post_leads_to_a_route_of_the_site() {
    let site = Server::start();
    let pages = pages(&site);
    let mut client = site.connect();
    let posts = routes().iter().filter(|route| route.is_a("text/markdown"));
    for route in posts {
        let markdown = client.get(&route.path, &[]);
        let negotiated = client.get(route.path.trim_end_matches(".md"), &[("Accept", "text/markdown")]);
        assert_eq!(markdown.content, negotiated.content, "{}", route.path);
        for destination in destinations(markdown.text()) {
            if is_absolute(destination) {
                continue;
            }
            let (path, fragment) = destination.split_once('#').unwrap_or((destination, ""));
            let fragment = without_directive(fragment);
            let found = routes().iter().find(|route| route.path == path);
            assert!(found.is_some_and(|route| route.status() == 200), "{}: {destination} leads nowhere", route.path);
            let has_id =
                |page: &Element| page.descendants().iter().any(|found| found.attribute("id") == Some(fragment));
            assert!(fragment.is_empty() || has_id(&pages[path]), "{}: {destination}: no such id", route.path);
        }
    }
}

#[test]
fn every_page_links_to_the_feeds() {
    let site = Server::start();
    for (path, page) in &pages(&site) {
        let feeds: Vec<_> = page
            .all("link")
            .into_iter()
            .filter(|link| link.value("rel") == "alternate")
            .map(|link| (link.value("type"), link.value("href")))
            .collect();
        for feed in [
            ("application/atom+xml", "/feed.xml"),
            ("application/rss+xml", "/rss.xml"),
            ("application/feed+json", "/feed.json"),
        ] {
            assert!(feeds.contains(&feed), "{path}: {feed:?} is not among {feeds:?}");
        }
    }
}

/// The paths of all feeds.
pub(crate) fn feed_routes() -> Vec<&'static str> {
    let is_feed = |path: &&str| path.ends_with("/feed.xml") || ["/feed.json", "/rss.xml"].contains(path);
    routes().iter().map(|route| route.path.as_str()).filter(is_feed).collect()
}

pub(crate) fn feed(site: &Server, path: &str) -> Feed {
    let response = site.get(path, &[]);
    assert_eq!(response.status, 200, "{path}");
    feed_rs::parser::parse(response.content.as_slice()).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_feed_can_be_read_by_a_reader() {
    let site = Server::start();
    let pages = pages(&site);
    let base = base(&pages);
    let feeds = feed_routes();
    let lists: Vec<_> = ["/notes/", "/tags/"].into_iter().flat_map(pages_below).collect();
    assert_eq!(feeds.len(), 3 + lists.len(), "of the site, of each topic and of each tag: {feeds:?}");
    for path in feeds {
        let feed = feed(&site, path);
        assert!(feed.title.is_some(), "{path}");
        // The feed of a topic or a tag has the posts of its page; those of the site have the posts of /blog.
        let page = path.strip_suffix("/feed.xml").filter(|page| !page.is_empty()).unwrap_or("/blog");
        let lists_posts = pages[page].only("main").all("a").iter().any(|link| link.value("href").starts_with("/blog/"));
        assert_eq!(!feed.entries.is_empty(), lists_posts, "{path}");
        for link in feed.links.iter().chain(feed.entries.iter().flat_map(|entry| &entry.links)) {
            assert!(link.href.starts_with(&format!("{base}/")), "{path}: {}", link.href);
        }
        for entry in &feed.entries {
            let title = entry.title.as_ref().map(|title| title.content.as_str()).unwrap_or_default();
            assert!(!title.is_empty() && !entry.id.is_empty(), "{path}: {entry:?}");
            let post = entry.links[0].href.strip_prefix(&base).expect("a post of this site");
            assert_eq!(entry.summary.is_some(), pages[post].meta("description").is_some(), "{path}: {title}");
        }
    }
}

#[test]
fn the_feeds_of_the_site_hold_the_whole_text_with_absolute_addresses() {
    let site = Server::start();
    let pages = pages(&site);
    let base = base(&pages);
    let mut lists = Vec::new();
    for path in ["/feed.xml", "/rss.xml", "/feed.json"] {
        let feed = feed(&site, path);
        for entry in &feed.entries {
            let content = entry.content.as_ref().and_then(|content| content.body.as_deref());
            let content = content.unwrap_or_else(|| panic!("{path}: {} has no text", entry.id));
            let text = Element::parse(content.as_bytes());
            let post = entry.links[0].href.strip_prefix(&base).expect("a post of this site");
            // A model runs on its page only.
            let prose = pages[post].only_of("prose").text_without(&["svg", "form"]);
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown = text.text_without(&["svg"]).replace("This figure runs on its page.", " ");
            assert_eq!(words(&shown), words(&prose), "{path}: {post} is not whole");
            check_pictures(&site, &text, &base);
            for element in text.descendants() {
                let address = element.attribute("href").or(element.attribute("src")).unwrap_or(&base);
                assert!(is_absolute(address), "{path}: {post}: {address}");
            }
        }
        lists.push(feed.entries.into_iter().map(|entry| entry.links[0].href.clone()).collect::<Vec<_>>());
    }
    assert!(lists.iter().all(|list| *list == lists[0]), "one order in all feeds: {lists:#?}");
    let posts = pages["/blog"].all("h3").into_iter().map(|title| format!("{base}{}", title.only("a").value("href")));
    let posts: Vec<_> = posts.collect();
    assert!(posts.starts_with(&lists[0]), "the newest, in the order of /blog: {:#?}", lists[0]);
    assert_eq!(lists[0].is_empty(), posts.is_empty());
}

/// Checks that a reader without our style sheet sees what the pictures of an entry show.
fn check_pictures(site: &Server, text: &Element, base: &str) {
    for image in text.all("img") {
        let Some(path) = image.value("src").strip_prefix(base) else { continue };
        assert!(image.attribute("alt").is_some() && image.attribute("width").is_some(), "{path}");
        let file = site.get(path, &[]);
        assert_eq!(file.status, 200, "{path}");
        if file.field("content-type") == "image/svg+xml" {
            let svg = file.text();
            assert!(svg.contains(" color=\"#") || !svg.contains("currentColor"), "{path} has no ink of its own");
        }
    }
}

#[test]
fn every_page_links_to_the_page_about_feeds_and_that_to_every_feed() {
    let site = Server::start();
    let pages = pages(&site);
    for (path, page) in &pages {
        assert!(page.all("a").iter().any(|link| link.value("href") == "/subscribe"), "{path}");
    }
    let linked: Vec<_> =
        pages["/subscribe"].only("main").all("a").iter().map(|link| link.value("href").to_owned()).collect();
    for feed in feed_routes().into_iter().filter(|feed| !feed.starts_with("/tags/")) {
        assert!(linked.iter().any(|link| link == feed), "{feed}: {linked:?}");
    }
}

#[test]
fn a_feed_is_found_where_readers_guess_it() {
    let site = Server::start();
    for (guess, feed) in [
        ("/feed", "/feed.xml"),
        ("/feed/", "/feed.xml"),
        ("/rss", "/rss.xml"),
        ("/atom.xml", "/feed.xml"),
        ("/index.xml", "/feed.xml"),
        ("/feed.atom", "/feed.xml"),
    ] {
        let response = site.get(guess, &[]);
        // 200: the content has something there.
        if response.status != 200 {
            assert_eq!((response.status, response.field("location")), (308, feed), "{guess}");
        }
    }
}

#[test]
fn the_sitemap_lists_exactly_the_canonical_pages() {
    let site = Server::start();
    let pages = pages(&site);
    let sitemap = site.get("/sitemap.xml", &[]);
    assert_eq!(sitemap.field("content-type"), "application/xml; charset=utf-8");
    let locations = sitemap.text().split("<loc>").skip(1).map(|rest| rest.split("</loc>").next().unwrap_or_default());
    let mut listed: Vec<_> = locations.collect();
    listed.sort_unstable();
    let mut canonical: Vec<_> = pages.values().filter_map(|page| page.link("canonical")).collect();
    canonical.sort_unstable();
    assert_eq!(listed, canonical);
}

#[test]
fn robots_may_read_all_and_find_the_sitemap() {
    let site = Server::start();
    let base = base(&pages(&site));
    let robots = site.get("/robots.txt", &[]);
    assert_eq!(robots.field("content-type"), "text/plain; charset=utf-8");
    let lines: Vec<_> = robots.text().lines().collect();
    assert!(lines.contains(&"User-agent: *") && lines.contains(&format!("Sitemap: {base}/sitemap.xml").as_str()));
    assert!(!lines.iter().any(|line| line.starts_with("Disallow: /")), "{lines:?}");
}

#[test]
fn llms_txt_links_to_the_markdown_of_every_post() {
    let site = Server::start();
    let base = base(&pages(&site));
    let response = site.get("/llms.txt", &[]);
    assert!(response.text().starts_with("# "), "{}", response.text());
    let addresses = response.text().split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let linked: BTreeSet<_> = addresses.filter_map(|address| address.strip_prefix(&base)).collect();
    for route in routes().iter().filter(|route| route.path.starts_with("/blog/")) {
        assert_eq!(linked.contains(route.path.as_str()), route.is_a("text/markdown"), "{}", route.path);
    }
    assert!(linked.iter().all(|path| routes().iter().any(|route| route.path == *path)), "{linked:?}");
}

#[test]
fn the_icon_has_both_forms() {
    let site = Server::start();
    for (path, content_type) in [("/favicon.svg", "image/svg+xml"), ("/favicon.ico", "image/x-icon")] {
        let icon = site.get(path, &[]);
        assert_eq!((icon.status, icon.field("content-type")), (200, content_type));
    }
}
