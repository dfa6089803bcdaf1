//! Where what the model holds stands on the site: each route is written down once, here.

use super::{Post, Site, StandingPage, Tag, Topic};

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
    /// The path of the page: `/about`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("/{}", self.slug)
    }
}

impl Site {
    /// The route of what a Markdown file of the source tree becomes.
    #[must_use]
    pub fn route_of(&self, path: &str) -> Option<String> {
        let post = self.posts.iter().find(|post| post.body.path == path).map(Post::route);
        post.or_else(|| self.pages.iter().find(|page| page.body.path == path).map(StandingPage::route))
    }
}

/// The name of a tag in its URL. Signs that tell one language from another are spelt out, so that C, C++ and C# are three.
pub(crate) fn tag_slug(name: &str) -> String {
    slug::slugify(name.replace('+', " plus ").replace('#', " sharp "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_tell_languages_apart_are_spelt_out() {
        for (name, expected) in [
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("C#", "c-sharp"),
            ("Raspberry Pi", "raspberry-pi"),
            ("Auto-scaling", "auto-scaling"),
        ] {
            assert_eq!(tag_slug(name), expected, "{name}");
        }
    }
}
