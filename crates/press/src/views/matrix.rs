//! The matrix of topics and posts: a figure of the whole body of work, as a table. A column is a post, a row a topic, a square a link to the post.

use maud::{Markup, html};

use super::lists;
use crate::model::{Post, Site};
use crate::rendered_site::RenderedSite;

/// How many posts the matrix shows: so many squares of 24 px, the least size of a target (WCAG 2.2, 2.5.8), fit beside each other on a phone of 320 px.
const COLUMNS: usize = 11;

/// Characters of a column's name: as many as make it no taller than the rows below it.
const NAME: usize = 24;

/// How many posts a matrix needs to say more than the list below it.
const LEAST: usize = 3;

pub(super) fn render(context: RenderedSite) -> Markup {
    let site = context.site;
    if site.topics.is_empty() || site.posts.len() < LEAST {
        return Markup::default();
    }
    // The oldest on the left, as on every time axis.
    let columns: Vec<usize> = (0..site.posts.len().min(COLUMNS)).rev().collect();
    let words = &site.settings.words.matrix;
    html! {
        div.matrix {
            table {
                caption {
                    (words.caption)
                    @if site.posts.len() > COLUMNS { " " (words.newest.fill(&[("shown", &COLUMNS), ("count", &site.posts.len())])) }
                }
                thead { (heads(context, &columns)) }
                tbody { @for topic in 0..site.topics.len() { (row(context, topic, &columns)) } }
            }
        }
    }
}

/// The posts, each with its month: the time axis.
fn heads(context: RenderedSite, columns: &[usize]) -> Markup {
    let site = context.site;
    html! {
        tr {
            td {}
            @for index in columns {
                @let post = &site.posts[*index];
                th scope="col" { a href=(context.href(&post.route())) title=(post.title) { span.data { (month(site, post)) } " " (short(&post.title)) } }
            }
        }
    }
}

fn month(site: &Site, post: &Post) -> String {
    let dates = &site.settings.words.dates;
    if post.circa { dates.short_circa(post.date) } else { dates.short_month(post.date) }
}

/// A title in so few words that a column can be headed with it.
fn short(title: &str) -> String {
    if title.chars().count() <= NAME {
        return title.to_owned();
    }
    let end = title.char_indices().nth(NAME).map_or(title.len(), |(end, _)| end);
    // A word that ends exactly here is whole.
    let whole = if title[end..].starts_with(char::is_whitespace) {
        None
    } else {
        title[..end].rsplit_once(char::is_whitespace)
    };
    let words = whole.map_or(&title[..end], |(words, _)| words);
    format!("{}…", words.trim_end_matches(|last: char| !last.is_alphanumeric() && last != ')'))
}

fn row(context: RenderedSite, index: usize, columns: &[usize]) -> Markup {
    let site = context.site;
    let topic = &site.topics[index];
    html! {
        tr class=(lists::hue(index)) {
            th scope="row" { a href={ "#" (topic.slug) } { span.data { (index + 1) } " " (topic.title) } }
            @for column in columns {
                @let post = &site.posts[*column];
                td { @if topic.posts.contains(column) { a href=(context.href(&post.route())) title=(post.title) {} } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Topic;
    use crate::test_site::{Fixture, post};

    fn fixture(posts: usize) -> Fixture {
        let posts = (0..posts).map(|at| post(&format!("p{at}"), if at == 0 { "2026-01-01" } else { "2025-06-01" }));
        let mut fixture = Fixture::of(posts.collect());
        fixture.site.topics =
            vec![Topic { slug: "t".to_owned(), title: "T".to_owned(), blurb: "B.".to_owned(), posts: vec![0, 2] }];
        fixture
    }

    #[test]
    fn the_oldest_post_is_on_the_left_and_each_square_is_a_link_with_a_name() {
        let mut fixture = fixture(3);
        fixture.site.posts[1].circa = true;
        let html = render(fixture.context()).into_string();
        let row =
            "<td><a href=\"/blog/p2\" title=\"p2\"></a></td><td></td><td><a href=\"/blog/p0\" title=\"p0\"></a></td>";
        assert!(html.contains(row), "{html}");
        assert!(html.contains("<span class=\"data\">c. Jun 2025</span> p1"), "{html}");
    }

    #[test]
    fn a_column_is_named_by_the_first_words_of_a_title() {
        for (title, expected) in [
            ("Short", "Short"),
            ("Private Bank API — event-driven banking", "Private Bank API…"),
            ("MyMQ (Redis-based queue) & Redis-compatible KV", "MyMQ (Redis-based queue)…"),
            ("Building a Self-Healing, Triple-Verified Ledger", "Building a Self-Healing…"),
            ("Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrtsge…"),
        ] {
            assert_eq!(short(title), expected);
        }
    }

    #[test]
    fn many_posts_are_the_newest_and_it_says_so() {
        let html = render(fixture(COLUMNS + 30).context()).into_string();
        assert_eq!(html.matches("scope=\"col\"").count(), COLUMNS);
        assert!(html.contains(&format!("The newest {COLUMNS} of {} posts.", COLUMNS + 30)), "{html}");
        assert_eq!(render(fixture(LEAST - 1).context()).into_string(), "");
    }
}
