//! `/search`: a form, and how to ask. The server fills this page with the hits of a query; [`graven_search::frame`] names the places.

use graven_search::frame::{self, ROUTE};
use maud::{Markup, PreEscaped, html};

use super::head::{self, Head};
use super::layout;
use crate::languages::answers;
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// The longest query that can be typed, in characters: longer than any that people type, and what the server reads.
const MAX_LENGTH: u32 = 200;

pub(super) fn render(context: RenderedSite) -> String {
    let site = context.site;
    let words = &site.settings.words;
    let name = &*words.pages.search;
    let description = words.search.description.fill(&[("site", &site.settings.title)]);
    let main = html! {
        h1 { (name) }
        form.search role="search" action=(context.href(ROUTE)) {
            label for="q" { (words.search.label) }
            span {
                input #q type="search" name="q" value="" maxlength=(MAX_LENGTH) autocomplete="off" spellcheck="false" enterkeyhint="search";
                button { (words.search.button) }
            }
        }
        (PreEscaped(frame::RESULTS)) (help(context)) (PreEscaped(frame::END))
        @if let Some(answers) = answers(words, &site.settings.base_url) { (PreEscaped(answers)) }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(name, ROUTE)])],
        ..Head::new(Some(name), &description, ROUTE, Sheets::Search)
    };
    layout::render(context, &head, &main)
}

fn help(context: RenderedSite) -> Markup {
    let site = context.site;
    let words = &site.settings.words.search;
    html! {
        section.help aria-labelledby="how" {
            h2 #how { (words.how) }
            dl {
                dt { code { (words.both_example) } } dd { (words.both.linked(&[])) }
                dt { code { (words.phrase_example) } } dd { (words.phrase) }
                dt { code { (words.beginning_example) } } dd { (words.beginning) }
                @if let Some(tag) = site.tags.first() { dt { code { "tag:" (tag.slug) } } dd { (words.tag.linked(&[("tags", context.href("/tags"))])) } }
                @if let Some(topic) = site.topics.first() { dt { code { "topic:" (topic.slug) } } dd { (words.topic.linked(&[("notes", context.href("/notes"))])) } }
            }
            p { (words.mistakes) }
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
