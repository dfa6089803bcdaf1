//! A small site for the tests of feeds and links.

use jiff::civil::Date;

use crate::assets::Preview;
use crate::diagnostic::Report;
use crate::markdown::Rendered;
use crate::media::Cards;
use crate::model::{Post, Site};
use crate::rendered_site::RenderedSite;
use crate::source::{Body, Settings};
use crate::theme::Theme;
use crate::tree::SourceTree;

/// All that a [`RenderedSite`] borrows.
pub(crate) struct Fixture {
    pub(crate) site: Site,
    pub(crate) posts: Vec<Rendered>,
    theme: Theme,
    previews: Vec<Option<Preview>>,
    pub(crate) faces: Vec<Option<String>>,
    cards: Cards,
}

impl Fixture {
    /// The site of these posts, each with a short text.
    pub(crate) fn of(posts: Vec<Post>) -> Self {
        let html = |post: &Post| format!("<p>The text of {}.</p>", post.slug);
        let theme = Theme::load(&SourceTree::default(), &mut Report::default());
        let texts: Vec<_> = posts.iter().map(|post| Rendered { html: html(post), ..Rendered::default() }).collect();
        let (previews, faces) = posts.iter().map(|_| (None, None)).unzip();
        let site = Site {
            now: "2026-01-02T03:04:05Z".parse().expect("a time"),
            settings: settings(),
            topics: Vec::new(),
            posts,
            start: Vec::new(),
            pages: Vec::new(),
            tags: Vec::new(),
            series: Vec::new(),
        };
        let drawn_from = ("", &theme.colours);
        let cards = Cards::new(&site, (&texts, &[]), drawn_from, &mut Report::default());
        Self { site, posts: texts, theme, previews, faces, cards }
    }

    pub(crate) fn context(&self) -> RenderedSite<'_> {
        RenderedSite {
            site: &self.site,
            theme: &self.theme,
            posts: &self.posts,
            pages: &[],
            previews: &self.previews,
            faces: &self.faces,
            cards: &self.cards,
        }
    }
}

fn settings() -> Settings {
    Settings {
        title: "Notes & <more>".to_owned(),
        description: "What I learnt.".to_owned(),
        base_url: "https://example.org".to_owned(),
        language: "en-GB".to_owned(),
        author: None,
        license: None,
        navigation: Vec::new(),
        start: Vec::new(),
        feed_length: 20,
        redirects: Vec::new(),
        security: None,
    }
}

/// The post of `posts/SLUG.md`.
pub(crate) fn post(slug: &str, date: &str) -> Post {
    Post {
        body: Body { path: format!("posts/{slug}.md"), file: "".into(), range: 0..0 },
        slug: slug.to_owned(),
        title: slug.to_owned(),
        description: format!("About {slug}."),
        date: date.parse::<Date>().expect("a date"),
        circa: false,
        updated: None,
        topics: Vec::new(),
        tags: Vec::new(),
        series: None,
        aliases: Vec::new(),
        image: None,
        related: Vec::new(),
    }
}
