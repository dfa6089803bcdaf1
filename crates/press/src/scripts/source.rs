//! A file of JavaScript, and errors in it.

use std::ops::Range;

use crate::diagnostic::Diagnostic;

/// A file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// Its path in the source tree.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn error(self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.path, span, message)
    }
}
