//! Searches of the site's own posts. What must be found is in `content/searches.txt`, as it is about that content; without it there is nothing to test.

use std::fs;
use std::path::Path;

use graven_search::Index;
use graven_search::write::{Builder, Post, Section};

use crate::site::search;

/// Markdown, read in a simple way: front matter, sections of the second level, fences.
#[derive(Default)]
struct Article {
    slug: String,
    front_matter: String,
    sections: Vec<Part>,
}

#[derive(Default)]
struct Part {
    heading: String,
    text: String,
    code: String,
}

impl Article {
    fn read(slug: &str, source: &str) -> Self {
        let mut parts = source.splitn(3, "+++");
        let front_matter = parts.nth(1).unwrap_or_default().to_owned();
        let mut sections = vec![Part::default()];
        let mut is_code = false;
        for line in parts.next().unwrap_or_default().lines() {
            let section = sections.last_mut().expect("there is one");
            if line.starts_with("```") {
                is_code = !is_code;
            } else if let Some(heading) = line.strip_prefix("## ").filter(|_| !is_code) {
                sections.push(Part { heading: heading.to_owned(), ..Part::default() });
            } else {
                let into = if is_code { &mut section.code } else { &mut section.text };
                into.extend([line, "\n"]);
            }
        }
        Self { slug: slug.to_owned(), front_matter, sections }
    }

    /// The quoted values of a key.
    fn values(&self, key: &str) -> Vec<&str> {
        let line = self.front_matter.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split('"').skip(1).step_by(2).collect()
    }

    fn add_to(&self, builder: &mut Builder) {
        builder.add(&Post {
            route: &self.slug,
            title: self.values("title")[0],
            description: self.values("description").first().unwrap_or(&""),
            date: "",
            topics: self.values("topics"),
            tags: self.values("tags"),
            sections: self.sections.iter().map(Part::section).collect(),
        });
    }
}

impl Part {
    fn section(&self) -> Section<'_> {
        let Self { heading, text, code } = self;
        Section { anchor: heading, heading, text, code, ..Section::default() }
    }
}

/// The articles, the newest first, and what must be found; `None` for a site without a list of searches.
fn site() -> Option<(Vec<Article>, String)> {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let searches = fs::read_to_string(content.join("searches.txt")).ok()?;
    let mut articles = Vec::new();
    for folder in fs::read_dir(content.join("posts")).expect("posts") {
        let folder = folder.expect("a folder");
        let source = fs::read_to_string(folder.path().join("index.md")).expect("a post");
        articles.push(Article::read(&folder.file_name().to_string_lossy(), &source));
    }
    articles.sort_by_key(|article| {
        let date = article.front_matter.lines().find(|line| line.starts_with("date")).unwrap_or_default().to_owned();
        (std::cmp::Reverse(date), article.slug.clone())
    });
    Some((articles, searches))
}

#[test]
fn searches_of_this_site_find_the_right_post_first() {
    let Some((articles, searches)) = site() else { return };
    let mut builder = Builder::new("en-GB");
    for article in &articles {
        article.add_to(&mut builder);
    }
    let bytes = builder.finish();
    let mut wrong = Vec::new();
    let lines = searches.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in lines {
        let mut fields = line.split('|').map(str::trim);
        let (query, slug) = (fields.next().expect("a query"), fields.next().expect("a slug"));
        let results = search(&bytes, query);
        let first = results.hits.first().map_or(("nothing", ""), |hit| (hit.route, hit.heading));
        if first.0 != slug || !fields.next().is_none_or(|heading| first.1.starts_with(heading)) {
            let others: Vec<_> = results.hits.iter().map(|hit| hit.route).collect();
            wrong.push(format!("{query}: found {first:?} of {others:?}, {:?}", results.corrections));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_index_of_this_site_is_not_larger_than_its_text() {
    let Some((articles, _)) = site() else { return };
    let mut builder = Builder::new("en-GB");
    for article in &articles {
        article.add_to(&mut builder);
    }
    let bytes = builder.finish();
    let parts = articles.iter().flat_map(|article| &article.sections);
    let text: usize = parts.map(|part| part.heading.len() + part.text.len() + part.code.len()).sum();
    // The dictionary is most of it: a small site has a new word in every line.
    println!("{} bytes for {text} of text", bytes.len());
    assert!(bytes.len() < text, "{} bytes for {text} of text", bytes.len());
    assert_eq!(Index::open(&bytes).expect("an index").len(), articles.len());
}
