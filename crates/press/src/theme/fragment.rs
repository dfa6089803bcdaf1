//! `theme/head.html` and `theme/foot.html`: HTML of the author that every page contains. Whatever would change the page around it, or would be blocked by
//! the page's security policy, is an error.

use std::ops::Range;

use super::address::{Judge, Purpose};
use super::css;
use crate::diagnostic::{Diagnostic, utf8};
use crate::markup::{Attribute, Element, Html, is_void, push_attribute};
use crate::security_policy::is_blocked_attribute;
use crate::span::{Spanned, edited};
use crate::url::{urls_in, with_hrefs};

/// Where a fragment is in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At the end of the head.
    Head,
    /// At the end of the footer.
    Foot,
}

/// What a head may contain (HTML §4.2.1). With anything else, a browser takes it for the beginning of the body.
const IN_HEAD: [&str; 6] = ["link", "meta", "noscript", "script", "style", "template"];

/// What a fragment must not contain, with the help.
const NOWHERE: [(&str, &str); 10] = [
    ("base", "write paths from the root of the site: `/blog/…`"),
    ("body", "write only what it contains, in theme/foot.html"),
    ("embed", "link to what it shows"),
    ("frame", "link to what it shows"),
    ("h1", "begin with `<h2>`: the title is the page's only `<h1>`"),
    ("head", "write only what it contains, in theme/head.html"),
    ("html", "write only what it contains"),
    ("main", "use `<section>` or `<div>`: the page has its `<main>`"),
    ("object", "link to what it shows"),
    ("title", "each page has its own: it comes from the front matter, or from `title` in site.toml"),
];

/// The fragment in `file`, or nothing if it has a mistake, which is reported.
pub(super) fn read(place: Place, file: &[u8], judge: &mut Judge) -> String {
    let before = judge.report.errors();
    let Some(text) = utf8(judge.path, file, judge.report) else { return String::new() };
    let text = text.trim_start_matches('\u{feff}');
    let offset = file.len() - text.len();
    let html = Html::parse(text);
    let mut reader = Reader { place, text, offset, edits: Vec::new(), judge };
    reader.form(&html);
    for element in &html.elements {
        reader.element(element);
    }
    let mut edits = reader.edits;
    edits.sort_by_key(|(span, _)| span.start);
    if judge.report.errors() == before { edited(text, edits).trim().to_owned() } else { String::new() }
}

struct Reader<'r, 'j> {
    place: Place,
    text: &'r str,
    /// Where `text` begins in the file.
    offset: usize,
    /// Where `text` has routes, and their hrefs.
    edits: Vec<(Range<usize>, String)>,
    judge: &'r mut Judge<'j>,
}

impl Reader<'_, '_> {
    fn error(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let span = self.offset + span.start..self.offset + span.end;
        self.judge.report.push(Diagnostic::error(self.judge.path, span, message).help(help));
    }

    /// Each element is closed, and nothing else: otherwise the fragment would contain the rest of the page, or end what it is in.
    fn form(&mut self, html: &Html) {
        if html.is_unfinished {
            let comment = self.text.rfind("<!--").filter(|start| !self.text[*start..].contains("-->"));
            let start = comment.or_else(|| self.text.rfind('<')).unwrap_or_default();
            self.error(&(start..start + 1), "the file ends within a tag or a comment", "close it with `>` or `-->`");
        }
        let drawings: Vec<&Element> =
            html.elements.iter().filter(|element| matches!(element.name.as_str(), "svg" | "math")).collect();
        let is_drawn = |at: usize| drawings.iter().any(|drawing| (drawing.start.end..drawing.end.start).contains(&at));
        for Element { name, start, end, .. } in &html.elements {
            let closes_itself = self.text[start.clone()].ends_with("/>") && is_drawn(start.start);
            if end.is_empty() && !is_void(name) && !closes_itself {
                let help = format!("write `</{name}>` where it ends");
                self.error(&name_span(start, name), format!("`<{name}>` is not closed"), help);
            }
        }
        for (_, span) in &html.strays {
            let tag = self.text[span.clone()].to_owned();
            self.error(span, format!("`{tag}` closes nothing in this file"), "remove it, or write its start tag");
        }
        if let Some(span) = html.loose.first().filter(|_| self.place == Place::Head) {
            let text = self.text[span.clone()].trim();
            let start = span.end - self.text[span.clone()].trim_start().len();
            self.error(&(start..start + text.len()), "text in the head of the page", "move it to theme/foot.html");
        }
    }

