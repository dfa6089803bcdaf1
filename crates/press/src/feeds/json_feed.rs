//! `/feed.json`: JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde_json::{Value, json};

use super::item::{Item, author_name, changed, midnight};
use super::routes::JSON_FEED;
use crate::model::Site;

/// The feed of the whole site.
pub(super) fn render(site: &Site, items: &[Item]) -> String {
    let settings = &site.settings;
    let mut author = json!({ "name": author_name(site) });
    if let Some(url) = settings.author.as_ref().and_then(|author| author.url.as_ref()) {
        author["url"] = json!(settings.absolute_url(url));
    }
    let items: Vec<Value> = items.iter().map(|post| item(site, post)).collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.title, "description": settings.description, "language": settings.language,
        "home_page_url": site.settings.url("/"), "feed_url": site.settings.url(JSON_FEED),
        "authors": [author], "items": items,
    });
    feed.to_string()
}

fn item(site: &Site, item: &Item) -> Value {
    let post = item.post;
    let mut value = json!({
        "id": item.url, "url": item.url, "title": post.title, "summary": post.description, "content_html": item.text.html,
        "tags": site.tag_names(post).collect::<Vec<_>>(),
    });
    if let Some(date) = post.published() {
        value["date_published"] = json!(midnight(date));
    }
    if post.circa || post.updated.is_some() {
        value["date_modified"] = json!(midnight(changed(post)));
    }
    if let Some(image) = &item.image {
        value["image"] = json!(image);
    }
    value
}
