//! What is asserted about this site and no other: its topics, posts and dates, how long an article is, how large a page. `tests/it` compiles this file
//! as its module `site`; whoever replaces the content replaces or removes it.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::ops::RangeInclusive;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Options, press};
use serde_json::Value;

use crate::documents::post_of_readme;
use crate::executable::{Client, Server, html_routes, routes};
use crate::html::Element;
use crate::pages::{feed, feed_routes, pages};

/// The facts of a post.
struct Fact {
    slug: &'static str,
    title: &'static str,
    date: Date,
    tags: &'static [&'static str],
}

/// When a post was published.
enum Date {
    /// For programs, and as it is displayed.
    Known(&'static str, &'static str),
    /// As it is displayed; programs get no date.
    Circa(&'static str),
}

impl Date {
    fn shown(&self) -> &'static str {
        match self {
            Date::Known(_, shown) | Date::Circa(shown) => shown,
        }
    }
}

/// All posts, newest first.
const POSTS: [Fact; 8] = [
    Fact {
        slug: "tixin-ledger-system",
        title: "Building a Self-Healing, Triple-Verified Ledger System for Tixin.in",
        date: Date::Known("2025-11-28", "28 November 2025"),
        tags: &["Fintech", "Software Architecture", "Distributed Systems", "Database Design", "Event Sourcing"],
    },
    Fact {
        slug: "tixin-k8s-raspberry-pi",
        title: "Hosted Tixin on k8s on 2x Raspberry Pi 5s",
        date: Date::Known("2025-10-30", "30 October 2025"),
        tags: &["Kubernetes", "k3s", "Raspberry Pi", "Edge", "Performance"],
    },
    Fact {
        slug: "dynamic-load-balancer",
        title: "Dynamic Load Balancer with Auto-Scaling — Bun + Express",
        date: Date::Circa("c. September 2025"),
        tags: &["Bun", "Load Balancer", "Auto-scaling", "DevInfra"],
    },
    Fact {
        slug: "kafka-cqrs-event-driven",
        title: "Event-driven CQRS with Kafka — 1.8M records in <10min",
        date: Date::Known("2025-08-20", "20 August 2025"),
        tags: &["Kafka", "CQRS", "Streaming", "Architecture"],
    },
    Fact {
        slug: "mymq-redis-kv-go",
        title: "MyMQ (Redis-based queue) & Redis-compatible KV in Go",
        date: Date::Circa("c. August 2025"),
        tags: &["Message Queue", "Redis", "Go", "TypeScript"],
    },
    Fact {
        slug: "private-bank-api",
        title: "Private Bank API — event-driven banking microservices",
        date: Date::Circa("c. July 2025"),
        tags: &["Fintech", "Kafka", "Microservices", "Security"],
    },
    Fact {
        slug: "turborepo-microservices",
        title: "Why using Turborepo in Microservices architecture makes sense",
        date: Date::Circa("c. July 2025"),
        tags: &["Turborepo", "Monorepo", "Microservices", "DX"],
    },
    Fact {
        slug: "frappee-built-react",
        title: "Built My Own React: Frappee — a React-like library",
        date: Date::Circa("c. June 2025"),
        tags: &["Framework", "Frontend", "JavaScript", "Learning"],
    },
];

/// The topics in order: slug, title, and the slugs of the posts in order.
const TOPICS: [(&str, &str, &[&str]); 5] = [
    (
        "distributed-systems",
        "Distributed Systems & Event-Driven Architecture",
        &["tixin-ledger-system", "kafka-cqrs-event-driven", "private-bank-api", "turborepo-microservices"],
    ),
    ("edge-infra", "Edge, Kubernetes & Hardware-First Infra", &["tixin-k8s-raspberry-pi", "dynamic-load-balancer"]),
    ("fintech", "Fintech Architecture & Reliability", &["tixin-ledger-system", "private-bank-api"]),
    ("web3", "Web3, Solana & On-chain Verification", &[]),
    (
        "tooling",
        "Tooling, Frameworks & First Principles",
        &["dynamic-load-balancer", "mymq-redis-kv-go", "turborepo-microservices", "frappee-built-react"],
    ),
];

