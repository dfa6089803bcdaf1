//! `/rss.xml`: RSS 2.0 with `content:encoded`, for readers without Atom.

use jiff::civil::Date;

use super::item::{Item, author_name, changed};
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
            xml.text("lastBuildDate", &[], &updated.map_or_else(|| site.now.strftime(TIME).to_string(), midnight));
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

fn item(xml: &mut Xml, site: &Site, item: &Item) {
    xml.element("item", &[], |xml| {
        xml.text("title", &[], &item.post.title);
        xml.text("link", &[], &item.url);
        xml.text("guid", &[("isPermaLink", "true")], &item.url);
        if let Some(date) = item.post.published() {
            xml.text("pubDate", &[], &midnight(date));
        }
        // The `author` of RSS is an e-mail address.
        xml.text("dc:creator", &[], author_name(site));
        for tag in site.tag_names(item.post) {
            xml.text("category", &[], tag);
        }
        xml.text("description", &[], &item.post.description);
        xml.character_data("content:encoded", &[], &item.html);
    });
}

/// A time of RFC 822, with a year of four digits, as RSS requires.
const TIME: &str = "%a, %d %b %Y %H:%M:%S GMT";

fn midnight(date: Date) -> String {
    date.strftime("%a, %d %b %Y 00:00:00 GMT").to_string()
}
