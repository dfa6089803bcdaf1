//! `/feed.json`: JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde_json::{Value, json};

use super::{Item, JSON_FEED, author_name, midnight, published, tag_names, url};
use crate::model::Site;

/// The feed of the whole site.
pub(super) fn render(site: &Site, items: &[Item]) -> String {
    let settings = &site.settings;
    let mut author = json!({ "name": author_name(site) });
    if let Some(url) = settings.author.as_ref().and_then(|author| author.url.as_ref()) {
        author["url"] = json!(url);
    }
    let items: Vec<Value> = items.iter().map(|post| item(site, post)).collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.title, "description": settings.description, "language": settings.language,
        "home_page_url": url(site, "/"), "feed_url": url(site, JSON_FEED),
        "authors": [author], "items": items,
    });
    feed.to_string()
}

fn item(site: &Site, item: &Item) -> Value {
    let post = item.post;
    let mut value = json!({
        "id": item.url, "url": item.url, "title": post.title, "summary": post.description, "content_html": item.html,
        "tags": tag_names(site, post).collect::<Vec<_>>(),
    });
    if let Some(date) = published(post) {
        value["date_published"] = json!(midnight(date));
    }
    if let Some(date) = post.updated {
        value["date_modified"] = json!(midnight(date));
    }
    if let Some(image) = &item.image {
        value["image"] = json!(image);
    }
    value
}
