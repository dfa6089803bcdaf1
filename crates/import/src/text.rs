//! A text on its way from the other site to Graven.

use std::collections::BTreeMap;

use crate::body::Body;
use crate::head::Head;

/// What a text becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Listed by date: in `posts/`.
    Post,
    /// Without a date: in `pages/`.
    Page,
}

/// The slug of the page that takes the place of Graven's first page.
pub(crate) const FIRST: &str = "index";

/// A text.
#[derive(Debug)]
pub(crate) struct Text {
    /// Its path in the other site.
    pub(crate) source: String,
    pub(crate) kind: Kind,
    pub(crate) head: Head,
    pub(crate) title: String,
    pub(crate) body: Body,
    /// Its address in the other site, if it has one.
    pub(crate) url: Option<String>,
    /// The folder of the other site that groups it.
    pub(crate) section: Option<String>,
    /// Why it becomes a draft. Empty if it is published.
    pub(crate) draft: Vec<String>,
    /// Whether it is published later.
    pub(crate) is_scheduled: bool,
    /// The last part of its new address.
    pub(crate) slug: String,
    pub(crate) topics: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) aliases: Vec<String>,
    /// The files that move into its folder: by their path in the other site, their name there.
    pub(crate) files: BTreeMap<String, String>,
}

impl Text {
    /// The address in the new site.
    pub(crate) fn route(&self) -> String {
        match self.kind {
            Kind::Post => format!("/blog/{}", self.slug),
            Kind::Page if self.is_first() => "/".to_owned(),
            Kind::Page => format!("/{}", self.slug),
        }
    }

    /// Whether it is the first page: `pages/index.md`.
    pub(crate) fn is_first(&self) -> bool {
        self.kind == Kind::Page && self.slug == FIRST
    }

    /// The folder of the text in the new site, if it has files.
    pub(crate) fn folder(&self) -> String {
        let kind = if self.kind == Kind::Post { "posts" } else { "pages" };
        format!("{kind}/{}", self.slug)
    }

    /// The path in the new site.
    pub(crate) fn path(&self) -> String {
        let folder = self.folder();
        if self.files.is_empty() { format!("{folder}.md") } else { format!("{folder}/index.md") }
    }

    /// The name under which a file of the other site is in the folder of the text.
    pub(crate) fn take_file(&mut self, source: &str) -> String {
        if let Some(name) = self.files.get(source) {
            return name.clone();
        }
        let name = safe_name(crate::names::file_name(source));
        let stem = crate::names::stem(&name).to_owned();
        let extension = crate::names::extension(&name);
        let taken: Vec<&String> = self.files.values().collect();
        let mut free = name.clone();
        let mut number = 1;
        while taken.contains(&&free) || free.eq_ignore_ascii_case("index.md") {
            number += 1;
            free = format!("{stem}-{number}.{extension}");
        }
        self.files.insert(source.to_owned(), free.clone());
        free
    }
}

/// A name without spaces, which addresses cannot contain as they are.
pub(crate) fn safe_name(name: &str) -> String {
    let safe = |char: char| if char.is_whitespace() || "?#%\\()[]<>|\"".contains(char) { '-' } else { char };
    name.chars().map(safe).collect()
}

/// A folder of the other site that has a title of its own.
#[derive(Debug)]
pub(crate) struct Section {
    /// The folder: `inside-rust`.
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) url: Option<String>,
}
