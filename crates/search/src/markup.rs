//! The text of rendered HTML: press takes words from it for the index, serve takes snippets from it. Both must see the same text, so there is one function.
//!
//! This is no HTML parser. It reads what press writes: tags with quoted attributes, comments, character references. Other input gives other text, never a
//! panic and never a loop; the result is escaped again wherever it is written.

/// A piece of text, by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text of the page, as it is in the HTML: with character references ([`decode`] replaces them).
    Prose(&'a str),
    /// Text in `<code>`, `<pre>`, `<kbd>` or `<samp>`, as it is in the HTML.
    Code(&'a str),
    /// The border of a block: words on its two sides are not neighbours.
    Break,
}

/// Elements whose text is not the page's: drawings, programs, controls, and the numbers of notes.
const SKIPPED: [&str; 8] = ["button", "form", "script", "style", "sup", "svg", "template", "textarea"];

/// Elements whose text is code.
const CODE: [&str; 4] = ["code", "kbd", "pre", "samp"];

/// Elements within a line. All others are blocks.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small",
    "span", "strong", "sub", "u", "wbr",
];

/// Calls `each` with the pieces of an HTML fragment, in order.
///
/// ```
/// use graven_search::markup::{Piece, pieces};
///
/// let mut prose = String::new();
/// pieces("<p>A <em>ring</em> of <code>u8</code>s.</p>", |piece| match piece {
///     Piece::Prose(text) => prose.push_str(text),
///     Piece::Code(_) | Piece::Break => {}
/// });
/// assert_eq!(prose, "A ring of s.");
/// ```
pub fn pieces<'a>(html: &'a str, mut each: impl FnMut(Piece<'a>)) {
    let mut rest = html;
    let mut code = 0_usize;
    while let Some(open) = rest.find('<') {
        let (text, from_tag) = rest.split_at(open);
        emit(text, code, &mut each);
        let Some(tag) = Tag::read(from_tag) else {
            // A `<` that opens no tag is text.
            emit(&from_tag[..1], code, &mut each);
            rest = &from_tag[1..];
            continue;
        };
        rest = &from_tag[tag.length..];
        if tag.is(&SKIPPED) && !tag.is_end {
            rest = after_end(rest, tag.name);
        } else if tag.is(&CODE) {
            code = if tag.is_end { code.saturating_sub(1) } else { code + 1 };
        }
        if !tag.is(&INLINE) {
            each(Piece::Break);
        }
    }
    emit(rest, code, &mut each);
}

/// The text of a fragment in one line: pieces with their character references replaced, blocks separated by a space.
///
/// ```
/// assert_eq!(graven_search::markup::text("<h2>a &amp; b</h2><p>c<br>d</p>"), "a & b c d");
/// ```
#[must_use]
pub fn text(html: &str) -> String {
    let mut line = String::with_capacity(html.len() / 2);
    pieces(html, |piece| match piece {
        Piece::Prose(text) | Piece::Code(text) => push_collapsed(text, &mut line),
        Piece::Break => push_space(&mut line),
    });
    line.truncate(line.trim_end().len());
    line
}

/// Appends `text` with its character references replaced.
pub fn decode(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = reference(rest).unwrap_or(('&', 1));
        out.push(character);
        rest = &rest[length..];
    }
    out.push_str(rest);
}

fn emit<'a>(text: &'a str, code: usize, each: &mut impl FnMut(Piece<'a>)) {
    if !text.is_empty() {
        each(if code > 0 { Piece::Code(text) } else { Piece::Prose(text) });
    }
}

/// Appends text with its references replaced and its white space collapsed.
fn push_collapsed(text: &str, line: &mut String) {
    let mut decoded = String::with_capacity(text.len());
    decode(text, &mut decoded);
    for character in decoded.chars() {
        if character.is_whitespace() && character != '\u{a0}' && character != '\u{202f}' {
            push_space(line);
        } else {
            line.push(character);
        }
    }
}

fn push_space(line: &mut String) {
    if !line.is_empty() && !line.ends_with(' ') {
        line.push(' ');
    }
}

