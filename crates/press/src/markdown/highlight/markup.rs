//! HTML and XML: elements, attributes, character references; scripts and styles within.

use super::css;
use super::languages;
use super::painter::{COMMENT, KEY, NUMBER, Painter, STRING, TYPE};
use super::scanner::{Scanner, is_of_word, through, until};

/// The longest character reference: `&CounterClockwiseContourIntegral;`
const LONGEST_REFERENCE: usize = 33;

/// Paints HTML, and templates of it.
pub(super) fn read_html(code: &str, painter: &mut Painter) {
    read(code, painter, true);
}

/// Paints XML.
pub(super) fn read_xml(code: &str, painter: &mut Painter) {
    read(code, painter, false);
}

fn read(code: &str, painter: &mut Painter, is_html: bool) {
    let mut scanner = Scanner::new(code, painter);
    while !scanner.is_at_end() {
        scanner.skip(scanner.count(|byte| !matches!(byte, b'<' | b'&')));
        let rest = scanner.rest();
        if rest.starts_with("<!--") {
            scanner.take(COMMENT, through(rest, "-->"));
        } else if rest.starts_with("<![CDATA[") {
            scanner.take(STRING, through(rest, "]]>"));
        } else if rest.starts_with('&') {
            scanner.take(NUMBER, reference(rest));
            scanner.skip(usize::from(scanner.byte() == b'&'));
        } else if rest.starts_with('<') {
            let name = read_tag(&mut scanner);
            if is_html && matches!(name, "script" | "style") {
                read_raw(&mut scanner, name);
            }
        }
    }
    scanner.flush();
}

/// The length of `&name;`, or 0.
fn reference(text: &str) -> usize {
    let name = text
        .bytes()
        .skip(1)
        .take(LONGEST_REFERENCE)
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
        .count();
    if name > 0 && text.as_bytes().get(1 + name) == Some(&b';') { name + 2 } else { 0 }
}

/// A tag, `<!DOCTYPE …>` or `<?xml …?>`. Returns the name of an element that it opens.
fn read_tag<'c>(scanner: &mut Scanner<'c, '_, '_>) -> &'c str {
    scanner.skip(1);
    let opens = !matches!(scanner.byte(), b'/' | b'!' | b'?');
    scanner.skip(usize::from(!opens));
    let length = scanner.count(is_of_name);
    let name = &scanner.rest()[..length];
    if length == 0 {
        return "";
    }
    scanner.take(TYPE, length);
    loop {
        let rest = scanner.rest();
        match scanner.byte() {
            quote @ (b'"' | b'\'') => {
                let length = 1 + until(&rest[1..], char::from(quote));
                scanner.take(STRING, (length + 1).min(rest.len()));
            }
            b'=' => {
                scanner.skip(1);
                scanner.take(STRING, scanner.count(|byte| !byte.is_ascii_whitespace() && !b"\"'>{".contains(&byte)));
            }
            b'>' => {
                scanner.skip(1);
                return if opens { name } else { "" };
            }
            // A tag that is never closed ends where the next one begins.
            b'<' => return "",
            byte if is_of_name(byte) || matches!(byte, b'@' | b'#') => {
                scanner.take(KEY, scanner.count(|byte| is_of_name(byte) || matches!(byte, b'@' | b'#')));
            }
            _ if scanner.is_at_end() => return "",
            _ => {
                scanner.skip_character();
            }
        }
    }
}

fn is_of_name(byte: u8) -> bool {
    is_of_word(byte) || matches!(byte, b'-' | b':' | b'.')
}

/// The content of `<script>` or `<style>`, up to its closing tag.
fn read_raw(scanner: &mut Scanner, name: &str) {
    let end = if name == "script" { "</script" } else { "</style" };
    let length = scanner.rest().find(end).unwrap_or(scanner.rest().len());
    scanner.embed(length, |code, painter| match name {
        "script" => languages::read("javascript", code, painter),
        _ => css::read(code, painter),
    });
}
