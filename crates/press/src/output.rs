//! What the views, the feeds and the assets come to: the site's outputs by path, not yet linked, checked or compressed.

use std::collections::BTreeMap;

use graven_pack::Class;

/// Every output of the site by its path; `404` without a slash is the page for what is not found.
pub type Outputs = BTreeMap<String, Output>;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A representation.
    Document(Document),
    /// Another path of this site, or an absolute URL that the settings name.
    Redirect(String),
}

/// A representation before it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The bytes of the identity coding.
    pub body: Vec<u8>,
    /// As the Content-Type field has it.
    pub media_type: String,
    /// What the server's counters group it by.
    pub class: Class,
    /// How long a cache may keep it.
    pub cache: Cache,
    /// The path of its other representation: a post's Markdown.
    pub alternate: Option<String>,
    /// The file of the source tree that it was made from, to name in an error.
    pub source: Option<String>,
}

/// How long a cache may keep a representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Kept, but asked for every time, and mostly answered by a 304: pages, feeds.
    Revalidate,
    /// An hour: files that keep their names over changes, and redirects, since a 308 without a lifetime sticks for years.
    Hour,
    /// For ever: the content's hash is in the name.
    Immutable,
}

impl Cache {
    /// The Cache-Control field's value.
    #[must_use]
    pub fn field_value(self) -> &'static str {
        match self {
            Self::Revalidate => "no-cache",
            Self::Hour => "public, max-age=3600",
            Self::Immutable => "public, max-age=31536000, immutable",
        }
    }
}

impl Document {
    /// An HTML page made from `source`.
    #[must_use]
    pub fn page(html: String, source: Option<&str>) -> Self {
        Self {
            body: html.into_bytes(),
            media_type: "text/html; charset=utf-8".to_owned(),
            class: Class::Page,
            cache: Cache::Revalidate,
            alternate: None,
            source: source.map(str::to_owned),
        }
    }

    /// A text that machines read: a feed, a sitemap, `robots.txt`.
    #[must_use]
    pub fn feed(text: String, media_type: &str) -> Self {
        Self {
            body: text.into_bytes(),
            media_type: media_type.to_owned(),
            class: Class::Feed,
            cache: Cache::Revalidate,
            alternate: None,
            source: None,
        }
    }

    /// The Markdown of the text `source`, as a second representation of its page.
    #[must_use]
    pub fn markdown(text: String, source: &str) -> Self {
        Self { source: Some(source.to_owned()), ..Self::feed(text, "text/markdown; charset=utf-8") }
    }

    /// A file under a name that holds its hash.
    #[must_use]
    pub fn asset(path: &str, bytes: &[u8]) -> Self {
        Self { class: Class::Asset, cache: Cache::Immutable, ..Self::file(path, bytes) }
    }

    /// A file that is copied through; its type is told by its name.
    #[must_use]
    pub fn file(path: &str, bytes: &[u8]) -> Self {
        Self {
            body: bytes.to_vec(),
            media_type: media_type_of(path),
            class: Class::File,
            cache: Cache::Hour,
            alternate: None,
            source: None,
        }
    }

    /// The same, as a copy of the file `path` of the source tree.
    #[must_use]
    pub fn with_source(self, path: &str) -> Self {
        Self { source: Some(path.to_owned()), ..self }
    }

    /// Whether press wrote the body; else it is a file as it was found.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        matches!(self.class, Class::Page | Class::Feed)
    }

    /// Whether the body is the Markdown of a text of the site; a file of `static/` is not.
    #[must_use]
    pub fn is_markdown(&self) -> bool {
        self.class == Class::Feed && self.media_type.starts_with("text/markdown")
    }

    /// Whether the body is HTML.
    #[must_use]
    pub fn is_html(&self) -> bool {
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
