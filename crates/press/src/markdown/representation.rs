//! The Markdown of a text as the site serves it. Its author wrote some destinations relative to the text's own file, which lead nowhere from the URL
//! of the Markdown; these become the paths that the page has, figures included. Everything else stays byte for byte.

use std::ops::Range;

use super::page::Page;
use super::rendered::{Rendered, Rewrite};
use crate::markup::push_attribute;
use crate::source::Body;
use crate::url::ReferenceKind;

impl Rendered {
    /// The text of `body`, which this was rendered from, with paths of the site in place of relative destinations.
    #[must_use]
    pub fn markdown(&self, body: &Body) -> String {
        let mut rewrites: Vec<&Rewrite> = self.rewrites.iter().collect();
        rewrites.sort_by_key(|rewrite| rewrite.span.start);
        // A definition is noted for each link and image that refers to it.
        rewrites.dedup_by_key(|rewrite| rewrite.span.start);
        let mut text = String::with_capacity(body.range.len() + body.range.len() / 8);
        let mut done = body.range.start;
        for rewrite in rewrites {
            text.push_str(&body.file[done..rewrite.span.start]);
            text.push_str(&rewrite.text);
            done = rewrite.span.end;
        }
        text + &body.file[done..body.range.end]
    }
}

/// Notes the destination of the link or image at `span`, which leads to `target` on the page.
pub(super) fn note_link(span: &Range<usize>, destination: &str, target: &str, page: &mut Page) {
    if let (Some(place), Some(path)) = (page.destinations.get(span).cloned(), path_of(destination, target, page)) {
        push(place, target, &path, escaped(&path), page);
    }
}

/// Notes the value of an attribute of raw HTML, without its quotes at `place`, which leads to `target` on the page.
pub(super) fn note_attribute(place: &Range<usize>, value: &str, target: &str, page: &mut Page) {
    if let Some(path) = path_of(value, target, page) {
        let mut text = String::new();
        push_attribute(&mut text, &path);
        push(place.clone(), target, &path, text.replace('\'', "&#39;"), page);
    }
}

/// Lists a rewrite; and the path for the link check, which knows `target` already.
fn push(span: Range<usize>, target: &str, path: &str, text: String, page: &mut Page) {
    if path != target {
        page.record(path, span.clone());
    }
    page.rendered.rewrites.push(Rewrite { span, text });
}

/// The path of the site that a relative destination leads to. None where it leads there as it is written, or nowhere.
fn path_of(destination: &str, target: &str, page: &Page) -> Option<String> {
    match ReferenceKind::of(destination) {
        ReferenceKind::RelativePath => target.starts_with('/').then(|| target.to_owned()),
        // A place of the page: Markdown has no ids that all its readers agree on.
        ReferenceKind::Site if destination.starts_with(['#', '?']) => {
            (page.context.route_of)(&page.body.path).map(|route| route + target)
        }
        ReferenceKind::Site | ReferenceKind::External | ReferenceKind::Script => None,
    }
}

/// A path as the destination of a link, with brackets or without. It is percent-encoded, so that only these mean something to `CommonMark`.
fn escaped(path: &str) -> String {
    path.replace('&', "\\&").replace('(', "\\(").replace(')', "\\)")
}