/// Words of an article: shorter ones do not argue anything.
const LEAST_WORDS: usize = 900;

/// Characters of a description. Search engines show about 160, lists of links cut longer ones; a topic's blurb may be a little longer.
const DESCRIPTION: RangeInclusive<usize> = 15..=200;

/// Bytes of a page on the wire with `br`, fields included: it fits into the ten segments that a new TCP connection may send.
const FIRST_VIEW_BR: usize = 14 * 1024;

/// The same with gzip, which is all that browsers ask for over plain HTTP.
const FIRST_VIEW_GZIP: usize = 16 * 1024;

fn post(slug: &str) -> &'static Fact {
    POSTS.iter().find(|post| post.slug == slug).unwrap_or_else(|| panic!("there is no post {slug}"))
}

fn page(client: &mut Client, path: &str) -> Element {
    let response = client.get(path, &[]);
    assert_eq!(response.status, 200, "{path}");
    Element::parse(&response.content)
}

/// The list items of posts: those with a heading.
fn entries(list: &Element) -> Vec<&Element> {
    list.all("li").into_iter().filter(|item| heading(item).is_some()).collect()
}

/// The heading of a list item, one level below that of the list.
fn heading(item: &Element) -> Option<&Element> {
    item.descendants().into_iter().find(|element| ["h2", "h3"].contains(&element.name.as_str()))
}

/// The slugs of the posts in a list.
fn slugs(list: &Element) -> Vec<&'static str> {
    let links = entries(list).into_iter().filter_map(heading).map(|heading| heading.only("a").value("href"));
    links.map(|link| post(link.trim_start_matches("/blog/")).slug).collect()
}

/// Checks the title, the tags, the date and the description of an entry.
fn check_entry(entry: &Element) {
    let link = heading(entry).expect("an entry has a heading").only("a");
    let fact = post(link.value("href").trim_start_matches("/blog/"));
    assert_eq!(link.text(), fact.title);
    assert_eq!(tags(entry.only_of("tags")), fact.tags, "{}", fact.slug);
    check_date(entry, fact);
    assert!(entry.only("p").text().len() > 60, "{} has no description", fact.slug);
}

/// The names in a list of tags, each a link to its page, after a number sign.
fn tags(list: &Element) -> Vec<String> {
    assert!(list.all("a").iter().all(|link| link.value("href").starts_with("/tags/")));
    let name = |text: String| text.strip_prefix('#').expect("a number sign").to_owned();
    list.all("a").iter().map(|link| name(link.text())).collect()
}

fn check_date(element: &Element, fact: &Fact) {
    let date = element.only_of("date");
    assert_eq!(date.text(), fact.date.shown(), "{}", fact.slug);
    match fact.date {
        Date::Known(machine, _) => assert_eq!((date.name.as_str(), date.value("datetime")), ("time", machine)),
        Date::Circa(_) => {
            assert!(element.all("time").is_empty(), "{}: programs would take it for exact", fact.slug);
            assert_eq!(date.attribute("datetime"), None, "{}", fact.slug);
        }
    }
}

#[test]
fn notes_holds_five_topics_and_twelve_entries_in_order() {
    let site = Server::start();
    let notes = page(&mut site.connect(), "/notes");
    let main = notes.only("main");
    let sections = main.all("section");
    let mut count = 0;
    assert_eq!(sections.len(), TOPICS.len());
    for (section, (slug, title, posts)) in sections.into_iter().zip(TOPICS) {
        let link = section.only("h2").only("a");
        assert_eq!((link.value("href"), link.text().as_str()), (format!("/notes/{slug}").as_str(), title));
        assert_eq!(slugs(section), posts, "{title}");
        let blurb = section.elements().find(|element| element.name == "p").expect("a blurb");
        assert!(blurb.text().split(' ').count() >= 15, "{title}: {}", blurb.text());
        for entry in entries(section) {
            check_entry(entry);
        }
        count += posts.len();
    }
    assert_eq!(count, 12);
    assert!(main.text().contains("chronological"), "the chronological feed is named");
    assert!(main.all("a").iter().any(|link| link.value("href") == "/blog"));
}

