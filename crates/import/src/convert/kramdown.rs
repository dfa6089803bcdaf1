//! Attributes of Kramdown: `{: .class}` on a line or after a span, `{:toc}`. A class by which themes show a paragraph or a quotation as a note makes it an
//! alert. Graven has other classes neither in Markdown nor without a theme.

use std::ops::Range;

use crate::body::{Edit, contains};
use crate::text::Text;

use super::conversion::Conversion;

/// Removes attributes. An id of a heading is kept, and a note becomes an alert.
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
        if before.is_empty()
            && let Some(alert) = Alert::of(attribute)
            && let Some(block) = block(source, line, end).filter(|block| !contains(&code, block.start))
        {
            edits.push((line..end + usize::from(source[end..].starts_with('\n')), String::new()));
            alert.mark(source, block, &mut edits);
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

/// What a class means: the class without what themes put before and after it, and the name of the alert.
const CLASSES: [(&str, &str); 14] = [
    ("note", "NOTE"),
    ("info", "NOTE"),
    ("notice", "NOTE"),
    ("primary", "NOTE"),
    ("tip", "TIP"),
    ("hint", "TIP"),
    ("success", "TIP"),
    ("new", "TIP"),
    ("important", "IMPORTANT"),
    ("highlight", "IMPORTANT"),
    ("warning", "WARNING"),
    ("attention", "WARNING"),
    ("caution", "CAUTION"),
    ("danger", "CAUTION"),
];

/// What an attribute says about a block: that it is an alert, and whether its first line is the title, as in Just the Docs' `.note-title`.
struct Alert {
    name: &'static str,
    has_title: bool,
}

impl Alert {
    /// The alert of `.note`, Minimal Mistakes' `.notice--warning`, Chirpy's `.prompt-tip`.
    fn of(attribute: &str) -> Option<Self> {
        attribute.split_whitespace().filter_map(|word| word.strip_prefix('.')).find_map(|class| {
            let (name, has_title) = class.strip_suffix("-title").map_or((class, false), |name| (name, true));
            let name =
                ["notice--", "prompt-", "alert-"].iter().find_map(|theme| name.strip_prefix(theme)).unwrap_or(name);
            let (_, name) = CLASSES.iter().find(|(class, _)| *class == name)?;
            Some(Self { name, has_title })
        })
    }

    /// Marks the lines of a block as this alert.
    fn mark(&self, source: &str, block: Range<usize>, edits: &mut Vec<Edit>) {
        let is_quote = source[block.clone()].starts_with('>');
        let mut at = block.start;
        for (number, line) in source[block].split_inclusive('\n').enumerate() {
            let quoted = line.starts_with('>');
            let mark = match number {
                0 if self.has_title && quoted => {
                    edits.push((at..at + 1, format!("> [!{}]", self.name)));
                    at += line.len();
                    continue;
                }
                0 => format!("> [!{}]\n", self.name),
                _ => String::new(),
            };
            let quote = if is_quote { "" } else { "> " };
            edits.push((at..at, format!("{mark}{quote}")));
            at += line.len();
        }
    }
}

/// The paragraph or quotation that an attribute in a line of its own is about: the block that ends above the line, else the one that begins below it.
fn block(source: &str, line: usize, end: usize) -> Option<Range<usize>> {
    let above = source[..line].rfind("\n\n").map_or(0, |blank| blank + 2)..line;
    let below = end + usize::from(source[end..].starts_with('\n'));
    let below = below..source[below..].find("\n\n").map_or(source.len(), |blank| below + blank + 1);
    let block = if source[above.clone()].trim().is_empty() { below } else { above };
    let text = &source[block.clone()];
    let first = text.lines().next().unwrap_or_default();
    // Headings, lists, tables, code, HTML and definitions have classes for other reasons.
    let is_other = first.starts_with(['#', '|', '<', '`', '~', '[', '{', ' ', '\t'])
        || ["* ", "- ", "+ ", "***", "---"].iter().any(|mark| first.starts_with(mark))
        || first.trim_start_matches(|char: char| char.is_ascii_digit()).starts_with(". ");
    let has_other = text.lines().skip(1).any(|line| line.starts_with(['#', '<', '`', '~', '{']));
    (!is_other && !has_other && !text.trim().is_empty()).then_some(block)
}
