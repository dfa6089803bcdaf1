//! Dollar signs that are prices or shell variables. The parser takes `US$5, not CA$7` and `$HOME/x:$HOME/y` for formulas; here a letter or digit next to
//! a sign says that it neither begins nor ends one. Letters of scripts without spaces between words do not count: 设$x$为.
//!
//! A formula is undone by parsing the text again, with another character in place of the sign that begins it: what is within may be emphasis, code or
//! the begin of another formula.

use pulldown_cmark::{CowStr, Event, Parser, Tag};

use crate::dialect::DIALECT;

/// What follows a formula without a space: "the $n$th".
const ORDINALS: [&str; 4] = ["th", "st", "nd", "rd"];

/// A text with other characters in place of the dollar signs that begin no formula. Each is one byte as well, so that all places stay the same.
pub(super) struct Hidden {
    pub(super) text: String,
    /// A character that is not in the text.
    stand_in: char,
}

/// Hides the dollar signs of `text` that begin no formula, but are taken for that. `None` if there are none.
pub(super) fn hide(text: &str) -> Option<Hidden> {
    let mut wrong = wrong_openings(text);
    if wrong.is_empty() {
        return None;
    }
    let stand_in = ('\u{1}'..='\u{8}').find(|stand_in| !text.contains(*stand_in))?;
    let mut hidden = Hidden { text: text.to_owned(), stand_in };
    while !wrong.is_empty() {
        for at in wrong {
            hidden.text.replace_range(at..=at, stand_in.encode_utf8(&mut [0]));
        }
        wrong = wrong_openings(&hidden.text);
    }
    Some(hidden)
}

/// The offsets at which the parser begins a formula that is none.
fn wrong_openings(text: &str) -> Vec<usize> {
    if !text.contains('$') {
        return Vec::new();
    }
    let events = Parser::new_ext(text, DIALECT).into_offset_iter();
    let formulas = events.filter_map(|(event, span)| match event {
        Event::InlineMath(latex) => Some((latex, span)),
        _ => None,
    });
    let wrong = formulas.filter(|(latex, span)| !is_formula(latex, &text[..span.start], &text[span.end..]));
    wrong.map(|(_, span)| span.start).collect()
}

/// Whether `latex` can be a formula between `before` and `after`.
fn is_formula(latex: &str, before: &str, after: &str) -> bool {
    let is_letter_or_digit =
        |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphanumeric());
    let word = &after[..after.find(|character: char| !character.is_alphanumeric()).unwrap_or(after.len())];
    let begins = !is_letter_or_digit(before.chars().next_back());
    let ends = !is_letter_or_digit(after.chars().next()) || ORDINALS.contains(&word);
    begins && ends || has_command(latex)
}

/// Whether a text contains a command of LaTeX: "10 $\mu$s". One letter after a backslash is rather `\n` in a program.
pub(super) fn has_command(text: &str) -> bool {
    text.as_bytes().windows(3).any(|part| part[0] == b'\\' && part[1..].iter().all(u8::is_ascii_alphabetic))
}

impl Hidden {
    /// An event of the hidden text, with its dollar signs.
    pub(super) fn restore(&self, event: Event) -> Event<'static> {
        match event {
            Event::Text(text) => Event::Text(self.with_dollars(&text)),
            Event::Code(code) => Event::Code(self.with_dollars(&code)),
            Event::InlineMath(latex) => Event::InlineMath(self.with_dollars(&latex)),
            Event::DisplayMath(latex) => Event::DisplayMath(self.with_dollars(&latex)),
            Event::Html(html) => Event::Html(self.with_dollars(&html)),
            Event::InlineHtml(html) => Event::InlineHtml(self.with_dollars(&html)),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let [dest_url, title, id] = [dest_url, title, id].map(|part| self.with_dollars(&part));
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let [dest_url, title, id] = [dest_url, title, id].map(|part| self.with_dollars(&part));
                Event::Start(Tag::Image { link_type, dest_url, title, id })
            }
            event => event.into_static(),
        }
    }

    /// A part of the hidden text, with its dollar signs.
    pub(super) fn with_dollars(&self, part: &str) -> CowStr<'static> {
        part.replace(self.stand_in, "$").into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;
    use crate::diagnostic::Report;
    use crate::source::Body;

    /// The formulas of a text.
    fn formulas(text: &str) -> Vec<String> {
        let body = Body { path: "posts/a.md".to_owned(), file: text.into(), range: 0..text.len() };
        let (events, _) = parse(&body, &mut Report::default());
        let formula = |event: &Event| match event {
            Event::InlineMath(latex) | Event::DisplayMath(latex) => Some(latex.to_string()),
            _ => None,
        };
        events.iter().filter_map(|(event, _)| formula(event)).collect()
    }

    #[test]
    fn prices_and_variables_are_text_and_formulas_are_not() {
        for (text, expected) in [
            ("US$5, not CA$7", &[][..]),
            ("$HOME/x:$HOME/y", &[]),
            ("between $10-$20", &[]),
            ("between $10-$20, or $x$", &["x"]),
            ("($5)/($6) and [a $7/$8](https://example.org)", &[]),
            ("US$1 US$2,US$3,US$4,US$5,$x$", &["x"]),
            ("**$5**-**$10**", &[]),
            ("$x$, ($y$), **$z$**, $\\alpha$-decay", &["x", "y", "z", "\\alpha"]),
            ("the $n$th, the $k$-th, not $n$thing", &["n", "k"]),
            ("设$x$为$y$。", &["x", "y"]),
            ("$$a$$b $$", &["a"]),
            ("| US$5, CA$7 | $x$ |\n|-|-|", &["x"]),
            ("## $5/a$6", &[]),
            ("10$\\mu$s, $\\sim$6000, \"$a\\n$b\"", &["\\mu", "\\sim"]),
        ] {
            assert_eq!(formulas(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_between_two_prices_is_parsed_as_without_them() {
        let text = "US$5 *a*\n`b` <i>c</i> [d](e$f \"g$h\"), CA$7 &amp; $H/$I\n";
        let body = Body { path: "posts/a.md".to_owned(), file: text.into(), range: 0..text.len() };
        let (events, destinations) = parse(&body, &mut Report::default());
        let escaped = text.replace('$', "\\$");
        let html = |events: Vec<Event>| {
            let mut html = String::new();
            pulldown_cmark::html::push_html(&mut html, events.into_iter());
            html
        };
        let found = html(events.into_iter().map(|(event, _)| event).collect());
        assert_eq!(found, html(Parser::new_ext(&escaped, DIALECT).collect()));
        let destinations: Vec<_> = destinations.into_values().map(|place| &text[place]).collect();
        assert_eq!(destinations, ["e$f"]);
    }
}
