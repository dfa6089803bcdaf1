//! Figures: an image alone in its paragraph is numbered, with its title as the caption. An SVG becomes part of the page, so that it has the colours of
//! the page. An image within text stays there.

use pulldown_cmark::{Event, Tag, TagEnd, html};

use super::events::{SpannedEvent, end_of, replace};
use super::images::{self, Image, Loading};
use super::page::{File, Page};
use super::rendered::Drawing;
use super::{inline, svg};
use crate::markup::push_attribute;

/// Renders every image.
pub(super) fn render(events: &mut [SpannedEvent], page: &mut Page) {
    let mut number = 0;
    for start in 0..events.len() {
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
        matches!(event, Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Table | TagEnd::Item))
    };
    let is_html = |event: &Event| matches!(event, Event::Html(html) if !html.is_empty());
    before.iter().filter(|(event, _)| is_end(event) || is_html(event)).count() < 2
}

fn figure(image: &Image, file: Option<&File>, (number, loading): (usize, Loading), page: &mut Page) -> String {
    let id = page.ids.derive(&format!("fig-{number}"));
    let drawing = match file.and_then(|file| Some((file, file.svg()?))) {
        Some((file, text)) => {
            let drawing = || Drawing { path: file.path.clone(), alt: image.alt.clone() };
            page.rendered.drawing.get_or_insert_with(drawing);
            inlined(text, &file.path, number, image, page)
        }
        None => picture(image, file, loading, page),
    };
    let caption = if image.title.is_empty() { String::new() } else { format!(" {}", inline_html(&image.title)) };
    format!(
        "<figure class=\"fig\" id=\"{id}\"><figcaption><b>Figure {number}.</b>{caption}</figcaption>{drawing}</figure>\n"
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
fn inline_html(caption: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, inline::events(caption));
    out
}
