//! The Markdown that the site serves. Destinations relative to the author's file would be broken at its URL: they become the paths that the page has.
//! Everything else stays byte for byte.

use std::borrow::Cow;
use std::ops::Range;

use super::page::Page;
use super::rendered::{Rendered, Rewrite};
use crate::markup::push_attribute;
use crate::source::Body;
use crate::span::trim_end;
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
    if let Some(text) = page.wikilinks.get(span).cloned() {
        // Readers of Markdown know no names.
        let path = path_of(destination, target, page).unwrap_or_else(|| target.to_owned());
        let link = format!("{text}({})", escaped(&page.href(&path)));
        return push(span.clone(), target, &path, link, page);
    }
    if let (Some(place), Some(path)) = (page.destinations.get(span).cloned(), path_of(destination, target, page)) {
        let text = escaped(&page.href(&path));
        push(place, target, &path, text, page);
    }
}

/// Lists the value of an attribute of raw HTML, at `place` without its quotes, whose URL on the page is `target`.
pub(super) fn note_attribute(place: &Range<usize>, value: &str, target: &str, page: &mut Page) {
    if let Some(path) = path_of(value, target, page) {
        let text = in_attribute(&page.href(&path));
        push(place.clone(), target, &path, text, page);
    }
}

/// Lists the value of an attribute of raw HTML, at `place` without its quotes, which is `shown` on the page.
pub(super) fn note_value(place: Range<usize>, shown: &str, page: &mut Page) {
    page.rendered.rewrites.push(Rewrite { span: place, text: in_attribute(shown) });
}

/// A value as it can be written between quotes of either kind.
fn in_attribute(value: &str) -> String {
    let mut text = String::new();
    push_attribute(&mut text, value);
    text.replace('\'', "&#39;")
}

/// Lists a rewrite, and its path for the link check. `target` is listed already.
fn push(span: Range<usize>, target: &str, path: &str, text: String, page: &mut Page) {
    if path != target {
        page.record(path, span.clone());
    }
    page.rendered.rewrites.push(Rewrite { span, text });
}

/// The route for a destination that readers of the Markdown could not follow. `None` if the destination stays as written, or is broken.
fn path_of(destination: &str, target: &str, page: &mut Page) -> Option<String> {
    match ReferenceKind::of(destination) {
        ReferenceKind::RelativePath => target.starts_with('/').then(|| target.to_owned()),
        // A fragment refers to the page: readers of Markdown do not agree on ids.
        ReferenceKind::Site if destination.starts_with(['#', '?']) => {
            page.route_of(&page.body.path).map(|route| route + target)
        }
        // A path from the root of the site is one from the root of the host for whoever reads the Markdown.
        ReferenceKind::Site if matches!(page.href(target), Cow::Owned(_)) => Some(target.to_owned()),
        ReferenceKind::Site | ReferenceKind::External | ReferenceKind::Script => None,
    }
}

/// Lists the block at `span` that shows a file: instead of it, the site's Markdown has `blocks`, each its lines, so that it is complete without the file.
pub(super) fn note_block(span: &Range<usize>, blocks: &[String], page: &mut Page) {
    let file = &page.body.file;
    let span = trim_end(span, file);
    let line = file[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &file[line.max(page.body.range.start)..span.start];
    // Within a list item or a block quote, each line begins with the indentation or the marker of that.
    let prefix: String = before.chars().map(|char| if matches!(char, '>' | '\t') { char } else { ' ' }).collect();
    let is_blank = |line: &str| line.trim_matches(|char: char| char == '>' || char.is_whitespace()).is_empty();
    let follows_text =
        is_blank(before) && file[page.body.range.start..line].lines().next_back().is_some_and(|line| !is_blank(line));
    let precedes_text = file[span.end..].lines().nth(1).is_some_and(|line| !is_blank(line));
    let lines =
        blocks.iter().enumerate().flat_map(|(index, block)| (index > 0).then_some("").into_iter().chain(block.lines()));
    let lines = follows_text.then_some("").into_iter().chain(lines).chain(precedes_text.then_some(""));
    let lines: Vec<&str> = lines.collect();
    let break_and_prefix = format!("\n{prefix}");
    let mut text = String::new();
    for (index, line) in lines.into_iter().enumerate() {
        if index > 0 {
            text.push_str(if line.is_empty() { break_and_prefix.trim_end_matches(' ') } else { &break_and_prefix });
        }
        text.push_str(line);
    }
    page.rendered.rewrites.push(Rewrite { span, text });
}

/// Code as a block with the language `language`. The fence is longer than any in the code.
pub(super) fn fenced(language: &str, code: &str) -> String {
    let longest = code.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{code}{fence}")
}

/// A path as the destination of a link, with or without brackets. It is percent-encoded, so that no other characters mean something in `CommonMark`.
fn escaped(path: &str) -> String {
    path.replace('&', "\\&").replace('(', "\\(").replace(')', "\\)")
}
