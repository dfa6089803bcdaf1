//! MDX: imports, exports and components, which are programs. What is within a component stays.

use std::ops::Range;

use crate::body::{Edit, contains};
use crate::text::Text;

use super::conversion::{Conversion, comment};

/// Replaces what is no Markdown by comments.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let code = text.body.code();
    let mut edits: Vec<Edit> = Vec::new();
    for range in statements(&text.body.text).into_iter().filter(|range| !contains(&code, range.start)) {
        conversion.note(
            text,
            range.start,
            format!("a statement of MDX, left out: {}", first_line(&text.body.text[range.clone()])),
        );
        edits.push((range, String::new()));
    }
    let (tags, expressions) = (components(&text.body.text), expressions(&text.body.text));
    for range in tags.into_iter().filter(|range| !contains(&code, range.start)) {
        let tag = &text.body.text[range.clone()];
        if !tag.starts_with("</") {
            conversion.note(
                text,
                range.start,
                format!("a component, kept as a comment that readers do not see: {}", first_line(tag)),
            );
        }
        let with = if tag.starts_with("</") { String::new() } else { comment(tag) };
        edits.push((range, with));
    }
    for range in expressions.into_iter().filter(|range| !contains(&code, range.start)) {
        let shown = &text.body.text[range.clone()];
        if !shown.starts_with("{/*") {
            conversion.note(
                text,
                range.start,
                format!("an expression of MDX, kept as a comment that readers do not see: {}", first_line(shown)),
            );
        }
        let with = if shown.starts_with("{/*") { String::new() } else { comment(shown) };
        edits.push((range, with));
    }
    text.body.edit(edits);
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}

/// `import …` and `export …` at the start of a line, up to an empty line or a semicolon at the end of a line.
fn statements(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut at, mut open) = (0, None);
    for line in text.split_inclusive('\n') {
        let starts = line.starts_with("import ") || line.starts_with("export ");
        if open.is_none() && starts {
            open = Some(at);
        }
        at += line.len();
        let is_over = line.trim().is_empty() || line.trim_end().ends_with([';', '\'', '"']);
        if let Some(start) = open.filter(|_| is_over) {
            found.push(start..at);
            open = None;
        }
    }
    found.extend(open.map(|start| start..text.len()));
    found
}

/// Tags whose names begin with a capital letter: `<Chart data={x} />`, `</Chart>`.
fn components(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('<') {
        let name = text[at + 1..].strip_prefix('/').unwrap_or(&text[at + 1..]);
        if !name.starts_with(|char: char| char.is_ascii_uppercase())
            || found.last().is_some_and(|last: &Range<usize>| last.end > at)
        {
            continue;
        }
        found.extend(balanced(text, at, ('<', '>')));
    }
    found
}

/// `{expression}` that is not within a tag.
fn expressions(text: &str) -> Vec<Range<usize>> {
    let tags = components(text);
    let starts = text.match_indices('{').map(|(at, _)| at).filter(|at| !contains(&tags, *at));
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in starts {
        let is_escaped = text[..at].ends_with('\\');
        if !is_escaped && found.last().is_none_or(|last| last.end <= at) {
            found.extend(balanced(text, at, ('{', '}')));
        }
    }
    found
}

/// The range from an opening sign to the one that closes it. Braces and quotes within are skipped.
fn balanced(text: &str, start: usize, (open, close): (char, char)) -> Option<Range<usize>> {
    let (mut depth, mut braces) = (0, 0);
    let mut quote = None;
    for (at, char) in text[start..].char_indices() {
        match char {
            _ if quote.is_some() => quote = quote.filter(|quote| *quote != char),
            '"' | '\'' | '`' if open == '<' || braces > 0 => quote = Some(char),
            '{' if open == '<' => braces += 1,
            '}' if open == '<' => braces -= 1,
            _ if char == open && braces == 0 => depth += 1,
            _ if char == close && braces == 0 => {
                depth -= 1;
                if depth == 0 {
                    return Some(start..start + at + char.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_components_and_expressions_are_found() {
        let shown = |ranges: Vec<Range<usize>>, text: &str| -> Vec<String> {
            ranges.into_iter().map(|range| text[range].to_owned()).collect()
        };
        let text = "import A from 'a';\n\nText {1 + 1}.\n\n<A b={x > 1} c=\">\" />\n\n<B>inner</B>\n";
        assert_eq!(shown(statements(text), text), ["import A from 'a';\n"]);
        assert_eq!(shown(components(text), text), ["<A b={x > 1} c=\">\" />", "<B>", "</B>"]);
        assert_eq!(shown(expressions(text), text), ["{1 + 1}"]);
    }
}
