//! The author's HTML: kept as written. Whatever the page's security policy blocks is an error. Links and images are resolved like those of Markdown.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::events::{SpannedEvent, end_of, replace};
use super::page::Page;
use super::{images, links, representation};
use crate::markup::{Attribute, Element, Html, push_attribute};
use crate::security_policy::is_blocked_attribute;
use crate::url::encode_reference;

/// Elements that a text must not contain, with the help.
const BLOCKED: [(&str, &str); 10] = [
    ("base", "write links from the root of the site: `/blog/…`"),
    ("embed", "link to what it shows"),
    ("frame", "link to what it shows"),
    ("h1", "begin with `<h2>`; the title is the page's only `<h1>`"),
    ("iframe", "link to what it shows"),
    ("link", "the theme contains the style sheets"),
    ("meta", "the page's head is made from the front matter"),
    ("object", "link to what it shows"),
    ("script", "describe it in words, or draw it"),
    ("style", "use a class, and style it in the theme"),
];

/// Checks all raw HTML. A block is read as a whole, since a tag may span several lines. Inline, `CommonMark` accepts complete tags only.
pub(super) fn check(events: &mut [SpannedEvent], page: &mut Page) {
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
        if let Some(html) = HtmlRun::read(&events[run.clone()]).check(page) {
            let is_inline = run.len() == 1;
            replace(&mut events[run.clone()], String::new());
            events[index].0 = if is_inline { Event::InlineHtml(html.into()) } else { Event::Html(html.into()) };
        }
        index = run.end;
    }
}

/// A run of raw HTML, joined from its lines, and their places in the file.
struct HtmlRun {
    html: String,
    /// The offset of each piece in `html` and in the file.
    pieces: Vec<(usize, usize)>,
}

impl HtmlRun {
    fn read(events: &[SpannedEvent]) -> Self {
        let mut run = Self { html: String::new(), pieces: Vec::new() };
        for (event, span) in events {
            if let Event::Html(html) | Event::InlineHtml(html) | Event::Text(html) = event {
                // Without carriage returns, which the tokeniser does not count.
                for (start, line) in html
                    .split('\r')
                    .scan(span.start, |at, line| Some((std::mem::replace(at, *at + line.len() + 1), line)))
                {
                    run.pieces.push((run.html.len(), start));
                    run.html.push_str(line);
                }
            }
        }
        run
    }

    /// The place in the file of a range of the HTML.
    fn place(&self, range: Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let piece = self.pieces.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
            let (start, in_file) = self.pieces[piece];
            in_file + offset - start
        };
        // The end follows the last byte, which may be in another piece than the byte after it.
        let start = at(range.start);
        start..if range.is_empty() { start } else { at(range.end - 1) + 1 }
    }

    /// Reports what is wrong. Returns the HTML with its links resolved, if that changes it.
    fn check(&self, page: &mut Page) -> Option<String> {
        let html = Html::parse(&self.html);
        if html.is_unfinished {
            self.report_unfinished(page);
        }
        let mut rewritten = Vec::new();
        html.elements.iter().for_each(|element| self.check_element(element, &mut rewritten, page));
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

    fn report_unfinished(&self, page: &mut Page) {
        let start = self.html.rfind('<').unwrap_or_default();
        page.report.push(
            page.error(self.place(start..start + 1), "raw HTML that ends within a tag or a comment")
                .label("begins here")
                .help("an empty line ends a block of HTML: remove the line, or close the tag before it"),
        );
    }

    fn check_element(&self, element: &Element, rewritten: &mut Vec<(Range<usize>, String)>, page: &mut Page) {
        let name = element.name.as_str();
        if let Some((_, help)) = BLOCKED.iter().find(|(blocked, _)| *blocked == name) {
            let place = self.place(element.start.start..element.start.start + 1 + name.len());
            page.report.push(page.error(place, format!("`<{name}>` in a text: {}", reason(name))).help(*help));
            return;
        }
        for attribute in &element.attributes {
            if let Some(value) = self.check_attribute(name, attribute, page) {
                let mut text = format!("{}=\"", attribute.name);
                push_attribute(&mut text, &value);
                rewritten.push((attribute.span.clone(), text + "\""));
            }
        }
    }

    /// The new value of an attribute that refers to a file or to a page of the site.
    fn check_attribute(&self, element: &str, attribute: &Attribute, page: &mut Page) -> Option<String> {
        let Attribute { name, value, span, value_span } = attribute;
        if is_blocked_attribute(name) {
            page.report_blocked(name, self.place(span.clone()));
            return None;
        }
        // An attribute without a value is pointed at as a whole.
        let place = self.place(if value_span.is_empty() { span.clone() } else { value_span.clone() });
        let target = match name.as_str() {
            "id" => {
                page.claim(value, place);
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
            // Not resolved, but checked.
            _ => {
                page.record_references(name, value, &place);
                return None;
            }
        };
        // A drawing in the text refers to its own parts by `#id`; such a reference stays.
        if !value.starts_with('#') || matches!(element, "a" | "area") {
            representation::note_attribute(&place, value, &target, page);
        }
        page.record(&target, place);
        Some(target).filter(|target| target != value)
    }
}

fn reason(name: &str) -> &'static str {
    match name {
        "h1" => "only the title of the page has it",
        "base" | "link" | "meta" => "it belongs in the head of the page",
        _ => "blocked by the page's security policy",
    }
}
