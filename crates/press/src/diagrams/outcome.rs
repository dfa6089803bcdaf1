//! What becomes of the text of a diagram: a drawing, or what is wrong with it.

use std::ops::Range;

/// A diagram as an SVG document, and what it says in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) svg: String,
    /// For readers who cannot see it, unless the author says it better.
    pub(crate) alt: String,
}

/// What is wrong in the text of a diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Its place in the text.
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) help: Vec<String>,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), label: String::new(), help: Vec::new() }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}
