//! `/tags`: every tag with its count, those of a single post folded; `/tags/TAG`: the posts with that tag.

use maud::{Markup, html};

use super::head::{self, Head};
use super::routes::SUBSCRIBE;
use super::{layout, lists};
use crate::languages::Words;
use crate::markdown::bind;
use crate::model::Tag;
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// How many posts of a tag the index names.
const NAMED: usize = 3;

pub(super) fn render_all(context: RenderedSite) -> String {
    let site = context.site;
    let (words, count) = (&site.settings.words.tags, site.tags.len());
    let name = &*site.settings.words.pages.tags;
    let description = words.description.of(count).fill(&[("count", &count), ("site", &site.settings.title)]);
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(name, "/tags")])],
        ..Head::new(Some(name), &description, "/tags", Sheets::Contents)
    };
    layout::render(context, &head, &context.views.tags(context))
}

/// The content of its `<main>`.
pub(super) fn main_of_all(context: RenderedSite) -> Markup {
    let site = context.site;
    let words = &site.settings.words.tags;
    let name = &*site.settings.words.pages.tags;
    let (several, single): (Vec<&Tag>, Vec<&Tag>) = site.tags.iter().partition(|tag| tag.posts.len() > 1);
    html! {
        h1 { (name) }
        p.lede { (words.lede.linked(&[("notes", context.href("/notes"))])) }
        @if site.tags.is_empty() { p.empty { (words.none) } }
        @if !several.is_empty() { (index(context, &several)) }
        @if !single.is_empty() {
            details.fold open[several.is_empty()] {
                summary { (words.single.count(single.len())) }
                (list(context, &single))
            }
        }
    }
}

/// Tags as in the index of a book, each with its newest posts.
fn index(context: RenderedSite, tags: &[&Tag]) -> Markup {
    let posts = &context.site.posts;
    html! {
        ul.index {
            @for tag in tags {
                li {
                    a href=(context.href(&tag.route())) { span.name { (tag.name) } span.count.data { (tag.posts.len()) } }
                    ul {
                        @for post in tag.posts.iter().take(NAMED) { li { a href=(context.href(&posts[*post].route())) { (bind(&posts[*post].title)) } } }
                    }
                }
            }
        }
    }
}

fn list(context: RenderedSite, tags: &[&Tag]) -> Markup {
    html! {
        ul.toc.cloud {
            @for tag in tags {
                li { a href=(context.href(&tag.route())) { span.name { (tag.name) } span.count.data { (tag.posts.len()) } } }
            }
        }
    }
}

pub(super) fn render_tag(context: RenderedSite, index: usize) -> String {
    let site = context.site;
    let tag = &site.tags[index];
    let path = tag.route();
    let words = &site.settings.words;
    let description = format!("{}: {}", site.settings.title, summary(tag, words));
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(&*words.pages.tags, "/tags"), (&tag.name, &path)])],
        feed: Some(tag.feed_route()),
        ..Head::new(Some(&tag.name), &description, &path, Sheets::Entries)
    };
    layout::render(context, &head, &context.views.tag(context, index))
}

/// How many posts have the tag.
fn summary(tag: &Tag, words: &Words) -> String {
    let count = tag.posts.len();
    words.tags.tagged.of(count).fill(&[("count", &count), ("tag", &tag.name)])
}

/// The content of its `<main>`.
pub(super) fn main_of_tag(context: RenderedSite, index: usize) -> Markup {
    let (tag, words) = (&context.site.tags[index], &context.site.settings.words);
    html! {
        h1 { (tag.name) }
        p.lede { (summary(tag, words)) }
        (lists::entries(context, &tag.posts, lists::Under::Page))
        p.more {
            a href=(context.href("/tags")) { (words.tags.all) } " "
            a href=(context.href(&tag.feed_route())) { (words.tags.feed) } " "
            a href=(context.href(SUBSCRIBE)) { (words.pages.subscribe) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_site::{Fixture, post};

    #[test]
    fn tags_of_a_single_post_are_folded_unless_there_are_no_others() {
        let tag = |name: &str, posts: Vec<usize>| Tag {
            name: name.to_owned(),
            slug: name.to_owned(),
            posts,
            ..Tag::default()
        };
        let mut fixture = Fixture::of(vec![post("x", "2025-02-01"), post("y", "2025-01-01")]);
        assert!(render_all(fixture.context()).contains("No tags yet."));
        fixture.site.tags = vec![tag("a", vec![0]), tag("b", vec![0])];
        assert!(
            render_all(fixture.context()).contains("<details class=\"fold\" open><summary>2 tags with one post each")
        );
        fixture.site.tags.push(tag("c", vec![0, 1]));
        let html = render_all(fixture.context());
        let at = |part: &str| html.find(part).unwrap_or_else(|| panic!("{part}: {html}"));
        assert!(at("/tags/c") < at("<details class=\"fold\"><summary>") && at("<details") < at("/tags/a"));
    }
}
