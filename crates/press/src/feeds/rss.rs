//! `/rss.xml`: RSS 2.0 with `content:encoded`, for readers without Atom.

use jiff::Timestamp;

use super::item::{Item, author_names, changed, published, rights};
use super::routes::RSS;
use super::xml::Xml;
use crate::model::Site;

const NAMESPACES: [(&str, &str); 4] = [
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
];

/// The feed of the whole site.
pub(super) fn render(site: &Site, items: &[Item]) -> String {
    let settings = &site.settings;
    let updated = items.iter().map(|item| changed(item.post)).max();
    Xml::document("rss", &NAMESPACES, |xml| {
        xml.element("channel", &[], |xml| {
            xml.text("title", &[], &settings.title);
            xml.text("link", &[], &site.settings.url("/"));
            xml.text("description", &[], &settings.description);
            xml.text("language", &[], &settings.language);
            if let Some(time) = updated {
                xml.text("lastBuildDate", &[], &rfc_822(time));
            }
            credits(xml, site);
            xml.empty(
                "atom:link",
                &[("rel", "self"), ("type", "application/rss+xml"), ("href", &site.settings.url(RSS))],
            );
            for post in items {
                item(xml, site, post);
            }
        });
    })
}

/// The author is named by an e-mail address, followed by a name.
fn credits(xml: &mut Xml, site: &Site) {
    let author = site.settings.author.as_ref();
    if let Some((author, email)) = author.and_then(|author| Some((author, author.email.as_ref()?))) {
        xml.text("managingEditor", &[], &format!("{email} ({})", author.name));
    }
    if let Some(rights) = rights(site) {
        xml.text("copyright", &[], &rights);
    }
}

fn item(xml: &mut Xml, site: &Site, item: &Item) {
    xml.element("item", &[], |xml| {
        xml.text("title", &[], &item.post.title);
        xml.text("link", &[], &item.url);
        xml.text("guid", &[("isPermaLink", "true")], &item.url);
        xml.text("pubDate", &[], &rfc_822(published(item.post).unwrap_or_else(|| changed(item.post))));
        // The `author` of RSS is an e-mail address.
        for author in author_names(site, item.post) {
            xml.text("dc:creator", &[], author);
        }
        for tag in site.tag_names(item.post) {
            xml.text("category", &[], tag);
        }
        if !item.post.description.is_empty() {
            xml.text("description", &[], &item.post.description);
        }
        xml.character_data("content:encoded", &[], &item.text.html);
    });
}

/// A time as in RFC 822, with a year of four digits, as RSS requires.
fn rfc_822(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
