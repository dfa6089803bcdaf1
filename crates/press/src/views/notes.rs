//! `/notes`: all posts by topic, below a matrix of topics and posts; `/notes/TOPIC`: one topic.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::head::{self, Head};
use super::lists::Under;
use super::{layout, lists};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

pub(super) fn render_all(context: RenderedSite) -> String {
    let site = context.site;
    let description = format!("All posts of {}, grouped by topic.", site.settings.title);
    let main = html! {
        h1 { "Notes" }
        p.lede { "All posts grouped by topic. The chronological feed is at " a href="/blog" { "/blog" } "." }
        (matrix(context))
        @for (index, topic) in site.topics.iter().enumerate() {
            section.topic.(lists::hue(index)) aria-labelledby=(topic.slug) {
                h2 #(topic.slug) {
                    span.data { (index + 1) }
                    a href=(topic.route()) { (topic.title) }
                    span.data.count { (lists::count(topic.posts.len())) }
                }
                p { (topic.blurb) }
                (topic_entries(context, index, Under::Section))
            }
        }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Notes", "/notes")])],
        ..Head::new(Some("Notes"), &description, "/notes", Sheets::Contents)
    };
    layout::render(context, &head, &main)
}

pub(super) fn render_topic(context: RenderedSite, index: usize) -> String {
    let site = context.site;
    let topic = &site.topics[index];
    let path = topic.route();
    let main = html! {
        div.topic.(lists::hue(index)) {
            h1 { (topic.title) }
            p.lede { (topic.blurb) }
            (topic_entries(context, index, Under::Page))
        }
        p { a href="/notes" { "All topics" } }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Notes", "/notes"), (&topic.title, &path)])],
        feed: Some(topic.feed_route()),
        ..Head::new(Some(&topic.title), &topic.blurb, &path, Sheets::Topic)
    };
    layout::render(context, &head, &main)
}

fn topic_entries(context: RenderedSite, index: usize, under: Under) -> Markup {
    let topic = &context.site.topics[index];
    html! {
        @if topic.posts.is_empty() {
            p.empty {
                "No posts yet. New ones will appear here and in the "
                a href=(topic.feed_route()) { "feed" } " of this topic."
            }
        } @else {
            (lists::entries(context, &topic.posts, under))
        }
    }
}

/// How many posts the matrix shows, newest first: as many as can be distinguished in 45 % of the width of a phone.
const COLUMNS: usize = 40;

/// The matrix: a row per topic, a column per post, and a square if the post has the topic. A post with two topics has two squares in its column.
fn matrix(context: RenderedSite) -> Markup {
    let site = context.site;
    let columns = site.posts.len().min(COLUMNS);
    html! {
        ul.matrix aria-label="Topics and their posts" {
            @for (index, topic) in site.topics.iter().enumerate() {
                li class=(lists::hue(index)) {
                    a href={ "#" (topic.slug) } {
                        span.n.data { (index + 1) }
                        span.name { (topic.title) }
                        (matrix_row(columns, &topic.posts))
                    }
                }
            }
        }
    }
}

/// The width of a cell in the drawing of the matrix, around a square of 9.
const CELL: usize = 13;

fn matrix_row(columns: usize, posts: &[usize]) -> Markup {
    let mut filled = String::new();
    let mut empty = String::new();
    for column in 0..columns {
        let x = column * CELL + 2;
        let written = if posts.contains(&column) {
            write!(filled, "M{x} 9h9v9h-9z")
        } else {
            write!(empty, "M{} 12h3v3h-3z", x + 3)
        };
        written.expect("writing to a string cannot fail");
    }
    let width = columns * CELL;
    html! {
        svg viewBox={ "0 0 " (width) " 27" } width=(width) height="27" role="img" aria-label=(lists::count(posts.len())) {
            path d=(filled) fill="currentColor" {}
            path d=(empty) fill="currentColor" opacity=".4" {}
        }
    }
}
