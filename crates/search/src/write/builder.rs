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

    /// Adds a post, and returns its number. The newest comes first: it is the first of equal hits.
    pub fn add(&mut self, post: &Post<'_>) -> usize {
        self.0.add(post)
    }

    /// The bytes of an index of some posts, by number, in the order in which they were added. It is that of a builder to which only these were added. Each
    /// has another number: how much later its sections start than they said.
    ///
    /// ```
    /// use graven_search::write::{Builder, Post, Section};
    ///
    /// let section = |start| Section { text: "A leader sends heartbeats.", start, ..Section::default() };
    /// let post = |start| Post { route: "/blog/raft", title: "Raft", sections: vec![section(start)], ..Post::default() };
    /// let mut site = Builder::new("en");
    /// site.add(&Post { title: "Of the site, but not of this index", ..Post::default() });
    /// let raft = site.add(&post(0));
    ///
    /// let mut alone = Builder::new("en");
    /// alone.add(&post(700));
    /// assert_eq!(site.index(&[(raft, 700)]), alone.finish());
    /// ```
    #[must_use]
    pub fn index(&self, posts: &[(usize, u32)]) -> Vec<u8> {
        layout::index(&self.0, posts)
    }

    /// The bytes of the index of all posts.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let all: Vec<_> = (0..self.0.posts.len()).map(|post| (post, 0)).collect();
        self.index(&all)
    }
}
