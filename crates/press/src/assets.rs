//! Assets: files of the tree that a text shows or links to, published under a name that contains their hash.

use std::path::Path;

use graven_pack::hex;
use sha2::{Digest, Sha256};

use crate::pictures::published;
use crate::tree::SourceTree;

/// The folder whose files keep their names on the site.
pub(crate) const STATIC: &str = "static/";

/// A file in the folder of a text, and its fingerprinted route. The media type follows from the extension of the route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asset {
    /// In the source tree: `posts/hello/photo.png`.
    pub source: String,
    /// `/assets/photo.0a1b2c3d4e5f6071.png`.
    pub route: String,
}

impl Asset {
    /// The asset of the file `source` with these bytes: `/assets/NAME.HASH.EXTENSION`. The hash is that of [`published`].
    #[must_use]
    pub fn new(source: &str, bytes: &[u8]) -> Self {
        let name = source.rsplit('/').next().unwrap_or_default();
        let (stem, extension) = split_extension(name).unwrap_or((name, "bin"));
        let extension = extension.split('.').map(slug::slugify).collect::<Vec<_>>().join(".");
        let stem = slug::slugify(stem);
        let route = format!("/assets/{stem}.{}.{extension}", fingerprint([&published(bytes)]));
        Self { source: source.to_owned(), route }
    }

    /// The asset of a text file that readers shall see as it is, whatever it is: browsers run a `.html`, and take a `.ts` for a film. Its name ends with
    /// the extension of plain text: `/assets/queue.0a1b2c3d4e5f6071.ts.txt`.
    #[must_use]
    pub fn plain_text(source: &str, bytes: &[u8]) -> Self {
        let asset = Self::new(source, bytes);
        let route = match Path::new(source).extension() {
            None => asset.route.strip_suffix("bin").unwrap_or(&asset.route).to_owned() + "txt",
            Some(extension) if extension.eq_ignore_ascii_case("txt") => asset.route,
            Some(_) => asset.route + ".txt",
        };
        Self { route, ..asset }
    }

    /// Whether browsers save the file when a reader follows a link to it: they neither show nor play it, and it is not published as a text.
    pub(crate) fn is_saved(&self) -> bool {
        !is_shown(&self.source) && !is_played(&self.source) && !self.is_plain_text()
    }

    /// Whether a file that is no `.txt` is published as one.
    pub(crate) fn is_plain_text(&self) -> bool {
        let is_text =
            |path: &str| Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("txt"));
        is_text(&self.route) && !is_text(&self.source)
    }
}

/// A name and its extension, which are two of a compressed archive: `tar.gz`.
pub(crate) fn split_extension(name: &str) -> Option<(&str, &str)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_archive = |(_, inner): &(&str, &str)| inner.eq_ignore_ascii_case("tar");
    Some(match stem.rsplit_once('.').filter(is_archive) {
        Some((stem, _)) => (stem, &name[stem.len() + 1..]),
        None => (stem, extension),
    })
}

/// Whether browsers would not show a text file that a reader follows a link to: they save what has no known type, as `run` or `setup.sh`, and take a `.ts`
/// for a film. Such a file is published as [`Asset::plain_text`].
pub(crate) fn is_shown_as_text(path: &str, bytes: &[u8]) -> bool {
    !is_shown(path) && !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok()
}

/// Whether browsers show a file of this name as what it is.
fn is_shown(path: &str) -> bool {
    const SHOWN: [&str; 6] = ["plain", "csv", "html", "css", "javascript", "markdown"];
    mime_guess::from_path(path).first().is_some_and(|guess| {
        let (kind, subtype) = (guess.type_(), guess.subtype().as_str());
        match kind.as_str() {
            "text" => SHOWN.contains(&subtype) || subtype == "xml",
            "application" => {
                ["json", "xml", "pdf", "javascript"].contains(&subtype)
                    || guess.suffix().is_some_and(|suffix| suffix == "json" || suffix == "xml")
            }
            "image" | "font" => true,
            _ => false,
        }
    })
}

