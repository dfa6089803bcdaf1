//! The outputs for programs: feeds, the sitemap, `opensearch.xml`, `robots.txt`, `llms.txt`, `security.txt`, the rules for prefetching. One file per
//! format.

mod absolute;
mod atom;
mod item;
mod json_feed;
mod llms;
mod opensearch;
mod prefetch;
mod robots;
mod routes;
mod rss;
mod security;
mod sitemap;
mod xml;

use std::sync::Arc;

use graven_pack::PREFETCH;

use self::item::Item;
pub(crate) use self::routes::{FEED, JSON_FEED, RSS};
use self::routes::{GUESSES, OPENSEARCH, SECURITY, SITEMAP};
use crate::diagnostic::Report;
use crate::model::Site;
use crate::output::{Document, Freshness, Output, Outputs};
use crate::rendered_site::RenderedSite;

const ATOM_TYPE: &str = "application/atom+xml; charset=utf-8";
const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// A feed with the whole text of the newest posts.
type FullFeed = fn(&Site, &[Item]) -> String;

const FULL: [(&str, FullFeed, &str); 3] = [
    (FEED, atom::full, ATOM_TYPE),
    (RSS, rss::render, "application/rss+xml; charset=utf-8"),
    (JSON_FEED, json_feed::render, "application/feed+json; charset=utf-8"),
];