    fn element(&mut self, element: &Element) {
        let name = element.name.as_str();
        let place = name_span(&element.start, name);
        if let Some((_, help)) = NOWHERE.iter().find(|(blocked, _)| *blocked == name) {
            self.error(&place, format!("`<{name}>` in {}", self.judge.path), *help);
            return;
        }
        match self.place {
            Place::Head if !IN_HEAD.contains(&name) => {
                let message = format!("`<{name}>` in the head of the page");
                self.error(&place, message, "move it to theme/foot.html");
                return;
            }
            Place::Foot if name == "meta" => {
                self.error(&place, "`<meta>` in the body of the page", "move it to theme/head.html");
                return;
            }
            _ if name == "link" && is_related(element, &["stylesheet"]) => {
                let message = "a file of styles is blocked by the page's security policy";
                self.error(&place, message, "copy its rules into theme/custom.css");
                return;
            }
            _ if name == "link" && is_related(element, &["prefetch"]) => {
                let message = "what is fetched in advance is blocked by the page's security policy";
                self.error(&place, message, "remove it");
                return;
            }
            _ => {}
        }
        if name == "style" {
            self.style(element);
        }
        for attribute in &element.attributes {
            self.attribute(element, attribute);
        }
    }

    fn style(&mut self, element: &Element) {
        let span = element.start.end..element.end.start.max(element.start.end);
        let sheet = css::read((self.judge.path, self.offset + span.start), &self.text[span], self.judge.report);
        sheet.judge(self.judge);
        let within = |(span, href): (Range<usize>, String)| (span.start - self.offset..span.end - self.offset, href);
        self.edits.extend(sheet.edits(self.judge.base_url).into_iter().map(within));
    }

    fn attribute(&mut self, element: &Element, Attribute { name, value, span, value_span }: &Attribute) {
        if is_blocked_attribute(name) {
            let help = match name.as_str() {
                "style" => "give the element a class, and style that in theme/custom.css",
                _ => "add the listener in a `<script>`",
            };
            self.error(span, format!("the attribute `{name}` is blocked by the page's security policy"), help);
            return;
        }
        for url in urls_in(name, value) {
            // The place of one of several addresses is that of all: between them are character references, perhaps.
            let span = self.offset + value_span.start..self.offset + value_span.end;
            let address = Spanned { value: value[url].trim().to_owned(), span };
            self.judge.address(&address, purpose(element, name));
        }
        if let Some(hrefs) = with_hrefs(name, value, self.judge.base_url) {
            let mut text = format!("{name}=\"");
            push_attribute(&mut text, &hrefs);
            self.edits.push((span.clone(), text + "\""));
        }
    }
}

/// The `<` and the name of a start tag.
fn name_span(start: &Range<usize>, name: &str) -> Range<usize> {
    start.start..start.start + 1 + name.len()
}

fn purpose(element: &Element, attribute: &str) -> Purpose {
    match (element.name.as_str(), attribute) {
        ("script", "src" | "href" | "xlink:href") => Purpose::Script,
        ("iframe", "src") => Purpose::Frame,
        ("form", "action") | (_, "formaction") => Purpose::Form,
        ("audio" | "video" | "track", "src") => Purpose::Own,
        ("link", "href") if is_related(element, &["icon", "apple-touch-icon"]) => Purpose::Picture,
        ("link", "href") if is_related(element, &["modulepreload"]) => Purpose::Script,
        ("link", "href") if is_related(element, &["manifest", "preload"]) => Purpose::Own,
        ("img" | "source" | "image" | "input", "src" | "href" | "xlink:href")
        | (_, "srcset" | "imagesrcset" | "poster") => Purpose::Picture,
        _ => Purpose::Link,
    }
}

/// Whether a `<link>` has one of these relations.
fn is_related(link: &Element, relations: &[&str]) -> bool {
    let relation = link.attribute("rel").unwrap_or_default().to_ascii_lowercase();
    relation.split_ascii_whitespace().any(|found| relations.contains(&found))
}
