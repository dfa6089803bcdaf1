//! `<!--more-->`: where other programs end the excerpt of a post. It means nothing here, and nobody sees it.

use pulldown_cmark::Event;

use super::events::SpannedEvent;
use super::page::Page;
use super::rendered::Rewrite;

/// Removes the marks from the page and from the Markdown of the site.
pub(super) fn remove(events: &mut [SpannedEvent], page: &mut Page) {
    for (event, span) in events {
        let (Event::Html(html) | Event::InlineHtml(html)) = event else { continue };
        let mark = html.trim();
        if mark.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")).is_some_and(|word| word.trim() == "more")
        {
            let start = span.start + html.len() - html.trim_start().len();
            page.rendered.rewrites.push(Rewrite { span: start..start + mark.len(), text: String::new() });
            *html = "".into();
        }
    }
}
