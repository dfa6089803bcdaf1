//! `/subscribe`: what a feed is, in plain words, and every feed of the site. A page of the site with that name takes its place.

use maud::{Markup, html};

use super::head::{self, Head};
use super::routes::SUBSCRIBE;
use super::{layout, lists};
use crate::feeds::{FEED, JSON_FEED, RSS};
use crate::languages::Subscribe;
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

pub(super) fn render(context: RenderedSite) -> String {
    let site = context.site;
    let words = &site.settings.words.subscribe;
    let name = &*site.settings.words.pages.subscribe;
    let description = words.description.fill(&[("site", &site.settings.title)]);
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(name, SUBSCRIBE)])],
        ..Head::new(Some(name), &description, SUBSCRIBE, Sheets::Contents)
    };
    layout::render(context, &head, &context.views.subscribe(context))
}

/// The content of its `<main>`.
pub(super) fn main(context: RenderedSite) -> Markup {
    let site = context.site;
    let words = &site.settings.words.subscribe;
    let name = &*site.settings.words.pages.subscribe;
    html! {
        h1 { (name) }
        p.lede { (words.lede) }
        (explanation(words, site.settings.feed_length))
        section aria-labelledby="all" {
            h2 #all { (words.all) }
            p { (words.formats) }
            ul.feeds {
                @for (name, path) in [("Atom", FEED), ("RSS", RSS), ("JSON Feed", JSON_FEED)] { (feed(context, name, path, None)) }
            }
        }
        @if !site.topics.is_empty() {
            section aria-labelledby="topics" {
                h2 #topics { (words.topic) }
                p { (words.summaries) }
                ul.feeds {
                    @for (index, topic) in site.topics.iter().enumerate() { (feed(context, &topic.title, &topic.feed_route(), Some(index))) }
                }
            }
        }
        @if !site.tags.is_empty() {
            p { (words.tags.linked(&[("tags", context.href("/tags"))])) }
        }
    }
}

fn explanation(words: &Subscribe, feed_length: usize) -> Markup {
    html! {
        section.how aria-labelledby="how" {
            h2 #how { (words.how) }
            p { (words.what.fill(&[("count", &feed_length)])) }
            p { (words.readers) }
        }
    }
}

/// A feed with its address in full, to be copied.
fn feed(context: RenderedSite, name: &str, path: &str, topic: Option<usize>) -> Markup {
    html! {
        li class=[topic.map(lists::hue)] {
            a href=(context.href(path)) { span.name { (name) } span.data { (context.site.settings.url(path)) } }
        }
    }
}
