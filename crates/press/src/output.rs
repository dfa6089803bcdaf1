//! The outputs of the site by path: pages, feeds, files and redirects, before they are checked and compressed.
//!
//! The pages of a site are several times as large as its texts. Therefore an output says how its bytes are made, and whoever needs them makes them, uses
//! them and forgets them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use graven_pack::Class;

use crate::dependencies::number;
use crate::markdown::{Link, Rendered};
use crate::tree::Contents;

/// The media type of the search index. Not to be compressed: the server reads it in place.
pub(crate) const SEARCH_INDEX: &str = "application/vnd.graven.search-index";

/// Every output by its path. `404`, without a slash, is the page that the server sends with that status.
pub(crate) type Outputs<'a> = BTreeMap<String, Output<'a>>;

/// The output at a path.
#[derive(Debug)]
pub(crate) enum Output<'a> {
    /// A representation.
    Document(Document<'a>),
    /// Another path of this site, or an absolute URL that the settings name.
    Redirect(String),
}

impl Output<'_> {
    /// Whether it is certainly the same as `other`, which is at the same path at another time. If not, its bytes may be the same nevertheless.
    pub(crate) fn is_certainly(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Document(one), Self::Document(other)) => one.is_certainly(other),
            (Self::Redirect(one), Self::Redirect(other)) => one == other,
            _ => false,
        }
    }
}

/// A representation before it is encoded.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    body: Body<'a>,
    /// The value of the Content-Type field.
    pub(crate) media_type: String,
    /// The group in the counters of the server.
    pub(crate) class: Class,
    /// How long a cache may keep it.
    pub(crate) freshness: Freshness,
    /// The path of the other representation: the Markdown of a post.
    pub(crate) alternate: Option<String>,
    /// The file of the source tree that it was made from, for diagnostics.
    pub(crate) source: Option<String>,
    /// The text that was rendered from Markdown, which is a part of the body.
    text: Option<&'a Rendered>,
    /// A number for what it is made from. Within a process, documents with the same number are the same.
    made_from: Option<u64>,
}

/// The bytes of a document without a coding.
enum Body<'a> {
    /// They are there: a file of the content, or a few that press has made.
    Kept(Cow<'a, [u8]>),
    /// They are made each time that they are asked for, and are the same each time.
    Made(Box<dyn Fn() -> Vec<u8> + Send + Sync + 'a>),
    /// They are in a file of the content, which is read each time that they are asked for.
    File(&'a Contents),
}

impl<'a> Body<'a> {
    fn text(make: impl Fn() -> String + Send + Sync + 'a) -> Self {
        Self::Made(Box::new(move || make().into_bytes()))
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Made(_) => f.write_str("to be made"),
            Self::File(contents) => write!(f, "{} bytes on the disk", contents.length()),
        }
    }
}

/// How long a cache may keep a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// A cache asks every time, and is mostly answered 304: pages, feeds.
    Revalidate,
    /// One hour: files that keep their names when they change; redirects, since browsers keep a 308 without a lifetime for years.
    Hour,
    /// Forever: the name contains the hash of the content.
    Immutable,
}

impl Freshness {
    /// The value of the Cache-Control field.
    pub(crate) fn field_value(self) -> &'static str {
        match self {
            Self::Revalidate => "no-cache",
            Self::Hour => "public, max-age=3600",
            Self::Immutable => "public, max-age=31536000, immutable",
        }
    }
}

impl<'a> Document<'a> {
    fn new(body: Body<'a>, media_type: &str, class: Class, freshness: Freshness) -> Self {
        Self {
            body,
            media_type: media_type.to_owned(),
            class,
            freshness,
            alternate: None,
            source: None,
            text: None,
            made_from: None,
        }
    }

    /// An HTML page.
    pub(crate) fn page(make: impl Fn() -> String + Send + Sync + 'a) -> Self {
        Self::new(Body::text(make), "text/html; charset=utf-8", Class::Page, Freshness::Revalidate)
    }

