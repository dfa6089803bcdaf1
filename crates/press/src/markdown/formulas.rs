//! Formulas that are none, since the parser found no end of them: they would be shown with all their dollar signs.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::dollars::has_command;
use super::events::SpannedEvent;
use super::page::Page;
use super::prose::Prose;

/// Reports what is meant as a formula, but is text. `prose` is without raw HTML and links.
pub(super) fn warn(events: &[SpannedEvent], prose: &Prose, page: &mut Page) {
    let paragraphs = || events.iter().filter(|(event, _)| matches!(event, Event::Start(Tag::Paragraph)));
    for (_, span) in paragraphs() {
        check_dollars(&prose.text()[span.clone()], span.start, page);
    }
    let file = &page.body.file;
    let outside: Vec<_> = paragraphs().filter_map(|(_, span)| latex_outside(span, prose, file)).collect();
    if let Some(((place, sign), more)) = outside.split_first() {
        let label =
            if more.is_empty() { String::new() } else { format!("and {} more paragraphs of this file", more.len()) };
        let warning = page.warning(place.clone(), "LaTeX outside of a formula, which is shown as text").label(label);
        page.report.push(warning.help(format!("write it between `{sign}` and `{sign}`")));
    }
}

/// LaTeX of a paragraph without dollar signs, and those to write. Other engines find it by brackets or by itself.
fn latex_outside(span: &Range<usize>, prose: &Prose, file: &str) -> Option<(Range<usize>, &'static str)> {
    let environment = || {
        let text = &prose.text()[span.clone()];
        let open = text.find(r"\begin{")?;
        let end = text[open..].find('}').map_or(text.len(), |length| open + length + 1);
        Some((span.start + open..span.start + end, "$$"))
    };
    in_brackets(span, prose, file).or_else(environment)
}

/// The first `\( … \)` or `\[ … \]` of a paragraph that contains a command of LaTeX, and the dollar signs to write. Some write two backslashes.
fn in_brackets(paragraph: &Range<usize>, prose: &Prose, file: &str) -> Option<(Range<usize>, &'static str)> {
    let escapes = prose.escapes(paragraph);
    let bracket = |at: usize| file[at..paragraph.end].trim_start_matches('\\').chars().next();
    escapes.iter().enumerate().find_map(|(index, open)| {
        let (closing, sign) = match bracket(*open)? {
            '(' => (')', "$"),
            '[' => (']', "$$"),
            _ => return None,
        };
        let close = *escapes[index + 1..].iter().find(|at| bracket(**at) == Some(closing))?;
        let end = close + file[close..].find(closing)? + 1;
        has_command(file[*open..close].trim_start_matches('\\')).then_some((*open..end, sign))
    })
}

fn check_dollars(text: &str, offset: usize, page: &mut Page) {
    let in_file = |range: Range<usize>| offset + range.start..offset + range.end;
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

fn is_latex(text: &str) -> bool {
    has_command(text) || text.contains(['^', '_', '='])
}
