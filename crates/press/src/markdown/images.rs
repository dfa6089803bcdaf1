//! Images: each is found in the content and gets its size, so that the page does not move while it loads. (Those of raw HTML: `raw_html`.)

use std::fmt::Write;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag};

use super::events::SpannedEvent;
use super::page::{File, Page};
use super::{representation, svg, templates, unshown};
use crate::assets::STATIC;
use crate::markup::push_attribute;
use crate::pictures::{Picture, Shown, Variant};
use crate::url::{ReferenceKind, decoded, encode_reference, join, scheme, split_path};

/// An image of the page.
pub(super) struct Image<'a> {
    /// Its URL.
    pub(super) href: CowStr<'a>,
    pub(super) title: CowStr<'a>,
    pub(super) alt: String,
    /// The place of its destination.
    pub(super) place: Range<usize>,
    /// The width that the author chose, in pixels of CSS.
    pub(super) width: Option<u32>,
}

impl Image<'_> {
    /// Width and height in which an image of this size is shown.
    pub(super) fn shown_size(&self, (width, height): (u64, u64)) -> (u64, u64) {
        match self.width.map(u64::from) {
            Some(chosen) if width > 0 => (chosen, (height * chosen + width / 2) / width),
            _ => (width, height),
        }
    }
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

    /// What the page offers of a picture.
    fn picture(&self, image: &Image, page: &mut Page) -> Option<Picture> {
        let mut picture = Picture::plan(&self.path, self.bytes).unwrap_or_else(|message| {
            let help = "save it again with an image editor, as PNG, JPEG or WebP, in a size that a screen can show";
            page.report.push(page.error(image.place.clone(), message).help(help));
            None
        })?;
        // A file of `static/` is published as it is, under its own name.
        if self.path.starts_with(STATIC) {
            (picture.variants, picture.fallback) = (Vec::new(), None);
        }
        Some(picture)
    }
}

/// Finds the file of every image, and replaces the destination by its URL.
pub(super) fn resolve(events: &mut [SpannedEvent], page: &mut Page) {
    for (event, span) in events {
        let Event::Start(Tag::Image { dest_url, .. }) = event else { continue };
        let place = page.destination_span(span);
        let file = find(dest_url, Shows::Picture, &place, page);
        let href = href(dest_url, file.as_ref(), page);
        representation::note_link(span, dest_url, &href, page);
        page.record(&href, place);
        *dest_url = href.into();
        page.images.extend(file.map(|file| (span.clone(), file)));
    }
}

/// What shows the file that an attribute names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// An image of Markdown, the `src` of an `<img>`.
    Picture,
    /// Another element: a film, a sound, a still.
    Other,
}

/// Finds the file of an image: in the folder of the text, or in `static/`.
pub(super) fn find<'p>(destination: &str, shows: Shows, span: &Range<usize>, page: &mut Page<'p>) -> Option<File<'p>> {
    if let Some(error) = templates::in_destination(destination, span, page) {
        page.report.push(error);
        return None;
    }
    let (path, _) = split_path(destination);
    let path = decoded(path);
    let path = match ReferenceKind::of(destination) {
        ReferenceKind::Site => join(STATIC, &path),
        ReferenceKind::RelativePath => join(page.body.folder(), &path),
        ReferenceKind::External | ReferenceKind::Script => {
            report_external(destination, shows, span, page);
            return None;
        }
    };
    let Some(path) = path else {
        page.report_outside(destination, span);
        return None;
    };
    let Some(bytes) = page.file(&path) else {
        page.report_missing(&path, destination, span);
        return None;
    };
    if shows == Shows::Picture
        && let Some((message, help)) = unshown::reason(&path, bytes, destination)
    {
        page.report.push(page.error(span.clone(), message).label("not shown").help(help));
        return None;
    }
    Some(File { path, bytes })
}

