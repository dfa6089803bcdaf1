//! Figures: an image alone in its paragraph, with its title as the caption. One with a caption is numbered. An SVG becomes part of the page, so that it has
//! the colours of the page. What press draws from a fence (`generated`) is a figure too, numbered in the same sequence. A paragraph of several images is a
//! gallery, and an image that links to a film (`films`) its still. An image within text stays there.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd, html};

use super::events::{SpannedEvent, end_of, replace};
use super::generated::{self, Kind, Numbers};
use super::images::{self, Image, Loading};
use super::page::{File, Page};
use super::rendered::Drawing;
use super::{films, inline, svg};
use crate::markup::{self, push_attribute};

/// Renders every image, and every fence that press draws.
pub(super) fn render(events: &mut [SpannedEvent], page: &mut Page) {
    let mut count = Count::default();
    for start in 0..events.len() {
        if let Some(kind) = generated::kind_of(&events[start].0) {
            let html = generated_figure(kind, (events, start), &mut count, page);
            let end = end_of(events, start);
            replace(&mut events[start..=end], html);
        } else if let Some(shape) = Shape::of(events, start) {
            let end = end_of(events, start);
            let html = shape.html((events, start..end), &mut count, page);
            replace(&mut events[start..=end], html);
        } else if matches!(events[start].0, Event::Start(Tag::Image { .. })) {
            let (image, file) = image_at(events, start, page);
            let html = images::element(&image, file.as_ref(), Loading::Lazy, page).html;
            let end = end_of(events, start);
            replace(&mut events[start..=end], String::new());
            events[start].0 = Event::InlineHtml(html.into());
        }
    }
}

/// The numbers of a page.
#[derive(Default)]
struct Count {
    /// Of the figures with a caption: readers refer to them.
    captions: usize,
    /// Of all drawings: the ids in each begin with its number.
    drawings: usize,
}

/// A paragraph that consists of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One picture.
    Figure,
    /// One picture, which links to a film.
    Film,
    /// Several pictures.
    Gallery,
}

impl Shape {
    /// The shape of the element at `start`, if it is such a paragraph.
    fn of(events: &[SpannedEvent], start: usize) -> Option<Self> {
        if events[start].0 != Event::Start(Tag::Paragraph) {
            return None;
        }
        let content = &events[start + 1..end_of(events, start)];
        match &content.first()?.0 {
            Event::Start(Tag::Image { .. }) => match pictures(content)?.len() {
                // A picture that only decorates is no figure.
                1 => is_described(content).then_some(Self::Figure),
                _ => Some(Self::Gallery),
            },
            Event::Start(Tag::Link { dest_url, .. })
                if films::is_film(dest_url) && end_of(content, 0) + 1 == content.len() =>
            {
                (pictures(&content[1..content.len() - 1])?.len() == 1).then_some(Self::Film)
            }
            _ => None,
        }
    }

    fn html(self, (events, at): (&[SpannedEvent], Range<usize>), count: &mut Count, page: &mut Page) -> String {
        let loading = if is_at_top(&events[..at.start]) { Loading::Eager } else { Loading::Lazy };
        let content = &events[at.start + 1..at.end];
        match self {
            Self::Figure => {
                let (image, file) = image_at(content, 0, page);
                let shown = shown(&image, file.as_ref(), (loading, count), page);
                Caption::of(&image).figure(&shown, count, page)
            }
            Self::Film => film(content, loading, count, page),
            Self::Gallery => gallery(content, loading, count, page),
        }
    }
}

/// The still of a film. It leads there, and not to its original.
fn film(content: &[SpannedEvent], loading: Loading, count: &mut Count, page: &mut Page) -> String {
    let Event::Start(Tag::Link { dest_url, .. }) = &content[0].0 else { return String::new() };
    let (image, file) = image_at(content, 1, page);
    let still = match file.as_ref().and_then(File::svg) {
        Some(_) => shown(&image, file.as_ref(), (loading, count), page),
        None => images::element(&image, file.as_ref(), loading, page).html,
    };
    let mut link = String::from("<a class=\"film\" href=\"");
    push_attribute(&mut link, &page.href(dest_url));
    link.extend(["\">", &still, "</a>"]);
    Caption::of(&image).figure(&link, count, page)
}

/// Pictures next to each other, each with its title.
fn gallery(content: &[SpannedEvent], loading: Loading, count: &mut Count, page: &mut Page) -> String {
    let mut html = String::from("<div class=\"pictures\">\n");
    for start in pictures(content).unwrap_or_default() {
        let (image, file) = image_at(content, start, page);
        let shown = shown(&image, file.as_ref(), (loading, count), page);
        let Caption { text, .. } = Caption::of(&image);
        let caption = if text.is_empty() { text } else { format!("<figcaption>{text}</figcaption>") };
        html.extend(["<figure>", &shown, &caption, "</figure>\n"]);
    }
    html + "</div>\n"
}

/// The starts of the pictures in `content`. `None` if there is anything else but white space.
fn pictures(content: &[SpannedEvent]) -> Option<Vec<usize>> {
    let mut pictures = Vec::new();
    let mut index = 0;
    while let Some((event, _)) = content.get(index) {
        match event {
            Event::Start(Tag::Image { .. }) => {
                pictures.push(index);
                index = end_of(content, index);
            }
            Event::SoftBreak | Event::HardBreak => {}
            Event::Text(text) if text.trim().is_empty() => {}
            _ => return None,
        }
        index += 1;
    }
    Some(pictures)
}

