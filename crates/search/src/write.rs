//! The builder of an index.

/// A post to be found.
#[derive(Clone, Debug, Default)]
pub struct Post<'a> {
    /// Its path on the site.
    pub route: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its description.
    pub description: &'a str,
    /// Its date, as it is displayed.
    pub date: &'a str,
    /// The slugs of its topics.
    pub topics: Vec<&'a str>,
    /// Its tags. A filter may say the name or the slug.
    pub tags: Vec<&'a str>,
    /// Its sections, in order; the first may be what is before the first heading.
    pub sections: Vec<Section<'a>>,
}

/// A heading and what follows, up to the next.
#[derive(Clone, Debug, Default)]
pub struct Section<'a> {
    /// The heading's anchor; empty before the first heading.
    pub anchor: &'a str,
    /// The heading; empty before the first.
    pub heading: &'a str,
    /// Its prose.
    pub text: &'a str,
    /// Its code.
    pub code: &'a str,
    /// Where it is in the page, for the caller of a search: any numbers.
    pub start: u32,
    /// How long it is.
    pub length: u32,
}

/// Builds an index.
#[derive(Debug)]
pub struct Builder {
    bytes: Vec<u8>,
}

impl Builder {
    /// A builder for a site in a language, such as `en-GB`: its words are stemmed if the language is known.
    #[must_use]
    pub fn new(_language: &str) -> Self {
        Self { bytes: b"GRAVENSX".to_vec() }
    }

    /// Adds a post. The newest comes first.
    pub fn add(&mut self, post: &Post<'_>) {
        self.text(post.route);
        self.text(post.title);
        self.text(post.date);
        self.text(&[post.description, &post.topics.join("\n"), &post.tags.join("\n")].join("\n"));
        self.number(u32::try_from(post.sections.len()).unwrap_or_default());
        for section in &post.sections {
            self.text(section.anchor);
            self.text(section.heading);
            self.text(&[section.text, section.code].join("\n"));
            self.number(section.start);
            self.number(section.length);
        }
    }

    /// The bytes of the index.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn number(&mut self, number: u32) {
        self.bytes.extend(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(u32::try_from(text.len()).unwrap_or_default());
        self.bytes.extend(text.as_bytes());
    }
}
