//! What is wrong with a chart, at a place in its keys or in its data. The caller knows the files.

use std::ops::Range;

use crate::diagnostic::{Severity, suggestion};

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A part of the text of the fence.
    Keys(Range<usize>),
    /// A cell of the data, both counted from 0, without the header.
    Cell { row: usize, column: usize },
}

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) severity: Severity,
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Problem {
    pub(super) fn error(place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, place, message: message.into(), help: None }
    }

    pub(super) fn warning(place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, message) }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests the known word that is nearest to `word`, or else lists all.
    pub(super) fn suggest<'a>(self, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Self {
        self.help(suggestion(word, known))
    }
}
