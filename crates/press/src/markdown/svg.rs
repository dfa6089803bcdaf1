//! SVG in the page: editor data is removed, ids get a prefix, and whatever the page's security policy blocks is reported at its place in the SVG file.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesStart, Event};

use crate::diagnostic::{Diagnostic, Report};
use crate::markup::{push_attribute, push_text, xml};
use crate::security_policy::is_blocked_attribute;

/// A drawing as part of a page.
#[derive(Debug)]
pub(super) struct Inlined {
    pub(super) html: String,
    /// Its ids, which become ids of the page.
    pub(super) ids: BTreeSet<String>,
}

/// The SVG `text` of the file `path` for a page, with `prefix` before its ids and `alt` as its description. `None` if it cannot be part of a page, which is
/// reported.
pub(super) fn inline(text: &str, path: &str, prefix: &str, alt: &str, report: &mut Report) -> Option<Inlined> {
    let mut inliner = Inliner { text, path, prefix, alt, ..Inliner::default() };
    let mut reader = Reader::from_str(text);
    loop {
        let start = to_offset(reader.buffer_position());
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => inliner.take(event, start..to_offset(reader.buffer_position())),
            Err(error) => {
                let at = to_offset(reader.error_position()).min(text.len());
                inliner
                    .error(at..at, format!("malformed SVG: {error}"))
                    .push("an SVG file is XML: close every element, and quote every attribute".to_owned());
                break;
            }
        }
    }
    inliner.finish(report)
}

/// The drawing `html` of a page, whose size is `natural`, in another size.
pub(super) fn resized(html: &str, natural: (u64, u64), (width, height): (u64, u64)) -> String {
    let mut is_quoted = false;
    let ends_tag = |byte: u8| {
        is_quoted ^= byte == b'"';
        byte == b'>' && !is_quoted
    };
    let (tag, rest) = html.split_at(html.bytes().position(ends_tag).unwrap_or(html.len()));
    let mut tag = tag.to_owned();
    for name in [" width=\"", " height=\""] {
        if let Some(start) = tag.find(name) {
            let end = tag[start + name.len()..].find('"').map_or(tag.len(), |length| start + name.len() + length + 1);
            tag.replace_range(start..end, "");
        }
    }
    if !tag.contains(" viewBox=\"") {
        write!(tag, " viewBox=\"0 0 {} {}\"", natural.0, natural.1).expect("writing to a string cannot fail");
    }
    format!("{tag} width=\"{width}\" height=\"{height}\"{rest}")
}

/// Width and height of the SVG `text` in pixels: its attributes, or else those of its view box.
pub(super) fn dimensions(text: &str) -> Option<(usize, usize)> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(root) | Event::Empty(root) => return dimensions_of(&root),
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn dimensions_of(root: &BytesStart) -> Option<(usize, usize)> {
    let value = |name| root.try_get_attribute(name).ok().flatten().map(|attribute| attribute.value);
    let pixels = |text: &str| text.trim().trim_end_matches("px").parse().ok().filter(|size: &f64| *size > 0.0);
    let stated = |name| value(name).and_then(|text| pixels(&text));
    let view_box = value("viewBox").and_then(|text| {
        let numbers: Vec<f64> = text.split([' ', ',', '\n', '\t']).filter_map(|part| part.parse().ok()).collect();
        <[f64; 4]>::try_from(numbers).ok().filter(|[_, _, width, height]| *width > 0.0 && *height > 0.0)
    });
    let (width, height) = match (stated("width"), stated("height"), view_box) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some([_, _, w, h])) => (width, width * h / w),
        (None, Some(height), Some([_, _, w, h])) => (height * w / h, height),
        (None, None, Some([_, _, w, h])) => (w, h),
        _ => return None,
    };
    Some((whole(width), whole(height)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a size is positive, and one larger than any screen may saturate"
)]
fn whole(size: f64) -> usize {
    size.round().max(1.0) as usize
}

/// Whether a path names an SVG file.
pub(super) fn is_svg(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("svg"))
}

/// An offset in the text. The reader counts in `u64`, but the text is in memory.
fn to_offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// Elements that a drawing in a page must not contain, with the help.
const BLOCKED: [(&str, &str); 3] = [
    ("script", "draw what the script would draw"),
    ("style", "write the properties as attributes (`fill=\"…\"`), or use the theme's classes"),
    ("foreignObject", "use `<text>`"),
];

/// How many characters of a reference a message shows: a `data:` URL may have millions.
const SHOWN: usize = 60;

