//! `/subscribe`: what a feed is, in plain words, and every feed of the site. A page of the site with that name takes its place.

use maud::{Markup, html};

use super::head::{self, Head};
use super::routes::SUBSCRIBE;
use super::{layout, lists};
use crate::feeds::{FEED, JSON_FEED, RSS};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

pub(super) fn render(context: RenderedSite) -> String {
    let site = context.site;
    let description =
        format!("How to follow {} with a feed reader, and the addresses of its feeds.", site.settings.title);
    let main = html! {
        h1 { "Subscribe" }
        p.lede { "Have new posts come to you: without an account, without an e-mail address, and without anybody in between." }
        (explanation(site.settings.feed_length))
        section aria-labelledby="all" {
            h2 #all { "All posts" }
            p { "Three formats of one feed, with the full text of the newest posts. If your reader does not say which it wants, take the first." }
            ul.feeds {
                @for (name, path) in [("Atom", FEED), ("RSS", RSS), ("JSON Feed", JSON_FEED)] { (feed(context, name, path, None)) }
            }
        }
        @if !site.topics.is_empty() {
            section aria-labelledby="topics" {
                h2 #topics { "One topic" }
                p { "Titles and summaries, in Atom." }
                ul.feeds {
                    @for (index, topic) in site.topics.iter().enumerate() { (feed(context, &topic.title, &topic.feed_route(), Some(index))) }
                }
            }
        }
        @if !site.tags.is_empty() {
            p { "Each of the " a href="/tags" { "tags" } " has a feed too: its page links to it." }
        }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Subscribe", SUBSCRIBE)])],
        ..Head::new(Some("Subscribe"), &description, SUBSCRIBE, Sheets::Contents)
    };
    layout::render(context, &head, &main)
}

fn explanation(feed_length: usize) -> Markup {
    html! {
        section.how aria-labelledby="how" {
            h2 #how { "How it works" }
            p {
                "A feed is a file on this site that lists its newest posts, at most " (feed_length) ". A feed reader is an app that looks at the feeds "
                "of your choice from time to time and shows what is new in all of them, to read there or here."
            }
            p {
                "Copy an address from this page into your reader. Many readers need only the address of any page here, and find the feed themselves. "
                "If you have no reader yet: Thunderbird, NetNewsWire and FreshRSS are free, and there are many more."
            }
        }
    }
}

/// A feed with its address in full, to be copied.
fn feed(context: RenderedSite, name: &str, path: &str, topic: Option<usize>) -> Markup {
    html! {
        li class=[topic.map(lists::hue)] {
            a href=(path) { span.name { (name) } span.data { (context.site.settings.url(path)) } }
        }
    }
}
