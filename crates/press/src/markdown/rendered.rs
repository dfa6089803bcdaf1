//! The result of rendering a text.

use std::collections::BTreeSet;
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
    /// Every reference, with its place in the file.
    pub links: Vec<Link>,
    /// The destinations that the site's Markdown replaces.
    pub rewrites: Vec<Rewrite>,
    /// The first drawing of the text.
    pub drawing: Option<Drawing>,
    /// The pictures that the text shows in several widths.
    pub(crate) pictures: Vec<Shown>,
    /// The figures that are programs.
    pub(crate) models: Vec<ShownModel>,
    /// The files that press makes for the text: what models run, and their stills.
    pub(crate) made: Vec<Made>,
    /// The files that the text shows or links to, to be published as assets. No duplicates.
    pub assets: Vec<Asset>,
    /// What the text asked for.
    pub(crate) inputs: Inputs,
}

/// What a text asked its surroundings for, whether it was there or not. A text without diagnostics is the same as long as the answers are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inputs {
    /// Paths of files of the tree.
    pub(crate) files: BTreeSet<String>,
    /// Paths of texts of the tree, whose routes it asked for.
    pub(crate) routes: BTreeSet<String>,
    /// Names whose meaning it asked for.
    pub(crate) names: BTreeSet<String>,
}

/// A figure that is SVG: an author's file, or what press has drawn from a fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The file.
    pub svg: String,
    /// Its alternative text.
    pub alt: String,
}

/// A figure that is a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShownModel {
    /// The id of its element.
    pub(crate) id: String,
    /// The route of its still.
    pub(crate) still: String,
    /// Width and height of the still in pixels.
    pub(crate) size: (usize, usize),
    /// The alternative text of the still.
    pub(crate) alt: String,
    /// A line of Markdown.
    pub(crate) caption: String,
}

/// A file that press makes for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its route, with its fingerprint.
    pub(crate) route: String,
    /// Its content.
    pub(crate) text: String,
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