/// Elements whose white space is shown or spoken.
const TEXT: [&str; 5] = ["desc", "text", "textPath", "title", "tspan"];

#[derive(Default)]
struct Inliner<'s> {
    text: &'s str,
    path: &'s str,
    prefix: &'s str,
    alt: &'s str,
    html: String,
    /// How many elements are open.
    depth: usize,
    /// How many open elements hold text.
    in_text: usize,
    /// The depth of the element that is left out with its content.
    skipped: Option<usize>,
    has_root: bool,
    ids: BTreeSet<String>,
    references: Vec<(String, Range<usize>)>,
    errors: Vec<Diagnostic>,
}

impl Inliner<'_> {
    /// Adds an error, and returns its lines of help.
    fn error(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Vec<String> {
        self.errors.push(Diagnostic::error(self.path, span, message));
        let last = self.errors.len() - 1;
        &mut self.errors[last].help
    }

    fn take(&mut self, event: Event, span: Range<usize>) {
        match event {
            Event::Start(element) => {
                self.depth += 1;
                self.open(&element, span, ">");
            }
            Event::Empty(element) => {
                self.depth += 1;
                self.open(&element, span, "/>");
                self.close_one(element.name().0);
            }
            Event::End(element) => {
                if self.skipped.is_none() {
                    write!(self.html, "</{}>", element.name().0).expect("writing to a string cannot fail");
                }
                self.close_one(element.name().0);
            }
            _ if self.skipped.is_some() => {}
            Event::Text(text) if self.in_text > 0 || !text.trim().is_empty() => self.html.push_str(&text),
            Event::CData(text) => push_text(&mut self.html, &text),
            Event::GeneralRef(entity) => self.refer(&entity, span),
            // White space between elements, comments, the prolog: nothing visible.
            _ => {}
        }
    }

    fn close_one(&mut self, name: &str) {
        if self.skipped.is_none() && TEXT.contains(&name) {
            self.in_text -= 1;
        }
        if self.skipped == Some(self.depth) {
            self.skipped = None;
        }
        self.depth -= 1;
    }

    fn refer(&mut self, entity: &str, span: Range<usize>) {
        if matches!(entity, "amp" | "lt" | "gt" | "quot" | "apos") || entity.starts_with('#') {
            write!(self.html, "&{entity};").expect("writing to a string cannot fail");
        } else {
            self.error(span, format!("unknown entity `&{entity};`")).push("write the character itself".to_owned());
        }
    }

    fn open(&mut self, element: &BytesStart, span: Range<usize>, end: &str) {
        let name = element.name().0;
        if self.depth == 1 && !self.open_root(name, &span) || self.skipped.is_some() {
            return;
        }
        if name == "metadata" || name.contains(':') {
            self.skipped = Some(self.depth);
            return;
        }
        if let Some((_, help)) = BLOCKED.iter().find(|(blocked, _)| *blocked == name) {
            let place = span.start..span.start + name.len() + 1;
            self.error(place, format!("`<{name}>` in a drawing is blocked by the page's security policy"))
                .push((*help).to_owned());
        }
        self.in_text += usize::from(TEXT.contains(&name));
        write!(self.html, "<{name}").expect("writing to a string cannot fail");
        if self.depth == 1 {
            self.describe_root(element);
        }
        for attribute in element.attributes() {
            match attribute {
                Ok(attribute) => self.push(&attribute, &span),
                Err(error) => {
                    let at = (span.start + 1 + position_of(&error)).min(span.end);
                    self.error(at..at, format!("malformed SVG: {error}"));
                    break;
                }
            }
        }
        self.html.push_str(end);
    }

    /// Whether the root element is valid: the first one, and `<svg>`.
    fn open_root(&mut self, name: &str, span: &Range<usize>) -> bool {
        let is_root = name == "svg" && !self.has_root;
        if !is_root {
            self.error(span.start..span.start + name.len() + 1, format!("found `<{name}>`, expected only one `<svg>`"));
            self.skipped = Some(self.depth);
        }
        self.has_root = true;
        is_root
    }

    /// Adds the description and the size to the root element, so that the page does not move while it loads.
    fn describe_root(&mut self, root: &BytesStart) {
        if self.alt.trim().is_empty() {
            self.html.push_str(" aria-hidden=\"true\"");
        } else {
            self.html.push_str(" role=\"img\" aria-label=\"");
            push_attribute(&mut self.html, self.alt);
            self.html.push('"');
        }
        let has = |name| matches!(root.try_get_attribute(name), Ok(Some(_)));
        if let (false, false, Some((width, height))) = (has("width"), has("height"), dimensions_of(root)) {
            write!(self.html, " width=\"{width}\" height=\"{height}\"").expect("writing to a string cannot fail");
        }
    }

    fn push(&mut self, attribute: &Attribute, tag: &Range<usize>) {
        let key = attribute.key.0;
        let name = if key == "xlink:href" { "href" } else { key };
        let is_of_root =
            self.depth == 1 && matches!(name, "role" | "aria-label" | "aria-hidden" | "version" | "baseProfile");
        let is_foreign = name.starts_with("xmlns") || (name.contains(':') && !name.starts_with("xml:"));
        if is_of_root || is_foreign {
            return;
        }
        let place = xml::attribute_span(self.text, tag, key);
        if is_blocked_attribute(name) {
            let help = if name == "style" { BLOCKED[1].1 } else { "remove it: the site needs no script" };
            self.error(place, format!("the attribute `{name}` is blocked by the page's security policy"))
                .push(help.to_owned());
            return;
        }
        let value = match name {
            "id" => {
                let id = format!("{}{}", self.prefix, attribute.value);
                if !self.ids.insert(id.clone()) {
                    self.error(place, format!("the id \"{}\" is taken", attribute.value));
                }
                Cow::Owned(id)
            }
            // The page's security policy allows it, and it needs no other file.
            "href" if attribute.value.trim_start().starts_with("data:image/") => Cow::Borrowed(&*attribute.value),
            "href" => Cow::Owned(self.renamed(&attribute.value, &place)),
            "aria-labelledby" | "aria-describedby" => {
                let ids =
                    attribute.value.split_whitespace().map(|id| self.renamed(&format!("#{id}"), &place).split_off(1));
                Cow::Owned(ids.collect::<Vec<_>>().join(" "))
            }
            _ => self.with_renamed_urls(&attribute.value, &place),
        };
        write!(self.html, " {name}=\"{}\"", value.replace('"', "&quot;")).expect("writing to a string cannot fail");
    }

    /// A reference with the prefix before its id. It must refer to an element of this drawing.
    fn renamed(&mut self, reference: &str, place: &Range<usize>) -> String {
        let Some(id) = reference.trim().strip_prefix('#') else {
            let shown: String = reference.chars().take(SHOWN).collect();
            let more = if shown.len() < reference.len() { "…" } else { "" };
            self.error(place.clone(), format!("`{shown}{more}` is outside this drawing"))
                .push("refer to elements of this drawing only (`#id`), and put links into the text".to_owned());
            return reference.to_owned();
        };
        let id = format!("{}{id}", self.prefix);
        self.references.push((id.clone(), place.clone()));
        format!("#{id}")
    }

    /// The value with the prefix in each `url(#id)`.
    fn with_renamed_urls<'v>(&mut self, value: &'v str, place: &Range<usize>) -> Cow<'v, str> {
        if !value.contains("url(") {
            return Cow::Borrowed(value);
        }
        let mut renamed = String::new();
        let mut rest = value;
        while let Some(index) = rest.find("url(") {
            let (before, url) = rest.split_at(index + "url(".len());
            let (url, after) = url.split_at(url.find(')').unwrap_or(url.len()));
            renamed.push_str(before);
            renamed.push_str(&self.renamed(url.trim().trim_matches(['"', '\'']), place));
            rest = after;
        }
        renamed.push_str(rest);
        Cow::Owned(renamed)
    }

    fn finish(mut self, report: &mut Report) -> Option<Inlined> {
        if self.errors.is_empty() && (self.depth > 0 || !self.has_root) {
            let end = self.text.len();
            let message = if self.has_root {
                "malformed SVG: the file ends before its elements do"
            } else {
                "no `<svg>` in this file"
            };
            self.error(end..end, message);
        }
        for (id, place) in std::mem::take(&mut self.references) {
            if !self.ids.contains(&id) {
                self.error(place, format!("no element of this drawing has the id \"{}\"", &id[self.prefix.len()..]));
            }
        }
        let is_sound = self.errors.is_empty();
        self.errors.into_iter().for_each(|error| report.push(error));
        is_sound.then_some(Inlined { html: self.html, ids: self.ids })
    }
}

/// The offset in a tag at which its attributes are malformed.
fn position_of(error: &AttrError) -> usize {
    use AttrError::{Duplicated, ExpectedEq, ExpectedQuote, ExpectedValue, UnquotedValue};
    let (ExpectedEq(at) | ExpectedValue(at) | UnquotedValue(at) | ExpectedQuote(at, _) | Duplicated(at, _)) = error;
    *at
}
