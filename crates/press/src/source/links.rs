//! The links of `site.toml`: `[[navigation]]` at the top of every page, `[[footer]]` at the bottom.

use std::ops::Range;

use super::files;
use super::table_reader::{TableReader, path_error};
use crate::languages::Words;
use crate::tree::SourceTree;

/// A link on every page.
#[derive(Clone, Debug)]
pub struct Link {
    /// The link's text.
    pub label: String,
    /// A path of this site (`/notes`), checked like every link, or the address of another site.
    pub path: String,
    /// What the other site is to this one: `me`, `external`. `None` for a path of this site without one.
    pub rel: Option<String>,
    /// The place of `path` in `site.toml`; `None` for a link that the settings do not contain.
    pub span: Option<Range<usize>>,
}

/// What an address of another site begins with.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Reads the links of `key`. `None` if the settings have no such key.
pub(super) fn read(key: &str, reader: &mut TableReader<'_>) -> Option<Vec<Link>> {
    let tables = reader.tables(key)?;
    let mut links = Vec::new();
    for (table, place) in tables {
        let mut reader = TableReader { path: reader.path, table, place: Some(place), report: reader.report };
        links.extend(link(&mut reader));
    }
    Some(links)
}

fn link(reader: &mut TableReader<'_>) -> Option<Link> {
    reader.only(&["label", "path", "url", "rel"]);
    reader.require("label", "label = \"…\"");
    let label = reader.text("label");
    let rel = rel(reader);
    if reader.get("url").is_some() {
        let (path, span) = url(reader)?;
        return Some(Link {
            label: label?.value,
            path,
            rel: rel.or_else(|| Some("external".to_owned())),
            span: Some(span),
        });
    }
    reader.require("path", "path = \"/…\", or: url = \"https://…\"");
    let path = reader.text("path")?;
    if let Some(error) = path_error(&path.value) {
        let message = format!("\"{}\" is not a path of this site", path.value);
        let is_url = SCHEMES.iter().any(|scheme| path.value.starts_with(scheme));
        let help =
            if is_url { format!("write url = \"{}\"", path.value) } else { "write one such as \"/about\"".to_owned() };
        reader.error(path.span, message, error, help);
        return None;
    }
    Some(Link { label: label?.value, path: path.value, rel, span: Some(path.span) })
}

/// The address of another site and its place.
fn url(reader: &mut TableReader<'_>) -> Option<(String, Range<usize>)> {
    if let Some(path) = reader.get("path") {
        reader.error(path.span.clone(), "a link with a `path` and a `url`", "", "remove one of them");
        return None;
    }
    let url = reader.text("url")?;
    let is_whole = SCHEMES.iter().any(|scheme| url.value.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    if is_whole && url.value.chars().all(|char| !char.is_whitespace() && !char.is_control()) {
        return Some((url.value, url.span));
    }
    let message = format!("\"{}\" is not the address of another site", url.value);
    let help = match path_error(&url.value) {
        None => format!("write path = \"{}\"", url.value),
        Some(_) => "write one such as \"https://example.org/\" or \"mailto:me@example.org\"".to_owned(),
    };
    reader.error(url.span, message, "expected https://, http:// or mailto: at the start", help);
    None
}

/// The relation of a link: words as HTML has them.
fn rel(reader: &mut TableReader<'_>) -> Option<String> {
    let rel = reader.text("rel")?;
    if rel.value.chars().all(|char| char.is_ascii_lowercase() || matches!(char, '-' | ' ')) {
        return Some(rel.value);
    }
    let message = format!("\"{}\" is not a relation", rel.value);
    reader.error(rel.span, message, "expected words in lower-case letters", "write one such as \"me\" or \"nofollow\"");
    None
}

/// The links of a site whose settings have none.
pub(super) fn default_navigation(tree: &SourceTree, words: &Words) -> Vec<Link> {
    let about = tree.paths("pages/about").any(|path| files::is_markdown(path) && files::stem(path) == "pages/about");
    let item = |label: &str, path: &str| Link { label: label.to_owned(), path: path.to_owned(), rel: None, span: None };
    let names = &words.pages;
    let mut items = vec![item(&names.notes, "/notes"), item(&names.blog, "/blog"), item(&names.tags, "/tags")];
    items.extend(about.then(|| item(&names.about, "/about")));
    items
}
