//! The text of an SVG: numbers with one decimal, paths with relative coordinates, escaped text.

use std::fmt::Write as _;

use crate::markup::{push_attribute, push_text};

/// A length in tenths of a unit: what is added up has no rounding errors.
pub(super) type Tenths = i64;

#[expect(clippy::cast_possible_truncation, reason = "a place in a drawing; one outside saturates")]
pub(super) fn tenths(length: f64) -> Tenths {
    (length * 10.0).round() as Tenths
}

/// A length as SVG writes it: `12`, `-.5`.
pub(super) fn number(length: f64) -> String {
    of_tenths(tenths(length))
}

fn of_tenths(tenths: Tenths) -> String {
    let (sign, size) = (if tenths < 0 { "-" } else { "" }, tenths.unsigned_abs());
    match (size / 10, size % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (0, rest) => format!("{sign}.{rest}"),
        (whole, rest) => format!("{sign}{whole}.{rest}"),
    }
}

/// The data of a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    data: String,
    at: (Tenths, Tenths),
    command: char,
}

impl Path {
    pub(super) fn move_to(&mut self, x: f64, y: f64) {
        let to = (tenths(x), tenths(y));
        if self.data.is_empty() {
            self.push('M', &[to.0, to.1]);
        } else {
            self.push('m', &[to.0 - self.at.0, to.1 - self.at.1]);
        }
        self.at = to;
    }

    pub(super) fn line_to(&mut self, x: f64, y: f64) {
        let to = (tenths(x), tenths(y));
        match (to.0 - self.at.0, to.1 - self.at.1) {
            (0, 0) => {}
            (across, 0) => self.push('h', &[across]),
            (0, down) => self.push('v', &[down]),
            (across, down) => self.push('l', &[across, down]),
        }
        self.at = to;
    }

    /// A point: with round caps, a line without length is a dot.
    pub(super) fn dot(&mut self, x: f64, y: f64) {
        self.move_to(x, y);
        self.push('h', &[0]);
    }

    /// A shape around a point, as a list of relative lines from its first corner.
    pub(super) fn shape(&mut self, (x, y): (f64, f64), corner: (f64, f64), lines: &str) {
        self.move_to(x + corner.0, y + corner.1);
        self.data.push_str(lines);
        // Where a shape ends is not known, and its last letter is not repeated.
        self.command = ' ';
    }

    pub(super) fn close(&mut self) {
        self.data.push('z');
        self.command = 'z';
    }

    pub(super) fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    pub(super) fn data(&self) -> &str {
        &self.data
    }

    /// Adds a command. One that is repeated is left out, as is a space before a sign or a letter.
    fn push(&mut self, command: char, arguments: &[Tenths]) {
        let repeats = self.command == command && !matches!(command, 'M' | 'm');
        if !repeats {
            self.data.push(command);
        }
        for (index, argument) in arguments.iter().enumerate() {
            let text = of_tenths(*argument);
            if (index > 0 || repeats) && !text.starts_with('-') {
                self.data.push(' ');
            }
            self.data.push_str(&text);
        }
        self.command = command;
    }
}

/// How a text is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing: lines and shapes first, texts above them.
#[derive(Debug, Default)]
pub(super) struct Svg {
    shapes: String,
    texts: String,
}

impl Svg {
    /// Adds a path. `attributes` are written as they are.
    pub(super) fn path(&mut self, path: &Path, class: &str, attributes: &str) {
        if path.is_empty() {
            return;
        }
        self.shapes.push_str("<path");
        if !class.is_empty() {
            self.shapes.extend([" class=\"", class, "\""]);
        }
        if !attributes.is_empty() {
            self.shapes.extend([" ", attributes]);
        }
        self.shapes.extend([" d=\"", path.data(), "\"/>"]);
    }

