//! The Markdown that the site serves. Destinations relative to the author's file would be broken at its URL: they become the paths that the page has.
//! Everything else stays byte for byte.

use std::ops::Range;

use super::page::Page;
use super::rendered::{Rendered, Rewrite};
use crate::markup::push_attribute;
use crate::source::Body;
use crate::url::ReferenceKind;

impl Rendered {
    /// The text of `body`, which this was rendered from, with paths of the site instead of relative destinations.
    #[must_use]
    pub fn markdown(&self, body: &Body) -> String {
        let mut rewrites: Vec<&Rewrite> = self.rewrites.iter().collect();
        rewrites.sort_by_key(|rewrite| rewrite.span.start);
        // A definition is listed for each link and image that refers to it.
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

/// Lists the destination of the link or image at `span`, whose URL on the page is `target`.
pub(super) fn note_link(span: &Range<usize>, destination: &str, target: &str, page: &mut Page) {
    if let (Some(place), Some(path)) = (page.destinations.get(span).cloned(), path_of(destination, target, page)) {
        push(place, target, &path, escaped(&path), page);
    }
}

/// Lists the value of an attribute of raw HTML, at `place` without its quotes, whose URL on the page is `target`.
pub(super) fn note_attribute(place: &Range<usize>, value: &str, target: &str, page: &mut Page) {
    if let Some(path) = path_of(value, target, page) {
        let mut text = String::new();
        push_attribute(&mut text, &path);
        push(place.clone(), target, &path, text.replace('\'', "&#39;"), page);
    }
}

/// Lists a rewrite, and its path for the link check. `target` is listed already.
fn push(span: Range<usize>, target: &str, path: &str, text: String, page: &mut Page) {
    if path != target {
        page.record(path, span.clone());
    }
    page.rendered.rewrites.push(Rewrite { span, text });
}

/// The path of the site for a relative destination. `None` if the destination stays as written, or is broken.
fn path_of(destination: &str, target: &str, page: &Page) -> Option<String> {
    match ReferenceKind::of(destination) {
        ReferenceKind::RelativePath => target.starts_with('/').then(|| target.to_owned()),
        // A fragment refers to the page: readers of Markdown do not agree on ids.
        ReferenceKind::Site if destination.starts_with(['#', '?']) => {
            (page.context.route_of)(&page.body.path).map(|route| route + target)
        }
        ReferenceKind::Site | ReferenceKind::External | ReferenceKind::Script => None,
    }
}

/// A path as the destination of a link, with or without brackets. It is percent-encoded, so that no other characters mean something in `CommonMark`.
fn escaped(path: &str) -> String {
    path.replace('&', "\\&").replace('(', "\\(").replace(')', "\\)")
}