#[test]
fn a_topic_without_posts_says_so() {
    let site = Server::start();
    let mut client = site.connect();
    let (slug, title, posts) = TOPICS[3];
    assert!(posts.is_empty());
    let topic = page(&mut client, &format!("/notes/{slug}"));
    assert_eq!(topic.only("h1").text(), title);
    assert!(entries(topic.only("main")).is_empty());
    let notes = page(&mut client, "/notes");
    let section =
        notes.all("section").into_iter().find(|section| section.text().contains(title)).expect("it is listed");
    let paragraphs: Vec<_> = section.all("p").iter().map(|paragraph| paragraph.text()).collect();
    assert!(paragraphs.len() >= 2, "a blurb, and what is to come: {paragraphs:?}");
}

#[test]
fn each_topic_has_a_page_with_its_posts() {
    let site = Server::start();
    let mut client = site.connect();
    for (slug, title, posts) in TOPICS {
        let topic = page(&mut client, &format!("/notes/{slug}"));
        assert_eq!(topic.only("h1").text(), title);
        assert_eq!(slugs(topic.only("main")), posts, "{title}");
    }
}

#[test]
fn blog_is_newest_first_by_year() {
    let site = Server::start();
    let blog = page(&mut site.connect(), "/blog");
    let main = blog.only("main");
    let years: Vec<_> = main.all("h2").iter().map(|heading| heading.text()).collect();
    assert_eq!(years, ["2025"]);
    assert_eq!(slugs(main), POSTS.map(|post| post.slug));
    for entry in entries(main) {
        check_entry(entry);
    }
}

/// The posts that the first page recommends.
const START: [&str; 3] = ["tixin-ledger-system", "tixin-k8s-raspberry-pi", "frappee-built-react"];

#[test]
fn the_home_page_shows_what_to_read_first_what_is_new_and_all_topics() {
    let site = Server::start();
    let home = page(&mut site.connect(), "/");
    let main = home.only("main");
    let section = |name: &str| {
        let found = main.all("section").into_iter().find(|section| section.value("aria-labelledby") == name);
        found.unwrap_or_else(|| panic!("no section {name}"))
    };
    let start = section("start");
    assert_eq!(slugs(start), START);
    assert_eq!(start.all("svg").len(), START.len(), "each has its own drawing");
    let newest = slugs(section("newest"));
    assert!(newest.len() >= 3 && POSTS.map(|post| post.slug).starts_with(&newest), "{newest:?}");
    for entry in entries(section("newest")) {
        check_date(entry, post(heading(entry).expect("a title").only("a").value("href").trim_start_matches("/blog/")));
    }
    let links: Vec<_> = main.all("a").iter().map(|link| link.value("href")).collect();
    for (slug, ..) in TOPICS {
        assert!(links.iter().any(|link| link.ends_with(slug)), "{slug} is not linked");
    }
}

#[test]
fn the_matrix_has_a_named_column_for_each_post_and_a_square_for_each_of_its_topics() {
    let site = Server::start();
    let notes = page(&mut site.connect(), "/notes");
    let matrix = notes.only("table");
    let rows = matrix.all("tr");
    let link = |cell: &Element| {
        cell.all("a").first().map(|link| (link.value("href").to_owned(), link.value("title").to_owned()))
    };
    let oldest_first: Vec<_> =
        POSTS.iter().rev().map(|post| (format!("/blog/{}", post.slug), post.title.to_owned())).collect();
    let heads: Vec<_> = rows[0].all("th").into_iter().filter_map(link).collect();
    assert_eq!(heads, oldest_first);
    for (row, (slug, title, posts)) in rows[1..].iter().zip(TOPICS) {
        assert!(row.only("th").text().ends_with(title) && row.only("th").only("a").value("href") == format!("#{slug}"));
        let squares: Vec<_> = row.all("td").into_iter().map(link).collect();
        let expected = POSTS.iter().rev().zip(&oldest_first);
        let expected = expected.map(|(post, link)| posts.contains(&post.slug).then(|| link.clone()));
        assert_eq!(squares, expected.collect::<Vec<_>>(), "{title}");
    }
}

