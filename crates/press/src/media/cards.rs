//! The cards of a site: which page has which, and what is on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use graven_pack::hex;
use rayon::prelude::*;

use super::card::{Card, Content};
use super::fonts::Font;
use crate::cache::{Cache, Key};
use crate::colours::Colours;
use crate::dependencies::Dependencies;
use crate::diagnostic::{Diagnostic, Report};
use crate::markdown::Rendered;
use crate::model::{Post, Site, StandingPage, Topic};
use crate::output::{Document, Output, Outputs};

/// The cards of a site. A page without its own has that of the site.
#[derive(Debug)]
pub(crate) struct Cards {
    of_site: Card,
    by_page: BTreeMap<String, Arc<CardOfPage>>,
    colours: Colours,
}

/// The card of a page, and a number for what it shows.
#[derive(Debug)]
struct CardOfPage {
    card: Card,
    lacking: Lacking,
    made_from: u64,
}

/// The characters that a card cannot show.
#[derive(Debug)]
struct Lacking {
    /// The file whose text has them.
    source: String,
    /// Each once; empty if the card shows everything.
    characters: String,
}

/// How many of them a warning lists: a script has thousands.
const MOST_LISTED: usize = 24;

/// What every card is made from.
#[derive(Clone, Copy)]
struct Maker<'a> {
    site: &'a Site,
    mark: &'a str,
    colours: &'a Colours,
}

/// The texts of posts and of standing pages.
type Texts<'a> = (&'a [Arc<Rendered>], &'a [Arc<Rendered>]);

impl Cards {
    /// The cards of `site`, with the mark of the site. What cannot be shown on them is reported. Those whose `numbers` are as `before` are taken over.
    pub(crate) fn new(
        site: &Site,
        (posts, pages): Texts,
        (mark, colours): (&str, &Colours),
        (numbers, before): (&Dependencies, Option<&Self>),
        report: &mut Report,
    ) -> Self {
        let maker = Maker { site, mark, colours };
        let card = |route: String, number: u64, make: &dyn Fn() -> (Card, Lacking)| {
            let before = before.and_then(|before| before.by_page.get(&route));
            if let Some(before) = before.filter(|before| before.made_from == number) {
                return (route, Arc::clone(before));
            }
            let (card, lacking) = make();
            (route, Arc::new(CardOfPage { card, lacking, made_from: number }))
        };
        let of_posts = site.posts.par_iter().zip(posts).enumerate().filter(|(_, (post, _))| post.image.is_none());
        let of_posts = of_posts
            .map(|(index, (post, text))| card(post.route(), numbers.of_card(index), &|| maker.of_post(post, text)));
        let of_pages = site
            .pages
            .par_iter()
            .zip(pages)
            .enumerate()
            .filter(|(_, (page, _))| page.has_address())
            .map(|(index, (page, text))| card(page.route(), numbers.of_page(index), &|| maker.of_page(page, text)));
        let of_topics = site.topics.par_iter().enumerate().map(|(index, topic)| {
            card(topic.route(), numbers.of_list(index, &topic.posts), &|| maker.of_topic(topic, index))
        });
        let cards: Vec<_> = of_posts.chain(of_pages).chain(of_topics).collect();
        let by_page: BTreeMap<_, _> = cards.into_iter().collect();
        let (of_site, lacking) = maker.of_site();
        let lacking: Vec<_> = by_page.values().map(|card| &card.lacking).chain([&lacking]).collect();
        warn_of_lacking(&lacking, report);
        Self { of_site, by_page, colours: colours.clone() }
    }

    /// The card of the page at `path`.
    pub(crate) fn of(&self, path: &str) -> &Card {
        self.by_page.get(path).map_or(&self.of_site, |of_page| &of_page.card)
    }

    /// Adds the pictures. Each is drawn when it is needed.
    pub(crate) fn draw<'a>(&'a self, cache: &'a Cache, outputs: &mut Outputs<'a>) {
        let cards = self.by_page.values().map(|of_page| &of_page.card).chain([&self.of_site]);
        outputs.extend(cards.map(|card| {
            let draw = || {
                let key = Key::new("card", &[&card.hash]);
                cache.get_or_make(&key, || vec![card.content.draw(&self.colours)]).concat()
            };
            (card.route.clone(), Output::Document(Document::drawn(&card.route, draw)))
        }));
    }
}

