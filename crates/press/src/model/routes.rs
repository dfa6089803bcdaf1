//! The routes of topics, tags, posts and pages. Each is defined once, here.

use std::collections::HashMap;

use graven_pack::NOT_FOUND;

use super::site::{Post, Site, StandingPage, Tag, Topic};
use crate::source::PagePlace;

impl Topic {
    /// The path of the topic's page: `/notes/fintech`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("/notes/{}", self.slug)
    }

    /// The path of the feed of its posts.
    #[must_use]
    pub fn feed_route(&self) -> String {
        format!("/notes/{}/feed.xml", self.slug)
    }
}

impl Tag {
    /// The path of the tag's page: `/tags/raspberry-pi`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("/tags/{}", self.slug)
    }

    /// The path of the feed of its posts.
    #[must_use]
    pub fn feed_route(&self) -> String {
        format!("/tags/{}/feed.xml", self.slug)
    }
}

impl Post {
    /// The path of the post's page: `/blog/hello`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("/blog/{}", self.slug)
    }

    /// The path of its Markdown: `/blog/hello.md`.
    #[must_use]
    pub fn markdown_route(&self) -> String {
        format!("/blog/{}.md", self.slug)
    }
}

impl StandingPage {
    /// The path of the page: `/about`. That for unknown addresses has the name by which the server finds it, which is no path.
    #[must_use]
    pub fn route(&self) -> String {
        match self.place {
            PagePlace::Slug => format!("/{}", self.slug),
            PagePlace::Home => "/".to_owned(),
            PagePlace::NotFound => NOT_FOUND.to_owned(),
        }
    }

    /// Whether readers can go to it: all but the page of unknown addresses.
    #[must_use]
    pub fn has_address(&self) -> bool {
        self.place != PagePlace::NotFound
    }
}

impl Site {
    /// The routes of posts and pages by the paths of their Markdown files.
    #[must_use]
    pub fn routes(&self) -> HashMap<&str, String> {
        let posts = self.posts.iter().map(|post| (post.body.path.as_str(), post.route()));
        let pages = self.pages.iter().filter(|page| page.has_address());
        posts.chain(pages.map(|page| (page.body.path.as_str(), page.route()))).collect()
    }
}