#[test]
fn every_post_of_a_list_has_its_own_drawing() {
    let site = Server::start();
    let mut client = site.connect();
    for path in ["/blog", "/notes", "/notes/tooling", "/tags/kafka"] {
        for entry in entries(page(&mut client, path).only("main")) {
            assert_eq!(entry.all("svg").len(), 1, "{path}: {}", entry.text());
        }
    }
}

#[test]
fn each_tag_has_a_page_and_a_count() {
    let site = Server::start();
    let mut client = site.connect();
    let all: BTreeSet<_> = POSTS.iter().flat_map(|post| post.tags).copied().collect();
    let index = page(&mut client, "/tags");
    let folded = index.only("main").only("details");
    let mut found = BTreeSet::new();
    for link in index.only("main").all("a").into_iter().filter(|link| link.value("href").starts_with("/tags/")) {
        let name = link.only_of("name").text();
        let posts: Vec<_> =
            POSTS.iter().filter(|post| post.tags.contains(&name.as_str())).map(|post| post.slug).collect();
        assert_eq!(link.only_of("count").text(), posts.len().to_string(), "{name}");
        assert_eq!(slugs(page(&mut client, link.value("href")).only("main")), posts, "{name}");
        let is_folded = folded.all("a").iter().any(|other| other.value("href") == link.value("href"));
        assert_eq!(is_folded, posts.len() == 1, "{name}");
        assert!(found.insert(name));
    }
    assert_eq!(found, all.into_iter().map(str::to_owned).collect());
}

#[test]
fn the_feeds_hold_every_post_and_name_nobody() {
    let site = Server::start();
    for path in ["/feed.xml", "/rss.xml", "/feed.json"] {
        let feed = feed(&site, path);
        let slugs: Vec<_> = feed.entries.iter().filter_map(|entry| entry.id.rsplit('/').next()).collect();
        assert_eq!(slugs, POSTS.map(|post| post.slug), "{path}");
        for (entry, fact) in feed.entries.iter().zip(&POSTS) {
            assert!(entry.published.or(entry.updated).is_some(), "{path}: {} has no date", fact.slug);
            if path != "/rss.xml" {
                assert_eq!(entry.published.is_some(), matches!(fact.date, Date::Known(..)), "{path}: {}", fact.slug);
            }
        }
        assert!(feed.rights.is_none(), "the settings name no licence");
    }
}

#[test]
fn each_article_begins_with_its_facts() {
    let site = Server::start();
    let mut client = site.connect();
    for fact in &POSTS {
        let post = page(&mut client, &format!("/blog/{}", fact.slug));
        assert_eq!(post.only("h1").text(), fact.title);
        let header = post.only("article").all("header")[0];
        check_date(header, fact);
        assert!(header.text().contains(" min"), "{}: no reading time", fact.slug);
        let topics: Vec<_> = TOPICS.iter().filter(|(.., posts)| posts.contains(&fact.slug)).collect();
        let links: Vec<_> = header.all("a").iter().map(|link| link.value("href").to_owned()).collect();
        assert_eq!(links, topics.iter().map(|(slug, ..)| format!("/notes/{slug}")).collect::<Vec<_>>());
        let lists: Vec<_> = post.only("article").all("ul").into_iter().filter(|list| list.is_of("tags")).collect();
        assert_eq!(lists.iter().map(|list| tags(list)).collect::<Vec<_>>(), [fact.tags]);
    }
}

#[test]
fn an_approximate_date_is_displayed_and_not_in_metadata() {
    let site = Server::start();
    let mut client = site.connect();
    for fact in &POSTS {
        let post = page(&mut client, &format!("/blog/{}", fact.slug));
        let blocks = post.all("script").into_iter().filter_map(|block| serde_json::from_str(&block.raw_text(&[])).ok());
        let posting = blocks.into_iter().find(|block: &Value| block["@type"] == "BlogPosting").expect("a BlogPosting");
        let published: Vec<_> = post
            .all("meta")
            .into_iter()
            .filter(|meta| meta.attribute("property") == Some("article:published_time"))
            .map(|meta| meta.value("content"))
            .collect();
        assert_eq!(posting["headline"], fact.title);
        match fact.date {
            Date::Known(machine, _) => {
                assert_eq!(posting["datePublished"], machine, "{}", fact.slug);
                assert_eq!(published, [machine]);
            }
            Date::Circa(_) => {
                assert_eq!(posting.get("datePublished"), None, "{}", fact.slug);
                assert_eq!(posting.get("dateModified"), None, "{}", fact.slug);
                assert!(published.is_empty(), "{}", fact.slug);
            }
        }
    }
}

