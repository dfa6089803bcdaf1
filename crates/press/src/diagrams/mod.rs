//! Diagrams from text: a graph in a subset of Graphviz's language, a sequence diagram, or a drawing in ASCII becomes an SVG in the ink of the page.
//!
//! Text in, SVG out: nothing here knows of Markdown or of files. All coordinates are whole numbers, so that every machine draws the same bytes.
//!
//! - [`dot`]: graphs. `parse` (with `lexer`) reads a `graph`, `layered` places it, `picture` draws it.
//! - [`sequence`]: messages between participants over time.
//! - [`ascii`]: boxes and lines drawn with characters.
//! - [`outcome`]: what all of them return: a drawing, or what is wrong with its text.
//! - [`canvas`] collects lines and labels, and writes the SVG; [`text`] measures and wraps labels.

mod ascii;
mod canvas;
mod dot;
mod layered;
mod outcome;
mod sequence;
mod text;

pub(crate) use self::outcome::{Drawn, Problem};
use crate::languages::Words;

/// The languages of diagrams, by the word that begins an info string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `dot`: Graphviz's language.
    Dot,
    /// `sequence`: lines such as `A -> B: text`.
    Sequence,
    /// `box`: a drawing in ASCII.
    Box,
}

/// Draws `text`, or says everything that is wrong with it.
pub(crate) fn draw(kind: Kind, text: &str, words: &Words) -> Result<Drawn, Vec<Problem>> {
    match kind {
        Kind::Dot => dot::draw(text, words),
        Kind::Sequence => sequence::draw(text, words),
        Kind::Box => ascii::draw(text, words),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::languages::english;

    /// What is drawn is an SVG without ids, styles and fractions; what is not has a place in the text.
    fn check(kind: Kind, text: &str) {
        match draw(kind, text, &english()) {
            Ok(drawn) => {
                let svg = drawn.svg;
                assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{text:?}: {svg}");
                assert!(!svg.contains("id=") && !svg.contains("style="), "{text:?}: {svg}");
                assert!(!drawn.alt.contains('\n'), "{text:?}: {}", drawn.alt);
            }
            Err(problems) => {
                assert!(!problems.is_empty(), "{text:?}");
                for problem in problems {
                    assert!(text.get(problem.span.clone()).is_some(), "{text:?}: {problem:?}");
                }
            }
        }
    }

    #[test]
    fn braces_within_each_other_end_before_the_stack_does() {
        let nested = |depth: usize| format!("digraph {{ {}a{} }}", "{".repeat(depth), "}".repeat(depth));
        assert!(draw(Kind::Dot, &nested(32), &english()).is_ok());
        let problems = draw(Kind::Dot, &nested(100_000), &english()).expect_err("too deep");
        assert_eq!(problems[0].message, "more than 32 braces within each other");
    }

    proptest! {
        #[test]
        fn any_text_is_a_diagram_or_has_problems(
            dot in "(digraph|graph)? ?\\{?([a-d é;,:=\\[\\]{}\"\n]|->|--|label=|shape=circle|subgraph cluster|//|/\\*|<|#){0,30}\\}?",
            sequence in "([AB ,:é\"x\n]|->|-->|-x|note over |participant | as |==|#){0,30}",
            ascii in "([-|+.,'` /\\\\:~*o<>^v─│┌┐└┘▶日ab\n]){0,60}",
        ) {
            check(Kind::Dot, &dot);
            check(Kind::Sequence, &sequence);
            check(Kind::Box, &ascii);
        }
    }
}