    /// The HTML page of the Markdown file `source`, of which `text` is rendered.
    pub(crate) fn page_of(source: &str, text: &'a Rendered, make: impl Fn() -> String + Send + Sync + 'a) -> Self {
        Self { text: Some(text), ..Self::page(make) }.with_source(source)
    }

    /// A text for programs: a feed, a sitemap, `robots.txt`.
    pub(crate) fn feed(make: impl Fn() -> String + Send + Sync + 'a, media_type: &str) -> Self {
        Self::new(Body::text(make), media_type, Class::Feed, Freshness::Revalidate)
    }

    /// The Markdown of the file `source`, as the second representation of its page.
    pub(crate) fn markdown(make: impl Fn() -> String + Send + Sync + 'a, source: &str) -> Self {
        Self::feed(make, "text/markdown; charset=utf-8").with_source(source)
    }

    /// A file under a name that contains its hash.
    pub(crate) fn asset(path: &str, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { class: Class::Asset, freshness: Freshness::Immutable, ..Self::file(path, bytes) }
    }

    /// A picture under a name that contains its hash, which is drawn when it is needed.
    pub(crate) fn drawn(path: &str, draw: impl Fn() -> Vec<u8> + Send + Sync + 'a) -> Self {
        Self { body: Body::Made(Box::new(draw)), ..Self::asset(path, &[][..]) }
    }

    /// A copied file. Its media type follows from its extension.
    pub(crate) fn file(path: &str, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let bytes = bytes.into();
        let media_type = media_type_of(path, &bytes);
        Self::new(Body::Kept(bytes), &media_type, Class::File, Freshness::Hour)
    }

    /// A copied file of the content.
    pub(crate) fn copy(path: &str, contents: &'a Contents) -> Self {
        match contents.kept() {
            Some(bytes) => Self::file(path, bytes),
            None => Self { body: Body::File(contents), ..Self::file(path, &[][..]) },
        }
    }

    /// The search index, which the server reads in place.
    pub(crate) fn search_index(bytes: Vec<u8>) -> Self {
        Self::new(Body::Kept(bytes.into()), SEARCH_INDEX, Class::File, Freshness::Revalidate)
    }

    /// The bytes without a coding.
    pub(crate) fn body(&self) -> Cow<'_, [u8]> {
        match &self.body {
            Body::Kept(bytes) => Cow::Borrowed(bytes),
            Body::Made(make) => Cow::Owned(make()),
            Body::File(contents) => contents.read_once(),
        }
    }

    /// The length of a body that is there, in memory or on the disk; 0 for one that is made, which is a page or a card.
    pub(crate) fn kept_length(&self) -> usize {
        match &self.body {
            Body::Kept(bytes) => bytes.len(),
            Body::File(contents) => contents.length(),
            Body::Made(_) => 0,
        }
    }

    /// The part of `body`, which is this document's, that was rendered from Markdown; empty if there is none.
    pub(crate) fn text_in(&self, body: &str) -> Range<usize> {
        let html = self.text.map(|text| text.html.as_str());
        html.and_then(|html| body.find(html).map(|start| start..start + html.len())).unwrap_or_default()
    }

    /// The references of the Markdown.
    pub(crate) fn links(&self) -> &'a [Link] {
        self.text.map_or(&[], |text| &text.links)
    }

    /// A number for what it is made from; `None` if that is unknown. Within a process, documents with the same number are the same.
    pub(crate) fn made_from(&self) -> Option<u64> {
        match &self.body {
            Body::Kept(bytes) => Some(number(&(&self.source, bytes))),
            Body::File(contents) => Some(number(&(&self.source, contents))),
            Body::Made(_) => self.made_from,
        }
    }

    fn is_certainly(&self, other: &Self) -> bool {
        match (&self.body, &other.body) {
            // The path has the hash of the bytes.
            _ if self.freshness == Freshness::Immutable && other.freshness == Freshness::Immutable => true,
            (Body::Kept(one), Body::Kept(other)) => one == other,
            (Body::File(one), Body::File(other)) => one == other,
            (Body::Made(_), Body::Made(_)) => self.made_from.is_some() && self.made_from == other.made_from,
            _ => false,
        }
    }

    /// Sets the number of what it is made from.
    pub(crate) fn with_number(self, made_from: u64) -> Self {
        Self { made_from: Some(made_from), ..self }
    }

    /// Sets the file of the source tree.
    pub(crate) fn with_source(self, path: &str) -> Self {
        Self { source: Some(path.to_owned()), ..self }
    }

    /// Sets how long a cache may keep it.
    pub(crate) fn with_freshness(self, freshness: Freshness) -> Self {
        Self { freshness, ..self }
    }

    /// Sets the path of the other representation.
    pub(crate) fn with_alternate(self, path: String) -> Self {
        Self { alternate: Some(path), ..self }
    }

    /// Whether press wrote the body. Otherwise it is a copied file.
    pub(crate) fn is_pressed(&self) -> bool {
        matches!(self.class, Class::Page | Class::Feed)
    }

    /// Whether the body is a picture that press draws when it is needed.
    pub(crate) fn is_drawn(&self) -> bool {
        self.class == Class::Asset && matches!(self.body, Body::Made(_))
    }

    /// Whether the body is HTML.
    pub(crate) fn is_html(&self) -> bool {
        self.media_type.starts_with("text/html")
    }
}

