//! Spans: byte ranges of a file, for diagnostics that point at a place.

use std::ops::Range;

/// A value and its place in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spanned<T> {
    /// The value.
    pub(crate) value: T,
    /// Its bytes in the file.
    pub(crate) span: Range<usize>,
}

/// The span of `part` within `span` of the file. If it is not written there literally, the whole span without the white space at its end.
pub(crate) fn find(file: &str, span: &Range<usize>, part: &str) -> Range<usize> {
    match file[span.clone()].rfind(part) {
        Some(start) if !part.is_empty() => span.start + start..span.start + start + part.len(),
        _ => trim_end(span, file),
    }
}

/// The span without the white space at its end.
pub(crate) fn trim_end(span: &Range<usize>, file: &str) -> Range<usize> {
    span.start..span.start + file[span.clone()].trim_end().len()
}

/// The text with other texts in place of parts of it. `edits` are in the order of the text.
pub(crate) fn edited(text: &str, edits: impl IntoIterator<Item = (Range<usize>, String)>) -> String {
    let mut edited = String::with_capacity(text.len());
    let mut done = 0;
    for (place, by) in edits {
        edited.extend([&text[done..place.start], &by]);
        done = place.end;
    }
    edited + &text[done..]
}