impl Maker<'_> {
    fn of_post(self, post: &Post, rendered: &Rendered) -> (Card, Lacking) {
        let topic = post.topics.first();
        let dates = &self.site.settings.words.dates;
        let date = if post.circa { dates.circa(post.date) } else { dates.day(post.date) };
        let content = Content {
            description: post.description.clone(),
            topic: topic.map_or_else(|| self.host(), |topic| self.site.topics[*topic].title.clone()),
            hue: self.colours.hue(topic.copied()).light.clone(),
            date,
            ..self.content(&post.title, rendered)
        };
        self.card(&post.slug, content, &post.body.path, rendered)
    }

    fn of_page(self, page: &StandingPage, rendered: &Rendered) -> (Card, Lacking) {
        let content = Content { description: page.description.clone(), ..self.content(&page.title, rendered) };
        self.card(&page.slug, content, &page.body.path, rendered)
    }

    fn of_topic(self, topic: &Topic, index: usize) -> (Card, Lacking) {
        let (none, count) = (Rendered::default(), topic.posts.len());
        let content = Content {
            description: topic.blurb.clone(),
            date: match count {
                0 => String::new(),
                count => self.site.settings.words.lists.posts.count(count),
            },
            hue: self.colours.hue(Some(index)).light.clone(),
            ..self.content(&topic.title, &none)
        };
        self.card(&topic.slug, content, "topics.toml", &none)
    }

    fn of_site(self) -> (Card, Lacking) {
        let (none, settings) = (Rendered::default(), &self.site.settings);
        let content = Content {
            site: String::new(),
            description: settings.description.clone(),
            ..self.content(&settings.title, &none)
        };
        self.card("", content, "site.toml", &none)
    }

    /// The host of the site and its path there, if it has a host.
    fn host(&self) -> String {
        let base_url = self.site.settings.base_url.to_string();
        let host = base_url.split("://").last().unwrap_or_default();
        if host.starts_with("localhost") { String::new() } else { host.to_owned() }
    }

    /// The content that all cards have.
    fn content(self, title: &str, rendered: &Rendered) -> Content {
        Content {
            site: self.site.settings.title.clone(),
            title: title.to_owned(),
            hue: self.colours.accent.light.clone(),
            topic: self.host(),
            drawing: rendered.drawing.as_ref().map(|drawing| drawing.svg.clone()).unwrap_or_default(),
            mark: self.mark.to_owned(),
            ..Content::default()
        }
    }

    /// The card with this content for the page `name`, from the file `source`.
    fn card(self, name: &str, content: Content, source: &str, rendered: &Rendered) -> (Card, Lacking) {
        let alt = alternative(&content, rendered);
        let (content, characters) = drawable(content);
        // The slug of a page in a folder has slashes.
        let name = if name.is_empty() { "card".to_owned() } else { format!("card-{}", name.replace('/', "-")) };
        let hash = content.hash(self.colours);
        let card = Card { route: format!("/assets/{name}.{}.png", hex(&hash[..8])), alt, content, hash };
        (card, Lacking { source: source.to_owned(), characters })
    }
}

/// What a card shows, in words.
fn alternative(content: &Content, rendered: &Rendered) -> String {
    let parts = [&content.title, &content.site, &content.date];
    let parts: Vec<&str> =
        parts.iter().map(|part| part.trim_end_matches('.')).filter(|part| !part.is_empty()).collect();
    match &rendered.drawing {
        Some(drawing) if !drawing.alt.is_empty() => format!("{}. {}", parts.join(", "), drawing.alt),
        _ => parts.join(", "),
    }
}

/// The content without what the fonts lack, and that. Signs and pictures are left out of a text. A text that lacks letters is left out as a whole: a title with
/// holes is worse than none.
fn drawable(content: Content) -> (Content, String) {
    let mut missing = String::new();
    let mut text = |text: String, font: Font| {
        let lacking = font.missing(&text);
        missing.extend(&lacking);
        if lacking.iter().any(|char| char.is_alphabetic()) {
            return String::new();
        }
        // SVG, as any XML, cannot have control characters.
        let kept: String = text.chars().filter(|char| !lacking.contains(char) && !char.is_control()).collect();
        kept.split_inclusive(' ').filter(|word| *word != " ").collect()
    };
    let drawn = Content {
        site: text(content.site, Font::Bold),
        title: text(content.title, Font::Bold),
        description: text(content.description, Font::Serif),
        date: text(content.date, Font::Mono),
        topic: text(content.topic, Font::Mono),
        ..content
    };
    let labels = Font::Mono.missing(&drawn.drawing);
    missing.extend(&labels);
    let drawn = if labels.is_empty() { drawn } else { Content { drawing: String::new(), ..drawn } };
    (drawn, missing)
}

/// Warns of the characters that cards lack: at the page, or once for the site, if its language has other letters than the fonts.
fn warn_of_lacking(cards: &[&Lacking], report: &mut Report) {
    let lacking: Vec<&&Lacking> = cards.iter().filter(|card| !card.characters.is_empty()).collect();
    let warning = match lacking.as_slice() {
        [] => return,
        [Lacking { source, characters }] => {
            let message = format!("the card of this page lacks the characters “{characters}”");
            Diagnostic::warning(source.as_str(), None, message)
        }
        several => {
            let characters: BTreeSet<char> = several.iter().flat_map(|card| card.characters.chars()).collect();
            let listed: String = characters.iter().take(MOST_LISTED).collect();
            let more = if characters.len() > MOST_LISTED { ", and others" } else { "" };
            let count = several.len();
            let message = format!("the cards of {count} pages lack the characters “{listed}”{more}");
            let first = format!("the first of these pages is that of {}", several[0].source);
            Diagnostic::warning("site.toml", None, message).help(first)
        }
    };
    report.push(warning.help(
        "their fonts have European letters; to show others, draw a picture of 1200 × 630 pixels and name it as `image`",
    ));
}
