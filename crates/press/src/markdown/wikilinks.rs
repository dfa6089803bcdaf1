//! Links as in Obsidian: `[[NAME]]`, `[[NAME#heading]]`, `[[NAME|text]]`, and pictures, `![[FILE]]`, `![[FILE|text|300]]`. Each becomes an ordinary link or image
//! with a destination relative to the text, which the following passes resolve; the site's Markdown has it in that form.
//!
//! The parser can read such links too, but it would take `[[1]](url)` for one, whose text is `[1]` everywhere else. Here brackets that mean something in
//! `CommonMark` keep it: only those that are left as text are looked at.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use super::events::SpannedEvent;
use super::page::Page;
use crate::model::{Meant, Named};
use crate::url::{encode_path, join, relative};

/// Makes links and images of all names in double brackets. Reports those that mean nothing, which stay as they are written.
pub(super) fn find<'a>(events: Vec<SpannedEvent<'a>>, page: &mut Page) -> Vec<SpannedEvent<'a>> {
    if !page.body.text().contains("[[") {
        return events;
    }
    let mut found = Vec::with_capacity(events.len());
    // Within links, images and code, brackets are text.
    let mut closed = 0;
    let mut index = 0;
    while let Some(event) = events.get(index) {
        match &event.0 {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => closed += 1,
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => closed -= 1,
            Event::Text(_) if closed == 0 => {
                if let Some(brackets) = Brackets::at(&events, index, &page.body.file)
                    && let Some(element) = brackets.element(page)
                {
                    found.extend(element);
                    index = brackets.end;
                    continue;
                }
            }
            _ => {}
        }
        found.push(event.clone());
        index += 1;
    }
    found
}

/// `[[NAME|text]]` or `![[FILE|text]]` among the events of a text.
struct Brackets<'p, 'a> {
    is_image: bool,
    /// With the brackets.
    span: Range<usize>,
    name: &'p str,
    name_place: Range<usize>,
    /// What is written after `|`.
    text: Option<&'p str>,
    /// The same as events.
    shown: Vec<SpannedEvent<'a>>,
    /// The index of the event after them.
    end: usize,
}

impl<'p, 'a> Brackets<'p, 'a> {
    /// The brackets that open with the event at `start`.
    fn at(events: &[SpannedEvent<'a>], start: usize, file: &'p str) -> Option<Self> {
        let (Event::Text(bracket), Range { start: at, .. }) = &events[start] else { return None };
        let open = match &**bracket {
            "[" => "[[",
            "![" => "![[",
            _ => return None,
        };
        let inner = file[*at..].strip_prefix(open)?;
        let (inner, after) = inner.split_at(inner.find([']', '\n'])?);
        // White space: a test in a shell. A colon: a class of characters. Brackets: a matrix.
        let is_name = !inner.starts_with([':', '|']) && !inner.contains('[') && inner.trim() == inner;
        if escapes(&file[..*at]) || inner.is_empty() || !is_name || !after.starts_with("]]") {
            return None;
        }
        let from = at + open.len();
        let close = from + inner.len();
        let end = end_of_level(events, start, close + "]]".len())?;
        // The closing brackets are text too.
        let is_closed = events[start..end].iter().any(|(event, span)| is_text(event) && *span == (close..close + 1));
        let (name, text) = match inner.split_once('|') {
            Some((name, text)) => (name.strip_suffix('\\').unwrap_or(name), Some(text)),
            None => (inner, None),
        };
        let text_start = text.map_or(close, |text| close - text.len());
        let shown = is_closed.then(|| shown(&events[start..end], &(text_start..close)))??;
        let name_place = from..from + name.trim_end().len();
        let name = name.trim_end();
        Some(Self { is_image: open == "![[", span: *at..close + "]]".len(), name, name_place, text, shown, end })
    }
}

/// Whether a text ends with a backslash that escapes what follows.
fn escapes(before: &str) -> bool {
    (before.len() - before.trim_end_matches('\\').len()) % 2 == 1
}

fn is_text(event: &Event) -> bool {
    matches!(event, Event::Text(_))
}

/// The index after the text that ends at `place`, if that and all from `start` on is in the same element.
fn end_of_level(events: &[SpannedEvent], start: usize, place: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, (event, span)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::FootnoteReference(_) => return None,
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.checked_sub(1)?,
            Event::Text(_) if span.end == place => return (depth == 0).then_some(index + 1),
            _ if span.end > place => return None,
            _ => {}
        }
    }
    None
}