/// A tag or a comment.
struct Tag<'a> {
    /// Empty for a comment or a doctype.
    name: &'a str,
    is_end: bool,
    length: usize,
}

impl<'a> Tag<'a> {
    /// The tag at the start of `html`, which starts with `<`.
    fn read(html: &'a str) -> Option<Self> {
        if let Some(comment) = html.strip_prefix("<!--") {
            let length = comment.find("-->").map_or(html.len(), |end| 4 + end + 3);
            return Some(Tag { name: "", is_end: false, length });
        }
        let inner = html.get(1..)?;
        let is_end = inner.starts_with('/');
        let name = inner.strip_prefix('/').unwrap_or(inner);
        if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '!' || first == '?') {
            return None;
        }
        let end =
            name.find(|next: char| next.is_ascii_whitespace() || next == '>' || next == '/').unwrap_or(name.len());
        Some(Tag { name: &name[..end], is_end, length: length_of_tag(html) })
    }

    fn is(&self, names: &[&str]) -> bool {
        names.iter().any(|name| name.eq_ignore_ascii_case(self.name))
    }
}

/// The length of a tag, up to the first `>` that is not in quotes.
fn length_of_tag(html: &str) -> usize {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    html.len()
}

/// What follows the end tag of the element `name`. Elements of one name are not nested in what press writes, except in drawings, where the rest of the
/// outer one has no text that matters.
fn after_end<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        rest = &rest[at..];
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let is_end_of = rest.get(2..2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if is_end_of {
            return &rest[end..];
        }
        rest = &rest[end.min(rest.len())..];
    }
    ""
}

/// The longest character reference that is read: `&#x10FFFF;`.
const MAX_REFERENCE: usize = 10;

/// The character of the reference at the start of `text`, and its length.
fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(MAX_REFERENCE).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Piece::{Code, Prose};
    use super::*;

    #[test]
    fn the_text_of_a_fragment_is_what_a_reader_reads() {
        for (html, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("<p>one</p>\n<p>two</p>", "one two"),
            ("a<em>b</em>c <a href=\"x>y\">d</a>", "abc d"),
            ("a <!-- <p>b</p> --> c", "a c"),
            ("1 < 2 &lt; 3", "1 < 2 < 3"),
            ("&#233;&#xE9;&eacute;&;&", "éé&eacute;&;&"),
            ("x<svg viewBox=\"0 0 1 1\"><text>label</text></svg>y", "x y"),
            ("text<sup class=\"note-ref\"><a href=\"#n\">1</a></sup>.", "text ."),
            ("<pre><code>let a = <span class=\"n\">1</span>;\n</code></pre>b", "let a = 1; b"),
            ("5\u{a0}ms", "5\u{a0}ms"),
            ("a <script>if (b) c</SCRIPT> d", "a d"),
            ("a <svg>b", "a"),
            ("<math><mi>L</mi><mo>=</mo><mi>λ</mi></math>", "L = λ"),
            ("<", "<"),
            ("a <b", "a"),
            ("</", "</"),
        ] {
            assert_eq!(text(html), expected, "{html}");
        }
    }

    #[test]
    fn code_is_told_from_prose() {
        let mut found = Vec::new();
        pieces("a<pre><code>b<i>c</i></code></pre>d</code>e", |piece| {
            if piece != Piece::Break {
                found.push(piece);
            }
        });
        assert_eq!(found, [Prose("a"), Code("b"), Code("c"), Prose("d"), Prose("e")]);
    }

    proptest! {
        #[test]
        fn any_text_has_pieces(html in "[<>/!a-z\"'&;#x0-9é= -]{0,60}") {
            let mut length = 0;
            pieces(&html, |piece| if let Prose(text) | Code(text) = piece { length += text.len() });
            prop_assert!(length <= html.len());
            prop_assert!(text(&html).len() <= html.len());
        }

        #[test]
        fn escaped_text_is_read_back(plain in "[a-z<>&\"']{0,40}") {
            let html = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            prop_assert_eq!(text(&html), plain);
        }
    }
}
