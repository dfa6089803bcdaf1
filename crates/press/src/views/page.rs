//! A standing page: `/about`, or one that takes the place of the first page or of that for unknown addresses.

use maud::{Markup, html};

use super::head::{self, Head};
use super::{credits, home, layout, lists, post};
use crate::markdown::bind;
use crate::rendered_site::RenderedSite;
use crate::source::PagePlace;

pub(super) fn render(context: RenderedSite, index: usize) -> String {
    let page = &context.site.pages[index];
    let rendered = &context.pages[index];
    let path = page.route();
    let sheets = post::sheets(rendered);
    let head = match page.place {
        PagePlace::Slug => Head {
            json_ld: vec![head::breadcrumbs(context, &[(&page.title, &path)])],
            ..Head::new(Some(&page.title), &page.description, &path, sheets)
        },
        PagePlace::Home => {
            let title = Some(page.title.as_str()).filter(|title| *title != context.site.settings.title);
            Head { json_ld: vec![home::website(context)], ..Head::new(title, &page.description, &path, sheets) }
        }
        PagePlace::NotFound => Head::new(Some(&page.title), &page.description, &path, sheets),
    };
    layout::render(context, &head, &context.views.page(context, index))
}

/// The content of its `<main>`.
pub(super) fn main(context: RenderedSite, index: usize) -> Markup {
    let site = context.site;
    let page = &site.pages[index];
    let rendered = &context.pages[index];
    let words = &site.settings.words;
    html! {
        article {
            header.head {
                h1 { (bind(&page.title)) }
                @if let Some(lede) = page.lede() { p.lede { (lede) } }
                @if page.is_draft { p.meta { (lists::draft(site, true)) } }
                @if let Some(updated) = page.updated {
                    p.meta { span { (words.page.updated.markup(&[("date", lists::exact_date(site, updated))], &[])) } }
                }
            }
            @if page.place == PagePlace::Slug { (post::contents(rendered, words)) }
            div.prose { (layout::raw(&rendered.html)) }
            @if page.update_note.is_some() {
                footer.after { (lists::change(site, page.updated, page.update_note.as_deref())) }
            }
            @if page.slug == credits::ABOUT { (credits::about(context.site)) }
        }
    }
}
