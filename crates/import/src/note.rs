//! Notes: what an import could not convert, decided or left out, each with its place in the other site.

use std::fmt;

/// Something that the author should know.
///
/// ```
/// use graven_import::Note;
///
/// let note = Note { path: "_posts/a.md".to_owned(), line: Some(7), message: "a shortcode".to_owned() };
/// assert_eq!(note.to_string(), "_posts/a.md:7: a shortcode");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The path of the file in the folder of the other site.
    pub path: String,
    /// The line of the file, counted from 1; `None` for the whole file.
    pub line: Option<usize>,
    /// What was found, and what became of it.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.path, self.message),
            None => write!(out, "{}: {}", self.path, self.message),
        }
    }
}

/// The notes of an import.
#[derive(Debug, Default)]
pub(crate) struct Notes(pub(crate) Vec<Note>);

impl Notes {
    pub(crate) fn add(&mut self, path: &str, line: impl Into<Option<usize>>, message: impl Into<String>) {
        let note = Note { path: path.to_owned(), line: line.into(), message: message.into() };
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }
}
