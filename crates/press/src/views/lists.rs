//! Parts of several pages: dates, tags, lists of posts with their faces.

use jiff::civil::Date;
use maud::{Markup, html};

use super::layout;
use super::routes::SUBSCRIBE;
use crate::markdown::bind;
use crate::model::{Post, Site};
use crate::rendered_site::RenderedSite;
pub(super) use crate::rendered_site::Under;
pub(super) use crate::theme::hue;

/// How many of the newest posts have their drawing in lists. A list of all posts is a page of one view, and a drawing is a third of a KiB.
const DRAWN: usize = 12;

/// The class of a post, for the hue of its first topic.
pub(super) fn post_hue(post: &Post) -> Option<String> {
    post.topics.first().map(|topic| hue(*topic))
}

/// The date of a post: `28 November 2025`, with a machine-readable form; an approximate one is `c. July 2025`, without.
pub(super) fn date(site: &Site, post: &Post) -> Markup {
    html! {
        @if post.circa {
            span.date { (date_in_words(site, post)) }
        } @else {
            (exact_date(site, post.date))
        }
    }
}

/// The date of a post, without markup: `28 November 2025`, or `c. July 2025`.
pub(crate) fn date_in_words(site: &Site, post: &Post) -> String {
    let dates = &site.settings.words.dates;
    if post.circa { dates.circa(post.date) } else { dates.day(post.date) }
}

/// A day in words, with a machine-readable form.
pub(super) fn exact_date(site: &Site, date: Date) -> Markup {
    html! { time.date datetime=(date) { (site.settings.words.dates.day(date)) } }
}

/// What changed in a text after its publication, if its author says it.
pub(super) fn change(site: &Site, updated: Option<Date>, note: Option<&str>) -> Markup {
    let (Some(updated), Some(note)) = (updated, note) else { return Markup::default() };
    let places = [("date", exact_date(site, updated)), ("note", html! { (note) })];
    html! { p { (site.settings.words.page.changed.markup(&places, &[])) } }
}

/// The mark of a post that is not published yet, in a preview.
pub(super) fn unpublished(site: &Site, post: &Post) -> Markup {
    let words = &site.settings.words;
    html! {
        (draft(site, post.is_draft))
        @if post.is_scheduled { mark { (words.lists.scheduled.fill(&[("date", &words.dates.day(post.date))])) } " " }
    }
}

/// The mark of a draft, in a preview.
pub(super) fn draft(site: &Site, is_draft: bool) -> Markup {
    html! { @if is_draft { mark { (site.settings.words.lists.draft) } " " } }
}

/// The tags of a post, each a link to its page.
pub(super) fn tags(context: RenderedSite, post: &Post) -> Markup {
    html! {
        @if !post.tags.is_empty() {
            ul.tags aria-label=(context.site.settings.words.pages.tags) {
                @for tag in &post.tags {
                    @let tag = &context.site.tags[*tag];
                    // The sign separates names of several words. Without it, the tag "Go" reads like a command.
                    li { a href=(context.href(&tag.route())) { "#" (tag.name) } }
                }
            }
        }
    }
}

/// Posts with title, description, tags and date, each with its face.
pub(super) fn entries(context: RenderedSite, posts: &[usize], under: Under) -> Markup {
    html! {
        ol.entries {
            @for &index in posts {
                @let post = &context.site.posts[index];
                li class=[post_hue(post)] { (context.views.entry(context, index, under)) }
            }
        }
    }
}

/// The content of an entry.
pub(super) fn entry(context: RenderedSite, index: usize, under: Under) -> Markup {
    let post = &context.site.posts[index];
    html! {
                    @match under {
                        Under::Page => { h2 { a href=(context.href(&post.route())) { (bind(&post.title)) } } }
                        Under::Section => { h3 { a href=(context.href(&post.route())) { (bind(&post.title)) } } }
                    }
                    (date(context.site, post))
                    (unpublished(context.site, post))
                    @if index < DRAWN { (face(context, index)) } @else { (number(context, index)) }
                    @if !post.description.is_empty() { p { (post.description) } }
                    (tags(context, post))
    }
}

/// The face of a post: its first drawing without the labels, or else its number.
pub(super) fn face(context: RenderedSite, index: usize) -> Markup {
    match context.faces.get(index) {
        Some(Some(face)) => html! { (layout::raw(face)) },
        _ => number(context, index),
    }
}

/// The number of a post, counted from the first one of the site.
fn number(context: RenderedSite, index: usize) -> Markup {
    html! { span.face.number aria-hidden="true" { (context.site.posts.len() - index) } }
}

/// What is there in place of posts.
pub(super) fn no_posts(context: RenderedSite) -> Markup {
    let words = &context.site.settings.words.lists;
    html! { p.empty { (words.no_posts.linked(&[("subscribe", context.href(SUBSCRIBE))])) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_site::{Fixture, post};

    #[test]
    fn a_day_is_written_in_words_and_for_machines() {
        let site = Fixture::of(Vec::new()).site;
        let html = exact_date(&site, Date::constant(2025, 11, 8)).into_string();
        assert_eq!(html, r#"<time class="date" datetime="2025-11-08">8 November 2025</time>"#);
    }

    #[test]
    fn the_newest_posts_have_their_drawing_and_the_others_their_number() {
        let posts: Vec<Post> = (0..DRAWN + 2).map(|at| post(&format!("p{at}"), "2025-01-01")).collect();
        let mut fixture = Fixture::of(posts);
        fixture.faces[0] = Some("<svg/>".into());
        fixture.faces[DRAWN] = Some("<svg/>".into());
        let html = entries(fixture.context(), &[0, 1, DRAWN], Under::Page).into_string();
        let number = |number: usize| format!("<span class=\"face number\" aria-hidden=\"true\">{number}</span>");
        assert_eq!(html.matches("<svg/>").count(), 1, "{html}");
        assert!(html.contains(&number(DRAWN + 1)) && html.contains(&number(2)), "{html}");
    }
}
