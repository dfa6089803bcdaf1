//! The picture of a post that other sites show when they link to it: the front matter's `image`.

use crate::encode;
use crate::markdown::Asset;
use crate::model::Post;
use crate::tree::SourceTree;

/// Where a post's picture stands on the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// A file of `static/`, by the path that it has anyway.
    Static(String),
    /// A file beside the post, emitted under a name with its hash.
    Beside(Asset),
}

impl Preview {
    /// The path of the picture.
    #[must_use]
    pub fn route(&self) -> &str {
        match self {
            Self::Static(route) => route,
            Self::Beside(asset) => &asset.route,
        }
    }
}

/// The picture of a post, if its front matter names one.
#[must_use]
pub fn of(post: &Post, tree: &SourceTree) -> Option<Preview> {
    let source = post.image.as_deref()?;
    match source.strip_prefix("static") {
        Some(route) => Some(Preview::Static(route.to_owned())),
        None => tree.get(source).map(|bytes| Preview::Beside(asset(source.to_owned(), bytes))),
    }
}

/// A file of the tree under a name that tells its content: `/assets/NAME.HASH.EXTENSION`.
#[must_use]
pub fn asset(source: String, bytes: &[u8]) -> Asset {
    let name = source.rsplit('/').next().unwrap_or_default();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let route = format!("/assets/{}.{}.{}", slug::slugify(stem), encode::hash_name(bytes), slug::slugify(extension));
    Asset { source, route }
}
