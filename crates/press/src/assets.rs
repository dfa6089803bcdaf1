//! Assets: files of the tree that a text shows or links to, published under a name that contains their hash.

use graven_pack::hex;
use sha2::{Digest, Sha256};

use crate::tree::SourceTree;

/// The folder whose files keep their names on the site.
pub(crate) const STATIC: &str = "static/";

/// A file in the folder of a text, and its fingerprinted route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// In the source tree: `posts/hello/photo.png`.
    pub source: String,
    /// `/assets/photo.0a1b2c3d4e5f6071.png`.
    pub route: String,
}

impl Asset {
    /// The asset of the file `source` with these bytes: `/assets/NAME.HASH.EXTENSION`.
    #[must_use]
    pub fn new(source: &str, bytes: &[u8]) -> Self {
        let name = source.rsplit('/').next().unwrap_or_default();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let (stem, extension) = (slug::slugify(stem), slug::slugify(extension));
        let route = format!("/assets/{stem}.{}.{extension}", fingerprint([bytes]));
        Self { source: source.to_owned(), route }
    }
}

/// The picture of a post that other sites show with a link to it: the front matter's `image`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Preview {
    /// A file of `static/`, by its route.
    Static(String),
    /// A file in the folder of the post.
    Asset(Asset),
}

impl Preview {
    /// The preview from the file `source` of the tree. `None` if there is no such file.
    pub(crate) fn new(source: &str, tree: &SourceTree) -> Option<Self> {
        match source.strip_prefix(STATIC) {
            Some(path) => Some(Self::Static(format!("/{path}"))),
            None => tree.get(source).map(|bytes| Self::Asset(Asset::new(source, bytes))),
        }
    }

    /// The route of the picture.
    pub(crate) fn route(&self) -> &str {
        match self {
            Self::Static(route) => route,
            Self::Asset(asset) => &asset.route,
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
