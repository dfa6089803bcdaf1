//! A file of JavaScript, and what is wrong in it.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, nearest};

/// A file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// Its path in the source tree.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn diagnostic(self, problem: Problem) -> Diagnostic {
        let error = Diagnostic::error(self.path, problem.span, problem.message);
        problem.help.into_iter().fold(error, Diagnostic::help)
    }
}

/// What is wrong at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests the name that is nearest to `name`. If none is near, `otherwise` is the help.
    pub(super) fn suggest<'n>(
        self,
        name: &str,
        names: impl IntoIterator<Item = &'n str>,
        otherwise: impl Into<String>,
    ) -> Self {
        match nearest(name, names) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self.help(otherwise),
        }
    }
}
