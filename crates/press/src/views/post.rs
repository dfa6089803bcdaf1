//! A post: title, description, date, reading time and topics; contents; the text; tags, series, neighbours, related.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::head::{self, Article, Head};
use super::{credits, layout, lists};
use crate::assets::Preview;
use crate::languages::Words;
use crate::markdown::{Heading, Rendered, bind};
use crate::model::Post;
use crate::rendered_site::RenderedSite;
use crate::theme::{Parts, Sheets};

/// How many of the posts that link to a post are listed: the newest. A post that all others name would be a list of the site, and its first view over the
/// budget.
const BACKLINKS: usize = 5;

/// How many headings a text needs for a contents list.
const CONTENTS_FROM: usize = 3;

pub(super) fn render(context: RenderedSite, index: usize) -> String {
    let post = &context.site.posts[index];
    let rendered = &context.posts[index];
    let path = post.route();
    let head = Head {
        json_ld: vec![
            posting(context, index),
            head::breadcrumbs(context, &[(&context.site.settings.words.pages.blog, "/blog"), (&post.title, &path)]),
        ],
        article: Some(Article {
            published: post.published().map(|date| date.to_string()),
            modified: post.updated.map(|date| date.to_string()),
            authors: context.site.authors(post),
            tags: context.site.tag_names(post).collect(),
            markdown: post.markdown_route(),
            image: context.previews[index].as_deref(),
        }),
        ..Head::new(Some(&post.title), &post.description, &path, sheets(rendered))
    };
    layout::render(context, &head, &context.views.post(context, index))
}

/// The content of its `<main>`.
pub(super) fn main(context: RenderedSite, index: usize) -> Markup {
    let post = &context.site.posts[index];
    let rendered = &context.posts[index];
    html! {
        article class=[lists::post_hue(post)] {
            (opening(context, post, rendered))
            (contents(rendered, &context.site.settings.words))
            div.prose { (layout::raw(&rendered.html)) }
            (closing(context, index))
        }
    }
}

/// The Markdown of a post that the site serves, with title and description instead of the front matter, and with paths of the site.
pub(super) fn markdown(context: RenderedSite, index: usize) -> String {
    let post = &context.site.posts[index];
    let text = context.posts[index].markdown(&post.body);
    let title = as_markdown(&post.title);
    let lede = post.lede().map(|lede| format!("> {}\n\n", as_markdown(lede))).unwrap_or_default();
    format!("# {title}\n\n{lede}{}", text.trim_start_matches(['\r', '\n']))
}

/// Plain text as Markdown, without links and HTML.
fn as_markdown(text: &str) -> String {
    let mut markdown = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let opens_tag = || text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next));
        if matches!(character, '\\' | '[') || (character == '<' && opens_tag()) {
            markdown.push('\\');
        }
        markdown.push(character);
    }
    markdown
}

/// The style sheets for a text.
pub(super) fn sheets(rendered: &Rendered) -> Sheets {
    Sheets::Article(Parts::of(&rendered.html))
}

/// The contents list: two levels of headings. Empty for a text with few headings. The list follows the element that opens it, and is not in it: where there
/// is a margin, the theme shows the list without that element, which would be announced as collapsed.
pub(super) fn contents(rendered: &Rendered, words: &Words) -> Markup {
    if rendered.headings.len() < CONTENTS_FROM {
        return Markup::default();
    }
    html! {
        nav.contents aria-label=(words.post.contents) {
            details { summary { (words.post.contents) } }
            ol {
                @for (heading, below) in sections(&rendered.headings) {
                    li {
                        a href={ "#" (heading.id) } { (layout::raw(&heading.html)) }
                        @if !below.is_empty() {
                            ol { @for heading in below { li { a href={ "#" (heading.id) } { (layout::raw(&heading.html)) } } } }
                        }
                    }
                }
            }
        }
    }
}

