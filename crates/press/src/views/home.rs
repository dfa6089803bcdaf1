//! `/`: the title and description of the site, the topics, the newest posts.

use maud::html;
use serde_json::json;

use super::head::Head;
use super::{layout, lists};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// How many posts the first page shows: the new ones, not the archive.
const NEWEST: usize = 4;

pub(super) fn render(context: RenderedSite) -> String {
    let site = context.site;
    let settings = &site.settings;
    let newest: Vec<usize> = (0..site.posts.len().min(NEWEST)).collect();
    let main = html! {
        h1 { (settings.title) }
        p.lede { (settings.description) }
        section aria-labelledby="topics" {
            h2 #topics { a href="/notes" { "Topics" } }
            ul.toc {
                @for (index, topic) in site.topics.iter().enumerate() {
                    li class=(lists::hue(index)) {
                        a href=(topic.route()) {
                            span.n.data { (index + 1) }
                            span.name { (topic.title) }
                            span.count.data { (topic.posts.len()) }
                        }
                    }
                }
            }
        }
        section aria-labelledby="newest" {
            h2 #newest { a href="/blog" { "Newest posts" } }
            (lists::entries(context, &newest, lists::Under::Section))
            @if site.posts.len() > NEWEST { p { a href="/blog" { "All " (lists::count(site.posts.len())) } } }
        }
    };
    let website = json!({
        "@context": "https://schema.org", "@type": "WebSite",
        "name": settings.title, "description": settings.description, "url": format!("{}/", settings.base_url),
        "inLanguage": settings.language,
    });
    let head = Head { json_ld: vec![website], ..Head::new(None, &settings.description, "/", Sheets::Contents) };
    layout::render(context, &head, &main)
}
