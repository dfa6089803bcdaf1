//! `/llms.txt` (<https://llmstxt.org>): the contents of the site for programs that read Markdown, with links to the Markdown of each post.

use crate::model::Site;

/// The posts by topic, as on `/notes`; then those without a topic, and the standing pages.
pub(super) fn render(site: &Site) -> String {
    let entry = |index: &usize| {
        let post = &site.posts[*index];
        link(&post.title, &site.settings.url(&post.markdown_route()), &post.description)
    };
    let topics = site.topics.iter().map(|topic| section(&topic.title, topic.posts.iter().map(entry).collect()));
    let of_no_topic = (0..site.posts.len()).filter(|index| site.posts[*index].topics.is_empty());
    let pages = site.pages.iter().filter(|page| page.has_address());
    let pages = pages.map(|page| link(&page.title, &site.settings.url(&page.route()), &page.description));
    let title = format!("# {}\n", one_line(&site.settings.title));
    let description = match one_line(&site.settings.description) {
        description if description.is_empty() => description,
        description => format!("\n> {description}\n"),
    };
    let words = &site.settings.words.llms;
    let rest = [
        section(&words.other_posts, of_no_topic.map(|index| entry(&index)).collect()),
        section(&words.pages, pages.collect()),
    ];
    [title, description].into_iter().chain(topics).chain(rest).collect()
}

/// A section; empty if it has no entries.
fn section(title: &str, entries: String) -> String {
    if entries.is_empty() { entries } else { format!("\n## {}\n\n{entries}", one_line(title)) }
}

fn link(title: &str, url: &str, description: &str) -> String {
    let title = one_line(title).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    let url = url.replace('(', "%28").replace(')', "%29");
    match one_line(description) {
        description if description.is_empty() => format!("- [{title}]({url})\n"),
        description => format!("- [{title}]({url}): {description}\n"),
    }
}

/// Collapses white space: a line break would end a heading or a list item.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
