//! The frame of every page: head, skip link, header with the wordmark and the navigation, `main`, footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::credits;
use super::head::{self, Head};
use super::routes::{MODELS, SUBSCRIBE};
use crate::rendered_site::RenderedSite;

/// The route of the search, which each page links to after the navigation of the settings. The script goes there as well, when `/` is pressed.
const SEARCH: &str = "/search";

/// A page with `main` as the content of its `<main>`.
pub(super) fn render(context: RenderedSite, head: &Head, main: &Markup) -> String {
    let settings = &context.site.settings;
    let words = &settings.words;
    let page = html! {
        (DOCTYPE)
        html lang=(settings.language) {
            head { (head::render(context, head)) }
            body {
                a.skip href="#main" { (words.frame.skip) }
                header.top { (wordmark(context)) (navigation(context, head.path)) }
                main #main { (main) }
                footer.end {
                    (credits::byline(context.site, context.site.settings.author.as_slice()))
                    (credits::license(context.site))
                    a href=(SUBSCRIBE) { (words.pages.subscribe) }
                    @if context.has_models { a href=(MODELS) { (words.pages.models) } }
                    a href="/sitemap.xml" { (words.pages.sitemap) }
                    @if !words.frame.colophon.is_empty() { span { (words.frame.colophon) } }
                }
            }
        }
    };
    page.into_string()
}

/// The title of the site with the drawing of the favicon.
fn wordmark(context: RenderedSite) -> Markup {
    html! {
        a.mark href="/" {
            (raw(context.theme.icons.inline()))
            (context.site.settings.title)
        }
    }
}

fn navigation(context: RenderedSite, path: &str) -> Markup {
    let words = &context.site.settings.words;
    html! {
        nav aria-label=(words.frame.navigation) {
            ul {
                @for item in &context.site.settings.navigation {
                    li { a href=(item.path) aria-current=[current(&item.path, path)] { (item.label) } }
                }
                li { a href=(SEARCH) aria-current=[current(SEARCH, path)] aria-keyshortcuts="/" { (words.pages.search) } }
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
