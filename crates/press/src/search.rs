//! The search index: the words of posts and standing pages by section, so that a hit leads to the nearest heading.
//!
//! The index is a document of the pack under a name that no request can ask for. It refers to the bytes of the finished pages, since the server takes
//! snippets from there; therefore it is made when these have been inspected.

use graven_search::markup::{self, Piece};
use graven_search::write::{Builder, Post as Entry, Section};

use crate::check::{Inspection, Inspections};
use crate::markdown::Rendered;
use crate::output::Document;
use crate::rendered_site::RenderedSite;
use crate::url::BaseUrl;
use crate::views;

/// The index of a site, of whose documents there are `inspections`. It is the document at [`SEARCH_INDEX`](graven_pack::SEARCH_INDEX).
pub(crate) fn index(context: RenderedSite, inspections: &Inspections) -> Document<'static> {
    let site = context.site;
    let base_url = &site.settings.base_url;
    let mut builder = Builder::new(&site.settings.language);
    for (post, rendered) in site.posts.iter().zip(context.posts) {
        let topics = post.topics.iter().map(|topic| site.topics[*topic].slug.as_str()).collect();
        let tags = site.tag_names(post).collect();
        let date = views::date_in_words(site, post);
        let page = Page {
            base_url,
            route: &post.route(),
            title: &post.title,
            description: post.lede().unwrap_or_default(),
            date: &date,
        };
        page.add(rendered, (topics, tags), inspections, &mut builder);
    }
    for (page, rendered) in site.pages.iter().zip(context.pages).filter(|(page, _)| page.has_address()) {
        let page = Page {
            base_url,
            route: &page.route(),
            title: &page.title,
            description: page.lede().unwrap_or_default(),
            date: "",
        };
        page.add(rendered, (Vec::new(), Vec::new()), inspections, &mut builder);
    }
    Document::search_index(builder.finish())
}

/// What the index contains of a page besides its text.
struct Page<'a> {
    base_url: &'a BaseUrl,
    route: &'a str,
    title: &'a str,
    /// Empty if it is a part of the text.
    description: &'a str,
    date: &'a str,
}

impl<'a> Page<'a> {
    fn add(
        &self,
        rendered: &Rendered,
        (topics, tags): (Vec<&'a str>, Vec<&'a str>),
        inspections: &Inspections,
        builder: &mut Builder,
    ) {
        let Some(Inspection { text_start, .. }) = inspections.get(self.route) else { return };
        let sections = sections(rendered);
        let place = |at: usize| u32::try_from(text_start + at).unwrap_or(u32::MAX);
        let sections = sections.iter().map(|section| Section {
            anchor: section.anchor,
            heading: &section.heading,
            text: &section.prose,
            code: &section.code,
            start: place(section.start),
            length: u32::try_from(section.end - section.start).unwrap_or(u32::MAX),
        });
        builder.add(&Entry {
            route: &self.base_url.href(self.route),
            title: self.title,
            description: self.description,
            date: self.date,
            topics,
            tags,
            sections: sections.collect(),
        });
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