#[test]
fn each_article_has_enough_words_code_and_structure() {
    let site = Server::start();
    let mut client = site.connect();
    for fact in &POSTS {
        let post = page(&mut client, &format!("/blog/{}", fact.slug));
        let prose = post.only_of("prose");
        let words = prose.text_without(&["pre", "table", "svg", "math"]).split(' ').count();
        assert!(words >= LEAST_WORDS, "{}: {words} words", fact.slug);
        assert!(
            !prose.all("table").is_empty() || !prose.all("figure").is_empty(),
            "{}: no table, no figure",
            fact.slug
        );
        assert!(!prose.all("pre").is_empty(), "{}: no code", fact.slug);
        assert!(prose.all("h2").len() >= 3, "{}: no structure to scan", fact.slug);
    }
}

#[test]
fn each_article_has_code_that_runs_and_says_where_its_numbers_are_from() {
    let site = Server::start();
    let mut client = site.connect();
    for fact in &POSTS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/posts").join(fact.slug);
        let readme = fs::read_to_string(folder.join("code/README.md")).unwrap_or_default();
        assert!((5..=20).contains(&readme.lines().count()), "{}: code/README.md is not about ten lines", fact.slug);
        let mode = fs::metadata(folder.join("code/run")).map(|run| run.permissions().mode()).unwrap_or_default();
        assert_eq!(mode & 0o111, 0o111, "{}: tests/articles cannot execute code/run", fact.slug);
        let tables: Vec<_> = fs::read_dir(folder.join("results")).expect("results").map(Result::unwrap).collect();
        for table in tables.iter().map(DirEntry::path).filter(|path| path.extension().is_some_and(|kind| kind == "csv"))
        {
            let text = fs::read_to_string(&table).expect("UTF-8");
            let is_known = ["# computed: ", "# measured: ", "# assumed: "].iter().any(|kind| text.starts_with(kind));
            assert!(is_known, "{}: the first line does not say where the numbers are from", table.display());
        }
        let post = page(&mut client, &format!("/blog/{}", fact.slug));
        let links: BTreeSet<_> = post.only_of("prose").all("a").into_iter().map(|link| link.value("href")).collect();
        let published =
            |kind: &str| links.iter().filter(|link| link.starts_with("/assets/") && link.ends_with(kind)).count();
        assert!(published(".csv") >= 2, "{}: too few data to download", fact.slug);
        assert!(published(".txt") >= 1, "{}: no code from a file", fact.slug);
    }
}

#[test]
fn each_article_links_to_its_siblings_and_to_primary_sources() {
    let site = Server::start();
    let mut client = site.connect();
    for fact in &POSTS {
        let post = page(&mut client, &format!("/blog/{}", fact.slug));
        let links: BTreeSet<_> = post.only_of("prose").all("a").into_iter().map(|link| link.value("href")).collect();
        let siblings =
            POSTS.iter().filter(|other| other.slug != fact.slug).map(|other| format!("/blog/{}", other.slug));
        let siblings = siblings.filter(|path| links.iter().any(|link| link.split('#').next() == Some(path))).count();
        let sources = links.iter().filter(|link| link.starts_with("https://")).count();
        assert!(siblings >= 2 && sources >= 3, "{}: {siblings} siblings, {sources} sources", fact.slug);
    }
}

#[test]
fn the_markdown_of_an_article_is_its_source() {
    let site = Server::start();
    let mut client = site.connect();
    for fact in &POSTS {
        let response = client.get(&format!("/blog/{}.md", fact.slug), &[]);
        assert_eq!(response.field("content-type"), "text/markdown; charset=utf-8");
        assert!(response.text().contains(fact.title), "{}", fact.slug);
        assert!(response.text().split_whitespace().count() >= LEAST_WORDS, "{}", fact.slug);
    }
}