/// The events at `place`. `None` if what is before them is more than text.
fn shown<'a>(events: &[SpannedEvent<'a>], place: &Range<usize>) -> Option<Vec<SpannedEvent<'a>>> {
    let mut shown = Vec::new();
    for (event, span) in events.iter().filter(|(_, span)| span.start < place.end) {
        match event {
            _ if span.start >= place.start => shown.push((event.clone(), span.clone())),
            Event::Text(_) if span.end <= place.start => {}
            Event::Text(text) if text.len() == span.len() => {
                let rest = text[place.start - span.start..].to_owned();
                shown.push((Event::Text(rest.into()), place.start..span.end));
            }
            _ => return None,
        }
    }
    Some(shown)
}

/// What a name leads to.
struct Target {
    /// As an author writes it in a link.
    destination: String,
    /// The text of a link without another.
    title: String,
}

impl<'a> Brackets<'_, 'a> {
    /// The link or image. `None` if the name means nothing, which is reported.
    fn element(&self, page: &mut Page) -> Option<Vec<SpannedEvent<'a>>> {
        let (target, shown) = if self.is_image {
            let target = self.picture(page)?;
            let alt = vec![(Event::Text(target.title.clone().into()), self.name_place.clone())];
            (target, alt)
        } else {
            let target = self.link(page)?;
            let title = || vec![(Event::Text(target.title.clone().into()), self.name_place.clone())];
            let shown = if self.shown.is_empty() { title() } else { self.shown.clone() };
            (target, shown)
        };
        let bang = if self.is_image { "!" } else { "" };
        let text = self.text.filter(|text| !self.is_image && !text.is_empty());
        let text = text.map_or_else(|| as_markdown(&target.title), str::to_owned);
        page.wikilinks.insert(self.span.clone(), format!("{bang}[{text}]"));
        page.destinations.insert(self.span.clone(), self.name_place.clone());
        let (link_type, dest_url) = (LinkType::Inline, target.destination.into());
        let (title, id) = ("".into(), "".into());
        let (start, end) = if self.is_image {
            (Tag::Image { link_type, dest_url, title, id }, TagEnd::Image)
        } else {
            (Tag::Link { link_type, dest_url, title, id }, TagEnd::Link)
        };
        let tags = [Event::Start(start), Event::End(end)].map(|tag| vec![(tag, self.span.clone())]);
        let [start, end] = tags;
        Some([start, shown, end].concat())
    }

    fn link(&self, page: &mut Page) -> Option<Target> {
        if let Some(heading) = self.name.strip_prefix('#') {
            return self.fragment(heading, page).map(|destination| Target { destination, title: heading.to_owned() });
        }
        // The name may have a `#` itself.
        let (name, heading) = match page.named(self.name) {
            Named::Nothing => self.name.split_once('#').unwrap_or((self.name, "")),
            _ => (self.name, ""),
        };
        let folder = page.body.folder().to_owned();
        let (path, title) = match page.named(name) {
            Named::Text { path, title } => (path, title),
            Named::File { path } => (path, name.to_owned()),
            wrong => {
                self.report(name, wrong, page);
                return None;
            }
        };
        let destination = destination(&folder, &path);
        if heading.is_empty() {
            return Some(Target { destination, title });
        }
        let fragment = self.fragment(heading, page)?;
        let (_, heading) = heading.rsplit_once('#').unwrap_or(("", heading));
        Some(Target { destination: destination + &fragment, title: format!("{title} › {heading}") })
    }

    /// The fragment for a heading, or for an id.
    fn fragment(&self, heading: &str, page: &mut Page) -> Option<String> {
        let (_, heading) = heading.rsplit_once('#').unwrap_or(("", heading));
        if heading.starts_with('^') {
            page.report.push(
                page.error(self.name_place.clone(), "a link to a block, which has no name on this site")
                    .help("link to a heading: `[[NAME#Heading]]`"),
            );
            return None;
        }
        let is_id = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        let id = if heading.chars().all(is_id) { heading.to_owned() } else { slug::slugify(heading) };
        Some(format!("#{id}"))
    }

    fn picture(&self, page: &mut Page) -> Option<Target> {
        let folder = page.body.folder().to_owned();
        let near = join(&folder, self.name).filter(|path| page.file(path).is_some());
        let path = match near.map_or_else(|| page.named(self.name), |path| Named::File { path }) {
            Named::File { path } => path,
            Named::Text { .. } => {
                page.report.push(
                    page.error(
                        self.name_place.clone(),
                        format!("`{}` is a text: only pictures can be shown", self.name),
                    )
                    .help(format!("link to it: `[[{}]]`", self.name)),
                );
                return None;
            }
            wrong => {
                self.report(self.name, wrong, page);
                return None;
            }
        };
        let (alt, width) = self.alt_and_width();
        page.widths.extend(width.map(|width| (self.span.clone(), width)));
        let title = alt.map_or_else(|| self.words_of_name(page), str::to_owned);
        Some(Target { destination: destination(&folder, &path), title })
    }

    /// `text|300`, `text`, `300` or `300x200`: Obsidian keeps the proportions too.
    fn alt_and_width(&self) -> (Option<&str>, Option<u32>) {
        let text = self.text.unwrap_or_default();
        let (before, last) = text.rsplit_once('|').unwrap_or(("", text));
        let width = last.trim().split('x').next().unwrap_or_default().parse().ok().filter(|width| *width > 0);
        let is_size = last.chars().all(|letter| letter.is_ascii_digit() || " x".contains(letter));
        let width = width.filter(|_| is_size);
        let alt = if width.is_some() { before } else { text };
        let alt = alt.strip_suffix('\\').unwrap_or(alt);
        (Some(alt).filter(|alt| !alt.is_empty()), width)
    }

    /// The words of the name of a picture that nothing describes.
    fn words_of_name(&self, page: &mut Page) -> String {
        page.report.push(
            page.warning(self.span.clone(), "a picture without a description: its name is read out instead")
                .help(format!("say what it shows: `![[{}|description]]`", self.name)),
        );
        let file = self.name.rsplit('/').next().unwrap_or(self.name);
        let (stem, _) = file.rsplit_once('.').unwrap_or((file, ""));
        stem.replace(['-', '_'], " ")
    }

    fn report(&self, name: &str, wrong: Named, page: &mut Page) {
        let place = self.name_place.clone();
        let bang = if self.is_image { "!" } else { "" };
        let error = match wrong {
            Named::Several(paths) => {
                let written = paths.iter().map(|path| format!("`{bang}[[{path}]]`")).collect::<Vec<_>>().join(" or ");
                let error = page.error(place, format!("\"{name}\" may be one of several"));
                error.help(format!("write the path: {written}"))
            }
            // A number in brackets: not meant as a name.
            Named::Nothing if !name.contains(char::is_alphabetic) => return,
            Named::Nothing => match page.meant_by(name) {
                Meant::Draft { path } => page
                    .error(place, format!("\"{name}\" is a draft, `{path}`"))
                    .label("not published")
                    .help("link to it when it is published"),
                meant => {
                    let place = place.start..place.start + name.len();
                    let error = page.error(place, format!("no text and no file is called \"{name}\""));
                    match meant {
                        Meant::Certain { name: right } => {
                            error.help(format!("did you mean `{bang}[[{right}]]`?")).suggest(name, right)
                        }
                        Meant::Similar { name } => error.help(format!("did you mean `{bang}[[{name}]]`?")),
                        _ => error.help("write a slug, the name of a file, or a title; for two brackets, write `\\[[`"),
                    }
                }
            },
            Named::Text { .. } | Named::File { .. } => return,
        };
        page.report.push(error);
    }
}

/// The destination of a link in `folder` to the file at `path`.
fn destination(folder: &str, path: &str) -> String {
    let relative = relative(folder, path);
    let encoded = encode_path(&relative);
    // `a:b.md` would begin with a scheme.
    if encoded.starts_with(['/', '.']) { encoded.into_owned() } else { format!("./{encoded}") }
}

/// Plain text as the text of a link in Markdown.
fn as_markdown(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\`*_[]<&$~|=".contains(letter) {
            markdown.push('\\');
        }
        markdown.push(letter);
    }
    markdown
}
