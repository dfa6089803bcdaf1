//! The author's HTML: kept as written. Whatever the page's security policy blocks is an error. Links and images are resolved like those of Markdown.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::events::{SpannedEvent, end_of, replace};
use super::html_run::HtmlRun;
use super::images::Shows;
use super::page::Page;
use super::{images, links, representation};
use crate::markup::{Attribute, Element, Html, push_attribute};
use crate::security_policy::is_blocked_attribute;
use crate::span::edited;
use crate::url::{encode_reference, is_external, with_hrefs};

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

/// Checks all raw HTML, and returns what can be read of it. A block is read as a whole, since a tag may span several lines. Inline, `CommonMark` accepts
/// complete tags only.
pub(super) fn check(events: &mut [SpannedEvent], page: &mut Page) -> HtmlRun {
    let mut index = 0;
    let mut whole = HtmlRun::default();
    while index < events.len() {
        let run = match &events[index].0 {
            Event::Start(Tag::HtmlBlock) => index..end_of(events, index) + 1,
            Event::InlineHtml(_) => index..index + 1,
            _ => {
                index += 1;
                continue;
            }
        };
        let read = HtmlRun::read(&events[run.clone()]);
        let parsed = Html::parse(&read.html);
        if parsed.is_unfinished {
            read.report_unfinished(page);
        } else {
            whole.append(&read);
        }
        if let Some(html) = read.check(&parsed, page) {
            let is_inline = run.len() == 1;
            replace(&mut events[run.clone()], String::new());
            events[index].0 = if is_inline { Event::InlineHtml(html.into()) } else { Event::Html(html.into()) };
        }
        index = run.end;
    }
    whole
}

impl HtmlRun {
    /// Reports what is wrong. Returns the HTML with its links resolved, if that changes it.
    fn check(&self, html: &Html, page: &mut Page) -> Option<String> {
        let mut rewritten = Vec::new();
        html.elements.iter().for_each(|element| self.check_element(element, &mut rewritten, page));
        (!rewritten.is_empty()).then(|| edited(&self.html, rewritten))
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
        let is_allowed_frame = name == "iframe" && element.attribute("src").is_some_and(|url| page.allows_frame(url));
        if let Some((_, help)) = BLOCKED.iter().find(|(blocked, _)| *blocked == name && !is_allowed_frame) {
            let place = self.place(element.start.start..element.start.start + 1 + name.len());
            let help = if name == "iframe" { help_for_frame(element) } else { (*help).to_owned() };
            page.report.push(page.error(place, format!("`<{name}>` in a text: {}", reason(name))).help(help));
            return;
        }
        if name == "img" && element.attribute("alt").is_none() {
            let warning = page.warning(self.place(element.start.clone()), "an `<img>` without alternative text");
            page.report.push(
                warning
                    .label("who cannot see it does not learn what it shows")
                    .help("describe what it shows: `alt=\"…\"`; if it only decorates: `alt=\"\"`"),
            );
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
            // Its host is allowed.
            "src" if element == "iframe" => return None,
            "src" | "poster" => {
                let shows = if element == "img" && name == "src" { Shows::Picture } else { Shows::Other };
                let file = images::find(value, shows, &place, page);
                images::href(value, file.as_ref(), page)
            }
            // Not resolved, but checked.
            _ => {
                page.record_references(name, value, &place);
                let hrefs = with_hrefs(name, value, page.base_url())?;
                representation::note_value(place, &hrefs, page);
                return Some(hrefs);
            }
        };
        // A drawing in the text refers to its own parts by `#id`; such a reference stays.
        if !value.starts_with('#') || matches!(element, "a" | "area") {
            representation::note_attribute(&place, value, &target, page);
        }
        page.record(&target, place);
        Some(page.href(&target).into_owned()).filter(|href| href != value)
    }
}

/// What to write instead of a frame: a link, with a still of the film if it shows one.
fn help_for_frame(frame: &Element) -> String {
    let address = frame.attribute("src").unwrap_or_default();
    let embedded = address.split_once("/embed/").filter(|(site, _)| site.contains("youtube"));
    match embedded.map(|(_, film)| film.split(['?', '&']).next().unwrap_or_default()) {
        Some(film) => format!(
            "link to the film with a still: `[![what it shows](still.jpg)](https://www.youtube.com/watch?v={film})`"
        ),
        None if !is_external(address) => format!("link to what it shows: `[what it is]({address})`"),
        None => format!(
            "link to what it shows: `[what it is]({address})`, or name its host in site.toml, below `[policy]`: `frames = [\"…\"]`"
        ),
    }
}

fn reason(name: &str) -> &'static str {
    match name {
        "h1" => "only the title of the page has it",
        "base" | "link" | "meta" => "it belongs in the head of the page",
        _ => "blocked by the page's security policy",
    }
}
