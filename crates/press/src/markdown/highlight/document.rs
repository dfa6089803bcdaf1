//! Markdown, with other languages in its fences and its front matter.

use super::painter::{COMMENT, HEADING, Painter, STRING};
use super::scanner::{Scanner, through, until};

/// Paints code of the language with this name.
pub(super) type Embed = fn(name: &str, code: &str, painter: &mut Painter);

/// Paints Markdown: headings, code, comments, and the code in fences, which `embed` paints.
pub(super) fn read(code: &str, painter: &mut Painter, embed: Embed) {
    let mut scanner = Scanner::new(code, painter);
    for (fence, language) in [("---\n", "yaml"), ("+++\n", "toml")] {
        if let Some(length) = code.strip_prefix(fence).and_then(|rest| rest.find(&format!("\n{}", fence.trim_end()))) {
            scanner.skip(fence.len());
            scanner.embed(length, |code, painter| embed(language, code, painter));
            scanner.skip(scanner.whole_line());
            scanner.skip(scanner.whole_line());
        }
    }
    while !scanner.is_at_end() {
        let line = &scanner.rest()[..scanner.line()];
        let text = line.trim_ascii_start();
        if text.starts_with("```") || text.starts_with("~~~") {
            read_fence(&mut scanner, embed);
        } else if text.starts_with('#') && text.trim_start_matches('#').starts_with(' ') {
            scanner.take(HEADING, line.len());
        } else if text.starts_with("<!--") {
            scanner.take(COMMENT, through(scanner.rest(), "-->"));
        } else {
            read_inline(&mut scanner);
        }
        // What follows a comment on its line is text.
        if scanner.byte() == b'\n' {
            scanner.skip(1);
        }
    }
    scanner.flush();
}

/// A fence: its code is that of its language.
fn read_fence(scanner: &mut Scanner, embed: Embed) {
    let line = &scanner.rest()[..scanner.line()];
    let text = line.trim_ascii_start();
    let marks = text.len() - text.trim_start_matches(&text[..1]).len();
    let (fence, info) = text.split_at(marks);
    scanner.skip(scanner.whole_line());
    let rest = scanner.rest();
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        let end = line.trim_ascii();
        if end.starts_with(fence) && end.trim_start_matches(&fence[..1]).is_empty() {
            break;
        }
        length += line.len();
    }
    let language = info.split_ascii_whitespace().next().unwrap_or_default();
    scanner.embed(length, |code, painter| embed(language, code, painter));
    scanner.skip(scanner.line());
}

/// A line with code between backticks.
fn read_inline(scanner: &mut Scanner) {
    let line = scanner.rest()[..scanner.line()].len();
    let mut left = line;
    while left > 0 {
        let plain = until(&scanner.rest()[..left], '`');
        scanner.skip(plain);
        left -= plain;
        if left > 0 {
            let code = (1 + through(&scanner.rest()[1..left], "`")).min(left);
            scanner.take(STRING, code);
            left -= code;
        }
    }
}
