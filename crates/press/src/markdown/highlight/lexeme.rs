//! Numbers, characters, regular expressions and other parts of programs: how long the one is that a text begins with.

use super::scanner::{LOOK_AHEAD, is_blank};

/// The number of bytes that `text` begins with and that are `wanted`.
pub(super) fn count(text: &str, wanted: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|byte| !wanted(byte)).unwrap_or(text.len())
}

/// The number of blanks that `text` begins with, as far as a reader looks ahead.
pub(super) fn blanks(text: &str) -> usize {
    text.bytes().take(LOOK_AHEAD).take_while(|byte| is_blank(*byte)).count()
}

/// Whether `=` follows, and no second one.
pub(super) fn is_assigned(text: &str) -> bool {
    let text = &text[blanks(text)..];
    text.starts_with('=') && !text.starts_with("==")
}

/// A number: `1_000`, `0xff`, `1.5e-3`, `10ms`.
pub(super) fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_hex = bytes.starts_with(b"0x") || bytes.starts_with(b"0X");
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        let before_digit = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let is_fraction = byte == b'.' && before_digit;
        let is_exponent =
            matches!(byte, b'+' | b'-') && matches!(bytes[at - 1], b'e' | b'E') && before_digit && !is_hex;
        if !byte.is_ascii_alphanumeric() && byte != b'_' && !is_fraction && !is_exponent {
            break;
        }
        at += 1;
    }
    at
}

/// `/a[/]b/i`, if it ends in its line and near. `//` is none.
pub(super) fn regex(text: &str) -> Option<usize> {
    let mut in_class = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().take(LOOK_AHEAD).skip(1) {
        match byte {
            b'\n' => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => {
                let flags = count(&text[at + 1..], |byte| byte.is_ascii_alphabetic());
                return (at > 1).then_some(at + 1 + flags);
            }
            _ => {}
        }
    }
    None
}

/// `'a'`, `'\n'`, `'\u{10FFFF}'`: a character of Rust. Without a closing quote it is a lifetime.
pub(super) fn character(text: &str) -> Option<usize> {
    const LONGEST_ESCAPE: usize = 10;
    let content = &text[1..];
    let length = if content.starts_with('\\') {
        // The quote of `'\''` does not close it.
        let rest = content.bytes().enumerate().skip(2).take(LONGEST_ESCAPE);
        rest.into_iter().find(|(_, byte)| *byte == b'\'').map(|(at, _)| at)?
    } else {
        content.chars().next()?.len_utf8()
    };
    (content.as_bytes().get(length) == Some(&b'\'')).then_some(1 + length + 1)
}

/// A comment that may contain comments.
pub(super) fn nested_comment(text: &str, open: &str, close: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(open.as_bytes()) {
            depth += 1;
            at += open.len();
        } else if bytes[at..].starts_with(close.as_bytes()) {
            depth -= 1;
            at += close.len();
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// `#[…]` of Rust, with the brackets in it.
pub(super) fn attribute(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' => depth += 1,
            b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}
