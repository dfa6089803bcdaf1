//! What the files say, each with its place: read, but not yet sorted and linked.

use std::ops::Range;

use jiff::Timestamp;

use super::front_matter::FrontMatter;
use crate::url::absolute;

/// All that the files say, read but not yet tied together.
#[derive(Debug)]
pub struct Sources {
    pub(crate) settings: Settings,
    pub(crate) topics: Vec<TopicEntry>,
    /// By path.
    pub(crate) posts: Vec<MarkdownFile>,
    /// By path.
    pub(crate) pages: Vec<MarkdownFile>,
}

/// A post or a page, as its file says.
#[derive(Debug)]
pub(crate) struct MarkdownFile {
    pub(crate) body: Body,
    pub(crate) slug: String,
    /// Where to point for its slug: at the front matter's `slug`, else at its opening fence.
    pub(crate) slug_span: Option<Range<usize>>,
    /// The image of the front matter: the path of a file that the tree has.
    pub(crate) image: Option<String>,
    pub(crate) matter: FrontMatter,
}

/// `site.toml`.
#[derive(Debug)]
pub struct Settings {
    /// The name of the site.
    pub title: String,
    /// What the site is, in a sentence.
    pub description: String,
    /// Scheme and authority, no slash at the end: `https://example.org`.
    pub base_url: String,
    /// A BCP 47 language tag: `en-GB`.
    pub language: String,
    /// Who writes here, if the settings say so.
    pub author: Option<Author>,
    /// The links at the head of every page, in order.
    pub navigation: Vec<NavigationItem>,
    /// How many posts a feed holds.
    pub feed_length: usize,
    /// By the settings' order.
    pub redirects: Vec<SettingsRedirect>,
    /// Whom to tell of a security problem, if the settings say so.
    pub security: Option<SecurityContact>,
}

impl Settings {
    /// The absolute URL of `path`, a path of this site.
    pub(crate) fn url(&self, path: &str) -> String {
        absolute(&self.base_url, path)
    }
}

/// Who writes here.
#[derive(Debug)]
pub struct Author {
    /// As it is shown.
    pub name: String,
    /// For feeds; shown nowhere else.
    pub email: Option<String>,
    /// The author's own page.
    pub url: Option<String>,
}

/// A link at the head of every page.
#[derive(Debug)]
pub struct NavigationItem {
    /// The link's text.
    pub label: String,
    /// A path of this site (`/notes`), checked like every link.
    pub path: String,
    /// Where `path` stands in `site.toml`; none for an item that is there by default.
    pub span: Option<Range<usize>>,
}

/// A redirect that the settings name: `from` is a path of this site, `to` a path of it or an absolute URL.
#[derive(Debug)]
pub struct SettingsRedirect {
    /// Without a slash at its end.
    pub from: String,
    /// As the settings write it; ASCII without spaces, fit for a `Location`.
    pub to: String,
    /// Where `from` stands in `site.toml`.
    pub span: Range<usize>,
}

/// `/.well-known/security.txt` (RFC 9116).
#[derive(Debug)]
pub struct SecurityContact {
    /// A URI: `mailto:security@example.org`.
    pub contact: String,
    /// Until when the contact is known to hold.
    pub expires: Timestamp,
}

/// A topic as `topics.toml` has it.
#[derive(Debug)]
pub(crate) struct TopicEntry {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) blurb: String,
}

/// A Markdown text and where it stands in the source tree.
#[derive(Clone, Debug)]
pub struct Body {
    /// `posts/hello/index.md`.
    pub path: String,
    /// The whole file, front matter included, so that a span of the file is an index into it.
    pub file: String,
    /// The bytes of `file` behind the front matter.
    pub range: Range<usize>,
}

impl Body {
    /// The Markdown, without the front matter.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.file[self.range.clone()]
    }

    /// The folder of the file, with its slash: `posts/hello/`. Images beside the text are found there.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rfind('/').map_or("", |slash| &self.path[..=slash])
    }
}
