//! Parts of several pages: dates, tags, lists of posts, the hues of topics.

use jiff::civil::Date;
use maud::{Markup, html};

use crate::model::Post;
use crate::rendered_site::RenderedSite;
pub(super) use crate::theme::hue;

/// The class of a post, for the hue of its first topic.
pub(super) fn post_hue(post: &Post) -> Option<String> {
    post.topics.first().map(|topic| hue(*topic))
}

/// The date of a post: `28 November 2025`, with a machine-readable form; an approximate one is `c. July 2025`, without.
pub(super) fn date(post: &Post) -> Markup {
    html! {
        @if post.circa {
            span.date { (date_in_words(post)) }
        } @else {
            (exact_date(post.date))
        }
    }
}

/// The date of a post, without markup: `28 November 2025`, or `c. July 2025`.
pub(crate) fn date_in_words(post: &Post) -> String {
    let format = if post.circa { "c. %B %Y" } else { "%-d %B %Y" };
    post.date.strftime(format).to_string()
}

/// A day in words, with a machine-readable form.
pub(super) fn exact_date(date: Date) -> Markup {
    html! { time.date datetime=(date) { (date.strftime("%-d %B %Y")) } }
}

/// The tags of a post, each a link to its page.
pub(super) fn tags(context: RenderedSite, post: &Post) -> Markup {
    html! {
        @if !post.tags.is_empty() {
            ul.tags aria-label="Tags" {
                @for tag in &post.tags {
                    @let tag = &context.site.tags[*tag];
                    li { a href=(tag.route()) { (tag.name) } }
                }
            }
        }
    }
}

/// The heading above a list, so that no level is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Under {
    /// The title of the page.
    Page,
    /// The heading of a section.
    Section,
}

/// Posts with title, description, tags and date.
pub(super) fn entries(context: RenderedSite, posts: &[usize], under: Under) -> Markup {
    html! {
        ol.entries {
            @for index in posts {
                @let post = &context.site.posts[*index];
                li {
                    @match under {
                        Under::Page => { h2 { a href=(post.route()) { (post.title) } } }
                        Under::Section => { h3 { a href=(post.route()) { (post.title) } } }
                    }
                    (date(post))
                    p { (post.description) }
                    (tags(context, post))
                }
            }
        }
    }
}

/// `1 post`, `12 posts`.
pub(super) fn count(number: usize) -> String {
    if number == 1 { "1 post".to_owned() } else { format!("{number} posts") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_words_and_for_machines() {
        let html = exact_date(Date::constant(2025, 11, 8)).into_string();
        assert_eq!(html, r#"<time class="date" datetime="2025-11-08">8 November 2025</time>"#);
    }
}
