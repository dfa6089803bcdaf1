//! A text of the theme: plain, with places for what it is about, with links, or in the forms that a number needs.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write as _};
use std::ops::Deref;

use maud::{Escaper, Markup, PreEscaped, Render, html};

/// A text, as a language file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text(String);

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Plain(&'a str),
    /// `{name}`.
    Place(&'a str),
    /// `[text](name)`.
    Link(&'a str, &'a str),
    /// `*text*`.
    Emphasis(&'a str),
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Render for Text {
    fn render_to(&self, buffer: &mut String) {
        Escaper::new(buffer).write_str(&self.0).expect("writing to a string cannot fail");
    }
}

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text with these values in its places, without markup.
    pub(crate) fn fill(&self, values: &[(&str, &dyn Display)]) -> String {
        let mut filled = String::with_capacity(self.0.len());
        for piece in pieces(&self.0) {
            match piece {
                Piece::Plain(text) | Piece::Link(text, _) | Piece::Emphasis(text) => filled.push_str(text),
                Piece::Place(name) => {
                    write!(filled, "{}", value(values, name)).expect("writing to a string cannot fail");
                }
            }
        }
        filled
    }

    /// The text as HTML, with this HTML in its places, and with links to these addresses.
    pub(crate) fn markup(&self, places: &[(&str, Markup)], links: &[(&str, Cow<str>)]) -> Markup {
        self.html(|name| value(places, name).clone(), links)
    }

    /// The text as HTML, with links to these addresses.
    pub(crate) fn linked(&self, links: &[(&str, Cow<str>)]) -> Markup {
        self.markup(&[], links)
    }

    /// The text as HTML, in which somebody else fills the places.
    pub(crate) fn template(&self, links: &[(&str, Cow<str>)]) -> String {
        self.html(|name| PreEscaped(format!("{{{name}}}")), links).into_string()
    }

    fn html(&self, place: impl Fn(&str) -> Markup, links: &[(&str, Cow<str>)]) -> Markup {
        html! {
            @for piece in pieces(&self.0) {
                @match piece {
                    Piece::Plain(text) => { (text) }
                    Piece::Place(name) => { (place(name)) }
                    Piece::Link(text, name) => { (link(text, value(links, name).as_ref())) }
                    Piece::Emphasis(text) => { i { (text) } }
                }
            }
        }
    }
}

/// A link. One whose text is the route that it leads to shows the address.
fn link(text: &str, href: &str) -> Markup {
    let is_route = text.starts_with('/') && href.ends_with(text);
    html! { a href=(href) { (if is_route { href } else { text }) } }
}

/// The value of a place. Language files are checked when they are read: a translation has the places of the English text.
fn value<'v, T>(values: &'v [(&str, T)], name: &str) -> &'v T {
    let found = values.iter().find(|(known, _)| *known == name);
    &found.expect("who shows a text fills the places that it has in English").1
}

/// What stands for something else in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// `{name}`.
    Place(&'a str),
    /// `[…](name)`.
    Link(&'a str),
}

impl<'a> Named<'a> {
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Place(name) | Self::Link(name) => name,
        }
    }
}

impl Display for Named<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(name) => write!(formatter, "{{{name}}}"),
            Self::Link(name) => write!(formatter, "[…]({name})"),
        }
    }
}

/// The places and links of a text, in its order.
pub(super) fn named(text: &str) -> Vec<Named<'_>> {
    let named = pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Place(name) => Some(Named::Place(name)),
        Piece::Link(_, name) => Some(Named::Link(name)),
        Piece::Plain(_) | Piece::Emphasis(_) => None,
    });
    named.collect()
}

/// The parts of a text. A bracket that begins nothing is itself.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut plain, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['{', '[', '*']) {
        at += found;
        let Some((piece, length)) = piece(&text[at..]) else {
            at += 1;
            continue;
        };
        if plain < at {
            pieces.push(Piece::Plain(&text[plain..at]));
        }
        pieces.push(piece);
        at += length;
        plain = at;
    }
    if plain < text.len() {
        pieces.push(Piece::Plain(&text[plain..]));
    }
    pieces
}

/// The part that is not plain and begins at the start of `text`, and its length.
fn piece(text: &str) -> Option<(Piece<'_>, usize)> {
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if let Some(rest) = text.strip_prefix('{') {
        let name = rest.split_once('}').map(|(name, _)| name).filter(is_name)?;
        return Some((Piece::Place(name), name.len() + 2));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (label, rest) = rest.split_once("](")?;
        let name = rest.split_once(')').map(|(name, _)| name).filter(is_name)?;
        return Some((Piece::Link(label, name), label.len() + name.len() + "[]()".len()));
    }
    let emphasised = text[1..].split_once('*').map(|(emphasised, _)| emphasised).filter(|text| !text.is_empty())?;
    Some((Piece::Emphasis(emphasised), emphasised.len() + 2))
}

/// A text with a number, in the forms that the language has for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plural {
    pub(super) zero: Option<Text>,
    pub(super) one: Text,
    pub(super) other: Text,
}

impl Plural {
    /// The form for `number`.
    pub(crate) fn of(&self, number: usize) -> &Text {
        match number {
            0 => self.zero.as_ref().unwrap_or(&self.other),
            1 => &self.one,
            _ => &self.other,
        }
    }

    /// The form for `number`, which is the value of its place `count`.
    pub(crate) fn count(&self, number: usize) -> String {
        self.of(number).fill(&[("count", &number)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_consists_of_places_links_emphasis_and_the_rest() {
        use Piece::{Emphasis, Link, Place, Plain};
        for (text, expected) in [
            ("", vec![]),
            ("a", vec![Plain("a")]),
            ("{a} b {c_d}", vec![Place("a"), Plain(" b "), Place("c_d")]),
            ("a [b {c}](d).", vec![Plain("a "), Link("b {c}", "d"), Plain(".")]),
            ("*é*, *b*", vec![Emphasis("é"), Plain(", "), Emphasis("b")]),
            ("{} {A} [a] [a](B) * **", vec![Plain("{} {A} [a] [a](B) "), Emphasis(" "), Plain("*")]),
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_is_filled_plain_or_as_escaped_html() {
        let text = Text::new("{a} & [b](c)");
        assert_eq!(text.fill(&[("a", &1)]), "1 & b");
        let html = text.markup(&[("a", html! { b { "<" } })], &[("c", "/d".into())]).into_string();
        assert_eq!(html, "<b>&lt;</b> &amp; <a href=\"/d\">b</a>");
        assert_eq!(text.template(&[("c", "/d".into())]), "{a} &amp; <a href=\"/d\">b</a>");
    }

    #[test]
    fn a_number_chooses_its_form() {
        let mut plural = Plural { zero: None, one: Text::new("a post"), other: Text::new("{count} posts") };
        assert_eq!([0, 1, 2].map(|number| plural.count(number)), ["0 posts", "a post", "2 posts"]);
        plural.zero = Some(Text::new("no post"));
        assert_eq!(plural.count(0), "no post");
    }
}
