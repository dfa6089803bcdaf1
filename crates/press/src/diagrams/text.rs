//! The size of labels. Every browser has another monospaced font; the widest of them decides, so that no label leaves its box.

/// The size of labels, in units of the drawing.
pub(super) const SIZE: i32 = 14;
/// From one line of a label to the next.
pub(super) const LINE: i32 = 18;

/// The width of `cells` characters. The widest of the fonts in question, SF Mono, advances by 0.618 of its size.
pub(super) fn width_of(cells: usize) -> i32 {
    (count(cells) * 868 + 99) / 100
}

/// The width of one line.
pub(super) fn width(line: &str) -> i32 {
    width_of(cells(line))
}

/// The width of the widest line.
pub(super) fn widest(lines: &[String]) -> i32 {
    lines.iter().map(|line| width(line)).max().unwrap_or(0)
}

/// The height of some lines, from the top of the first to the bottom of the last.
pub(super) fn height(lines: &[String]) -> i32 {
    count(lines.len()) * LINE
}

/// A number of things that are in memory, for arithmetic with coordinates.
pub(super) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX / 10_000)
}

/// How many characters wide a line is: those of East Asian scripts and emoji are twice as wide as others, and combining ones have no width.
pub(super) fn cells(line: &str) -> usize {
    line.chars().map(cells_of).sum()
}

/// How many cells a character takes.
pub(super) fn cells_of(character: char) -> usize {
    match u32::from(character) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Breaks a text at its line breaks, and into lines of `limit` cells, all about as long. A longer word is broken after punctuation, else anywhere.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    text.split('\n').flat_map(|paragraph| wrap_paragraph(paragraph, limit.max(1))).collect()
}

fn wrap_paragraph(paragraph: &str, limit: usize) -> Vec<String> {
    // A no-break space is part of a word.
    let is_space = |character: char| character.is_whitespace() && character != '\u{a0}';
    let words = paragraph.split(is_space).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.flat_map(|word| pieces(word, limit)).collect();
    let fewest = fill(&words, limit).len();
    let longest = words.iter().map(|word| cells(word)).max().unwrap_or(0);
    let balanced = (longest.max(1)..limit).map(|limit| fill(&words, limit)).find(|lines| lines.len() == fewest);
    balanced.unwrap_or_else(|| fill(&words, limit))
}

/// The parts of a word that is longer than a line.
fn pieces(word: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    while cells(rest) > limit {
        let mut taken = 0;
        let fits = rest.char_indices().take_while(|(_, character)| {
            taken += cells_of(*character);
            taken <= limit
        });
        let ends: Vec<(usize, char)> = fits.map(|(at, character)| (at + character.len_utf8(), character)).collect();
        let punctuation = ends.iter().rev().find(|(_, character)| "/-_.:,".contains(*character));
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let (part, after) = rest.split_at(punctuation.or(ends.last()).map_or(first, |(end, _)| *end));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// Fills lines with words, as many as fit into each.
fn fill(words: &[&str], limit: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if cells(&lines[last]) + 1 + cells(word) <= limit {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push((*word).to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_about_equally_long() {
        for (text, limit, lines) in [
            ("", 9, &[""][..]),
            ("one two", 9, &["one two"]),
            ("a line break\nis kept", 20, &["a line break", "is kept"]),
            ("one two three four", 14, &["one two", "three four"]),
            ("notifications", 8, &["notifica", "tions"]),
            ("wait 60\u{a0}s now", 8, &["wait", "60\u{a0}s now"]),
            ("packages/money", 12, &["packages/", "money"]),
            ("日本語", 4, &["日本", "語"]),
            ("é", 0, &["é"]),
        ] {
            assert_eq!(wrap(text, limit), lines, "{text}");
        }
    }
}
