//! The types of what the files say, before it is sorted and linked.

use std::ops::Range;

use jiff::Timestamp;

use super::front_matter::FrontMatter;
use crate::url::absolute;

/// The settings, the topics and the texts of a site.
#[derive(Debug)]
pub struct Sources {
    pub(crate) settings: Settings,
    pub(crate) topics: Vec<TopicEntry>,
    /// By path.
    pub(crate) posts: Vec<MarkdownFile>,
    /// By path.
    pub(crate) pages: Vec<MarkdownFile>,
}

/// A post or a page.
#[derive(Debug)]
pub(crate) struct MarkdownFile {
    pub(crate) body: Body,
    pub(crate) slug: String,
    /// The place of the slug: `slug` in the front matter, or else the opening fence.
    pub(crate) slug_span: Option<Range<usize>>,
    /// The image of the front matter: the path of a file of the tree.
    pub(crate) image: Option<String>,
    pub(crate) matter: FrontMatter,
}

/// `site.toml`.
#[derive(Debug)]
pub struct Settings {
    /// The name of the site.
    pub title: String,
    /// A sentence about the site.
    pub description: String,
    /// Scheme and authority, no slash at the end: `https://example.org`.
    pub base_url: String,
    /// A BCP 47 language tag: `en-GB`.
    pub language: String,
    /// The author of the site.
    pub author: Option<Author>,
    /// The links at the top of every page, in order.
    pub navigation: Vec<NavigationItem>,
    /// How many posts a feed contains.
    pub feed_length: usize,
    /// In the order of the settings.
    pub redirects: Vec<SettingsRedirect>,
    /// The contact for security problems.
    pub security: Option<SecurityContact>,
}

impl Settings {
    /// The absolute URL of `path`, a path of this site.
    pub(crate) fn url(&self, path: &str) -> String {
        absolute(&self.base_url, path)
    }
}

/// The author of the site.
#[derive(Debug)]
pub struct Author {
    /// The name, as shown.
    pub name: String,
    /// Shown in feeds only.
    pub email: Option<String>,
    /// The author's own page.
    pub url: Option<String>,
}

/// A link at the top of every page.
#[derive(Debug)]
pub struct NavigationItem {
    /// The link's text.
    pub label: String,
    /// A path of this site (`/notes`), checked like every link.
    pub path: String,
    /// The place of `path` in `site.toml`; `None` for a default item.
    pub span: Option<Range<usize>>,
}

/// A redirect of the settings.
#[derive(Debug)]
pub struct SettingsRedirect {
    /// A path of this site, without a slash at the end.
    pub from: String,
    /// A path of this site or an absolute URL: visible ASCII, as in a Location field.
    pub to: String,
    /// The place of `from` in `site.toml`.
    pub span: Range<usize>,
}

/// `/.well-known/security.txt` (RFC 9116).
#[derive(Debug)]
pub struct SecurityContact {
    /// A URI: `mailto:security@example.org`.
    pub contact: String,
    /// When the contact expires.
    pub expires: Timestamp,
}

/// A topic of `topics.toml`.
#[derive(Debug)]
pub(crate) struct TopicEntry {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) blurb: String,
}

/// A Markdown text and its file.
#[derive(Clone, Debug)]
pub struct Body {
    /// The path in the source tree: `posts/hello/index.md`.
    pub path: String,
    /// The whole file, front matter included, so that a span of the file is an index into it.
    pub file: String,
    /// The bytes of `file` after the front matter.
    pub range: Range<usize>,
}

impl Body {
    /// The Markdown, without the front matter.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.file[self.range.clone()]
    }

    /// The folder of the file, with a slash at the end: `posts/hello/`.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rfind('/').map_or("", |slash| &self.path[..=slash])
    }
}
