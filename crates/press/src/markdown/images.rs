//! Images: each is found in the content and gets its size, so that the page does not move while it loads. (Those of raw HTML: `raw_html`.)

use std::fmt::Write;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag};

use super::events::SpannedEvent;
use super::page::{File, Page};
use super::{representation, svg};
use crate::assets::STATIC;
use crate::markup::push_attribute;
use crate::url::{ReferenceKind, decoded, encode_reference, join, split_path};

/// An image of the page.
pub(super) struct Image<'a> {
    /// Its URL.
    pub(super) href: CowStr<'a>,
    pub(super) title: CowStr<'a>,
    pub(super) alt: String,
    /// The place of its destination.
    pub(super) place: Range<usize>,
}

impl File<'_> {
    /// The text of an SVG file.
    pub(super) fn svg(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes).ok().filter(|_| svg::is_svg(&self.path))
    }

    fn dimensions(&self) -> Option<(usize, usize)> {
        match self.svg() {
            Some(text) => svg::dimensions(text),
            None => imagesize::blob_size(self.bytes).ok().map(|size| (size.width, size.height)),
        }
    }
}

/// Finds the file of every image, and replaces the destination by its URL.
pub(super) fn resolve(events: &mut [SpannedEvent], page: &mut Page) {
    for (event, span) in events {
        let Event::Start(Tag::Image { dest_url, .. }) = event else { continue };
        let place = page.destination_span(span);
        let file = find(dest_url, &place, page);
        let href = href(dest_url, file.as_ref(), page);
        representation::note_link(span, dest_url, &href, page);
        page.record(&href, place);
        *dest_url = href.into();
        page.images.extend(file.map(|file| (span.clone(), file)));
    }
}

/// Finds the file of an image: in the folder of the text, or in `static/`.
pub(super) fn find<'p>(destination: &str, span: &Range<usize>, page: &mut Page<'p>) -> Option<File<'p>> {
    let (path, _) = split_path(destination);
    let path = decoded(path);
    let path = match ReferenceKind::of(destination) {
        ReferenceKind::Site => join(STATIC, &path),
        ReferenceKind::RelativePath => join(page.body.folder(), &path),
        ReferenceKind::External | ReferenceKind::Script => {
            page.report.push(
                page.warning(span.clone(), "a file from another site, which the page's security policy blocks")
                    .help("put a copy into the folder of the text"),
            );
            return None;
        }
    };
    let path = path.unwrap_or_default();
    let bytes = page.context.tree.get(&path);
    if bytes.is_none() {
        page.report_missing(&path, destination, span);
    }
    bytes.map(|bytes| File { path, bytes })
}

/// The URL of an image in the page, with query and fragment as written: `sprite.svg#icon` shows a part.
pub(super) fn href(destination: &str, file: Option<&File>, page: &mut Page) -> String {
    match file {
        Some(file) if ReferenceKind::of(destination) == ReferenceKind::RelativePath => {
            page.add_asset(&file.path, file.bytes) + &encode_reference(split_path(destination).1)
        }
        _ => encode_reference(destination).into_owned(),
    }
}

/// The `<img>` of an image, whose file [`resolve`] found.
pub(super) fn element(image: &Image, file: Option<&File>, page: &mut Page) -> String {
    let mut html = String::from("<img src=\"");
    push_attribute(&mut html, &image.href);
    html.push('"');
    match file.map(File::dimensions) {
        Some(Some((width, height))) => {
            write!(html, " width=\"{width}\" height=\"{height}\"").expect("writing to a string cannot fail");
        }
        Some(None) => {
            page.report.push(
                page.warning(image.place.clone(), "cannot read the size of this image")
                    .label("the page moves when the image loads")
                    .help("check that the file is an image; an SVG needs `width` and `height`, or a `viewBox`"),
            );
        }
        None => {}
    }
    html.push_str(" alt=\"");
    push_attribute(&mut html, &image.alt);
    html.push_str("\" loading=\"lazy\" decoding=\"async\">");
    html
}

/// The alternative text of an image. Warns if it is missing.
pub(super) fn alt_text(events: &[SpannedEvent], span: &Range<usize>, page: &mut Page) -> String {
    let alt: String = events
        .iter()
        .filter_map(|(event, _)| match event {
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => Some(&**text),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        })
        .collect();
    if alt.trim().is_empty() {
        page.report.push(
            page.warning(span.clone(), "an image without alternative text")
                .help("describe what it shows: `![description](file)`"),
        );
    }
    alt
}
