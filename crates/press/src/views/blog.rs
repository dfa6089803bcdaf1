//! `/blog`: the chronological feed, newest first, grouped by year.

use maud::{Markup, html};

use super::head::{self, Head};
use super::routes::SUBSCRIBE;
use super::{layout, lists};
use crate::model::Site;
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

pub(super) fn render(context: RenderedSite) -> String {
    let site = context.site;
    let words = &site.settings.words;
    let name = &*words.pages.blog;
    let description = words.blog.description.fill(&[("site", &site.settings.title)]);
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(name, "/blog")])],
        ..Head::new(Some(name), &description, "/blog", Sheets::Entries)
    };
    layout::render(context, &head, &context.views.blog(context))
}

/// The content of its `<main>`.
pub(super) fn main(context: RenderedSite) -> Markup {
    let site = context.site;
    let words = &site.settings.words;
    let name = &*words.pages.blog;
    html! {
        h1 { (name) }
        p.lede { (words.blog.lede.linked(&[("notes", context.href("/notes")), ("subscribe", context.href(SUBSCRIBE))])) }
        @if site.posts.is_empty() { (lists::no_posts(context)) }
        @for (year, posts) in years(site) {
            section.year aria-labelledby={ "y" (year) } {
                h2 #{ "y" (year) } { (year) }
                (lists::entries(context, &posts, lists::Under::Section))
            }
        }
    }
}

/// The posts of each year, the newest year first.
fn years(site: &Site) -> Vec<(i16, Vec<usize>)> {
    let mut years: Vec<(i16, Vec<usize>)> = Vec::new();
    for (index, post) in site.posts.iter().enumerate() {
        match years.last_mut() {
            Some((year, posts)) if *year == post.date.year() => posts.push(index),
            _ => years.push((post.date.year(), vec![index])),
        }
    }
    years
}