/// Whether browsers play a file of this name.
fn is_played(path: &str) -> bool {
    mime_guess::from_path(path).first().is_some_and(|guess| matches!(guess.type_().as_str(), "audio" | "video"))
}

/// The picture of a post that other sites show with a link to it: the front matter's `image`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Preview {
    /// A file of `static/`.
    Static { route: String, size: Option<(u32, u32)> },
    /// A file in the folder of the post.
    Asset { asset: Asset, size: Option<(u32, u32)> },
}

impl Preview {
    /// The preview from the file `source` of the tree. `None` if there is no such file.
    pub(crate) fn new(source: &str, tree: &SourceTree) -> Option<Self> {
        let bytes = tree.get(source)?;
        let size = imagesize::blob_size(bytes).ok();
        let size = size.and_then(|size| Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?)));
        Some(match source.strip_prefix(STATIC) {
            Some(path) => Self::Static { route: format!("/{path}"), size },
            None => Self::Asset { asset: Asset::new(source, bytes), size },
        })
    }

    /// The route of the picture.
    pub(crate) fn route(&self) -> &str {
        match self {
            Self::Static { route, .. } => route,
            Self::Asset { asset, .. } => &asset.route,
        }
    }

    /// Width and height in pixels, if the file is a picture.
    pub(crate) fn size(&self) -> Option<(u32, u32)> {
        match self {
            Self::Static { size, .. } | Self::Asset { size, .. } => *size,
        }
    }
}

/// The name of a content: the first 64 bits of the SHA-256 of its `parts`, so that no two contents of a site share a name by chance.
pub(crate) fn fingerprint<const N: usize>(parts: [&[u8]; N]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hex(&hash.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_keeps_the_name_and_the_type_of_its_file() {
        for (source, begin, end) in [
            ("a/b.png", "/assets/b.", ".png"),
            ("a/Two words.PDF", "/assets/two-words.", ".pdf"),
            ("a.tar.gz", "/assets/a.", ".tar.gz"),
            ("a.b.TAR.xz", "/assets/a-b.", ".tar.xz"),
            ("tar.gz", "/assets/tar.", ".gz"),
            ("run", "/assets/run.", ".bin"),
        ] {
            let route = Asset::new(source, b"x").route;
            let hash = route.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
            assert!(hash.is_some_and(|hash| hash.len() == 16 && !hash.contains('.')), "{source}: {route}");
        }
    }

    #[test]
    fn browsers_save_what_they_can_neither_show_nor_play() {
        for (source, expected) in
            [("a.tar.gz", true), ("a.docx", true), ("run", true), ("a.pdf", false), ("a.mp4", false), ("a.png", false)]
        {
            assert_eq!(Asset::new(source, b"\0").is_saved(), expected, "{source}");
        }
        assert!(!Asset::plain_text("a.sh", b"x").is_saved());
    }

    #[test]
    fn a_linked_text_that_browsers_would_save_or_play_is_shown() {
        for path in
            ["run", "setup.sh", "queue.ts", "fence.lua", "schema.sql", "Dockerfile", "main.go", "site.toml", "a.yaml"]
        {
            assert!(is_shown_as_text(path, b"text"), "{path}");
        }
        for path in ["a.csv", "page.html", "a.svg", "a.json", "feed.xml", "a.css", "a.js", "a.txt", "a.pdf"] {
            assert!(!is_shown_as_text(path, b"text"), "{path}");
        }
        for bytes in [&b"\0asm"[..], b"\xff\xfe"] {
            assert!(!is_shown_as_text("program", bytes), "{bytes:?} is no text");
        }
    }

    #[test]
    fn the_name_of_plain_text_ends_with_its_extension_once() {
        for (source, end) in [
            ("posts/a/queue.ts", ".ts.txt"),
            ("posts/a/page.html", ".html.txt"),
            ("posts/a/notes.txt", ".txt"),
            ("posts/a/Dockerfile", ".txt"),
            ("posts/a/data.bin", ".bin.txt"),
        ] {
            let route = Asset::plain_text(source, b"x").route;
            let (_, found) = route.split_once(&fingerprint([b"x"])).expect("a fingerprint");
            assert_eq!(found, end, "{source}");
        }
    }
}
