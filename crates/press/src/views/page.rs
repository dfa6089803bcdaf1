//! A page: `/about`.

use maud::html;

use super::head::{self, Head};
use super::{credits, layout, lists, post};
use crate::markdown::bind;
use crate::rendered_site::RenderedSite;

pub(super) fn render(context: RenderedSite, index: usize) -> String {
    let page = &context.site.pages[index];
    let rendered = &context.pages[index];
    let path = page.route();
    let site = context.site;
    let words = &site.settings.words;
    let main = html! {
        article {
            header.head {
                h1 { (bind(&page.title)) }
                @if let Some(lede) = page.lede() { p.lede { (lede) } }
                @if page.is_draft { p.meta { (lists::draft(site, true)) } }
                @if let Some(updated) = page.updated {
                    p.meta { span { (words.page.updated.markup(&[("date", lists::exact_date(site, updated))], &[])) } }
                }
            }
            (post::contents(rendered, words))
            div.prose { (layout::raw(&rendered.html)) }
            @if page.update_note.is_some() {
                footer.after { (lists::change(site, page.updated, page.update_note.as_deref())) }
            }
            @if page.slug == credits::ABOUT { (credits::about(context.site)) }
        }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(&page.title, &path)])],
        ..Head::new(Some(&page.title), &page.description, &path, post::sheets(rendered))
    };
    layout::render(context, &head, &main)
}
