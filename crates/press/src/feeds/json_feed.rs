//! `/feed.json`: JSON Feed 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde_json::{Value, json};

use super::item::{Item, changed, published};
use super::routes::JSON_FEED;
use crate::model::Site;
use crate::source::Author;

/// The feed of the whole site.
pub(super) fn render(site: &Site, items: &[Item]) -> String {
    let settings = &site.settings;
    let author =
        settings.author.as_ref().map_or_else(|| json!({ "name": settings.title }), |of_site| author(site, of_site));
    let items: Vec<Value> = items.iter().map(|post| item(site, post)).collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": settings.title, "description": settings.description, "language": settings.language,
        "home_page_url": site.settings.url("/"), "feed_url": site.settings.url(JSON_FEED),
        "authors": [author], "items": items,
    });
    feed.to_string()
}

fn author(site: &Site, author: &Author) -> Value {
    let mut value = json!({ "name": author.name });
    if let Some(url) = &author.url {
        value["url"] = json!(site.settings.absolute_url(url));
    }
    value
}

fn item(site: &Site, item: &Item) -> Value {
    let post = item.post;
    let mut value = json!({
        "id": item.url, "url": item.url, "title": post.title, "content_html": item.text.html,
        "tags": site.tag_names(post).collect::<Vec<_>>(),
    });
    if !post.description.is_empty() {
        value["summary"] = json!(post.description);
    }
    if !post.authors.is_empty() {
        value["authors"] = post.authors.iter().map(|of_post| author(site, of_post)).collect();
    }
    if let Some(time) = published(post) {
        value["date_published"] = json!(time.to_string());
    }
    if post.circa || post.updated.is_some() {
        value["date_modified"] = json!(changed(post).to_string());
    }
    if let Some(image) = &item.image {
        value["image"] = json!(image);
    }
    value
}
