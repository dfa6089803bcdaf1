//! What is indexed of a post.

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
    /// Its tags. A filter may write a tag as its name or as its slug; capital letters, spaces and punctuation make no difference.
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
    /// Where it is in the page, for the caller of a search: any number.
    pub start: u32,
    /// How long it is.
    pub length: u32,
}
