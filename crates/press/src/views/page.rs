//! A standing page: `/about`.

use maud::html;

use super::head::{self, Head};
use super::{layout, lists, post};
use crate::rendered_site::RenderedSite;

pub(super) fn render(context: RenderedSite, index: usize) -> String {
    let page = &context.site.pages[index];
    let rendered = &context.pages[index];
    let path = page.route();
    let main = html! {
        article {
            header.head {
                h1 { (page.title) }
                p.lede { (page.description) }
                @if let Some(updated) = page.updated { p.meta { span { "Updated " (lists::exact_date(updated)) } } }
            }
            (post::contents(rendered))
            div.prose { (layout::raw(&rendered.html)) }
        }
    };
    let head = Head {
        title: Some(&page.title),
        description: &page.description,
        path: &path,
        sheets: post::sheets(rendered),
        json_ld: vec![head::breadcrumbs(context, &[(&context.site.settings.title, "/"), (&page.title, &path)])],
        article: None,
        feed: None,
    };
    layout::render(context, &head, &main)
}
