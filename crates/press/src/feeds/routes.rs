//! The routes of the feeds and indexes of every site.

pub(super) const FEED: &str = "/feed.xml";
pub(super) const RSS: &str = "/rss.xml";
pub(super) const JSON_FEED: &str = "/feed.json";
pub(super) const OPENSEARCH: &str = "/opensearch.xml";
pub(super) const SITEMAP: &str = "/sitemap.xml";
pub(super) const SECURITY: &str = "/.well-known/security.txt";
