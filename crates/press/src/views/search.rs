//! `/search`: a form, and how to ask. The server fills this page with the hits of a query; [`graven_search::frame`] names the places.

use graven_search::frame::{self, ROUTE};
use maud::{Markup, PreEscaped, html};

use super::head::{self, Head};
use super::layout;
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// The longest query that can be typed, in characters: longer than any that people type, and what the server reads.
const MAX_LENGTH: u32 = 200;

pub(super) fn render(context: RenderedSite) -> String {
    let site = context.site;
    let description = format!("Search all posts of {}.", site.settings.title);
    let main = html! {
        h1 { "Search" }
        form.search role="search" action=(ROUTE) {
            label for="q" { "Words, a “phrase”, or part of a name" }
            span {
                input #q type="search" name="q" value="" maxlength=(MAX_LENGTH) autocomplete="off" spellcheck="false" enterkeyhint="search";
                button { "Search" }
            }
        }
        (PreEscaped(frame::RESULTS)) (help(context)) (PreEscaped(frame::END))
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Search", ROUTE)])],
        ..Head::new(Some("Search"), &description, ROUTE, Sheets::Search)
    };
    layout::render(context, &head, &main)
}

fn help(context: RenderedSite) -> Markup {
    let site = context.site;
    html! {
        section.help aria-labelledby="how" {
            h2 #how { "How to ask" }
            dl {
                dt { code { "kafka lag" } } dd { "posts with both words, in any form: " i { "lag" } ", " i { "lags" } ", " i { "lagging" } }
                dt { code { "\"at least once\"" } } dd { "these words in this order" }
                dt { code { "idem*" } } dd { "words that begin so" }
                @if let Some(tag) = site.tags.first() { dt { code { "tag:" (tag.slug) } } dd { "posts with this " a href="/tags" { "tag" } } }
                @if let Some(topic) = site.topics.first() { dt { code { "topic:" (topic.slug) } } dd { "posts of this " a href="/notes" { "topic" } } }
            }
            p { "Accents and capitals do not matter. A typing error in a longer word is forgiven." }
        }
    }
}

#[cfg(test)]
mod tests {
    use graven_search::frame::Frame;

    use super::*;
    use crate::test_site::{Fixture, post};

    #[test]
    fn the_server_finds_the_places_that_it_fills() {
        let fixture = Fixture::of(vec![post("first", "2025-07-01")]);
        let page = render(fixture.context());
        let filled = Frame::split(&page).expect("a search page").fill(["kafka · ", "kafka", "<p>No hits.</p>"]);
        assert!(filled.contains("<title>kafka · Search · Notes"), "{filled}");
        assert!(filled.contains(r#"name="q" value="kafka""#), "{filled}");
        assert!(filled.contains(r#"<div id="results"><p>No hits.</p></div><!--results-->"#), "{filled}");
    }
}
