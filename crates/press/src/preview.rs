//! The picture of a post that other sites show when they link to it: the front matter's `image`.

use crate::diagnostic::{Diagnostic, Report};
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

/// Finds the picture that the front matter names; a name that leads nowhere is an error.
pub fn find(post: &Post, tree: &SourceTree, report: &mut Report) -> Option<Preview> {
    let name = post.image.as_deref()?;
    let found = if let Some(path) = name.strip_prefix('/') {
        tree.get(&format!("static/{path}")).map(|_| Preview::Static(name.to_owned()))
    } else {
        let source = format!("{}{name}", post.body.folder());
        tree.get(&source).map(|bytes| Preview::Beside(asset(source, bytes)))
    };
    if found.is_none() {
        let file = &post.body.file[..post.body.range.start];
        let span = file.find(name).map(|start| start..start + name.len());
        report.push(
            Diagnostic::error(&post.body.path, span, format!("the image {name:?} does not exist")).help(
                "name a file beside the post (`cover.png`) or, with a slash, one of content/static (`/cover.png`)",
            ),
        );
    }
    found
}

/// A file of the tree under a name that tells its content: `/assets/NAME.HASH.EXTENSION`.
#[must_use]
pub fn asset(source: String, bytes: &[u8]) -> Asset {
    let name = source.rsplit('/').next().unwrap_or_default();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let route =
        format!("/assets/{}.{}.{}", slug::slugify(stem), encode::hash_name(bytes), extension.to_ascii_lowercase());
    Asset { source, route }
}
