//! HTML and XML as press reads it: one structure for the link check, the security policies, the feeds and the author's raw HTML.

mod element;
mod escape;
mod html;
pub(crate) mod xml;

pub(crate) use element::{Attribute, Element};
pub(crate) use escape::{attribute, push_attribute, push_text, text};
pub(crate) use html::{Html, is_void};

/// The formats that a browser renders, and that can therefore load or run something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Html,
    /// XML that may contain styles and scripts: SVG, XHTML.
    Svg,
    /// Other XML, which may name a style sheet to render it with.
    Xml,
}

impl Format {
    pub(crate) fn of(media_type: &str) -> Option<Self> {
        match media_type.split(';').next()? {
            "text/html" => Some(Self::Html),
            "image/svg+xml" | "application/xhtml+xml" => Some(Self::Svg),
            "text/xml" | "application/xml" => Some(Self::Xml),
            _ => None,
        }
    }

    /// The elements of a document. In other XML, elements mean nothing to a browser: only the processing instructions are returned.
    pub(crate) fn parse(self, file: &str) -> Vec<Element> {
        match self {
            Self::Html => Html::parse(file).elements,
            Self::Svg => xml::parse(file),
            Self::Xml => xml::parse(file).into_iter().filter(|element| element.name.starts_with('?')).collect(),
        }
    }
}
