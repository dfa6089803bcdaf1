//! A small site for the tests of feeds and links.

use std::sync::Arc;

use jiff::civil::Date;

use crate::assets::Preview;
use crate::dependencies::Dependencies;
use crate::diagnostic::Report;
use crate::languages::english;
use crate::markdown::Rendered;
use crate::media::Cards;
use crate::model::{Post, Site};
use crate::rendered_site::RenderedSite;
use crate::security_policy::Hosts;
use crate::source::{BaseUrl, Body, Settings};
use crate::texts::Text;
use crate::theme::{OfSettings, Theme};
use crate::tree::SourceTree;
use crate::views::ThemeViews;

/// All that a [`RenderedSite`] borrows.
pub(crate) struct Fixture {
    pub(crate) site: Site,
    posts: Vec<Arc<Rendered>>,
    theme: Theme,
    previews: Vec<Option<Arc<Preview>>>,
    pub(crate) faces: Vec<Option<Arc<str>>>,
    pub(crate) backlinks: Vec<Vec<usize>>,
    cards: Cards,
}

impl Fixture {
    /// The site of these posts, each with a short text.
    pub(crate) fn of(posts: Vec<Post>) -> Self {
        let html = |post: &Post| format!("<p>The text of {}.</p>", post.slug);
        let settings = settings();
        let Settings { policy: hosts, words, base_url, .. } = &settings;
        let of_settings = OfSettings { hosts, words, base_url };
        let theme = Theme::load(&SourceTree::default(), of_settings, &mut Report::default());
        let texts: Vec<_> = posts
            .iter()
            .map(|post| Text::of(Rendered { html: html(post), ..Rendered::default() }, &post.body))
            .collect();
        let (previews, faces): (Vec<_>, Vec<_>) = posts.iter().map(|_| (None, None)).unzip();
        let site = Site {
            now: "2026-01-02T03:04:05Z".parse().expect("a time"),
            times: Vec::new(),
            settings,
            topics: Vec::new(),
            posts,
            start: Vec::new(),
            pages: Vec::new(),
            tags: Vec::new(),
            series: Vec::new(),
        };
        let drawn_from = ("", &theme.colours);
        let numbers = Dependencies::new(&site, 0, (&texts, &[]), &previews);
        let texts: Vec<_> = texts.into_iter().map(|text| Arc::clone(&text.rendered)).collect();
        let cards = Cards::new(&site, (&texts, &[]), drawn_from, (&numbers, None), &mut Report::default());
        let backlinks = vec![Vec::new(); texts.len()];
        Self { site, posts: texts, theme, previews, faces, backlinks, cards }
    }

    /// The text of the post at `index`, to be changed.
    pub(crate) fn text(&mut self, index: usize) -> &mut Rendered {
        Arc::get_mut(&mut self.posts[index]).expect("nobody else has the text")
    }

    pub(crate) fn context(&self) -> RenderedSite<'_> {
        RenderedSite {
            site: &self.site,
            theme: &self.theme,
            views: &ThemeViews,
            theme_views: &ThemeViews,
            posts: &self.posts,
            pages: &[],
            previews: &self.previews,
            faces: &self.faces,
            backlinks: &self.backlinks,
            cards: &self.cards,
            has_models: self.posts.iter().any(|text| !text.models.is_empty()),
        }
    }
}

fn settings() -> Settings {
    Settings {
        title: "Notes & <more>".to_owned(),
        description: "What I learnt.".to_owned(),
        base_url: BaseUrl::parse("https://example.org").expect("a base URL"),
        language: "en-GB".to_owned(),
        words: english(),
        time_zone: jiff::tz::TimeZone::UTC,
        author: None,
        license: None,
        navigation: Vec::new(),
        footer: Vec::new(),
        policy: Hosts::default(),
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
        is_excerpt: false,
        date: date.parse::<Date>().expect("a date"),
        published_at: format!("{date}T00:00:00Z").parse().expect("a time"),
        circa: false,
        updated: None,
        update_note: None,
        authors: Vec::new(),
        topics: Vec::new(),
        tags: Vec::new(),
        series: None,
        aliases: Vec::new(),
        image: None,
        related: Vec::new(),
        extra: serde_json::Map::new(),
        is_draft: false,
        is_scheduled: false,
    }
}
