//! `/notes`: all posts by topic, below a matrix of topics and posts; `/notes/TOPIC`: one topic.

use maud::{Markup, html};

use super::head::{self, Head};
use super::lists::Under;
use super::routes::SUBSCRIBE;
use super::{layout, lists, matrix};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

pub(super) fn render_all(context: RenderedSite) -> String {
    let site = context.site;
    let words = &site.settings.words;
    let name = &*words.pages.notes;
    let description = words.notes.description.fill(&[("site", &site.settings.title)]);
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(name, "/notes")])],
        ..Head::new(Some(name), &description, "/notes", Sheets::Contents)
    };
    layout::render(context, &head, &context.views.notes(context))
}

/// The content of its `<main>`.
pub(super) fn main_of_all(context: RenderedSite) -> Markup {
    let site = context.site;
    let words = &site.settings.words;
    let name = &*words.pages.notes;
    html! {
        h1 { (name) }
        p.lede { (words.notes.lede.linked(&[("blog", context.href("/blog"))])) }
        @if site.posts.is_empty() { (lists::no_posts(context)) }
        (matrix::render(context))
        @for (index, topic) in site.topics.iter().enumerate() {
            section.topic.(lists::hue(index)) aria-labelledby=(topic.slug) {
                h2 #(topic.slug) {
                    span.data { (index + 1) }
                    a href=(context.href(&topic.route())) { (topic.title) }
                    span.data.count { (words.lists.posts.count(topic.posts.len())) }
                }
                p { (topic.blurb) }
                (topic_entries(context, index, Under::Section))
            }
        }
    }
}

pub(super) fn render_topic(context: RenderedSite, index: usize) -> String {
    let site = context.site;
    let topic = &site.topics[index];
    let path = topic.route();
    let words = &site.settings.words;
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(&*words.pages.notes, "/notes"), (&topic.title, &path)])],
        feed: Some(topic.feed_route()),
        ..Head::new(Some(&topic.title), &topic.blurb, &path, Sheets::Entries)
    };
    layout::render(context, &head, &context.views.topic(context, index))
}

/// The content of its `<main>`.
pub(super) fn main_of_topic(context: RenderedSite, index: usize) -> Markup {
    let site = context.site;
    let topic = &site.topics[index];
    let words = &site.settings.words;
    html! {
        div.topic.(lists::hue(index)) {
            h1 { (topic.title) }
            p.lede { (topic.blurb) }
            (topic_entries(context, index, Under::Page))
        }
        p.more {
            a href=(context.href("/notes")) { (words.notes.all_topics) } " "
            a href=(context.href(&topic.feed_route())) { (words.notes.feed) } " "
            a href=(context.href(SUBSCRIBE)) { (words.pages.subscribe) }
        }
    }
}

fn topic_entries(context: RenderedSite, index: usize, under: Under) -> Markup {
    let topic = &context.site.topics[index];
    let words = &context.site.settings.words.notes;
    html! {
        @if topic.posts.is_empty() {
            p.empty { (words.no_posts.linked(&[("feed", context.href(&topic.feed_route()))])) }
        } @else {
            (lists::entries(context, &topic.posts, under))
        }
    }
}
