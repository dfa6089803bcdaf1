//! What another machine says, for the user's terminal. Control characters are shown and not obeyed: they could change what was printed before, or name the window, or
//! have the terminal answer for the user.

use std::io::{self, Read, Write};

/// How much is kept of what a program says, in bytes. What is looked for is in its last lines.
const KEPT: usize = 64 * 1024;

/// The control characters that reach nothing but their own line: ends of lines, and what `sudo` writes when a password is asked for.
const HARMLESS: [char; 4] = ['\n', '\r', '\t', '\u{8}'];

/// A whole text without control characters.
pub(super) fn plain(text: &[u8]) -> String {
    let mut parts = Parts::default();
    parts.add(text) + &parts.end()
}

/// Passes on what a program says, as it comes. Returns the last of it.
pub(super) fn pass_on(mut from: impl Read, mut to: impl Write) -> String {
    let (mut parts, mut kept, mut part) = (Parts::default(), String::new(), [0; 4096]);
    let mut say = |text: String| {
        // If nobody reads it, the program still has to come to its end.
        let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
        kept += &text;
        if kept.len() > 2 * KEPT {
            kept.drain(..kept.ceil_char_boundary(kept.len() - KEPT));
        }
    };
    loop {
        match from.read(&mut part) {
            Ok(length @ 1..) => say(parts.add(&part[..length])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
        }
    }
    say(parts.end());
    kept
}

/// A text that comes in parts.
#[derive(Default)]
struct Parts {
    /// The begin of a character whose end has not come yet.
    begun: Vec<u8>,
}

impl Parts {
    /// The text of the next part, as far as its characters are complete.
    fn add(&mut self, part: &[u8]) -> String {
        let mut bytes = std::mem::take(&mut self.begun);
        bytes.extend_from_slice(part);
        let mut text = String::new();
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            for char in chunk.valid().chars() {
                if char.is_control() && !HARMLESS.contains(&char) {
                    text.extend(char.escape_unicode());
                } else {
                    text.push(char);
                }
            }
            if chunks.peek().is_none() && is_begun(chunk.invalid()) {
                self.begun = chunk.invalid().to_vec();
            } else if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }

    /// What is left when no more comes.
    fn end(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.begun)).into_owned()
    }
}

/// Whether further bytes could make a character of these.
fn is_begun(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_lines_stay_lines() {
        for (said, expected) in [
            (&b"listens on [::]:80 (Stream)\r\n"[..], "listens on [::]:80 (Stream)\r\n"),
            ("Größe: 5\u{a0}KiB → ok\n".as_bytes(), "Größe: 5\u{a0}KiB → ok\n"),
            (b"a\tb\n", "a\tb\n"),
            (b"[sudo] password: **\x08 \x08\n", "[sudo] password: **\u{8} \u{8}\n"),
            (b"\x1b]0;title\x07\x1b[2J\x1b[1;31mok", r"\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[1;31mok"),
            (b"\x00\x7f", r"\u{0}\u{7f}"),
            // The same sequences in one byte each (ISO 6429), as Unicode and as Latin 1.
            ("\u{9b}2J\u{9d}0;title\u{9c}".as_bytes(), r"\u{9b}2J\u{9d}0;title\u{9c}"),
            (b"\x9b2J", "\u{fffd}2J"),
            (b"\xe2\x82", "\u{fffd}"),
        ] {
            assert_eq!(plain(said), expected);
            // A byte at a time, as slow connections send it.
            let mut shown = Vec::new();
            let slow = said.iter().fold(Box::new(io::empty()) as Box<dyn Read>, |before, byte| {
                Box::new(before.chain(std::slice::from_ref(byte)))
            });
            assert_eq!(pass_on(slow, &mut shown), expected);
            assert_eq!(String::from_utf8(shown).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn of_a_text_without_end_the_end_is_kept() {
        let text = format!("{}\nlistens on 127.0.0.1:80\n", "ö".repeat(5 * KEPT));
        let kept = pass_on(text.as_bytes(), io::sink());
        assert!(kept.len() <= 2 * KEPT && text.ends_with(&kept) && kept.ends_with(":80\n"), "{} bytes", kept.len());
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        assert_eq!(pass_on(&b"nobody reads it"[..], writer), "nobody reads it");
    }
}
