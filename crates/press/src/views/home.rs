//! `/`: what the site is, what to read first, what is new, and the topics.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::head::Head;
use super::routes::{MODELS, SUBSCRIBE};
use super::{credits, layout, lists};
use crate::markdown::bind;
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// How many posts the first page shows as new: it is not the archive.
const NEWEST: usize = 5;

pub(super) fn render(context: RenderedSite) -> String {
    let settings = &context.site.settings;
    let head =
        Head { json_ld: vec![website(context)], ..Head::new(None, &settings.description, "/", Sheets::Contents) };
    layout::render(context, &head, &context.views.home(context))
}

/// The content of its `<main>`.
pub(super) fn main(context: RenderedSite) -> Markup {
    let settings = &context.site.settings;
    html! {
        h1 { (settings.title) }
        p.lede { (settings.description) }
        (start(context))
        div.pair {
            (newest(context))
            (topics(context))
        }
    }
}

/// The `WebSite` of schema.org.
pub(super) fn website(context: RenderedSite) -> Value {
    let settings = &context.site.settings;
    let mut website = json!({
        "@context": "https://schema.org", "@type": "WebSite",
        "name": settings.title, "description": settings.description, "url": settings.url("/"),
        "inLanguage": settings.language,
    });
    credits::add_to(&mut website, context, settings.author.as_slice());
    website
}

/// The posts that the settings recommend, each with its drawing.
fn start(context: RenderedSite) -> Markup {
    let site = context.site;
    html! {
        @if !site.start.is_empty() {
            section aria-labelledby="start" {
                h2 #start { (site.settings.words.home.read_first) }
                ol.start {
                    @for &index in &site.start {
                        @let post = &site.posts[index];
                        li class=[lists::post_hue(post)] {
                            h3 { a href=(context.href(&post.route())) { (bind(&post.title)) } }
                            (lists::face(context, index))
                            @if !post.description.is_empty() { p { (post.description) } }
                        }
                    }
                }
            }
        }
    }
}

/// The newest posts: a line each below the recommended ones, or else as on every list.
fn newest(context: RenderedSite) -> Markup {
    let site = context.site;
    let newest: Vec<usize> = (0..site.posts.len().min(NEWEST)).collect();
    if newest.is_empty() {
        return lists::no_posts(context);
    }
    let words = &site.settings.words;
    html! {
        section aria-labelledby="newest" {
            h2 #newest { a href=(context.href("/blog")) { (words.home.new) } }
            @if site.start.is_empty() {
                (lists::entries(context, &newest, lists::Under::Section))
            } @else {
                ol.lines {
                    @for post in &site.posts[..newest.len()] {
                        li class=[lists::post_hue(post)] {
                            h3 { a href=(context.href(&post.route())) { (bind(&post.title)) } }
                            (lists::date(site, post))
                        }
                    }
                }
            }
            p.more {
                @if site.posts.len() > NEWEST { a href=(context.href("/blog")) { (words.home.all_posts.fill(&[("count", &site.posts.len())])) } " " }
                @if context.has_models { a href=(context.href(MODELS)) { (words.pages.models) } " " }
                a href=(context.href(SUBSCRIBE)) { (words.pages.subscribe) }
            }
        }
    }
}

fn topics(context: RenderedSite) -> Markup {
    let site = context.site;
    html! {
        @if !site.topics.is_empty() {
            section aria-labelledby="topics" {
                h2 #topics { a href=(context.href("/notes")) { (site.settings.words.home.topics) } }
                ul.toc {
                    @for (index, topic) in site.topics.iter().enumerate() {
                        li class=(lists::hue(index)) {
                            a href=(context.href(&topic.route())) {
                                span.n.data { (index + 1) }
                                span.name { (topic.title) }
                                span.count.data { (topic.posts.len()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_site::{Fixture, post};

    #[test]
    fn a_site_without_posts_says_so_and_has_no_empty_sections() {
        let html = render(Fixture::of(Vec::new()).context());
        assert!(html.contains("No posts yet."), "{html}");
        assert!(!html.contains("<h2"), "{html}");
    }

    #[test]
    fn the_recommended_posts_come_first_and_the_newest_are_lines() {
        let mut fixture = Fixture::of(vec![post("new", "2025-02-01"), post("old", "2025-01-01")]);
        let alone = render(fixture.context());
        assert!(!alone.contains("Read first") && alone.contains("class=\"entries\""), "{alone}");
        fixture.site.start = vec![1];
        let html = render(fixture.context());
        let at = |part: &str| html.find(part).unwrap_or_else(|| panic!("{part}: {html}"));
        assert!(at("Read first") < at("/blog/old") && at("/blog/old") < at("/blog/new"));
        assert!(!html.contains("class=\"entries\"") && html.contains("class=\"lines\""), "{html}");
    }
}