/// The headings of level 2, each with those of level 3 below it.
fn sections(headings: &[Heading]) -> Vec<(&Heading, Vec<&Heading>)> {
    let mut sections: Vec<(&Heading, Vec<&Heading>)> = Vec::new();
    for heading in headings {
        match (heading.level, sections.last_mut()) {
            (3, Some((_, below))) => below.push(heading),
            (2 | 3, _) => sections.push((heading, Vec::new())),
            _ => {}
        }
    }
    sections
}

fn opening(context: RenderedSite, post: &Post, rendered: &Rendered) -> Markup {
    let site = context.site;
    let words = &site.settings.words;
    let minutes = rendered.words.div_ceil(words.reading.words_per_minute).max(1);
    html! {
        header.head {
            h1 { (bind(&post.title)) }
            @if let Some(lede) = post.lede() { p.lede { (lede) } }
            p.meta {
                (lists::unpublished(site, post))
                (credits::byline(site, site.authors(post)))
                (lists::date(site, post))
                @if let Some(updated) = post.updated {
                    span { (words.post.updated.markup(&[("date", lists::exact_date(site, updated))], &[])) }
                }
                span { (words.post.minutes.fill(&[("count", &minutes)])) }
                @for topic in &post.topics {
                    @let hue = lists::hue(*topic);
                    @let topic = &site.topics[*topic];
                    a class=(hue) href=(context.href(&topic.route())) { (topic.title) }
                }
            }
        }
    }
}

fn closing(context: RenderedSite, index: usize) -> Markup {
    let site = context.site;
    let post = &site.posts[index];
    let words = &site.settings.words.post;
    html! {
        footer.after {
            (lists::change(site, post.updated, post.update_note.as_deref()))
            (lists::tags(context, post))
            (series(context, post))
            (related(context, index))
            (linked_from(context, index))
            nav.turn aria-label=(words.neighbours) {
                @if let Some(older) = site.older(index) { a rel="prev" href=(context.href(&older.route())) { small { (words.previous) } (bind(&older.title)) } }
                @if let Some(newer) = site.newer(index) { a rel="next" href=(context.href(&newer.route())) { small { (words.next) } (bind(&newer.title)) } }
            }
            p.meta {
                (credits::after(site, post))
                a href=(context.href(&post.markdown_route())) { (words.markdown) }
            }
        }
    }
}

fn series(context: RenderedSite, post: &Post) -> Markup {
    let Some(series) = post.series.map(|series| &context.site.series[series]) else { return Markup::default() };
    html! {
        section aria-labelledby="series" {
            h2 #series { (context.site.settings.words.post.series.fill(&[("name", &series.name)])) }
            ol { @for index in &series.posts { (link(context, &context.site.posts[*index])) } }
        }
    }
}

/// Similar posts. One that links here is listed as such.
fn related(context: RenderedSite, index: usize) -> Markup {
    let (linking, _) = linking(context, index);
    let related = &context.site.posts[index].related;
    let others: Vec<usize> = related.iter().filter(|other| !linking.contains(other)).copied().collect();
    html! {
        @if !others.is_empty() {
            section aria-labelledby="related" {
                h2 #related { (context.site.settings.words.post.related) }
                ul.list { @for other in others { (link(context, &context.site.posts[other])) } }
            }
        }
    }
}

/// The posts that link to this one.
fn linked_from(context: RenderedSite, index: usize) -> Markup {
    let (linking, more) = linking(context, index);
    let words = &context.site.settings.words.post;
    html! {
        @if !linking.is_empty() {
            section aria-labelledby="linked-from" {
                h2 #linked-from { (words.linked_from) }
                ul.list { @for other in linking { (link(context, &context.site.posts[other])) } }
                @if more > 0 { p.meta { span { (words.more_links.fill(&[("count", &more)])) } } }
            }
        }
    }
}

