//! Runs of raw HTML in a text, joined from their lines, with the places of their parts in the file.

use std::ops::Range;

use pulldown_cmark::Event;

use super::events::SpannedEvent;

/// A run of raw HTML, joined from its lines, and their places in the file.
#[derive(Default)]
pub(super) struct HtmlRun {
    pub(super) html: String,
    /// The offset of each piece in `html` and in the file.
    pieces: Vec<(usize, usize)>,
}

impl HtmlRun {
    pub(super) fn read(events: &[SpannedEvent]) -> Self {
        let mut run = Self::default();
        for (event, span) in events {
            if let Event::Html(html) | Event::InlineHtml(html) | Event::Text(html) = event {
                // Without carriage returns, which the tokeniser does not count.
                for (start, line) in html
                    .split('\r')
                    .scan(span.start, |at, line| Some((std::mem::replace(at, *at + line.len() + 1), line)))
                {
                    run.pieces.push((run.html.len(), start));
                    run.html.push_str(line);
                }
            }
        }
        run
    }

    /// The place in the file of a range of the HTML.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let piece = self.pieces.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
            let (start, in_file) = self.pieces[piece];
            in_file + offset - start
        };
        // The end follows the last byte, which may be in another piece than the byte after it.
        let start = at(range.start);
        start..if range.is_empty() { start } else { at(range.end - 1) + 1 }
    }

    /// Adds another run, which begins later in the file.
    pub(super) fn append(&mut self, other: &Self) {
        let length = self.html.len();
        self.pieces.extend(other.pieces.iter().map(|(start, in_file)| (length + start, *in_file)));
        self.html.push_str(&other.html);
    }
}
