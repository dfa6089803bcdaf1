//! The outputs of the site by path: pages, feeds, files and redirects, before they are checked and compressed.

use std::collections::BTreeMap;
use std::ops::Range;

use graven_pack::Class;

/// Every output by its path. `404`, without a slash, is the page that the server sends with that status.
pub(crate) type Outputs = BTreeMap<String, Output>;

/// The output at a path.
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
    /// The value of the Content-Type field.
    pub(crate) media_type: String,
    /// The group in the counters of the server.
    pub(crate) class: Class,
    /// How long a cache may keep it.
    pub(crate) cache: Cache,
    /// The path of the other representation: the Markdown of a post.
    pub(crate) alternate: Option<String>,
    /// The file of the source tree that it was made from, for diagnostics.
    pub(crate) source: Option<String>,
    /// The bytes of the body that were rendered from Markdown; empty if there are none.
    pub(crate) text: Range<usize>,
}

/// How long a cache may keep a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    /// A cache asks every time, and is mostly answered 304: pages, feeds.
    Revalidate,
    /// One hour: files that keep their names when they change; redirects, since browsers keep a 308 without a lifetime for years.
    Hour,
    /// Forever: the name contains the hash of the content.
    Immutable,
}

impl Cache {
    /// The value of the Cache-Control field.
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

    /// A text for programs: a feed, a sitemap, `robots.txt`.
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

    /// The Markdown of the file `source`, as the second representation of its page.
    pub(crate) fn markdown(text: String, source: &str) -> Self {
        Self::feed(text, "text/markdown; charset=utf-8").with_source(source)
    }

    /// A file under a name that contains its hash.
    pub(crate) fn asset(path: &str, bytes: &[u8]) -> Self {
        Self { class: Class::Asset, cache: Cache::Immutable, ..Self::file(path, bytes) }
    }

    /// A copied file. Its media type follows from its extension.
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

    /// Sets the file of the source tree.
    pub(crate) fn with_source(self, path: &str) -> Self {
        Self { source: Some(path.to_owned()), ..self }
    }

    /// Whether press wrote the body. Otherwise it is a copied file.
    pub(crate) fn is_pressed(&self) -> bool {
        matches!(self.class, Class::Page | Class::Feed)
    }

    /// Whether the body is HTML.
    pub(crate) fn is_html(&self) -> bool {
        self.media_type.starts_with("text/html")
    }
}

/// The media type of a path, by its extension. Text is UTF-8.
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
            assert_eq!(media_type_of(path), expected, "{path}");
        }
    }
}