/// The newest posts that link to a post, and how many others do. Those of its series are listed there.
fn linking(context: RenderedSite, index: usize) -> (Vec<usize>, usize) {
    let posts = &context.site.posts;
    let series = posts[index].series;
    let is_listed = |other: &usize| series.is_some() && posts[*other].series == series;
    let mut linking: Vec<usize> = context.backlinks[index].iter().filter(|other| !is_listed(other)).copied().collect();
    let more = linking.len().saturating_sub(BACKLINKS);
    linking.truncate(BACKLINKS);
    (linking, more)
}

fn link(context: RenderedSite, post: &Post) -> Markup {
    html! { li { a href=(context.href(&post.route())) { (bind(&post.title)) } } }
}

/// The `BlogPosting` of schema.org.
fn posting(context: RenderedSite, index: usize) -> Value {
    let (post, rendered) = (&context.site.posts[index], &context.posts[index]);
    let settings = &context.site.settings;
    let url = settings.url(&post.route());
    let mut value = json!({
        "@context": "https://schema.org", "@type": "BlogPosting",
        "headline": post.title, "url": url, "mainEntityOfPage": url,
        "inLanguage": settings.language, "wordCount": rendered.words, "keywords": context.site.tag_names(post).collect::<Vec<_>>(),
        "isPartOf": { "@type": "WebSite", "name": settings.title, "url": settings.url("/") },
    });
    if !post.description.is_empty() {
        value["description"] = json!(post.description);
    }
    if let Some(date) = post.published() {
        value["datePublished"] = json!(date.to_string());
    }
    if let Some(updated) = post.updated {
        value["dateModified"] = json!(updated.to_string());
    }
    credits::add_to(&mut value, context, context.site.authors(post));
    let card = &context.cards.of(&post.route()).route;
    value["image"] = json!(settings.url(context.previews[index].as_deref().map_or(card.as_str(), Preview::route)));
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_site::{Fixture, post};

    #[test]
    fn a_post_lists_the_newest_posts_that_link_to_it_and_counts_the_others() {
        for (series, linking, related, listed, others, more) in [
            (&[][..], &[][..], &[2][..], &[][..], &[2][..], None),
            (&[], &[1, 2], &[3], &[1, 2], &[3], None),
            (&[], &[1, 2, 3, 4, 5], &[], &[1, 2, 3, 4, 5], &[], None),
            (&[], &[1, 2, 3, 4, 5, 6, 7], &[], &[1, 2, 3, 4, 5], &[], Some("and 2 more")),
            // One that is listed is not related as well; one that is only counted is.
            (&[], &[1, 2, 3, 4, 5, 6], &[1, 6], &[1, 2, 3, 4, 5], &[6], Some("and 1 more")),
            // The posts of the series are listed above.
            (&[1, 2], &[1, 2], &[], &[], &[], None),
            (&[2], &[1, 2, 3, 4, 5, 6], &[], &[1, 3, 4, 5, 6], &[], None),
        ] {
            let posts = (0..8).map(|index| post(&format!("p{index}"), "2025-01-01")).collect();
            let mut fixture = Fixture::of(posts);
            series.iter().chain(&[0]).for_each(|index: &usize| fixture.site.posts[*index].series = Some(0));
            fixture.site.posts[0].related = related.to_vec();
            fixture.backlinks[0] = linking.to_vec();
            let context = fixture.context();
            let links = |markup: Markup| {
                let html = markup.into_string();
                let links = html.split("href=\"/blog/p").skip(1);
                links.map(|link| link[..1].parse().expect("a number")).collect::<Vec<usize>>()
            };
            assert_eq!(links(linked_from(context, 0)), listed, "{series:?} {linking:?}");
            assert_eq!(links(super::related(context, 0)), others, "{series:?} {linking:?}");
            let html = linked_from(context, 0).into_string();
            assert_eq!(html.contains(" more"), more.is_some(), "{html}");
            assert!(more.is_none_or(|more| html.contains(more)), "{html}");
        }
    }
}
