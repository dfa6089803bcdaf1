//! The types of what the files say, before it is sorted and linked.

use std::ops::Range;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::front_matter::FrontMatter;
use super::settings::{Settings, TopicEntry};

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

impl Sources {
    /// Where the days of the site begin, as `site.toml` says: in UTC if it does not.
    ///
    /// ```
    /// use graven_press::Options;
    /// use graven_press::diagnostic::Report;
    /// use graven_press::source;
    /// use graven_press::tree::SourceTree;
    ///
    /// let mut tree = SourceTree::default();
    /// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"Notes.\"\ntime_zone = \"Europe/Berlin\"\n");
    /// let sources = source::read(&tree, &Options::default(), &mut Report::default()).expect("a site");
    /// assert_eq!(sources.time_zone().iana_name(), Some("Europe/Berlin"));
    /// ```
    #[must_use]
    pub fn time_zone(&self) -> &TimeZone {
        &self.settings.time_zone
    }
}

/// A post or a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MarkdownFile {
    pub(crate) body: Body,
    pub(crate) slug: String,
    /// The place of the slug: `slug` in the front matter, or else the opening fence.
    pub(crate) slug_span: Option<Range<usize>>,
    /// Where a page is; a post has its slug.
    pub(crate) place: PagePlace,
    /// The image of the front matter: the path of a file of the tree.
    pub(crate) image: Option<String>,
    /// That of the front matter, or else the beginning of the text. Empty if the text has no paragraph.
    pub(crate) description: String,
    pub(crate) matter: FrontMatter,
}

/// Where a standing page is. It follows from the name of its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PagePlace {
    /// At the path of its slug.
    #[default]
    Slug,
    /// At `/`, in place of the theme's first page: `pages/index.md`.
    Home,
    /// Sent for unknown addresses, in place of the theme's page: `pages/404.md`.
    NotFound,
}

impl PagePlace {
    /// The place of the page of a file.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "pages/index.md" | "pages/index/index.md" => Self::Home,
            "pages/404.md" | "pages/404/index.md" => Self::NotFound,
            _ => Self::Slug,
        }
    }
}

/// A Markdown text and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The path in the source tree: `posts/hello/index.md`.
    pub path: String,
    /// The whole file, front matter included, so that a span of the file is an index into it.
    pub file: Arc<str>,
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
