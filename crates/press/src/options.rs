//! The options of a build.

/// Everything about a build that is not in the content.
///
/// ```
/// use graven_press::Options;
///
/// let options = Options { base_url: Some("https://example.org".to_owned()), ..Options::default() };
/// assert!(!options.drafts);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Replaces the `base_url` of `site.toml`.
    pub base_url: Option<String>,
    /// Whether to press drafts too. Not for a pack that is published.
    pub drafts: bool,
    /// The time of the build in Unix seconds. By default, the newest date in the content.
    pub now: Option<i64>,
    /// Which content codings the pack contains.
    pub codings: Codings,
}

/// The content codings of a pack.
///
/// ```
/// use graven_press::tree::SourceTree;
/// use graven_press::cache::Cache;
/// use graven_press::{Codings, Options, press};
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
/// let cache = Cache::none();
/// let length = |codings| press(&tree, &Options { codings, ..Options::default() }, &cache).map(|pressed| pressed.pack.len());
/// assert!(length(Codings::Identity).unwrap_or_default() < length(Codings::All).unwrap_or_default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codings {
    /// Identity, and each coding that is worth storing: for a pack that is published.
    #[default]
    All,
    /// Identity alone: for a preview, which does not wait for compression.
    Identity,
}
