//! The parts of a post that all feeds share.

use jiff::Timestamp;

use super::absolute::{Preparation, Prepared};
use crate::model::{Post, Site};
use crate::rendered_site::RenderedSite;
use crate::source::midnight;

/// A post in the feeds with full text.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) post: &'a Post,
    /// Its URL, which is also its id.
    pub(super) url: String,
    /// Its text, for readers.
    pub(super) text: Prepared,
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
            text: prepared(context, post, &rendered.html),
            image: preview.as_ref().map(|preview| site.settings.url(preview.route())),
        })
        .collect()
}

fn prepared(context: RenderedSite, post: &Post, html: &str) -> Prepared {
    let colours = &context.theme.colours;
    let preparation = Preparation {
        base_url: &context.site.settings.base_url,
        path: &post.route(),
        slug: &post.slug,
        colours,
        hue: colours.hue(post.topics.first().copied()),
        elsewhere: &context.site.settings.words.text.elsewhere,
    };
    preparation.prepare(html)
}

/// The time of publication, if it is known to the day.
pub(super) fn published(post: &Post) -> Option<Timestamp> {
    (!post.circa).then_some(post.published_at)
}

/// The time of the last change: the midnight before the day in UTC, since the time of day is unknown. It is the only date of a post with an approximate
/// one: a feed has no word for that, but readers sort by it.
pub(super) fn changed(post: &Post) -> Timestamp {
    post.updated.map_or(post.published_at, |day| midnight(day).max(post.published_at))
}

/// The names of the authors of a post, or else that of the site.
pub(super) fn author_names<'a>(site: &'a Site, post: &'a Post) -> Vec<&'a str> {
    match site.authors(post) {
        [] => vec![&site.settings.title],
        authors => authors.iter().map(|author| author.name.as_str()).collect(),
    }
}

/// What readers may do with the texts, in a sentence. `None` if the settings do not say it.
pub(super) fn rights(site: &Site) -> Option<String> {
    let license = site.settings.license.as_ref()?;
    let holder = site.settings.author.as_ref().map(|author| format!("© {}. ", author.name)).unwrap_or_default();
    let url = license.url.as_ref().map(|url| format!(", {}", site.settings.absolute_url(url))).unwrap_or_default();
    let license = site.settings.words.feeds.license.fill(&[("license", &license.name)]);
    Some(format!("{holder}{license}{url}"))
}
