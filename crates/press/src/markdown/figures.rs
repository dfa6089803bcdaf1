//! Figures: an image alone in its paragraph is numbered, with its title as the caption. An SVG becomes part of the page, so that it has the colours of
//! the page. An image within text stays there. What press draws from a fence (`generated`) is a figure too, numbered in the same sequence.

use pulldown_cmark::{Event, Tag, TagEnd, html};

use super::events::{SpannedEvent, end_of, replace};
use super::generated::{self, Kind};
use super::images::{self, Image, Loading};
use super::page::{File, Page};
use super::rendered::Drawing;
use super::{inline, svg};
use crate::languages::Words;
use crate::markup::{push_attribute, text};

/// Renders every image, and every fence that press draws.
pub(super) fn render(events: &mut [SpannedEvent], page: &mut Page) {
    let mut number = 0;
    for start in 0..events.len() {
        if let Some(kind) = generated::kind_of(&events[start].0) {
            number += 1;
            let html = generated_figure(kind, (events, start), number, page);
            let end = end_of(events, start);
            replace(&mut events[start..=end], html);
            continue;
        }
        let (Event::Start(Tag::Image { dest_url, title, .. }), span) = &events[start] else { continue };
        let end = end_of(events, start);
        let image = Image {
            place: page.destination_span(span),
            href: dest_url.clone(),
            title: title.clone(),
            alt: images::alt_text(&events[start..end], span, page),
        };
        let file = page.images.remove(span);
        // A picture that only decorates is no figure.
        let is_described = !(image.alt.trim().is_empty() && image.title.is_empty());
        if is_described && is_alone(events, start, end) {
            number += 1;
            let loading = if is_at_top(&events[..start - 1]) { Loading::Eager } else { Loading::Lazy };
            let html = figure(&image, file.as_ref(), (number, loading), page);
            replace(&mut events[start - 1..=end + 1], html);
        } else {
            let html = images::element(&image, file.as_ref(), Loading::Lazy, page).html;
            replace(&mut events[start..=end], String::new());
            events[start].0 = Event::InlineHtml(html.into());
        }
    }
}

fn is_alone(events: &[SpannedEvent], start: usize, end: usize) -> bool {
    start > 0
        && events[start - 1].0 == Event::Start(Tag::Paragraph)
        && events.get(end + 1).is_some_and(|(event, _)| *event == Event::End(TagEnd::Paragraph))
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

fn figure(image: &Image, file: Option<&File>, (number, loading): (usize, Loading), page: &mut Page) -> String {
    let id = page.ids.derive(&format!("fig-{number}"));
    let drawing = match file.and_then(|file| Some((file, file.svg()?))) {
        Some((file, text)) => {
            let drawing = || Drawing { svg: text.to_owned(), alt: image.alt.clone() };
            page.rendered.drawing.get_or_insert_with(drawing);
            inlined(text, &file.path, number, image, page)
        }
        None => picture(image, file, loading, page),
    };
    captioned((number, &id), &inline_html(&image.title), &drawing, page.words())
}

/// The figure of a fence that press draws. Empty if it cannot be drawn, which is reported.
fn generated_figure(kind: &Kind, at: (&[SpannedEvent], usize), number: usize, page: &mut Page) -> String {
    let id = page.ids.derive(&format!("fig-{number}"));
    let Some(figure) = generated::draw(kind, at, number, page) else { return String::new() };
    page.rendered.drawing.get_or_insert(Drawing { svg: figure.svg, alt: figure.alt });
    captioned((number, &id), &(inline_html(&figure.caption) + &figure.source), &figure.html, page.words())
}

/// A numbered figure: what it shows, and its caption as HTML.
fn captioned((number, id): (usize, &str), caption: &str, shown: &str, words: &Words) -> String {
    let label = text(&words.text.figure.fill(&[("number", &number)]));
    let space = if caption.is_empty() { "" } else { " " };
    format!(
        "<figure class=\"fig\" id=\"{id}\"><figcaption><b>{label}</b>{space}{caption}</figcaption>{shown}</figure>\n"
    )
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
    inlined.html
}

/// A caption as HTML.
pub(crate) fn inline_html(caption: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, inline::events(caption));
    out
}
