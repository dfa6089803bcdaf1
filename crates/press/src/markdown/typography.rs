//! Spaces at which a line must not break: before a dash, which must not open a line, and between a number and its unit.

use std::borrow::Cow;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::events::SpannedEvent;

/// U+00A0, at which a line does not break.
const NO_BREAK_SPACE: char = '\u{a0}';

/// Units that follow their number after a space. Those that are words of English as well (`a`, `in`) are not among them.
const UNITS: [&str; 30] = [
    "%", "‰", "ns", "µs", "μs", "ms", "s", "min", "h", "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB",
    "Hz", "kHz", "MHz", "GHz", "px", "mm", "cm", "km", "kg", "W", "°C",
];

/// Binds dashes and units in all text outside code.
pub(super) fn bind_all(events: &mut [SpannedEvent]) {
    let mut in_code = false;
    for index in 0..events.len() {
        match &events[index].0 {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if !in_code => {
                let bound = match bind(text) {
                    Cow::Owned(bound) => Some(bound),
                    Cow::Borrowed(_) => None,
                };
                if text.starts_with(is_dash) && index > 0 {
                    bind_end(&mut events[index - 1].0);
                }
                if let Some(bound) = bound {
                    events[index].0 = Event::Text(bound.into());
                }
            }
            _ => {}
        }
    }
}

/// Binds the end of the event before a dash. The parser makes `--` an event of its own.
fn bind_end(before: &mut Event) {
    match before {
        Event::Text(text) => {
            if let Some(word) = text.strip_suffix(' ') {
                *before = Event::Text(format!("{word}{NO_BREAK_SPACE}").into());
            }
        }
        Event::SoftBreak => *before = Event::Text(NO_BREAK_SPACE.to_string().into()),
        _ => {}
    }
}

/// `text` with no-break spaces before dashes and units.
///
/// Used for titles as well, which are not Markdown.
pub(crate) fn bind(text: &str) -> Cow<'_, str> {
    let mut bound = Cow::Borrowed(text);
    for (at, _) in text.match_indices(' ') {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let is_quantity = before.ends_with(|digit: char| digit.is_ascii_digit()) && begins_with_unit(after);
        // The head of a column: `Delay, ms`.
        let is_column = before.ends_with(',') && UNITS.contains(&after);
        if after.starts_with(is_dash) || is_quantity || is_column {
            let replaced = bound.to_mut();
            // Each replacement is one byte longer.
            let at = at + replaced.len() - text.len();
            replaced.replace_range(at..=at, NO_BREAK_SPACE.encode_utf8(&mut [0; 4]));
        }
    }
    bound
}

fn is_dash(character: char) -> bool {
    matches!(character, '–' | '—')
}

fn begins_with_unit(text: &str) -> bool {
    let end = text.find(|next: char| !next.is_alphabetic() && !"%‰°".contains(next)).unwrap_or(text.len());
    UNITS.contains(&&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_and_units_are_bound_to_the_word_before_them() {
        for (text, bound) in [
            ("Kafka — 1.8M records", "Kafka~— 1.8M records"),
            ("a – b — c", "a~– b~— c"),
            ("a-b, c – ", "a-b, c~– "),
            ("20 % of 5 ms, 117.7 MB/s", "20~% of 5~ms, 117.7~MB/s"),
            ("5 °C and 3 s.", "5~°C and 3~s."),
            ("2 servers in 3 sets", "2 servers in 3 sets"),
            ("k8s on 2x Raspberry Pi", "k8s on 2x Raspberry Pi"),
            ("Mean delay, ms", "Mean delay,~ms"),
            ("one %", "one %"),
            ("", ""),
        ] {
            assert_eq!(bind(text), bound.replace('~', "\u{a0}"), "{text}");
        }
    }
}
