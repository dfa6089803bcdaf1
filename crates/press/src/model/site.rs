//! The types of the model.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::source::{Author, Body, PagePlace, Settings};

/// The whole site. Lists are in the order in which the site shows them.
#[derive(Debug)]
pub struct Site {
    /// The time of the build: that of the options, or else the newest date in the content that is not in the future.
    pub now: Timestamp,
    /// The times after the build at which posts are published, the earliest first.
    pub times: Vec<Timestamp>,
    /// The settings of `site.toml`.
    pub settings: Settings,
    /// In the order of `topics.toml`.
    pub topics: Vec<Topic>,
    /// Newest first; with the same time, by slug.
    pub posts: Vec<Post>,
    /// Indices into `posts`: those that the first page recommends, in the order of the settings.
    pub start: Vec<usize>,
    /// By slug.
    pub pages: Vec<StandingPage>,
    /// By name, ignoring case.
    pub tags: Vec<Tag>,
    /// By name.
    pub series: Vec<Series>,
}

impl Site {
    /// The next newer post after the post at `index`.
    #[must_use]
    pub fn newer(&self, index: usize) -> Option<&Post> {
        self.posts.get(index.checked_sub(1)?)
    }

    /// The next older post before the post at `index`.
    #[must_use]
    pub fn older(&self, index: usize) -> Option<&Post> {
        self.posts.get(index + 1)
    }

    /// Replaces the Markdown of the texts at the same paths.
    pub(crate) fn replace_bodies(&mut self, bodies: Vec<Body>) {
        let mut bodies: HashMap<String, Body> = bodies.into_iter().map(|body| (body.path.clone(), body)).collect();
        let posts = self.posts.iter_mut().map(|post| &mut post.body);
        for body in posts.chain(self.pages.iter_mut().map(|page| &mut page.body)) {
            if let Some(new) = bodies.remove(&body.path) {
                *body = new;
            }
        }
    }

    /// The authors of a post: those that it names, or else that of the site.
    #[must_use]
    pub fn authors<'a>(&'a self, post: &'a Post) -> &'a [Author] {
        if post.authors.is_empty() { self.settings.author.as_slice() } else { &post.authors }
    }

    /// The names of the tags of a post.
    pub(crate) fn tag_names<'a>(&'a self, post: &'a Post) -> impl Iterator<Item = &'a str> {
        post.tags.iter().map(|tag| self.tags[*tag].name.as_str())
    }
}

/// One of the ordered groups of the site.
#[derive(Clone, Debug)]
pub struct Topic {
    /// In its URL: `edge-infra`.
    pub slug: String,
    /// The title, as shown.
    pub title: String,
    /// A sentence or two about the topic.
    pub blurb: String,
    /// Indices into [`Site::posts`], newest first.
    pub posts: Vec<usize>,
}

/// A free label. Tags with the same slug are one tag.
#[derive(Clone, Debug, Default)]
pub struct Tag {
    /// As the posts write it: `Raspberry Pi`.
    pub name: String,
    /// In its URL: `raspberry-pi`.
    pub slug: String,
    /// Indices into [`Site::posts`], newest first.
    pub posts: Vec<usize>,
    /// How each post writes it, by the path of the post. Empty if all write it alike.
    pub(crate) spellings: BTreeMap<String, String>,
}

/// Posts in sequence.
#[derive(Clone, Debug)]
pub struct Series {
    /// As the posts write it.
    pub name: String,
    /// Indices into [`Site::posts`], oldest first: the order of reading.
    pub posts: Vec<usize>,
}

/// An article with a date.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "none follows from the others")]
pub struct Post {
    /// Its Markdown.
    pub body: Body,
    /// In its URL: `hello`. Unique among the posts.
    pub slug: String,
    /// Plain text.
    pub title: String,
    /// Plain text, a sentence or two. Empty if the author has written none and the text has no paragraph.
    pub description: String,
    /// Whether the description is the beginning of the text, because the author has written none.
    pub is_excerpt: bool,
    /// The day of publication, as the author wrote it.
    pub date: Date,
    /// The time of publication: that after the date, or else the midnight before the day.
    pub published_at: Timestamp,
    /// Whether the date is approximate: shown as "c. July 2025", left out of structured data.
    pub circa: bool,
    /// The day of the last change, not before `date`.
    pub updated: Option<Date>,
    /// What changed then.
    pub update_note: Option<String>,
    /// Its authors, if the front matter names them; otherwise it is by the author of the site.
    pub authors: Vec<Author>,
    /// Indices into [`Site::topics`], in that order.
    pub topics: Vec<usize>,
    /// Indices into [`Site::tags`], in the order of the front matter.
    pub tags: Vec<usize>,
    /// An index into [`Site::series`].
    pub series: Option<usize>,
    /// Paths that redirect to this post: `/old/path`.
    pub aliases: Vec<String>,
    /// The picture that other sites show with a link to the post: the path of a file of the tree, in the folder of the post or in `static/`.
    pub image: Option<String>,
    /// Indices into [`Site::posts`] of the most similar posts, best first, at most [`RELATED`].
    pub related: Vec<usize>,
    /// `[extra]` of the front matter, which only a site's own views use.
    pub extra: Map<String, Value>,
    /// Whether it is a draft, which only a preview shows.
    pub is_draft: bool,
    /// Whether it is shown before its time, which only a preview does.
    pub is_scheduled: bool,
}

impl Post {
    /// The description above the text. `None` if there is none, or if it is the beginning of the text, which would be shown twice.
    #[must_use]
    pub fn lede(&self) -> Option<&str> {
        (!self.is_excerpt).then_some(&self.description)
    }

    /// The day of publication, if it is known to the day.
    pub(crate) fn published(&self) -> Option<Date> {
        (!self.circa).then_some(self.date)
    }
}

/// How many related posts a post shows: nobody reads a longer list.
pub const RELATED: usize = 3;

/// A page that is not a post: `/about`.
#[derive(Clone, Debug)]
pub struct StandingPage {
    /// Its Markdown.
    pub body: Body,
    /// In its URL: `about`, or `guide/first` for a page in a folder. Not a route of every site.
    pub slug: String,
    /// Where it is.
    pub place: PagePlace,
    /// Plain text.
    pub title: String,
    /// Plain text, a sentence or two. Empty if the author has written none and the text has no paragraph.
    pub description: String,
    /// Whether the description is the beginning of the text, because the author has written none.
    pub is_excerpt: bool,
    /// The day of the last change.
    pub updated: Option<Date>,
    /// What changed then.
    pub update_note: Option<String>,
    /// Paths that redirect to this page: `/old/path`.
    pub aliases: Vec<String>,
    /// `[extra]` of the front matter, which only a site's own views use.
    pub extra: Map<String, Value>,
    /// Whether it is a draft, which only a preview shows.
    pub is_draft: bool,
}

impl StandingPage {
    /// The description above the text. `None` if there is none, or if it is the beginning of the text, which would be shown twice.
    #[must_use]
    pub fn lede(&self) -> Option<&str> {
        (!self.is_excerpt).then_some(&self.description)
    }
}
