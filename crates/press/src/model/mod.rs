//! The site model: what the content says, checked, sorted and tied together. Made by [`crate::source`] and [`build`]; read by Markdown, views and
//! feeds, which add nothing to it.

mod build;
mod routes;

pub(crate) use routes::tag_slug;

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;

pub(crate) use build::build;

/// The whole site. Lists are in the order in which they are shown.
#[derive(Debug)]
pub struct Site {
    /// The time of the build: that of the options, else the newest date in the content.
    pub now: Timestamp,
    /// What `site.toml` says.
    pub settings: Settings,
    /// In the order of `topics.toml`.
    pub topics: Vec<Topic>,
    /// Newest first; of one date, by slug.
    pub posts: Vec<Post>,
    /// By slug.
    pub pages: Vec<StandingPage>,
    /// By name, case folded.
    pub tags: Vec<Tag>,
    /// By name.
    pub series: Vec<Series>,
}

impl Site {
    /// The post that follows in time on the post at `index`.
    #[must_use]
    pub fn newer(&self, index: usize) -> Option<&Post> {
        self.posts.get(index.checked_sub(1)?)
    }

    /// The post that came before the post at `index`.
    #[must_use]
    pub fn older(&self, index: usize) -> Option<&Post> {
        self.posts.get(index + 1)
    }
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

/// One of the ordered groups of the site.
#[derive(Debug)]
pub struct Topic {
    /// In its URL: `edge-infra`.
    pub slug: String,
    /// As it is shown.
    pub title: String,
    /// What the topic is about, in a sentence or two.
    pub blurb: String,
    /// Indices into [`Site::posts`], newest first.
    pub posts: Vec<usize>,
}

/// A free label. Tags of one slug are one tag.
#[derive(Debug)]
pub struct Tag {
    /// As the posts write it: `Raspberry Pi`.
    pub name: String,
    /// In its URL: `raspberry-pi`.
    pub slug: String,
    /// Indices into [`Site::posts`], newest first.
    pub posts: Vec<usize>,
}

/// Posts in a row.
#[derive(Debug)]
pub struct Series {
    /// As the posts write it.
    pub name: String,
    /// Indices into [`Site::posts`], oldest first: the order of reading.
    pub posts: Vec<usize>,
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

/// An article with a date.
#[derive(Debug)]
pub struct Post {
    /// Its Markdown.
    pub body: Body,
    /// In its URL: `hello`. No two posts have the same.
    pub slug: String,
    /// Plain text.
    pub title: String,
    /// Plain text, a sentence or two.
    pub description: String,
    /// The day on which it appeared.
    pub date: Date,
    /// The date is only approximate: shown as "c. July 2025", left out of structured data.
    pub circa: bool,
    /// The day of its last change, if it was changed; never before `date`.
    pub updated: Option<Date>,
    /// Indices into [`Site::topics`], in that order.
    pub topics: Vec<usize>,
    /// Indices into [`Site::tags`], in the order of the front matter.
    pub tags: Vec<usize>,
    /// An index into [`Site::series`].
    pub series: Option<usize>,
    /// Paths that redirect to this post: `/old/path`.
    pub aliases: Vec<String>,
    /// The picture that other sites show with a link to the post: the path of a file in the source tree, beside the post or in `static/`.
    pub image: Option<String>,
    /// Indices into [`Site::posts`] of the posts most alike, best first, at most [`RELATED`].
    pub related: Vec<usize>,
}

/// How many related posts a post shows: more would be a list nobody reads.
pub const RELATED: usize = 3;

/// A page that stands outside the stream of posts: `/about`.
#[derive(Debug)]
pub struct StandingPage {
    /// Its Markdown.
    pub body: Body,
    /// Its URL: `about`. It is no route that the site has anyway.
    pub slug: String,
    /// Plain text.
    pub title: String,
    /// Plain text, a sentence or two.
    pub description: String,
    /// The day of its last change.
    pub updated: Option<Date>,
    /// Paths that redirect to this page: `/old/path`.
    pub aliases: Vec<String>,
}
