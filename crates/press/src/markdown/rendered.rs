//! The result of rendering a text.

use std::ops::Range;

use crate::assets::Asset;
use crate::pictures::Shown;

/// A rendered text.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The content of the `<article>`.
    pub html: String,
    /// The headings, in order, for the contents list.
    pub headings: Vec<Heading>,
    /// The number of words, without code blocks, for the reading time.
    pub words: usize,
    /// The text without markup and code blocks, with white space collapsed, for summaries and the search index.
    pub plain: String,
    /// Every reference, with its place in the file.
    pub links: Vec<Link>,
    /// The destinations that the site's Markdown replaces.
    pub rewrites: Vec<Rewrite>,
    /// The first drawing of the text.
    pub drawing: Option<Drawing>,
    /// The pictures that the text shows in several widths.
    pub(crate) pictures: Vec<Shown>,
    /// The files that the text shows or links to, to be published as assets. No duplicates.
    pub assets: Vec<Asset>,
}

/// A figure that is SVG: an author's file, or what press has drawn from a fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The file.
    pub svg: String,
    /// Its alternative text.
    pub alt: String,
}

/// A heading of a rendered text.
#[derive(Debug, PartialEq, Eq)]
pub struct Heading {
    /// 2 to 6.
    pub level: u8,
    /// Unique in the page.
    pub id: String,
    /// Inline HTML, without links.
    pub html: String,
}

/// A reference of a rendered text: a link, an image, an attribute of raw HTML.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// The reference in the rendered HTML, or in the Markdown that the site serves, without character references.
    pub target: String,
    /// Its place in the file.
    pub span: Range<usize>,
}

/// A destination that the Markdown of the site replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Its place in the file.
    pub span: Range<usize>,
    /// The replacement, escaped for its place.
    pub text: String,
}