/// Whether the picture that `content` begins with has a text that says what it shows, or a title.
fn is_described(content: &[SpannedEvent]) -> bool {
    let Event::Start(Tag::Image { title, .. }) = &content[0].0 else { return false };
    let says = |event: &Event| match event {
        Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
            !text.trim().is_empty()
        }
        _ => false,
    };
    !title.is_empty() || content.iter().any(|(event, _)| says(event))
}

/// The image at `start`, and its file. Reports a missing text alternative.
fn image_at<'a, 'p>(events: &[SpannedEvent<'a>], start: usize, page: &mut Page<'p>) -> (Image<'a>, Option<File<'p>>) {
    let (Event::Start(Tag::Image { dest_url, title, .. }), span) = &events[start] else {
        unreachable!("the callers have found an image at {start}")
    };
    let image = Image {
        place: page.destination_span(span),
        href: page.href(dest_url).into_owned().into(),
        title: title.clone(),
        alt: images::alt_text(&events[start..end_of(events, start)], span, page),
        width: page.widths.get(span).copied(),
    };
    (image, page.images.remove(span))
}

/// Whether at most one block is before an image.
fn is_at_top(before: &[SpannedEvent]) -> bool {
    let is_end = |event: &Event| {
        let ends = [TagEnd::Paragraph, TagEnd::CodeBlock, TagEnd::Table, TagEnd::Item];
        matches!(event, Event::End(TagEnd::Heading(_))) || matches!(event, Event::End(end) if ends.contains(end))
    };
    let is_html = |event: &Event| matches!(event, Event::Html(html) if !html.is_empty());
    before.iter().filter(|(event, _)| is_end(event) || is_html(event)).count() < 2
}

/// A picture as part of a figure: a drawing in the ink of the page, or an image.
fn shown(image: &Image, file: Option<&File>, (loading, count): (Loading, &mut Count), page: &mut Page) -> String {
    let Some((file, text)) = file.and_then(|file| Some((file, file.svg()?))) else {
        return picture(image, file, loading, page);
    };
    count.drawings += 1;
    let drawing = || Drawing { svg: text.to_owned(), alt: image.alt.clone() };
    page.rendered.drawing.get_or_insert_with(drawing);
    inlined(text, &file.path, count.drawings, image, page)
}

/// The figure of a fence that press draws. Empty if it cannot be drawn, which is reported.
fn generated_figure(kind: &Kind, at: (&[SpannedEvent], usize), count: &mut Count, page: &mut Page) -> String {
    count.drawings += 1;
    let numbers = Numbers { drawing: count.drawings, caption: count.captions + 1 };
    let Some(figure) = generated::draw(kind, at, numbers, page) else { return String::new() };
    page.rendered.drawing.get_or_insert(Drawing { svg: figure.svg, alt: figure.alt });
    Caption { text: inline_html(&figure.caption), source: figure.source }.figure(&figure.html, count, page)
}

/// What is said below a figure, as HTML.
struct Caption {
    text: String,
    /// Where the data are from.
    source: String,
}

impl Caption {
    /// The title of an image.
    fn of(image: &Image) -> Self {
        Self { text: inline_html(&image.title), source: String::new() }
    }

    /// The figure of what is `shown`. With a caption, it has a number, by which the text refers to it.
    fn figure(&self, shown: &str, count: &mut Count, page: &mut Page) -> String {
        let Self { text, source } = self;
        if text.is_empty() {
            let caption = if source.is_empty() { String::new() } else { format!("<figcaption>{source}</figcaption>") };
            return format!("<figure class=\"fig\">{caption}{shown}</figure>\n");
        }
        count.captions += 1;
        let number = count.captions;
        let label = markup::text(&page.words().text.figure.fill(&[("number", &number)]));
        let id = page.ids.derive(&format!("fig-{number}"));
        format!(
            "<figure class=\"fig\" id=\"{id}\"><figcaption><b>{label}</b> {text}{source}</figcaption>{shown}</figure>\n"
        )
    }
}

/// A picture, which links to its original if the page shows a smaller one.
fn picture(image: &Image, file: Option<&File>, loading: Loading, page: &mut Page) -> String {
    let element = images::element(image, file, loading, page);
    if !element.has_original {
        return element.html;
    }
    let mut html = String::from("<a class=\"original\" href=\"");
    push_attribute(&mut html, &image.href);
    html + "\">" + &element.html + "</a>"
}

/// The SVG of a figure as part of the page. Empty if it cannot be, which is reported.
fn inlined(text: &str, path: &str, number: usize, image: &Image, page: &mut Page) -> String {
    let Some(inlined) = svg::inline(text, path, &format!("f{number}-"), &image.alt, page.report) else {
        return String::new();
    };
    for id in inlined.ids {
        if !page.ids.claim(&id) {
            page.report.push(
                page.error(image.place.clone(), format!("the id \"{id}\" of this drawing is taken"))
                    .help("rename it in the SVG file, or change the heading that has it"),
            );
        }
    }
    match svg::dimensions(text) {
        Some((width, height)) if image.width.is_some() => {
            let natural = (width as u64, height as u64);
            svg::resized(&inlined.html, natural, image.shown_size(natural))
        }
        _ => inlined.html,
    }
}

/// A caption as HTML.
pub(crate) fn inline_html(caption: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, inline::events(caption));
    out
}
