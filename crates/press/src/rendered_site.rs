//! The site with its rendered texts, which views, feeds and checks read; and the views, which a site may replace by its own.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use maud::{Markup, PreEscaped};

use crate::assets::Preview;
use crate::markdown::Rendered;
use crate::media::Cards;
use crate::model::Site;
use crate::theme::Theme;
use crate::views::metadata::Head;

/// The model, the theme, and what was rendered from the texts.
#[derive(Clone, Copy, Debug)]
pub struct RenderedSite<'a> {
    /// The model.
    pub(crate) site: &'a Site,
    /// The style sheets and the wordmark.
    pub(crate) theme: &'a Theme,
    /// The views of the site.
    pub(crate) views: &'a dyn Views,
    /// Those of the theme.
    pub(crate) theme_views: &'a dyn Views,
    /// The rendered posts, by the index of the post.
    pub(crate) posts: &'a [Arc<Rendered>],
    /// The rendered standing pages, by the index of the page.
    pub(crate) pages: &'a [Arc<Rendered>],
    /// The pictures of the posts for other sites, by the index of the post.
    pub(crate) previews: &'a [Option<Arc<Preview>>],
    /// The drawings of the posts as thumbnails, by the index of the post.
    pub(crate) faces: &'a [Option<Arc<str>>],
    /// The posts that link to a post, newest first, by the index of that.
    pub(crate) backlinks: &'a [Vec<usize>],
    /// The cards of the pages.
    pub(crate) cards: &'a Cards,
    /// Whether a text has a figure that is a program. Each page asks.
    pub(crate) has_models: bool,
}

impl<'a> RenderedSite<'a> {
    /// The settings, topics, posts, pages, tags and series.
    #[must_use]
    pub fn model(self) -> &'a Site {
        self.site
    }

    /// The views of the site: each calls the others by them, so that one of its own appears wherever it is needed.
    #[must_use]
    pub fn views(self) -> &'a dyn Views {
        self.views
    }

    /// The views of the theme, to add to one of them.
    #[must_use]
    pub fn theme_views(self) -> &'a dyn Views {
        self.theme_views
    }

    /// What a page contains to lead to a route: on a site with the base URL `https://example.org/blog`, `/blog/notes` for `/notes`. What is no route stays.
    #[must_use]
    pub fn href(self, route: &str) -> Cow<'_, str> {
        self.site.settings.href(route)
    }

    /// The text of the post at an index of [`Site::posts`].
    #[must_use]
    pub fn text_of_post(self, index: usize) -> PreEscaped<&'a str> {
        PreEscaped(&self.posts[index].html)
    }

    /// The text of the page at an index of [`Site::pages`].
    #[must_use]
    pub fn text_of_page(self, index: usize) -> PreEscaped<&'a str> {
        PreEscaped(&self.pages[index].html)
    }

    /// The first drawing of the post at an index of [`Site::posts`], as a thumbnail in SVG.
    #[must_use]
    pub fn face_of_post(self, index: usize) -> Option<PreEscaped<&'a str>> {
        self.faces.get(index)?.as_deref().map(PreEscaped)
    }

    /// Whether a text has a figure that is a program, so that there is a page of them all.
    #[must_use]
    pub fn has_models(self) -> bool {
        self.has_models
    }
}

/// The heading above a list, so that no level is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// The title of the page.
    Page,
    /// The heading of a section.
    Section,
}

/// What the pages of a site look like. Each method has the theme's own view as its default.
///
/// A view is a function of what it is given: called again with the same site, it gives the same. Ids, links and what a page loads are checked as everywhere;
/// what is inline is allowed by the page's policy, and the attribute `style` is not. The search page is always the theme's, within the document of the site,
/// since the server fills it.
///
/// The manual about the look has an example: a footer that counts the posts.
pub trait Views: Send + Sync {
    /// A whole page, from the `<!DOCTYPE html>` on, around the content of its `<main>`.
    fn document(&self, site: RenderedSite<'_>, page: &Head<'_>, main: &Markup) -> Markup {
        site.theme_views.document(site, page, main)
    }

    /// The content of the `<head>`.
    fn head(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        site.theme_views.head(site, page)
    }

    /// The content of the header of a page.
    fn header(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        site.theme_views.header(site, page)
    }

    /// The content of the footer of a page, in front of `theme/foot.html`.
    fn footer(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        site.theme_views.footer(site, page)
    }

    /// The content of the entry of a list: the post at an index of [`Site::posts`].
    fn entry(&self, site: RenderedSite<'_>, post: usize, under: Under) -> Markup {
        site.theme_views.entry(site, post, under)
    }

    /// The content of `<main>` on the first page.
    fn home(&self, site: RenderedSite<'_>) -> Markup {
        site.theme_views.home(site)
    }

    /// The content of `<main>` on the page of all posts by topic.
    fn notes(&self, site: RenderedSite<'_>) -> Markup {
        site.theme_views.notes(site)
    }

    /// The content of `<main>` on the page of the topic at an index of [`Site::topics`].
    fn topic(&self, site: RenderedSite<'_>, topic: usize) -> Markup {
        site.theme_views.topic(site, topic)
    }

    /// The content of `<main>` on the page of all posts by date.
    fn blog(&self, site: RenderedSite<'_>) -> Markup {
        site.theme_views.blog(site)
    }

    /// The content of `<main>` on the page of the post at an index of [`Site::posts`].
    fn post(&self, site: RenderedSite<'_>, post: usize) -> Markup {
        site.theme_views.post(site, post)
    }

    /// The content of `<main>` on the standing page at an index of [`Site::pages`].
    fn page(&self, site: RenderedSite<'_>, page: usize) -> Markup {
        site.theme_views.page(site, page)
    }

    /// The content of `<main>` on the page of all tags.
    fn tags(&self, site: RenderedSite<'_>) -> Markup {
        site.theme_views.tags(site)
    }

    /// The content of `<main>` on the page of the tag at an index of [`Site::tags`].
    fn tag(&self, site: RenderedSite<'_>, tag: usize) -> Markup {
        site.theme_views.tag(site, tag)
    }

    /// The content of `<main>` on the page of all figures that are programs.
    fn models(&self, site: RenderedSite<'_>) -> Markup {
        site.theme_views.models(site)
    }

    /// The content of `<main>` on the page about the feeds.
    fn subscribe(&self, site: RenderedSite<'_>) -> Markup {
        site.theme_views.subscribe(site)
    }

    /// The content of `<main>` on the page for unknown addresses.
    fn not_found(&self, site: RenderedSite<'_>) -> Markup {
        site.theme_views.not_found(site)
    }
}

impl fmt::Debug for dyn Views + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("views")
    }
}
