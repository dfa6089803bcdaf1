//! Atom (RFC 4287): `/feed.xml` with the full text of the newest posts, and a feed of summaries for each topic and each tag.

use jiff::Timestamp;

use super::item::{Item, changed, published, rights};
use super::routes::FEED;
use super::xml::Xml;
use crate::model::{Post, Site, Tag, Topic};
use crate::source::Author;

/// The metadata of a feed.
struct Feed<'a> {
    title: &'a str,
    subtitle: &'a str,
    /// The path of the feed.
    path: &'a str,
    /// The path of the page with the same posts.
    page: &'a str,
}

/// The feed of the whole site.
pub(super) fn full(site: &Site, items: &[Item]) -> String {
    let settings = &site.settings;
    let feed = Feed { title: &settings.title, subtitle: &settings.description, path: FEED, page: "/" };
    document(site, &feed, items.iter().map(|item| changed(item.post)).max(), |xml| {
        for item in items {
            entry(xml, site, item.post, |xml| xml.character_data("content", &[("type", "html")], &item.text.html));
        }
    })
}

/// The feed of a topic.
pub(super) fn of_topic(site: &Site, topic: &Topic) -> String {
    let title = format!("{} · {}", topic.title, site.settings.title);
    let (path, page) = (topic.feed_route(), topic.route());
    summaries(site, &topic.posts, &Feed { title: &title, subtitle: &topic.blurb, path: &path, page: &page })
}

/// The feed of a tag.
pub(super) fn of_tag(site: &Site, tag: &Tag) -> String {
    let title = format!("{} · {}", tag.name, site.settings.title);
    let subtitle = site.settings.words.tags.feed_subtitle.fill(&[("tag", &tag.name)]);
    let (path, page) = (tag.feed_route(), tag.route());
    summaries(site, &tag.posts, &Feed { title: &title, subtitle: &subtitle, path: &path, page: &page })
}

fn summaries(site: &Site, posts: &[usize], feed: &Feed) -> String {
    let posts = || posts.iter().take(site.settings.feed_length).map(|post| &site.posts[*post]);
    document(site, feed, posts().map(changed).max(), |xml| {
        for post in posts() {
            entry(xml, site, post, |_| {});
        }
    })
}

/// `atom:feed` (§4.1.1). Without entries, it has the time of the build.
fn document(site: &Site, feed: &Feed, updated: Option<Timestamp>, entries: impl FnOnce(&mut Xml)) -> String {
    let attributes = [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", &site.settings.language)];
    let own = site.settings.url(feed.path);
    Xml::document("feed", &attributes, |xml| {
        xml.text("title", &[], feed.title);
        xml.text("subtitle", &[], feed.subtitle);
        xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &own)]);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &site.settings.url(feed.page))]);
        xml.text("id", &[], &own);
        xml.text("updated", &[], &updated.unwrap_or(site.now).to_string());
        match &site.settings.author {
            Some(of_site) => author(xml, site, of_site),
            None => xml.element("author", &[], |xml| xml.text("name", &[], &site.settings.title)),
        }
        license(xml, site);
        entries(xml);
    })
}

/// `atom:author`, which a feed must have if its entries have none (§4.1.1). Without one in the settings, that is the site.
fn author(xml: &mut Xml, site: &Site, author: &Author) {
    xml.element("author", &[], |xml| {
        xml.text("name", &[], &author.name);
        if let Some(url) = &author.url {
            xml.text("uri", &[], &site.settings.absolute_url(url));
        }
        if let Some(email) = &author.email {
            xml.text("email", &[], email);
        }
    });
}

/// `atom:rights` (§4.2.10), and the link to the licence (RFC 4946).
fn license(xml: &mut Xml, site: &Site) {
    if let Some(rights) = rights(site) {
        xml.text("rights", &[], &rights);
    }
    if let Some(url) = site.settings.license.as_ref().and_then(|license| license.url.as_ref()) {
        xml.empty("link", &[("rel", "license"), ("href", &site.settings.absolute_url(url))]);
    }
}

/// `atom:entry` (§4.1.2), with a summary and the `content`.
fn entry(xml: &mut Xml, site: &Site, post: &Post, content: impl FnOnce(&mut Xml)) {
    let own = site.settings.url(&post.route());
    xml.element("entry", &[], |xml| {
        xml.text("title", &[], &post.title);
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &own)]);
        xml.text("id", &[], &own);
        if let Some(time) = published(post) {
            xml.text("published", &[], &time.to_string());
        }
        xml.text("updated", &[], &changed(post).to_string());
        post.authors.iter().for_each(|of_post| author(xml, site, of_post));
        for tag in site.tag_names(post) {
            xml.empty("category", &[("term", tag)]);
        }
        if !post.description.is_empty() {
            xml.text("summary", &[], &post.description);
        }
        content(xml);
    });
}