#[test]
fn the_content_has_no_warnings() {
    let tree = SourceTree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content")).expect("it can be read");
    let report = press(&tree, &Options::default(), &Cache::none())
        .unwrap_or_else(|report| panic!("{}", report.render(&tree, "")))
        .report;
    assert!(report.is_empty(), "{}", report.render(&tree, "content/"));
}

#[test]
fn every_page_has_its_own_title_and_a_description_of_the_right_length() {
    let site = Server::start();
    let mut titles = BTreeSet::new();
    for (path, page) in &pages(&site) {
        assert_eq!(page.only("html").value("lang"), "en-GB", "{path}");
        let title = page.only("head").only("title").text();
        assert!(titles.insert(title.clone()), "{path}: another page has the title {title:?} too");
        let description = page.meta("description").expect("a description");
        let length = description.chars().count();
        assert!(DESCRIPTION.contains(&length), "{path}: {length} characters: {description}");
    }
    assert!(titles.len() > 20, "only {} pages", titles.len());
}

#[test]
fn the_site_has_its_pages_feeds_and_figures() {
    let site = Server::start();
    let paths: Vec<_> = routes().iter().map(|route| route.path.as_str()).collect();
    assert!(paths.contains(&"/about") && site.get("/llms.txt", &[]).text().starts_with("# Engineering notes\n\n> "));
    let feeds = feed_routes();
    assert!(feeds.len() > 30, "of the site, of each topic and of each tag: {feeds:?}");
    for path in feeds {
        assert_eq!(feed(&site, path).entries.is_empty(), path == "/notes/web3/feed.xml", "{path}");
    }
    let figures = routes().iter().filter(|route| route.is_a("image/svg+xml") && route.path != "/favicon.svg").count();
    assert!(figures >= POSTS.len(), "only {figures} figures");
    let links: usize = pages(&site).values().map(|page| page.all("a").len()).sum();
    assert!(links > 500, "only {links} links");
}

#[test]
fn every_first_view_fits_its_budget() {
    let site = Server::start();
    let mut client = site.connect();
    for (coding, budget) in [("br", FIRST_VIEW_BR), ("gzip", FIRST_VIEW_GZIP)] {
        let mut over = Vec::new();
        for route in html_routes() {
            let response = client.get(route.target(), &[("Accept-Encoding", coding)]);
            assert_eq!(response.field("content-encoding"), coding, "{}", route.path);
            let bytes = response.head + response.content.len();
            if bytes > budget {
                over.push(format!("{} {bytes}", route.path));
            }
        }
        assert!(over.is_empty(), "over {budget} bytes with {coding}: {over:#?}");
    }
}

/// Bytes of a model with `br`, and of the kit that all of them share.
const MODEL_BR: usize = 8 * 1024;
const KIT_BR: usize = 6 * 1024;

#[test]
fn every_post_has_a_model_of_a_few_kilobytes() {
    let site = Server::start();
    let mut client = site.connect();
    let listed = page(&mut client, "/models");
    let mut over = Vec::new();
    println!("| model | bytes, br |");
    for post in &POSTS {
        let article = page(&mut client, &format!("/blog/{}", post.slug));
        let models = article.all("graven-model");
        assert!(!models.is_empty(), "{} has no model", post.slug);
        for model in models {
            let id = model.value("id");
            let link = format!("/blog/{}#{id}", post.slug);
            assert!(listed.all("a").iter().any(|listed| listed.value("href") == link), "{link} is not on /models");
            for (name, budget) in [("src", MODEL_BR), ("kit", KIT_BR)] {
                let response = client.get(model.value(name), &[("Accept-Encoding", "br")]);
                assert_eq!((response.status, response.field("content-encoding")), (200, "br"), "{id}");
                println!("| {id}, {name} | {} |", response.content.len());
                if response.content.len() > budget {
                    over.push(format!("{id}, {name}: {} bytes", response.content.len()));
                }
            }
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn the_post_of_the_readme_can_be_copied_as_it_is() {
    let mut tree = SourceTree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content")).expect("it can be read");
    tree.insert("posts/cache-key.md", post_of_readme());
    assert!(press(&tree, &Options::default(), &Cache::none()).is_ok_and(|pressed| pressed.report.is_empty()));
}
