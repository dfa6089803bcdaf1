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
}