/// The media type of a path, by its extension. Text is UTF-8.
fn media_type_of(path: &str, bytes: &[u8]) -> String {
    let Some(guess) = mime_guess::from_path(path).first() else {
        return if path.contains("/.well-known/") { well_known_type(path, bytes) } else { OCTETS }.to_owned();
    };
    if guess.type_() == mime_guess::mime::TEXT || guess.subtype() == "javascript" {
        format!("{}; charset=utf-8", guess.essence_str())
    } else {
        guess.essence_str().to_owned()
    }
}

/// The media type of bytes of which nothing is known.
const OCTETS: &str = "application/octet-stream";

/// The media type of a well-known file (RFC 8615), whose name is registered and has no extension: it follows from its first character. Apple's
/// `apple-app-site-association` and Matrix's `server` have to be JSON, and `webfinger` has a type of its own (RFC 7033 §10.2).
fn well_known_type(path: &str, bytes: &[u8]) -> &'static str {
    let Ok(text) = std::str::from_utf8(bytes) else { return OCTETS };
    match text.trim_start().chars().next() {
        Some('{' | '[') if path.ends_with("/webfinger") => "application/jrd+json",
        Some('{' | '[') => "application/json",
        Some('<') => "application/xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_follows_from_the_extension_and_text_is_utf_8() {
        for (path, expected) in [
            ("a.css", "text/css; charset=utf-8"),
            ("a.txt", "text/plain; charset=utf-8"),
            ("a.svg", "image/svg+xml"),
            ("a.woff2", "font/woff2"),
            ("a.mp4", "video/mp4"),
            ("a.wasm", "application/wasm"),
            ("a.unheard-of", "application/octet-stream"),
            ("LICENCE", "application/octet-stream"),
        ] {
            assert_eq!(media_type_of(path, b"text"), expected, "{path}");
        }
    }

    #[test]
    fn a_well_known_file_without_an_extension_has_the_type_of_its_text() {
        for (name, text, expected) in [
            ("matrix/server", "{ \"m.server\": \"example.org:443\" }", "application/json"),
            ("apple-app-site-association", "\n[]", "application/json"),
            ("webfinger", "{}", "application/jrd+json"),
            ("host-meta", "<?xml version=\"1.0\"?>", "application/xml"),
            ("atproto-did", "did:plc:abc", "text/plain; charset=utf-8"),
            ("assetlinks.json", "[]", "application/json"),
        ] {
            assert_eq!(media_type_of(&format!("static/.well-known/{name}"), text.as_bytes()), expected, "{name}");
        }
        assert_eq!(media_type_of("static/.well-known/key", b"\xff"), OCTETS);
    }
}
