//! The author's own HTML: kept as it is, but for what the page's security policy would block, which is an error. Its links and images go the way of
//! all links and images.

use std::ops::Range;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Error, Span, StartTag, Token, Tokenizer};
use pulldown_cmark::{Event, Tag};

use super::{Page, Spanned, end_of, images, links, push_attribute, replace, representation};
use crate::security_policy::is_blocked_attribute;
use crate::url::encode_reference;

/// Elements that a text must not hold, with the cure.
const BLOCKED: [(&str, &str); 10] = [
    ("base", "links are seen from the root of the site: `/blog/…`"),
    ("embed", "link to what it shows"),
    ("frame", "link to what it shows"),
    ("h1", "begin with `<h2>`; the title is the page's only `<h1>`"),
    ("iframe", "link to what it shows"),
    ("link", "the theme brings the style sheets"),
    ("meta", "the page's head is made from the front matter"),
    ("object", "link to what it shows"),
    ("script", "the site needs no script; say it in words, or draw it"),
    ("style", "use a class, and style it in the theme"),
];

/// Checks all raw HTML. A block of it is read as a whole, since a tag may go over several lines; inline, `CommonMark` only takes whole tags.
pub(super) fn check(events: &mut [Spanned], page: &mut Page) {
    let mut index = 0;
    while index < events.len() {
        let run = match &events[index].0 {
            Event::Start(Tag::HtmlBlock) => index..end_of(events, index) + 1,
            Event::InlineHtml(_) => index..index + 1,
            _ => {
                index += 1;
                continue;
            }
        };
        if let Some(html) = Source::read(&events[run.clone()]).check(page) {
            let is_inline = run.len() == 1;
            replace(&mut events[run.clone()], String::new());
            events[index].0 = if is_inline { Event::InlineHtml(html.into()) } else { Event::Html(html.into()) };
        }
        index = run.end;
    }
}

/// A run of raw HTML, put together from its lines, and where each of these stands in the file.
struct Source {
    html: String,
    /// Where in `html`, and where in the file, each piece begins.
    pieces: Vec<(usize, usize)>,
}

impl Source {
    fn read(events: &[Spanned]) -> Self {
        let mut source = Self { html: String::new(), pieces: Vec::new() };
        for (event, span) in events {
            if let Event::Html(html) | Event::InlineHtml(html) | Event::Text(html) = event {
                // Without carriage returns, which the tokenizer drops before it counts.
                for (start, line) in html
                    .split('\r')
                    .scan(span.start, |at, line| Some((std::mem::replace(at, *at + line.len() + 1), line)))
                {
                    source.pieces.push((source.html.len(), start));
                    source.html.push_str(line);
                }
            }
        }
        source
    }

