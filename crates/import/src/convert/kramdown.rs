//! Attributes of Kramdown: `{: .class}` on a line or after a span, `{:toc}`. Graven has classes neither in Markdown nor without a theme.

use crate::body::{Edit, contains};
use crate::text::Text;

use super::conversion::Conversion;

/// Removes attributes. An id of a heading is kept.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let code = text.body.code();
    let source = text.body.text.as_str();
    let mut edits: Vec<Edit> = Vec::new();
    let mut removed: Vec<usize> = Vec::new();
    for (at, _) in source.match_indices("{:") {
        let Some(length) = source[at..].find('}') else { continue };
        let (attribute, end) = (&source[at + 2..at + length], at + length + 1);
        if contains(&code, at) || attribute.contains('\n') {
            continue;
        }
        let line = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = source[line..at].trim();
        if before.starts_with('#') && attribute.trim().starts_with('#') {
            let id = attribute.split_whitespace().next().unwrap_or_default();
            edits.push((at..end, format!("{{{id}}}")));
            continue;
        }
        let is_contents = attribute.trim().eq_ignore_ascii_case("toc");
        // `* TOC` above it only says where the list of contents is.
        let start = if is_contents { above(source, line) } else { at };
        edits.push((start..end, String::new()));
        removed.extend((!is_contents).then_some(at));
    }
    if let Some(first) = removed.first() {
        let shown = source[*first..].lines().next().and_then(|line| line.split('}').next()).unwrap_or_default();
        let more =
            if removed.len() > 1 { format!(", and {} more in this text", removed.len() - 1) } else { String::new() };
        conversion.note(text, *first, format!("an attribute of Kramdown was removed, {shown}}}{more}"));
    }
    text.body.edit(edits);
}

/// The start of the line above, if it only stands for the list of contents.
fn above(source: &str, line: usize) -> usize {
    let before = source[..line].trim_end_matches('\n');
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let text = before[start..].trim();
    let is_item = text.starts_with(['*', '-', '1']) && text.to_ascii_lowercase().ends_with("toc");
    if is_item { start } else { line }
}
