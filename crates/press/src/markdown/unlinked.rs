//! What looks like a link and is none, because of a space in it: `[text](my file.md)`. In `CommonMark` it is plain text, which no author intends.

use std::ops::Range;

use super::page::Page;
use super::prose::Prose;

/// Warns of destinations with spaces. `prose` is without raw HTML and links.
pub(super) fn warn(prose: &Prose, page: &mut Page) {
    let text = prose.text();
    for (at, _) in text.match_indices("](") {
        let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let Some(inside) = inside(text, at + "](".len()) else { continue };
        if !text[line_start..at].contains('[') || !text[inside.clone()].contains(' ') {
            continue;
        }
        // With a tag of another engine, which is reported as such.
        let (destination, title) = parts(&page.body.file[inside.clone()]);
        if !is_destination(destination) {
            continue;
        }
        let help = if destination.contains(' ') {
            format!("write it in angle brackets: `(<{destination}>{title})`")
        } else {
            format!("write its title in double quotes, without others in it: `({destination} \"…\")`")
        };
        let warning = page.warning(inside, "not a link: there is a space in its destination");
        page.report.push(warning.label("shown as written").help(help));
    }
}

/// What is between the parentheses that are open at `start`, up to the end of the line.
fn inside(text: &str, start: usize) -> Option<Range<usize>> {
    let mut depth = 0usize;
    for (at, byte) in text[start..].bytes().enumerate() {
        match byte {
            b'\n' => return None,
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(start..start + at),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The destination, and the title with the space before it.
fn parts(inside: &str) -> (&str, &str) {
    let title = [" \"", " '"].iter().filter_map(|quote| inside.find(quote)).min();
    let (destination, title) = inside.split_at(title.unwrap_or(inside.len()));
    (destination.trim(), title.trim_end())
}

/// Whether words in parentheses are rather a file or an address than a remark.
fn is_destination(text: &str) -> bool {
    let path = text.split(['#', '?']).next().unwrap_or_default();
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let has_extension =
        (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_template = text.contains("{{") || text.contains("{%");
    !is_template && (has_extension || text.starts_with(['/', '.']) || text.contains("://"))
}
