//! `/tags`: every tag with its count; `/tags/TAG`: the posts with that tag.

use maud::html;

use super::head::{self, Head};
use super::{layout, lists};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

pub(super) fn render_all(context: RenderedSite) -> String {
    let site = context.site;
    let description = format!("The {} tags of {}, each with its posts.", site.tags.len(), site.settings.title);
    let main = html! {
        h1 { "Tags" }
        p.lede { "All tags, with the number of their posts." }
        ul.toc.cloud {
            @for tag in &site.tags {
                li { a href=(tag.route()) { span.name { (tag.name) } span.count.data { (tag.posts.len()) } } }
            }
        }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Tags", "/tags")])],
        ..Head::new(Some("Tags"), &description, "/tags", Sheets::Contents)
    };
    layout::render(context, &head, &main)
}

pub(super) fn render_tag(context: RenderedSite, index: usize) -> String {
    let site = context.site;
    let tag = &site.tags[index];
    let path = tag.route();
    let summary = format!("{} tagged {}.", lists::count(tag.posts.len()), tag.name);
    let description = format!("{}: {summary}", site.settings.title);
    let main = html! {
        h1 { (tag.name) }
        p.lede { (summary) " " a href=(tag.feed_route()) { "Feed" } "." }
        (lists::entries(context, &tag.posts, lists::Under::Page))
        p { a href="/tags" { "All tags" } }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Tags", "/tags"), (&tag.name, &path)])],
        feed: Some(tag.feed_route()),
        ..Head::new(Some(&tag.name), &description, &path, Sheets::Entries)
    };
    layout::render(context, &head, &main)
}
