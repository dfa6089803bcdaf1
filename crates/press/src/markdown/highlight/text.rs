//! Differences and HTTP messages: text whose lines say what they are.

use super::languages;
use super::painter::{DELETED, HEADING, INSERTED, KEY, KEYWORD, NUMBER, PLAIN, Painter};
use super::scanner::Scanner;

/// What the lines between the hunks of a difference begin with.
const OF_FILES: [&str; 14] = [
    "--- ",
    "+++ ",
    "@@",
    "diff ",
    "index ",
    "Index: ",
    "new file",
    "deleted file",
    "old mode",
    "new mode",
    "rename ",
    "copy ",
    "similarity ",
    "***",
];

/// Paints a difference.
pub(super) fn read_diff(code: &str, painter: &mut Painter) {
    let mut scanner = Scanner::new(code, painter);
    while !scanner.is_at_end() {
        let class = match scanner.byte() {
            _ if OF_FILES.iter().any(|start| scanner.starts_with(start)) => HEADING,
            b'+' | b'>' => INSERTED,
            b'-' | b'<' => DELETED,
            _ => PLAIN,
        };
        scanner.take(class, scanner.line());
        scanner.skip(scanner.whole_line());
    }
    scanner.flush();
}

/// Paints an HTTP request or response.
pub(super) fn read_http(code: &str, painter: &mut Painter) {
    let mut scanner = Scanner::new(code, painter);
    let word = scanner.count(|byte| !byte.is_ascii_whitespace());
    scanner.take(KEYWORD, word);
    let line = &scanner.rest()[..scanner.line()];
    if code.starts_with("HTTP/") {
        scanner.skip_blanks();
        scanner.take(NUMBER, scanner.count(|byte| byte.is_ascii_digit()));
    } else if let Some(version) = line.find(" HTTP/") {
        scanner.skip(version);
        scanner.take(KEYWORD, line.len() - version);
    }
    scanner.skip(scanner.whole_line());
    while !scanner.is_at_end() {
        let line = &scanner.rest()[..scanner.line()];
        if line.trim_ascii_end().is_empty() {
            break;
        }
        if let Some(name) = line.find(':') {
            scanner.take(KEY, name);
        }
        scanner.skip(scanner.whole_line());
    }
    let content = scanner.rest();
    if content.trim_ascii_start().starts_with(['{', '[']) {
        scanner.embed(content.len(), |code, painter| languages::read("json", code, painter));
    }
    scanner.skip(scanner.rest().len());
    scanner.flush();
}
