//! The frame of every page: head, skip link, header with the wordmark and the navigation, `main`, footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::credits;
use super::head::Head;
use super::routes::{MODELS, SUBSCRIBE};
use crate::media::FAVICON;
use crate::rendered_site::RenderedSite;
use crate::theme::Wordmark;

/// The route of the search, which each page links to after the navigation of the settings. The script goes there as well, when `/` is pressed.
const SEARCH: &str = "/search";

/// A page with `main` as the content of its `<main>`.
pub(super) fn render(context: RenderedSite, head: &Head, main: &Markup) -> String {
    context.views.document(context, head, main).into_string()
}

/// The document around `main`.
pub(super) fn document(context: RenderedSite, head: &Head, main: &Markup) -> Markup {
    let settings = &context.site.settings;
    html! {
        (DOCTYPE)
        html lang=(settings.language) {
            head { (context.views.head(context, head)) }
            body {
                a.skip href="#main" { (settings.words.frame.skip) }
                header.top { (context.views.header(context, head)) }
                main #main { (main) }
                footer.end {
                    (context.views.footer(context, head))
                    (raw(&context.theme.foot))
                }
            }
        }
    }
}

/// The content of the header.
pub(super) fn header(context: RenderedSite, head: &Head) -> Markup {
    html! { (wordmark(context)) (navigation(context, head.path)) }
}

/// The content of the footer.
pub(super) fn footer(context: RenderedSite) -> Markup {
    let settings = &context.site.settings;
    let words = &settings.words;
    html! {
        (credits::byline(context.site, settings.author.as_slice()))
        (credits::license(context.site))
        a href=(context.href(SUBSCRIBE)) { (words.pages.subscribe) }
        @if context.has_models { a href=(context.href(MODELS)) { (words.pages.models) } }
        a href=(context.href("/sitemap.xml")) { (words.pages.sitemap) }
        @for link in &settings.footer { a href=(context.href(&link.path)) rel=[&link.rel] { (link.label) } }
        @if !words.frame.colophon.is_empty() { span { (words.frame.colophon) } }
    }
}

/// The title of the site with the drawing of the favicon, or else the wordmark of the site.
fn wordmark(context: RenderedSite) -> Markup {
    let title = &context.site.settings.title;
    html! {
        @match &context.theme.mark {
            None => { a.mark href=(context.href("/")) { (favicon(context)) (title) } }
            Some(Wordmark::Inline(svg)) => { a.mark href=(context.href("/")) aria-label=(title) { (raw(svg)) } }
            Some(Wordmark::File { route, width, height }) => {
                a.mark href=(context.href("/")) { img src=(context.href(route)) width=(width) height=(height) alt=(title); }
            }
        }
    }
}

/// The drawing of the favicon, in the colour of the text around it if it is small.
fn favicon(context: RenderedSite) -> Markup {
    html! {
        @match context.theme.icons.inline() {
            Some(svg) => { (raw(svg)) }
            None => { img src=(context.href(FAVICON)) width="22" height="22" alt=""; }
        }
    }
}

fn navigation(context: RenderedSite, path: &str) -> Markup {
    let words = &context.site.settings.words;
    html! {
        nav aria-label=(words.frame.navigation) {
            ul {
                @for item in &context.site.settings.navigation {
                    li { a href=(context.href(&item.path)) rel=[&item.rel] aria-current=[current(&item.path, path)] { (item.label) } }
                }
                li { a href=(context.href(SEARCH)) aria-current=[current(SEARCH, path)] aria-keyshortcuts="/" { (words.pages.search) } }
            }
        }
    }
}

/// `page` on the page itself, `true` on the pages below it.
fn current(item: &str, path: &str) -> Option<&'static str> {
    if item == path {
        Some("page")
    } else {
        path.strip_prefix(item).is_some_and(|rest| rest.starts_with('/')).then_some("true")
    }
}

/// Rendered Markdown, which is HTML already.
pub(super) fn raw(html: &str) -> PreEscaped<&str> {
    PreEscaped(html)
}