/// Adds every feed and index to `outputs`, which contain the pages already: the sitemap lists them.
pub(crate) fn render<'a>(context: RenderedSite<'a>, outputs: &mut Outputs<'a>, report: &mut Report) {
    let site = context.site;
    let sitemap = sitemap::render(site, outputs);
    let mut put =
        |path: &str, document: Document<'a>| drop(outputs.insert(path.to_owned(), Output::Document(document)));
    let items = Arc::new(item::newest(context));
    for (path, render, media_type) in FULL {
        let items = Arc::clone(&items);
        put(path, Document::feed(move || render(site, &items), media_type));
    }
    for topic in &site.topics {
        put(&topic.feed_route(), Document::feed(|| atom::of_topic(site, topic), ATOM_TYPE));
    }
    for tag in &site.tags {
        put(&tag.feed_route(), Document::feed(|| atom::of_tag(site, tag), ATOM_TYPE));
    }
    put(SITEMAP, Document::feed(move || sitemap.clone(), "application/xml; charset=utf-8"));
    put(OPENSEARCH, Document::feed(|| opensearch::render(site), opensearch::MEDIA_TYPE));
    put("/robots.txt", Document::feed(|| robots::render(site), TEXT_TYPE));
    put("/llms.txt", Document::feed(|| llms::render(site), TEXT_TYPE));
    if let Some(contact) = &site.settings.security {
        security::check(contact, site.now, report);
        put(SECURITY, Document::feed(|| security::render(site, contact), TEXT_TYPE));
    }
    // Browsers ask for the rules with every page.
    put(PREFETCH, Document::feed(|| prefetch::render(site), prefetch::MEDIA_TYPE).with_freshness(Freshness::Hour));
    for (route, svg) in items.iter().flat_map(|item| &item.text.drawings) {
        put(route, Document::asset(route, svg.clone().into_bytes()));
    }
    for (guess, feed) in GUESSES {
        outputs.entry(guess.to_owned()).or_insert_with(|| Output::Redirect(feed.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use feed_rs::model::{Entry, Feed};
    use graven_pack::Class;
    use jiff::Timestamp;
    use jiff::civil::Date;

    use super::*;
    use crate::model::{Tag, Topic};
    use crate::source::{Author, BaseUrl, License, SecurityContact};
    use crate::test_site::{Fixture, post};

    const FEEDS: [&str; 5] = [FEED, RSS, JSON_FEED, "/notes/fintech/feed.xml", "/tags/a-b/feed.xml"];

    /// Three posts, of which the first is of an approximate date and the second was updated.
    fn fixture() -> Fixture {
        let mut posts = vec![post("third", "2025-11-28"), post("second", "2025-10-01"), post("first", "2025-07-01")];
        posts[0].circa = true;
        posts[1].updated = Some(Date::constant(2025, 12, 24));
        posts[1].title = "A < B && \"C\" ]]> \u{7}".to_owned();
        let mut fixture = Fixture::of(posts);
        fixture.site.topics = vec![
            Topic {
                slug: "fintech".to_owned(),
                title: "Fintech".to_owned(),
                blurb: "Money & code.".to_owned(),
                posts: vec![0, 1],
            },
            Topic {
                slug: "empty".to_owned(),
                title: "Empty".to_owned(),
                blurb: "Nothing yet.".to_owned(),
                posts: vec![],
            },
        ];
        fixture.site.tags =
            vec![Tag { name: "A & B".to_owned(), slug: "a-b".to_owned(), posts: vec![1], ..Tag::default() }];
        fixture.site.posts[1].tags = vec![0];
        for post in [0, 1] {
            fixture.site.posts[post].topics = vec![0];
        }
        fixture.text(0).html = r##"<h2 id="x">X <a class="anchor" href="#x"></a></h2><p><a href="/notes">n</a> ]]> a~b &amp; &lt;c&gt;</p>"##.replace('~', "\u{1b}");
        fixture
    }

    fn rendered(fixture: &Fixture) -> Outputs<'_> {
        let mut report = Report::default();
        let mut outputs = Outputs::new();
        render(fixture.context(), &mut outputs, &mut report);
        assert!(report.is_empty(), "{report:?}");
        outputs
    }

    fn text(outputs: &Outputs, path: &str) -> String {
        match outputs.get(path) {
            Some(Output::Document(document)) => String::from_utf8(document.body().into_owned()).expect("UTF-8"),
            other => panic!("{path}: {other:?}"),
        }
    }

    fn parsed(outputs: &Outputs, path: &str) -> Feed {
        // Without the sanitising of the reader, so that the test sees the original.
        let parser = feed_rs::parser::Builder::new().sanitize_content(false).build();
        parser.parse(text(outputs, path).as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn ids(feed: &Feed) -> Vec<&str> {
        feed.entries.iter().map(|entry| entry.id.as_str()).collect()
    }

    fn html(entry: &Entry) -> &str {
        entry.content.as_ref().and_then(|content| content.body.as_deref()).unwrap_or_default()
    }

    #[test]
    fn a_reader_finds_every_post_in_every_feed_of_the_site() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        for path in [FEED, RSS, JSON_FEED] {
            let feed = parsed(&outputs, path);
            let expected =
                ["https://example.org/blog/third", "https://example.org/blog/second", "https://example.org/blog/first"];
            assert_eq!(ids(&feed), expected, "{path}");
            assert_eq!(feed.title.map(|title| title.content).as_deref(), Some("Notes & <more>"), "{path}");
            let entry = &feed.entries[0];
            assert_eq!(entry.links[0].href, "https://example.org/blog/third", "{path}");
            assert_eq!(entry.summary.as_ref().map(|text| text.content.as_str()), Some("About third."), "{path}");
        }
    }

    #[test]
    fn every_feed_of_the_site_contains_the_whole_text_with_absolute_urls() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        let expected = r#"<h2 id="x">X </h2><p><a href="https://example.org/notes">n</a> ]]> ab &amp; &lt;c&gt;</p>"#;
        for path in [FEED, RSS] {
            assert_eq!(html(&parsed(&outputs, path).entries[0]), expected, "{path}");
        }
        // JSON can hold what XML cannot.
        assert_eq!(html(&parsed(&outputs, JSON_FEED).entries[0]), expected.replace("ab", "a\u{1b}b"));
    }

    #[test]
    fn a_title_survives_all_escaping() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        for path in [FEED, RSS, "/notes/fintech/feed.xml"] {
            let title = parsed(&outputs, path).entries[1].title.clone().map(|title| title.content);
            assert_eq!(title.as_deref().map(str::trim_end), Some("A < B && \"C\" ]]>"), "{path}");
        }
    }

    #[test]
    fn every_entry_has_a_date_and_an_approximate_one_is_not_that_of_publication() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        for path in FEEDS {
            for entry in parsed(&outputs, path).entries {
                let (published, updated) = match entry.id.rsplit('/').next() {
                    Some("third") => (None, "2025-11-28T00:00:00+00:00"),
                    Some("second") => (Some("2025-10-01T00:00:00+00:00"), "2025-12-24T00:00:00+00:00"),
                    _ => (Some("2025-07-01T00:00:00+00:00"), "2025-07-01T00:00:00+00:00"),
                };
                let [found, changed] = [entry.published, entry.updated].map(|time| time.map(|time| time.to_rfc3339()));
                // An item of RSS has one date, and readers sort by it.
                let published = if path == RSS { published.or(Some(updated)) } else { published };
                assert_eq!(found.as_deref(), published, "{path}: {}", entry.id);
                if !["/first", "/second"].iter().any(|end| entry.id.ends_with(end)) && path != RSS {
                    assert_eq!(changed.as_deref(), Some(updated), "{path}: {}", entry.id);
                }
            }
        }
    }

    #[test]
    fn a_feed_is_as_new_as_its_newest_change() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        for (path, expected) in [
            (FEED, "2025-12-24T00:00:00+00:00"),
            (RSS, "2025-12-24T00:00:00+00:00"),
            ("/notes/fintech/feed.xml", "2025-12-24T00:00:00+00:00"),
            // Without posts: the time of the build.
            ("/notes/empty/feed.xml", "2026-01-02T03:04:05+00:00"),
        ] {
            assert_eq!(
                parsed(&outputs, path).updated.map(|time| time.to_rfc3339()).as_deref(),
                Some(expected),
                "{path}"
            );
        }
    }

    #[test]
    fn the_feeds_of_topics_and_tags_contain_summaries_of_their_posts() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        let topic = parsed(&outputs, "/notes/fintech/feed.xml");
        assert_eq!(ids(&topic), ["https://example.org/blog/third", "https://example.org/blog/second"]);
        assert_eq!(topic.title.map(|title| title.content).as_deref(), Some("Fintech · Notes & <more>"));
        assert!(topic.entries.iter().all(|entry| entry.content.is_none()));
        assert_eq!(ids(&parsed(&outputs, "/tags/a-b/feed.xml")), ["https://example.org/blog/second"]);
        assert!(parsed(&outputs, "/notes/empty/feed.xml").entries.is_empty());
    }

    #[test]
    fn a_feed_contains_as_many_posts_as_the_settings_say() {
        let mut fixture = fixture();
        fixture.site.settings.feed_length = 1;
        let outputs = rendered(&fixture);
        for path in [FEED, RSS, JSON_FEED, "/notes/fintech/feed.xml"] {
            assert_eq!(ids(&parsed(&outputs, path)), ["https://example.org/blog/third"], "{path}");
        }
    }

    #[test]
    fn the_author_is_named_or_else_the_site() {
        let mut fixture = fixture();
        for (author, expected) in [(None, "Notes & <more>"), (Some("Ada <L>"), "Ada <L>")] {
            fixture.site.settings.author = author.map(|name: &str| Author {
                name: name.to_owned(),
                email: Some("ada@example.org".to_owned()),
                url: Some("https://ada.example/?a&b".to_owned()),
                fediverse: Some("@ada@example.social".to_owned()),
            });
            let outputs = rendered(&fixture);
            let atom = parsed(&outputs, FEED);
            assert_eq!(atom.authors[0].name.as_deref(), Some(expected));
            assert_eq!(atom.authors[0].uri.as_deref(), author.map(|_| "https://ada.example/?a&b"));
            assert_eq!(parsed(&outputs, RSS).entries[0].authors[0].name.as_deref(), Some(expected));
            assert_eq!(parsed(&outputs, JSON_FEED).authors[0].name.as_deref(), Some(expected));
        }
    }

    #[test]
    fn author_contact_and_licence_are_in_every_feed() {
        let mut fixture = fixture();
        let author = Author { name: "Ada".to_owned(), email: Some("ada@example.org".to_owned()), ..Author::default() };
        fixture.site.settings.author = Some(Author { url: Some("/about".to_owned()), ..author });
        fixture.site.settings.license =
            Some(License { name: "CC BY 4.0".to_owned(), url: Some("https://cc.example/by".to_owned()) });
        let outputs = rendered(&fixture);
        let rights = "© Ada. Licence: CC BY 4.0, https://cc.example/by";
        for (path, expected) in [
            (
                FEED,
                &[
                    &*format!("<rights>{rights}</rights>"),
                    "<email>ada@example.org</email>",
                    "<uri>https://example.org/about</uri>",
                    r#"<link rel="license" href="https://cc.example/by"/>"#,
                ][..],
            ),
            ("/tags/a-b/feed.xml", &[&*format!("<rights>{rights}</rights>"), "<name>Ada</name>"]),
            (
                RSS,
                &[
                    &*format!("<copyright>{rights}</copyright>"),
                    "<managingEditor>ada@example.org (Ada)</managingEditor>",
                    "<dc:creator>Ada</dc:creator>",
                ],
            ),
            (JSON_FEED, &[r#""authors":[{"name":"Ada","url":"https://example.org/about"}]"#]),
        ] {
            for expected in expected {
                assert!(text(&outputs, path).contains(expected), "{path}: {expected}: {}", text(&outputs, path));
            }
        }
    }

    #[test]
    fn a_drawing_of_a_text_is_a_file_that_its_entries_show() {
        let mut fixture = fixture();
        fixture.text(0).html =
            r#"<svg viewBox="0 0 9 9" role="img" aria-label="A line"><path d="M0 0H9"/></svg>"#.to_owned();
        let outputs = rendered(&fixture);
        let (route, file) = outputs.iter().find(|(path, _)| path.starts_with("/assets/third.")).expect("a file");
        assert!(
            matches!(file, Output::Document(file) if file.media_type == "image/svg+xml" && file.class == Class::Asset)
        );
        for path in [FEED, RSS, JSON_FEED] {
            let html = html(&parsed(&outputs, path).entries[0]).to_owned();
            assert_eq!(html, format!(r#"<img src="https://example.org{route}" alt="A line" width="33" height="33">"#));
        }
    }

    #[test]
    fn where_readers_guess_a_feed_is_a_redirect_unless_the_content_has_something_there() {
        let fixture = fixture();
        let mut outputs = Outputs::from([("/feed".to_owned(), Output::Document(Document::page(String::new)))]);
        render(fixture.context(), &mut outputs, &mut Report::default());
        for (path, expected) in [("/rss", RSS), ("/atom.xml", FEED), ("/index.xml", FEED), ("/feed.atom", FEED)] {
            assert!(matches!(&outputs[path], Output::Redirect(to) if to == expected), "{path}: {:?}", outputs[path]);
        }
        assert!(matches!(&outputs["/feed"], Output::Document(document) if document.class == Class::Page));
    }

    #[test]
    fn a_site_without_posts_has_feeds() {
        let fixture = Fixture::of(Vec::new());
        let outputs = rendered(&fixture);
        for path in [FEED, RSS, JSON_FEED] {
            assert!(parsed(&outputs, path).entries.is_empty(), "{path}");
        }
        assert!(!text(&outputs, RSS).contains("Date>"), "nothing has been published");
        assert_eq!(text(&outputs, "/llms.txt"), "# Notes & <more>\n\n> What I learnt.\n");
        assert!(!outputs.contains_key(SECURITY));
    }

    #[test]
    fn each_feed_has_its_type_and_its_url() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        for (path, expected) in [
            (FEED, "application/atom+xml; charset=utf-8"),
            (RSS, "application/rss+xml; charset=utf-8"),
            (JSON_FEED, "application/feed+json; charset=utf-8"),
            ("/tags/a-b/feed.xml", "application/atom+xml; charset=utf-8"),
            (SITEMAP, "application/xml; charset=utf-8"),
            ("/robots.txt", "text/plain; charset=utf-8"),
        ] {
            let Some(Output::Document(document)) = outputs.get(path) else { panic!("{path} is missing") };
            assert_eq!((document.media_type.as_str(), document.class), (expected, Class::Feed), "{path}");
        }
        for path in FEEDS {
            assert!(text(&outputs, path).contains(&format!("\"https://example.org{path}\"")), "{path} names itself");
        }
    }

    #[test]
    fn an_item_of_rss_reads_so() {
        let expected = r#"  <item>
   <title>second</title>
   <link>https://example.org/blog/second</link>
   <guid isPermaLink="true">https://example.org/blog/second</guid>
   <pubDate>Wed, 01 Oct 2025 00:00:00 GMT</pubDate>
   <dc:creator>Notes &amp; &lt;more&gt;</dc:creator>
   <category>A &amp; B</category>
   <description>About second.</description>
   <content:encoded><![CDATA[<p>The text of second.</p>]]></content:encoded>
  </item>"#;
        let mut fixture = fixture();
        fixture.site.posts[1].title = "second".to_owned();
        let outputs = rendered(&fixture);
        assert!(text(&outputs, RSS).contains(expected), "{}", text(&outputs, RSS));
    }

    #[test]
    fn the_sitemap_lists_the_pages_and_the_days_that_are_known() {
        let fixture = fixture();
        let mut outputs = Outputs::new();
        for path in ["/", "/blog/first", "/blog/second", "/blog/third", "/tags/c d&e", "404"] {
            outputs.insert(path.to_owned(), Output::Document(Document::page(String::new)));
        }
        outputs.insert(
            "/blog/first.md".to_owned(),
            Output::Document(Document::feed(String::new, "text/markdown; charset=utf-8")),
        );
        outputs.insert("/proof.html".to_owned(), Output::Document(Document::file("proof.html", &[][..])));
        outputs.insert("/old".to_owned(), Output::Redirect("/".to_owned()));
        render(fixture.context(), &mut outputs, &mut Report::default());
        let expected = r#"<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
 <url>
  <loc>https://example.org/</loc>
 </url>
 <url>
  <loc>https://example.org/blog/first</loc>
  <lastmod>2025-07-01</lastmod>
 </url>
 <url>
  <loc>https://example.org/blog/second</loc>
  <lastmod>2025-12-24</lastmod>
 </url>
 <url>
  <loc>https://example.org/blog/third</loc>
 </url>
 <url>
  <loc>https://example.org/tags/c%20d&amp;e</loc>
 </url>
</urlset>
"#;
        assert_eq!(text(&outputs, SITEMAP), expected);
    }

    #[test]
    fn robots_are_let_in_and_shown_the_sitemap() {
        let fixture = fixture();
        let outputs = rendered(&fixture);
        assert_eq!(
            text(&outputs, "/robots.txt"),
            "User-agent: *\nAllow: /\n\nSitemap: https://example.org/sitemap.xml\n"
        );
    }

    #[test]
    fn llms_txt_lists_the_markdown_of_the_posts_by_topic() {
        let mut fixture = fixture();
        fixture.site.posts[1].title = "On [brackets]\nand more".to_owned();
        let expected = "# Notes & <more>

> What I learnt.

## Fintech

- [third](https://example.org/blog/third.md): About third.
- [On \\[brackets\\] and more](https://example.org/blog/second.md): About second.

## Other posts

- [first](https://example.org/blog/first.md): About first.
";
        assert_eq!(text(&rendered(&fixture), "/llms.txt"), expected);
    }

    #[test]
    fn security_txt_contains_the_contact_and_its_expiry() {
        let mut fixture = fixture();
        let expires = "2026-06-01T00:00:00Z".parse::<Timestamp>().expect("a time");
        fixture.site.settings.security = Some(SecurityContact { contact: "mailto:s@example.org".to_owned(), expires });
        let lines = "Contact: mailto:s@example.org\nExpires: 2026-06-01T00:00:00Z\n";
        let expected =
            format!("{lines}Canonical: https://example.org/.well-known/security.txt\nPreferred-Languages: en-GB\n");
        assert_eq!(text(&rendered(&fixture), SECURITY), expected);
        fixture.site.settings.base_url = BaseUrl::parse("http://localhost:8080").expect("a base URL");
        assert_eq!(text(&rendered(&fixture), SECURITY), format!("{lines}Preferred-Languages: en-GB\n"));
    }

    #[test]
    fn an_expired_security_contact_stops_the_build() {
        let mut fixture = fixture();
        let expires = "2026-01-02T03:04:04Z".parse::<Timestamp>().expect("a time");
        fixture.site.settings.security = Some(SecurityContact { contact: "mailto:s@example.org".to_owned(), expires });
        let mut report = Report::default();
        render(fixture.context(), &mut Outputs::new(), &mut report);
        assert_eq!(report.errors(), 1);
        assert_eq!(report.diagnostics()[0].path, "site.toml");
    }
}
