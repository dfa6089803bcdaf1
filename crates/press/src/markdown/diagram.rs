//! Diagrams: the fences `dot`, `sequence` and `box` become drawings.

use std::ops::Range;

use super::drawn::{Drawn, Source};
use super::page::Page;
use crate::diagrams::{self, Kind, Problem};

/// Draws a graph. `None` if it cannot be drawn, which is reported.
pub(super) fn dot(source: &Source, page: &mut Page) -> Option<Drawn> {
    draw(Kind::Dot, source, page)
}

/// Draws a sequence of messages.
pub(super) fn sequence(source: &Source, page: &mut Page) -> Option<Drawn> {
    draw(Kind::Sequence, source, page)
}

/// Draws lines and boxes of characters.
pub(super) fn ascii(source: &Source, page: &mut Page) -> Option<Drawn> {
    draw(Kind::Box, source, page)
}

fn draw(kind: Kind, source: &Source, page: &mut Page) -> Option<Drawn> {
    match diagrams::draw(kind, &source.fence.text, page.words()) {
        Ok(drawn) => Some(Drawn { svg: drawn.svg, alt: drawn.alt, ..Drawn::default() }),
        Err(problems) => {
            for problem in problems {
                let mut error = page.error(place(&problem, source, page), problem.message).label(problem.label);
                error.help = problem.help;
                page.report.push(error);
            }
            None
        }
    }
}

/// The place of a problem in the file: the opening fence, if there is nothing to point at.
fn place(problem: &Problem, source: &Source, page: &Page) -> Range<usize> {
    if problem.span != (0..0) {
        return source.fence.place(&problem.span);
    }
    source.fence.opening(&page.body.file)
}
