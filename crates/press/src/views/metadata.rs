//! What a page says of itself in its head.

use serde_json::Value;

use crate::assets::Preview;
use crate::source::Author;
use crate::theme::Sheets;

/// The metadata of a page.
#[derive(Debug)]
pub struct Head<'a> {
    /// Its title, without that of the site. `None` on the first page.
    pub title: Option<&'a str>,
    /// A sentence; empty if there is none.
    pub description: &'a str,
    /// Its route, for the canonical URL. The 404 page has a name without a slash, and no canonical URL.
    pub path: &'a str,
    /// Its style sheets.
    pub(crate) sheets: Sheets,
    /// Its structured data.
    pub(crate) json_ld: Vec<Value>,
    /// The `article` fields of Open Graph.
    pub(crate) article: Option<Article<'a>>,
    /// The feed of a topic or a tag.
    pub(crate) feed: Option<String>,
}

impl<'a> Head<'a> {
    /// The metadata of a page without structured data, article fields and feed.
    pub(crate) fn new(title: Option<&'a str>, description: &'a str, path: &'a str, sheets: Sheets) -> Self {
        Self { title, description, path, sheets, json_ld: Vec::new(), article: None, feed: None }
    }
}

/// The `article` fields of Open Graph.
#[derive(Debug)]
pub(crate) struct Article<'a> {
    /// As `2025-11-28`; `None` if the date is approximate.
    pub(crate) published: Option<String>,
    /// As `2025-11-28`.
    pub(crate) modified: Option<String>,
    /// Who wrote it.
    pub(crate) authors: &'a [Author],
    /// The names of its tags.
    pub(crate) tags: Vec<&'a str>,
    /// The path of its Markdown.
    pub(crate) markdown: String,
    /// The picture of its front matter.
    pub(crate) image: Option<&'a Preview>,
}
