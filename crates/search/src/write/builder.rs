//! The builder of an index, as press uses it.

use super::layout;
use super::notes::Notes;
use super::post::Post;

/// Builds an index.
///
/// ```
/// use graven_search::write::{Builder, Post, Section};
/// use graven_search::{Index, Query};
///
/// let mut builder = Builder::new("en");
/// let text = "A leader sends heartbeats.";
/// let section = Section { anchor: "leaders", heading: "Leaders", text, ..Section::default() };
/// builder.add(&Post { route: "/blog/raft", title: "Raft", sections: vec![section], ..Post::default() });
/// let bytes = builder.finish();
///
/// let index = Index::open(&bytes)?;
/// let results = index.search(&Query::parse("heartbeat"), 0, 10);
/// assert_eq!((results.total, results.hits[0].route, results.hits[0].anchor), (1, "/blog/raft", "leaders"));
/// let snippet = results.snippet(text);
/// assert_eq!(snippet.parts[1], (true, "heartbeats".to_owned()));
/// # Ok::<(), graven_search::Error>(())
/// ```
pub struct Builder(Notes);

impl Builder {
    /// A builder for a site in a language, such as `en-GB`. Its words are stemmed if Snowball has the language.
    #[must_use]
    pub fn new(language: &str) -> Self {
        Self(Notes::new(language))
    }

    /// Adds a post. The newest comes first: it is the first of equal hits.
    pub fn add(&mut self, post: &Post<'_>) {
        self.0.add(post);
    }

    /// The bytes of the index.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        layout::index(self.0)
    }
}
