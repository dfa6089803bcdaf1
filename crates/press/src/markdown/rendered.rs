//! The result of rendering a text.

use std::ops::Range;

use crate::assets::Asset;

/// A rendered text.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The inside of the `<article>`.
    pub html: String,
    /// The headings, in order, for the contents list.
    pub headings: Vec<Heading>,
    /// Words of prose, for the reading time; code is not counted.
    pub words: usize,
    /// The text without markup, white space folded, code blocks left out: what summaries and a search index take.
    pub plain: String,
    /// Every link and image destination, with its place in the file.
    pub links: Vec<Link>,
    /// The destinations that are written otherwise in the Markdown that the site serves.
    pub rewrites: Vec<Rewrite>,
    /// The files beside the text that it shows or links to, each to be emitted as an asset. No two are equal.
    pub assets: Vec<Asset>,
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

/// A link or an image of a rendered text.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// As it is written in the rendered HTML's `href` or `src`, or in the Markdown that the site serves, so that what the link check finds there can be
    /// reported at its place in the file.
    pub target: String,
    /// In the file.
    pub span: Range<usize>,
}

/// A destination that is written otherwise in the Markdown that the site serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// Where it is written in the file.
    pub span: Range<usize>,
    /// What comes in its place, escaped for it.
    pub text: String,
}
