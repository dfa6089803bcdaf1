//! Formulas that are none, since the parser found no end of them: they would be shown with all their dollar signs.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::events::SpannedEvent;
use super::page::Page;
use super::prose::Prose;

/// Reports what is meant as a formula, but is text. `prose` is without raw HTML and links.
pub(super) fn warn(events: &[SpannedEvent], prose: &Prose, page: &mut Page) {
    for (event, span) in events {
        if matches!(event, Event::Start(Tag::Paragraph)) {
            check_paragraph(&prose.text()[span.clone()], span.start, page);
        }
    }
}

fn check_paragraph(text: &str, offset: usize, page: &mut Page) {
    let in_file = |range: Range<usize>| offset + range.start..offset + range.end;
    if let Some(open) = text.find(r"\begin{") {
        let end = text[open..].find('}').map_or(text.len(), |length| open + length + 1);
        let warning = page.warning(in_file(open..end), "LaTeX outside of a formula");
        page.report.push(warning.label("shown as written").help("write it between `$$` and `$$`"));
    }
    if let Some(formula) = unbalanced(text) {
        let error = page.error(in_file(formula), "the braces of this formula do not match");
        page.report.push(
            error.label("shown as text").help("close every `{` with a `}`; a brace that is meant as such is `\\{`"),
        );
    } else if text.starts_with("$$") && text.matches("$$").count() == 1 && is_latex(text) {
        let warning = page.warning(in_file(0.."$$".len()), "a formula that does not end in its paragraph");
        page.report.push(warning.label("begins here").help("end it with `$$`; it must not contain an empty line"));
    }
}

/// The first formula whose braces do not match, with its dollar signs.
fn unbalanced(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    while let Some(open) = text[at..].find('$').map(|found| at + found) {
        let sign = if text[open..].starts_with("$$") { "$$" } else { "$" };
        let start = open + sign.len();
        let Some(close) = text[start..].find(sign).map(|found| start + found) else {
            at = start;
            continue;
        };
        let inside = &text[start..close];
        let is_open = sign == "$$" || !inside.starts_with(char::is_whitespace);
        if is_open && has_command(inside) && !is_balanced(inside) {
            return Some(open..close + sign.len());
        }
        // What ends no formula may begin one.
        at = if is_open && has_command(inside) { close + sign.len() } else { start };
    }
    None
}

fn is_balanced(latex: &str) -> bool {
    let mut depth = 0i32;
    let closes_early = latex.bytes().any(|byte| {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        depth < 0
    });
    !closes_early && depth == 0
}

/// Whether a text contains a command: `\frac`.
fn has_command(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic())
}

fn is_latex(text: &str) -> bool {
    has_command(text) || text.contains(['^', '_', '='])
}
