//! The elements of a document, each with its byte ranges in the file.

use std::borrow::Cow;
use std::ops::Range;

/// An element. A processing instruction of XML is one too, with its `?` in the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// In lower case in HTML; without its prefix in XML.
    pub(crate) name: String,
    /// In the order of the file, each name once.
    pub(crate) attributes: Vec<Attribute>,
    /// The start tag.
    pub(crate) start: Range<usize>,
    /// The end tag; empty where the element ends without one. Only HTML has it.
    pub(crate) end: Range<usize>,
    /// The text of a style sheet or a script, as a browser hashes it; empty for other elements.
    pub(crate) text: String,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// In lower case in HTML.
    pub(crate) name: String,
    /// Without character references.
    pub(crate) value: String,
    /// From the name to the end of the value, quotes included.
    pub(crate) span: Range<usize>,
    /// The value without its quotes. Only HTML has it.
    pub(crate) value_span: Range<usize>,
}

impl Element {
    /// The value of the attribute `name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
    }

    /// Whether a policy identifies the text of this element by its hash.
    pub(super) fn holds_text(&self) -> bool {
        matches!(self.name.as_str(), "style" | "script")
    }
}

/// A text with the line ends `\n`, as browsers read it, and the map from its offsets to those of the file.
pub(super) struct Normalized<'f> {
    pub(super) text: Cow<'f, str>,
    /// The offsets in `text` before which a carriage return was removed.
    removed: Vec<usize>,
}

impl<'f> Normalized<'f> {
    pub(super) fn new(file: &'f str) -> Self {
        let mut removed = Vec::new();
        if !file.contains('\r') {
            return Self { text: file.into(), removed };
        }
        let mut text = String::with_capacity(file.len());
        let mut rest = file;
        while let Some(at) = rest.find('\r') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if rest.starts_with('\n') {
                removed.push(text.len());
            } else {
                text.push('\n');
            }
        }
        text.push_str(rest);
        Self { text: text.into(), removed }
    }

    /// The span in the file.
    pub(super) fn in_file(&self, span: Range<usize>) -> Range<usize> {
        let at = |offset: usize| offset + self.removed.partition_point(|removed| *removed <= offset);
        // The end follows the last byte, before anything that was removed there.
        at(span.start)..if span.is_empty() { at(span.start) } else { at(span.end - 1) + 1 }
    }
}