    /// Where in the file a range of the HTML stands.
    fn place(&self, range: Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let piece = self.pieces.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
            let (start, in_file) = self.pieces[piece];
            in_file + offset - start
        };
        // The end is behind the last byte, which may stand in another piece than the byte that follows it.
        let start = at(range.start);
        start..if range.is_empty() { start } else { at(range.end - 1) + 1 }
    }

    /// Reports what is wrong; the HTML with its links resolved, if that changes it.
    fn check(&self, page: &mut Page) -> Option<String> {
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        emitter.naively_switch_states(true);
        let mut rewritten = Vec::new();
        for token in Tokenizer::new_with_emitter(self.html.as_str(), emitter) {
            match token {
                Ok(Token::StartTag(tag)) => self.check_tag(&tag, &mut rewritten, page),
                Ok(Token::Error(error)) if matches!(error.value, Error::EofInTag | Error::EofInComment) => {
                    self.report_open_end(page);
                }
                Ok(_) => {}
                Err(never) => match never {},
            }
        }
        rewritten.sort_by_key(|(range, _): &(Range<usize>, String)| range.start);
        (!rewritten.is_empty()).then(|| self.with(&rewritten))
    }

    fn with(&self, rewritten: &[(Range<usize>, String)]) -> String {
        let mut html = String::with_capacity(self.html.len());
        let mut end = 0;
        for (range, text) in rewritten {
            html.push_str(&self.html[end..range.start]);
            html.push_str(text);
            end = range.end;
        }
        html + &self.html[end..]
    }

    fn report_open_end(&self, page: &mut Page) {
        let start = self.html.rfind('<').unwrap_or_default();
        let error = page.error(self.place(start..start + 1), "raw HTML that ends within a tag or a comment");
        page.report.push(
            error
                .label("begins here")
                .help("an empty line ends a block of HTML: leave it out, or close the tag before it"),
        );
    }

    fn check_tag(&self, tag: &StartTag<usize>, rewritten: &mut Vec<(Range<usize>, String)>, page: &mut Page) {
        let name = String::from_utf8_lossy(&tag.name);
        if let Some((_, cure)) = BLOCKED.iter().find(|(blocked, _)| *blocked == name) {
            let place = self.place(tag.span.start..tag.span.start + 1 + name.len());
            let error = page.error(place, format!("`<{name}>` in a text: {}", reason(&name)));
            page.report.push(error.help(*cure));
            return;
        }
        for (attribute, value) in &tag.attributes {
            let attribute = Attribute {
                element: &name,
                name: &String::from_utf8_lossy(attribute),
                value: &String::from_utf8_lossy(value),
                range: attribute_range(&self.html, value.span),
            };
            if let Some(value) = self.check_attribute(&attribute, page) {
                let mut text = format!("{}=\"", attribute.name);
                push_attribute(&mut text, &value);
                rewritten.push((attribute.range, text + "\""));
            }
        }
    }

    /// The new value of an attribute that leads to a file or to a page of the site.
    fn check_attribute(&self, attribute: &Attribute, page: &mut Page) -> Option<String> {
        let Attribute { element, name, value, range } = attribute;
        if is_blocked_attribute(name) {
            let error = page.error(
                self.place(range.clone()),
                format!("the attribute `{name}` is blocked by the page's security policy"),
            );
            let cure = if *name == "style" {
                "use a class, and style it in the theme"
            } else {
                "the site needs no script: take it away"
            };
            page.report.push(error.help(cure));
            return None;
        }
        let place = self.place(value_range(&self.html, range));
        let target = match *name {
            "id" if !page.ids.claim(value) => {
                let error = page.error(place, format!("the id \"{value}\" is taken"));
                page.report.push(error.label("a second element of the page with this id"));
                return None;
            }
            "href" => {
                let target = links::resolve_destination(value, &place, page);
                encode_reference(target.as_deref().unwrap_or(value)).into_owned()
            }
            "src" | "poster" => {
                let file = images::find(value, &place, page);
                images::href(value, file.as_ref(), page)
            }
            _ => return None,
        };
        // A drawing in the text refers to its own parts by `#id`, and keeps them.
        if !value.starts_with('#') || matches!(*element, "a" | "area") {
            representation::note_attribute(&place, value, &target, page);
        }
        links::record(&target, place, page);
        Some(target).filter(|target| target != value)
    }
}

/// An attribute of a start tag.
struct Attribute<'a> {
    element: &'a str,
    name: &'a str,
    value: &'a str,
    /// From its name to the end of its value.
    range: Range<usize>,
}

fn reason(name: &str) -> &'static str {
    match name {
        "h1" => "the title is the page's only one",
        "base" | "link" | "meta" => "it belongs into the page's head",
        _ => "blocked by the page's security policy",
    }
}

/// An attribute from its name to the end of its value, quotes included. The tokenizer's own span goes one byte too far where there are no quotes.
fn attribute_range(html: &str, span: Span<usize>) -> Range<usize> {
    let source = &html[span.start..span.end];
    let Some(equals) = source.find('=') else { return span.start..span.end };
    let value = source[equals + 1..].trim_start();
    let length = match value.as_bytes().first() {
        Some(b'"' | b'\'') => value.len(),
        _ => value.find(|character: char| character.is_whitespace() || character == '>').unwrap_or(value.len()),
    };
    span.start..span.end - value.len() + length
}

/// The value in the range of an attribute, without its quotes.
fn value_range(html: &str, attribute: &Range<usize>) -> Range<usize> {
    let source = &html[attribute.clone()];
    let value = source.find('=').map_or("", |equals| source[equals + 1..].trim_start());
    let bare = value.trim_start_matches(['"', '\'']);
    let start = attribute.end - bare.len();
    start..start + bare.trim_end_matches(['"', '\'']).len()
}
