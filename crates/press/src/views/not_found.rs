//! The 404 page: says so, and offers links.

use graven_pack::NOT_FOUND;
use maud::html;

use super::head::Head;
use super::{layout, lists};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// How many posts the page shows.
const OFFERED: usize = 3;

pub(super) fn render(context: RenderedSite) -> String {
    let newest: Vec<usize> = (0..context.site.posts.len().min(OFFERED)).collect();
    let main = html! {
        h1 { "Not found" }
        p.lede { "There is nothing at this address. It may have been mistyped, or the page has moved." }
        ul.toc {
            li { a href="/notes" { span.name { "All posts by topic" } span.count.data { "/notes" } } }
            li { a href="/blog" { span.name { "All posts by date" } span.count.data { "/blog" } } }
            li { a href="/tags" { span.name { "All tags" } span.count.data { "/tags" } } }
        }
        @if !newest.is_empty() {
            section aria-labelledby="newest" {
                h2 #newest { "Newest posts" }
                (lists::entries(context, &newest, lists::Under::Section))
            }
        }
    };
    let head = Head::new(Some("Not found"), "There is nothing at this address.", NOT_FOUND, Sheets::Contents);
    layout::render(context, &head, &main)
}
