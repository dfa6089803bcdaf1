//! The routes of the feeds and indexes of every site.

pub(crate) const FEED: &str = "/feed.xml";
pub(crate) const RSS: &str = "/rss.xml";
pub(crate) const JSON_FEED: &str = "/feed.json";
pub(super) const OPENSEARCH: &str = "/opensearch.xml";
pub(super) const SITEMAP: &str = "/sitemap.xml";
pub(super) const SECURITY: &str = "/.well-known/security.txt";

/// Where other sites have their feeds, and where readers look for them: redirects, unless the content has something there.
pub(super) const GUESSES: [(&str, &str); 7] = [
    ("/atom", FEED),
    ("/atom.xml", FEED),
    ("/feed", FEED),
    ("/feed.atom", FEED),
    ("/feed.rss", RSS),
    ("/index.xml", FEED),
    ("/rss", RSS),
];
