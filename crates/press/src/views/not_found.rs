//! The 404 page: says so, and offers links.

use graven_pack::NOT_FOUND;
use maud::{Markup, html};

use super::head::Head;
use super::{layout, lists};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// How many posts the page shows.
const OFFERED: usize = 3;

pub(super) fn render(context: RenderedSite) -> String {
    let words = &context.site.settings.words;
    let head = Head::new(Some(&words.pages.not_found), &words.not_found.nothing, NOT_FOUND, Sheets::Contents);
    layout::render(context, &head, &context.views.not_found(context))
}

/// The content of its `<main>`.
pub(super) fn main(context: RenderedSite) -> Markup {
    let newest: Vec<usize> = (0..context.site.posts.len().min(OFFERED)).collect();
    let words = &context.site.settings.words;
    html! {
        h1 { (words.pages.not_found) }
        p.lede { (words.not_found.lede) }
        ul.toc {
            li { a href=(context.href("/notes")) { span.name { (words.not_found.by_topic) } span.count.data { (context.href("/notes")) } } }
            li { a href=(context.href("/blog")) { span.name { (words.not_found.by_date) } span.count.data { (context.href("/blog")) } } }
            li { a href=(context.href("/tags")) { span.name { (words.tags.all) } span.count.data { (context.href("/tags")) } } }
        }
        @if !newest.is_empty() {
            section aria-labelledby="newest" {
                h2 #newest { (words.not_found.newest) }
                (lists::entries(context, &newest, lists::Under::Section))
            }
        }
    }
}