/// Reports a file that is not of this site. The page's security policy allows pictures over HTTPS and as `data:`, and nothing else.
fn report_external(destination: &str, shows: Shows, span: &Range<usize>, page: &mut Page) {
    let scheme = scheme(destination.trim()).unwrap_or("https").to_ascii_lowercase();
    let copy = "put a copy into the folder of the text";
    let found = match (scheme.as_str(), shows) {
        ("data", Shows::Picture) => return,
        ("https", Shows::Picture) => page
            .warning(span.clone(), "a picture of another site")
            .label("each reader's browser asks that site for it")
            .help(copy),
        _ => page.error(span.clone(), "a file that the page's security policy blocks").label("not shown").help(copy),
    };
    page.report.push(found);
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

/// When a browser loads an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loading {
    /// At once: it is probably seen before the reader scrolls.
    Eager,
    /// When the reader comes near.
    Lazy,
}

/// An image as HTML, and whether it is a picture of which the original is larger.
pub(super) struct Element {
    pub(super) html: String,
    pub(super) has_original: bool,
}

/// The element of an image, whose file [`resolve`] found: an `<img>`, or a `<picture>` that offers it in several widths.
pub(super) fn element(image: &Image, file: Option<&File>, loading: Loading, page: &mut Page) -> Element {
    let Some(picture) = file.and_then(|file| file.picture(image, page)) else {
        let size = file.and_then(|file| size(image, file, page));
        return Element { html: img(image, &image.href, size, loading), has_original: false };
    };
    let size = Some((u64::from(picture.width), u64::from(picture.height)));
    let Some((last, variants)) = picture.variants.split_last() else {
        return Element { html: img(image, &image.href, size, loading), has_original: false };
    };
    let candidate = |variant: &Variant| format!("{} {}w", page.href(&variant.route), variant.width);
    let candidates: Vec<String> = variants.iter().chain([last]).map(candidate).collect();
    let measure = image.width.unwrap_or(picture.width).min(MEASURE);
    let sizes = format!("(min-width: {measure}px) {measure}px, 100vw");
    let fallback = picture.fallback.as_ref().map(|fallback| page.href(&fallback.route));
    let fallback = fallback.as_deref().unwrap_or(&image.href);
    let html = format!(
        "<picture><source type=\"image/webp\" srcset=\"{}\" sizes=\"{sizes}\">{}</picture>",
        candidates.join(", "),
        img(image, fallback, size, loading)
    );
    let place = image.place.clone();
    page.rendered.pictures.push(Shown { picture, place });
    Element { html, has_original: true }
}

/// The most pixels of CSS that a picture in a text is wide.
const MEASURE: u32 = 720;

fn img(image: &Image, src: &str, size: Option<(u64, u64)>, loading: Loading) -> String {
    let mut html = String::from("<img src=\"");
    push_attribute(&mut html, src);
    html.push('"');
    if let Some((width, height)) = size.map(|size| image.shown_size(size)) {
        write!(html, " width=\"{width}\" height=\"{height}\"").expect("writing to a string cannot fail");
    }
    html.push_str(" alt=\"");
    push_attribute(&mut html, image.alt.trim());
    html.push_str(if loading == Loading::Lazy {
        "\" loading=\"lazy\" decoding=\"async\">"
    } else {
        "\" decoding=\"async\">"
    });
    html
}

/// The size of an image that is no picture of a known format. Warns if it has none.
fn size(image: &Image, file: &File, page: &mut Page) -> Option<(u64, u64)> {
    let size = file.dimensions();
    if size.is_none() {
        page.report.push(
            page.warning(image.place.clone(), "cannot read the size of this image")
                .label("the page moves when the image loads")
                .help("check that the file is an image; an SVG needs `width` and `height`, or a `viewBox`"),
        );
    }
    size.and_then(|(width, height)| Some((u64::try_from(width).ok()?, u64::try_from(height).ok()?)))
}

/// The alternative text of an image. Reports if it is missing.
pub(super) fn alt_text(events: &[SpannedEvent], span: &Range<usize>, page: &mut Page) -> String {
    let alt: String = events
        .iter()
        .filter_map(|(event, _)| match event {
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => Some(&**text),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        })
        .collect();
    // `![ ](file)`: the author says that there is nothing to describe.
    let is_decorative = page.body.file[span.clone()].starts_with("![ ]");
    if alt.trim().is_empty() && !is_decorative {
        page.report.push(
            page.error(span.clone(), "an image without alternative text")
                .label("who cannot see it does not learn what it shows")
                .help("describe what it shows: `![description](file)`")
                .help("if it only decorates, write a space: `![ ](file)`"),
        );
    }
    alt
}
