//! Lines of a title: as few as the width allows, and then as even as possible.

use super::fonts::Font;

/// A text in lines.
#[derive(Debug, PartialEq)]
pub(super) struct Setting {
    pub(super) lines: Vec<String>,
    pub(super) size: f32,
}

/// Sets a text in the largest of `sizes`, which fall, that fits into its space. In the smallest, what does not fit is cut off.
pub(super) fn set(text: &str, font: Font, sizes: &[(f32, usize)], width: f32) -> Setting {
    let pieces = pieces(text);
    let (mut lines, mut size) = (Vec::new(), 0.0);
    for &(candidate, most) in sizes {
        size = candidate;
        lines = broken(&pieces, font, size, width);
        let fits = |line: &String| font.width(line, size) <= width;
        if lines.len() <= most && lines.iter().all(fits) {
            return Setting { lines: balanced(lines, font, size, width), size };
        }
    }
    let most = sizes.last().map_or(1, |(_, most)| *most);
    Setting { lines: cut(lines, most, font, size, width), size }
}

/// What a line can begin with: words, each with the dashes and signs that follow it, because a line that begins with a dash looks like a list.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        let is_sign = !word.contains(char::is_alphanumeric) && word.chars().count() == 1;
        match pieces.last_mut() {
            Some(last) if is_sign => last.extend(["\u{a0}", word]),
            _ => pieces.push(word.to_owned()),
        }
    }
    pieces
}

/// The lines of a text, each as long as the width allows.
fn broken(pieces: &[String], font: Font, size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        let longer = lines.last().map(|line| format!("{line} {piece}"));
        match (longer.filter(|longer| font.width(longer, size) <= width), lines.last_mut()) {
            (Some(longer), Some(last)) => *last = longer,
            _ => lines.push(piece.clone()),
        }
    }
    lines
}

/// The same number of lines in the smallest width that gives it.
fn balanced(lines: Vec<String>, font: Font, size: f32, mut width: f32) -> Vec<String> {
    let pieces: Vec<String> = lines.iter().flat_map(|line| line.split(' ').map(str::to_owned)).collect();
    let mut best = lines;
    while width > size {
        width -= size / 4.0;
        let narrower = broken(&pieces, font, size, width);
        if narrower.len() > best.len() || narrower.iter().any(|line| font.width(line, size) > width) {
            break;
        }
        best = narrower;
    }
    best
}

/// The first `most` lines, the last with an ellipsis if anything is missing.
fn cut(mut lines: Vec<String>, most: usize, font: Font, size: f32, width: f32) -> Vec<String> {
    let is_cut = lines.len() > most;
    lines.truncate(most);
    for line in &mut lines {
        shorten(line, font, size, width);
    }
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        last.push('…');
        shorten(last, font, size, width);
    }
    lines
}

/// Takes characters from the end of a line until it fits, and puts an ellipsis there.
fn shorten(line: &mut String, font: Font, size: f32, width: f32) {
    while font.width(line, size) > width {
        line.pop();
        line.pop();
        line.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(f32, usize); 3] = [(80.0, 2), (60.0, 2), (40.0, 2)];

    #[test]
    fn a_title_is_set_as_large_as_it_fits_in_even_lines() {
        for (title, size, lines) in [
            ("Short", 80.0, &["Short"][..]),
            ("Why using Turborepo in Microservices", 80.0, &["Why using Turborepo", "in Microservices"]),
            (
                "Dynamic Load Balancer with Auto-Scaling — Bun + Express",
                60.0,
                &["Dynamic Load Balancer with", "Auto-Scaling\u{a0}— Bun\u{a0}+ Express"],
            ),
        ] {
            let setting = set(title, Font::Bold, &SIZES, 1000.0);
            assert_eq!((setting.size, setting.lines), (size, lines.iter().map(|&line| line.to_owned()).collect()));
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_off_with_an_ellipsis() {
        for title in ["many words ".repeat(50), "unbreakable".repeat(50), format!("a {}", "unbreakable".repeat(50))] {
            let setting = set(&title, Font::Bold, &SIZES, 1000.0);
            assert!(setting.lines.len() <= 2, "{setting:?}");
            assert!(setting.lines.iter().all(|line| Font::Bold.width(line, 40.0) <= 1000.0), "{setting:?}");
            assert!(setting.lines.last().is_some_and(|line| line.ends_with('…')), "{setting:?}");
        }
        assert_eq!(set("", Font::Bold, &SIZES, 1000.0).lines, [""; 0]);
    }
}
