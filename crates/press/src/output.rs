//! What the views, the feeds and the assets come to: the site's outputs by path, not yet linked, checked or compressed.

use std::collections::BTreeMap;
use std::ops::Range;

use graven_pack::Class;

/// Every output of the site by its path; `404` without a slash is the page for what is not found.
pub(crate) type Outputs = BTreeMap<String, Output>;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// A representation.
    Document(Document),
    /// Another path of this site, or an absolute URL that the settings name.
    Redirect(String),
}

/// A representation before it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// The bytes of the identity coding.
    pub(crate) body: Vec<u8>,
    /// As the Content-Type field has it.
    pub(crate) media_type: String,
    /// What the server's counters group it by.
    pub(crate) class: Class,
    /// How long a cache may keep it.
    pub(crate) cache: Cache,
    /// The path of its other representation: a post's Markdown.
    pub(crate) alternate: Option<String>,
    /// The file of the source tree that it was made from, to name in an error.
    pub(crate) source: Option<String>,
    /// The bytes of the body that were rendered from Markdown; empty if there are none.
    pub(crate) text: Range<usize>,
}

/// How long a cache may keep a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    /// Kept, but asked for every time, and mostly answered by a 304: pages, feeds.
    Revalidate,
    /// An hour: files that keep their names over changes, and redirects, since a 308 without a lifetime sticks for years.
    Hour,
    /// For ever: the content's hash is in the name.
    Immutable,
}

impl Cache {
    /// The Cache-Control field's value.
    pub(crate) fn field_value(self) -> &'static str {
        match self {
            Self::Revalidate => "no-cache",
            Self::Hour => "public, max-age=3600",
            Self::Immutable => "public, max-age=31536000, immutable",
        }
    }
}

impl Document {
    /// An HTML page.
    pub(crate) fn page(html: String) -> Self {
        Self {
            body: html.into_bytes(),
            media_type: "text/html; charset=utf-8".to_owned(),
            class: Class::Page,
            cache: Cache::Revalidate,
            alternate: None,
            source: None,
            text: 0..0,
        }
    }

    /// The HTML page of the Markdown file `source`, which was rendered to `text`.
    pub(crate) fn page_of(source: &str, text: &str, html: String) -> Self {
        let start = html.find(text).unwrap_or_default();
        let end = if html[start..].starts_with(text) { start + text.len() } else { start };
        Self { text: start..end, ..Self::page(html) }.with_source(source)
    }

    /// A text that machines read: a feed, a sitemap, `robots.txt`.
    pub(crate) fn feed(text: String, media_type: &str) -> Self {
        Self {
            body: text.into_bytes(),
            media_type: media_type.to_owned(),
            class: Class::Feed,
            cache: Cache::Revalidate,
            alternate: None,
            source: None,
            text: 0..0,
        }
    }

    /// The Markdown of the text `source`, as a second representation of its page.
    pub(crate) fn markdown(text: String, source: &str) -> Self {
        Self::feed(text, "text/markdown; charset=utf-8").with_source(source)
    }

    /// A file under a name that holds its hash.
    pub(crate) fn asset(path: &str, bytes: &[u8]) -> Self {
        Self { class: Class::Asset, cache: Cache::Immutable, ..Self::file(path, bytes) }
    }

    /// A file that is copied through; its type is told by its name.
    pub(crate) fn file(path: &str, bytes: &[u8]) -> Self {
        Self {
            body: bytes.to_vec(),
            media_type: media_type_of(path),
            class: Class::File,
            cache: Cache::Hour,
            alternate: None,
            source: None,
            text: 0..0,
        }
    }

    /// The same, as a copy of the file `path` of the source tree.
    pub(crate) fn with_source(self, path: &str) -> Self {
        Self { source: Some(path.to_owned()), ..self }
    }

    /// Whether press wrote the body; else it is a file as it was found.
    pub(crate) fn is_pressed(&self) -> bool {
        matches!(self.class, Class::Page | Class::Feed)
    }

    /// Whether the body is HTML.
    pub(crate) fn is_html(&self) -> bool {
        self.media_type.starts_with("text/html")
    }
}

/// The media type of a path by its extension; text is UTF-8, as all that Graven reads.
fn media_type_of(path: &str) -> String {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    if guess.type_() == mime_guess::mime::TEXT || guess.subtype() == "javascript" {
        format!("{}; charset=utf-8", guess.essence_str())
    } else {
        guess.essence_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_told_by_the_extension_and_text_is_utf_8() {
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
            assert_eq!(media_type_of(path), expected, "{path}");
        }
    }
}