    /// Adds a line of text at its base line.
    pub(super) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, class: &str, text: &str) {
        write!(self.texts, "<text x=\"{}\" y=\"{}\"", number(x), number(y)).expect("writing to a string cannot fail");
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => self.texts.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.texts.push_str(" text-anchor=\"end\""),
        }
        if !class.is_empty() {
            self.texts.push_str(" class=\"");
            push_attribute(&mut self.texts, class);
            self.texts.push('"');
        }
        self.texts.push('>');
        push_text(&mut self.texts, text);
        self.texts.push_str("</text>");
    }

    /// The file, `height` units high.
    pub(super) fn finish(self, height: f64) -> String {
        let (width, height_shown) = (WIDTH * SCALE, height * SCALE);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\">\
             <g fill=\"none\" stroke=\"currentColor\">{}</g><g font-family=\"ui-monospace, monospace\" font-size=\"{SIZE}\">{}</g></svg>",
            number(WIDTH),
            number(height),
            width.round(),
            height_shown.round(),
            self.shapes,
            self.texts
        )
    }
}

/// The width of a chart: that of the column on a phone of 350 pixels, so that a unit is at least a pixel.
pub(super) const WIDTH: f64 = 340.0;
/// How much larger it is where there is space.
const SCALE: f64 = 1.2;
/// The size of the type.
pub(super) const SIZE: f64 = 14.0;
/// The width of a character. The fonts that the theme names differ by a hundredth.
const ADVANCE: f64 = 8.45;
/// The distance of two lines of text.
pub(super) const LEADING: f64 = 17.0;

/// The width of a text.
pub(super) fn width(text: &str) -> f64 {
    let columns: u32 = text.chars().map(|character| if is_wide(character) { 2 } else { 1 }).sum();
    f64::from(columns) * ADVANCE
}

/// Characters of Chinese, Japanese and Korean, and pictograms, take the space of two.
fn is_wide(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}')
}

/// The text in lines that are at most `most` wide, where it has spaces: in as few lines as possible, and those as short as possible.
pub(super) fn wrapped(text: &str, most: f64) -> Vec<String> {
    let mut best = filled(text, most);
    let mut narrower = most - ADVANCE;
    while best.len() > 1 && narrower > 0.0 {
        let lines = filled(text, narrower);
        if lines.len() > best.len() || lines.iter().any(|line| width(line) > most) {
            break;
        }
        best = lines;
        narrower -= ADVANCE;
    }
    best
}

/// The text in lines with as many words as fit.
fn filled(text: &str, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + width(" ") + width(word) <= most => line.extend([" ", word]),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_short() {
        for (length, text) in [(12.0, "12"), (0.04, "0"), (-0.04, "0"), (-0.5, "-.5"), (3.25, "3.3"), (-10.0, "-10")] {
            assert_eq!(number(length), text);
        }
    }

    #[test]
    fn a_path_is_relative_and_does_not_drift() {
        let mut path = Path::default();
        path.move_to(10.0, 20.0);
        for step in 1..=30 {
            path.line_to(10.0 + f64::from(step) / 3.0, 20.0);
        }
        path.line_to(20.0, 5.5);
        path.line_to(18.0, 6.0);
        path.line_to(17.0, 5.0);
        path.close();
        assert!(path.data().starts_with("M10 20h.3 .4 .3"), "{}", path.data());
        assert!(
            path.data().ends_with("v-14.5l-2 .5-1-.5z") || path.data().ends_with("v-14.5l-2 .5-1-1z"),
            "{}",
            path.data()
        );
    }

    #[test]
    fn texts_are_wrapped_at_spaces_and_escaped() {
        assert_eq!(wrapped("three words here", 90.0), ["three", "words here"]);
        assert_eq!(wrapped("one two", 90.0), ["one two"]);
        assert_eq!(wrapped("  ", 90.0), Vec::<String>::new());
        assert_eq!(wrapped("incomprehensibilities", 20.0), ["incomprehensibilities"]);
        let mut svg = Svg::default();
        svg.text((1.0, 2.0), Anchor::End, "soft", "a < b & \"c\"");
        assert!(
            svg.finish(10.0)
                .contains("<text x=\"1\" y=\"2\" text-anchor=\"end\" class=\"soft\">a &lt; b &amp; \"c\"</text>")
        );
    }
}
