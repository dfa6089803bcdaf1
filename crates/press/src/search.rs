//! The search index: the words of posts and standing pages by section, so that a hit leads to the nearest heading.
//!
//! The index is a document of the pack under a name that no request can ask for. It refers to the bytes of the finished pages, since the server takes
//! snippets from there; therefore it is made when these have been inspected.

use std::collections::HashMap;

use graven_search::markup::{self, Piece};
use graven_search::write::{Builder, Post as Entry, Section};

use crate::check::{Inspection, Inspections};
use crate::markdown::Rendered;
use crate::model::{Post, Site, StandingPage};
use crate::output::Document;
use crate::rendered_site::RenderedSite;
use crate::url::BaseUrl;
use crate::views;

/// The words of a site, from which the index of each of its times is made.
pub(crate) struct Words {
    builder: Builder,
    /// The numbers of posts and pages in the builder, by their routes.
    numbers: HashMap<String, usize>,
}

impl Words {
    /// The words of a site with all its posts.
    pub(crate) fn new(context: RenderedSite) -> Self {
        let site = context.site;
        let mut words = Self { builder: Builder::new(&site.settings.language), numbers: HashMap::new() };
        for (post, rendered) in site.posts.iter().zip(context.posts) {
            let date = views::date_in_words(site, post);
            let entry = Entry {
                route: &post.route(),
                title: &post.title,
                description: post.lede().unwrap_or_default(),
                date: &date,
                topics: post.topics.iter().map(|topic| site.topics[*topic].slug.as_str()).collect(),
                tags: site.tag_names(post).collect(),
                sections: Vec::new(),
            };
            words.add(&site.settings.base_url, &entry, rendered);
        }
        for (page, rendered) in site.pages.iter().zip(context.pages).filter(|(page, _)| page.has_address()) {
            let description = page.lede().unwrap_or_default();
            let entry = Entry { route: &page.route(), title: &page.title, description, ..Entry::default() };
            words.add(&site.settings.base_url, &entry, rendered);
        }
        words
    }

    /// Adds a text, whose sections start as if it were the whole page.
    fn add(&mut self, base_url: &BaseUrl, entry: &Entry, rendered: &Rendered) {
        let sections = sections(rendered);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let sections = sections.iter().map(|section| Section {
            anchor: section.anchor,
            heading: &section.heading,
            text: &section.prose,
            code: &section.code,
            start: place(section.start),
            length: place(section.end - section.start),
        });
        let route = base_url.href(entry.route);
        let number = self.builder.add(&Entry { route: &route, sections: sections.collect(), ..entry.clone() });
        self.numbers.insert(entry.route.to_owned(), number);
    }

    /// The index of the site at a time, of whose documents there are `inspections`. It is the document at [`SEARCH_INDEX`](graven_pack::SEARCH_INDEX).
    pub(crate) fn index(&self, site: &Site, inspections: &Inspections) -> Document<'static> {
        let posts = site.posts.iter().map(Post::route);
        let pages = site.pages.iter().filter(|page| page.has_address()).map(StandingPage::route);
        let place = |route: String| {
            let Inspection { text_start, .. } = inspections.get(&route)?;
            Some((*self.numbers.get(&route)?, u32::try_from(*text_start).unwrap_or(u32::MAX)))
        };
        let places: Vec<(usize, u32)> = posts.chain(pages).filter_map(place).collect();
        Document::search_index(self.builder.index(&places))
    }
}

/// The text between two headings.
#[derive(Debug, PartialEq, Eq)]
struct TextOfSection<'a> {
    /// The id of the heading above it; empty for the text before the first.
    anchor: &'a str,
    heading: String,
    prose: String,
    code: String,
    /// Where it begins in the rendered HTML, after its heading.
    start: usize,
    end: usize,
}

fn sections(rendered: &Rendered) -> Vec<TextOfSection<'_>> {
    let html = &rendered.html;
    let mut sections = vec![("", String::new(), 0, html.len())];
    let mut at = 0;
    for heading in &rendered.headings {
        let (open, close) = (format!("<h{} id=\"", heading.level), format!("</h{}>", heading.level));
        // The heading with this id is written after those before it.
        let Some(begin) = html[at..].find(&format!("{open}{}\"", heading.id)).map(|found| at + found) else { continue };
        at = html[begin..].find(&close).map_or(html.len(), |end| begin + end + close.len());
        if let Some((_, _, _, end)) = sections.last_mut() {
            *end = begin;
        }
        sections.push((&heading.id, markup::text(&heading.html), at, html.len()));
    }
    let text = |(anchor, heading, start, end): (_, _, usize, usize)| {
        let (mut prose, mut code) = (String::new(), String::new());
        markup::pieces(&html[start..end], |piece| match piece {
            Piece::Prose(text) => markup::decode(text, &mut prose),
            Piece::Code(text) => markup::decode(text, &mut code),
            Piece::Break => {
                prose.push('\n');
                code.push('\n');
            }
        });
        TextOfSection { anchor, heading, prose, code, start, end }
    };
    sections.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Heading;

    #[test]
    fn a_text_is_divided_at_its_headings() {
        let heading = |level, id: &str, html: &str| Heading { level, id: id.to_owned(), html: html.to_owned() };
        let rendered = Rendered {
            html: "<p>Before <code>x</code></p><h2 id=\"a\">A &amp; b</h2><p>one</p><h3 id=\"c\">C</h3><pre>two</pre>"
                .to_owned(),
            headings: vec![heading(2, "a", "A &amp; b"), heading(3, "c", "C")],
            ..Rendered::default()
        };
        let found = sections(&rendered);
        let found: Vec<_> = found
            .iter()
            .map(|section| {
                let TextOfSection { anchor, heading, prose, code, start, end } = section;
                (*anchor, heading.as_str(), prose.trim(), code.trim(), &rendered.html[*start..*end])
            })
            .collect();
        let expected = [
            ("", "", "Before", "x", "<p>Before <code>x</code></p>"),
            ("a", "A & b", "one", "", "<p>one</p>"),
            ("c", "C", "", "two", "<pre>two</pre>"),
        ];
        assert_eq!(found, expected);
    }
}
