//! Links: a path to the Markdown of another text becomes the route of its page, a path to any other file that of an asset. Paths from the root and
//! fragments stay. They are checked when all routes are known.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use super::events::{SpannedEvent, end_of};
use super::file_cards::CARD;
use super::headings::text_of;
use super::page::Page;
use super::{external, representation, templates};
use crate::assets::is_shown_as_text;
use crate::markup::push_attribute;
use crate::source;
use crate::span::trim_end;
use crate::url::{ReferenceKind, decoded, encode_reference, join, split_path};

/// Resolves the destination of every link.
pub(super) fn resolve(events: &mut [SpannedEvent], page: &mut Page) {
    for index in 0..events.len() {
        if let (Event::Start(Tag::Link { dest_url, .. }), span) = &events[index] {
            let text = || text_of(&events[index..end_of(events, index)]);
            external::check_host(dest_url, text, &page.destination_span(span), page);
        }
        let (event, span) = &mut events[index];
        let Event::Start(Tag::Link { link_type, dest_url, .. }) = event else { continue };
        let place = page.destination_span(span);
        if *link_type == LinkType::Email {
            page.record(&format!("mailto:{dest_url}"), place);
            continue;
        }
        let target = resolve_destination(dest_url, &place, page);
        let target = encode_reference(target.as_deref().unwrap_or(dest_url)).into_owned();
        representation::note_link(span, dest_url, &target, page);
        page.record(&target, place);
        *dest_url = target.into();
    }
}

/// Makes hrefs of the routes in links: what a site below a path of its host contains to lead there. A link to a file that readers save has the name of the
/// file, since that of an asset has a hash in it.
pub(super) fn complete(events: &mut [SpannedEvent], page: &Page) {
    let mut is_in_card = false;
    for (event, _) in events {
        if let Event::Start(Tag::Link { dest_url, title, .. }) = event {
            let href = page.href(dest_url).into_owned();
            match saved_as(dest_url, is_in_card, page) {
                Some(name) => *event = Event::InlineHtml(download((&href, title), name).into()),
                None => *dest_url = href.into(),
            }
        }
        is_in_card = matches!(event, Event::InlineHtml(html) if **html == *CARD);
    }
}

/// The name under which a browser has to save what `route` leads to. `None` for what it shows. A text in a file card is there to be saved, and one that a
/// sentence links to is there to be read.
fn saved_as<'p>(route: &str, is_in_card: bool, page: &'p Page) -> Option<&'p str> {
    let route = split_path(route).0;
    let asset = page.rendered.assets.iter().find(|asset| asset.route == route)?;
    let is_saved = asset.is_saved() || (is_in_card && asset.is_plain_text());
    asset.source.rsplit('/').next().filter(|_| is_saved)
}

/// The tag that begins a link to a file that is saved.
fn download((href, title): (&str, &str), name: &str) -> String {
    let mut tag = String::from("<a");
    for (attribute, value) in [("href", href), ("title", title), ("download", name)] {
        if !value.is_empty() {
            tag.extend([" ", attribute, "=\""]);
            push_attribute(&mut tag, value);
            tag.push('"');
        }
    }
    tag + ">"
}

/// The URL of a destination. `None` if it stays as written, or is wrong, which is reported.
pub(super) fn resolve_destination(destination: &str, span: &Range<usize>, page: &mut Page) -> Option<String> {
    if destination.is_empty() {
        page.report.push(
            page.error(trim_end(span, &page.body.file), "a link without a destination")
                .help("write a destination, or remove the link"),
        );
        return None;
    }
    if let Some(error) = templates::in_destination(destination, span, page) {
        page.report.push(error);
        return None;
    }
    match ReferenceKind::of(destination) {
        ReferenceKind::Script => {
            page.report.push(
                page.error(span.clone(), "a link to a script, which the page's security policy blocks")
                    .help("link to a page"),
            );
            None
        }
        ReferenceKind::External => {
            external::check(destination, span, page);
            None
        }
        ReferenceKind::Site => None,
        ReferenceKind::RelativePath => resolve_relative(destination, span, page),
    }
}

fn resolve_relative(destination: &str, span: &Range<usize>, page: &mut Page) -> Option<String> {
    let (path, suffix) = split_path(destination);
    let Some(path) = join(page.body.folder(), &decoded(path)) else {
        page.report_outside(destination, span);
        return None;
    };
    let base = path.trim_end_matches('/');
    let ends = ["", "/index.md", ".md", "/index.markdown", ".markdown"];
    let routes = ends.map(|end| format!("{base}{end}"));
    if let Some(route) = routes.iter().find_map(|path| page.route_of(path)) {
        return Some(route + suffix);
    }
    if let Some(text) = routes.iter().find(|path| source::is_markdown(path) && page.file(path).is_some()) {
        report_unpublished(text, span, page);
        return None;
    }
    match page.file(base) {
        Some(bytes) if is_shown_as_text(base, bytes) => Some(page.add_plain_text(base, bytes) + suffix),
        Some(bytes) => Some(page.add_asset(base, bytes) + suffix),
        None if page.is_folder(base) => {
            let error = page.error(span.clone(), format!("`{}` is a folder", split_path(destination).0));
            page.report.push(error.help("link to a file in it"));
            None
        }
        None => {
            page.report_missing(base, destination, span);
            None
        }
    }
}

fn report_unpublished(path: &str, span: &Range<usize>, page: &mut Page) {
    let error = page.error(span.clone(), format!("`{path}` is not published"));
    page.report.push(if page.is_draft(path) {
        error.label("a draft").help("remove `draft = true` there when it is finished, or remove this link")
    } else {
        error.label("no post or page").help("make it one, or link to a page of the site")
    });
}
