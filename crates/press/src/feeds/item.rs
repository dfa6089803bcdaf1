//! The parts of a post that all feeds share.

use jiff::civil::Date;

use super::absolute;
use crate::model::{Post, Site};
use crate::rendered_site::RenderedSite;

/// A post in the feeds with full text.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) post: &'a Post,
    /// Its URL, which is also its id.
    pub(super) url: String,
    /// Its text, with absolute URLs.
    pub(super) html: String,
    /// The URL of its picture.
    pub(super) image: Option<String>,
}

pub(super) fn newest(context: RenderedSite) -> Vec<Item> {
    let site = context.site;
    let posts = site.posts.iter().zip(context.posts).zip(context.previews);
    posts
        .take(site.settings.feed_length)
        .map(|((post, rendered), preview)| Item {
            post,
            url: site.settings.url(&post.route()),
            html: absolute::absolute(&rendered.html, &site.settings.base_url, &post.route()),
            image: preview.as_ref().map(|preview| site.settings.url(preview.route())),
        })
        .collect()
}

/// The day of the last change.
pub(super) fn changed(post: &Post) -> Date {
    post.updated.unwrap_or(post.date)
}

/// A day as a time of RFC 3339: midnight in UTC, since the time of day is unknown.
pub(super) fn midnight(date: Date) -> String {
    format!("{date}T00:00:00Z")
}

/// The author's name, or else that of the site: Atom requires one.
pub(super) fn author_name(site: &Site) -> &str {
    site.settings.author.as_ref().map_or(&site.settings.title, |author| &author.name)
}
