//! The base URL of a site: a scheme and a host, and the path on that host below which the site is.
//!
//! Inside press, a *route* is a path from the root of the site, whatever the base URL: `/notes`. Authors write routes, too. The *href* of a route is its
//! path on the host, which is what readers ask for, what pages contain, and what a pack has: `/blog/notes`. Whoever writes a page, a feed or the pack
//! makes hrefs of routes with [`BaseUrl::href`] and [`BaseUrl::url`]; whoever reads pages makes routes of hrefs with [`BaseUrl::resolve`].

use std::borrow::Cow;
use std::fmt;

use super::encoding::{decoded, encode_path};
use super::reference::{Target, resolve, split_path};

/// The URL of a site, without a slash at the end: `https://example.org`, `https://example.org/blog`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    origin: String,
    /// Empty, or segments that each begin with a slash.
    path: String,
}

/// The files that programs look for at the root of a host (RFC 9309 §2.3; HTML §4.6.7.9), wherever on it a site is.
const OF_HOST: [&str; 2] = ["/favicon.ico", "/robots.txt"];

/// The folder of such files (RFC 8615 §3).
const WELL_KNOWN: &str = "/.well-known/";

impl BaseUrl {
    /// Reads a base URL, with or without a slash at its end.
    ///
    /// ```
    /// use graven_press::source::BaseUrl;
    ///
    /// let base = BaseUrl::parse("https://example.org/blog/")?;
    /// assert_eq!((base.origin(), base.path()), ("https://example.org", "/blog"));
    /// assert!(BaseUrl::parse("https://example.org/blog?page=1").is_err());
    /// # Ok::<(), &str>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong, in a few words.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let rest = rest.ok_or("a base URL begins with https:// or http://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.is_empty() {
            return Err("the host is missing");
        }
        let is_authority = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
        if !authority.bytes().all(is_authority) {
            return Err("only a host, a port and a path may follow");
        }
        let origin = &text[..text.len() - path.len()];
        let path = path.strip_suffix('/').unwrap_or(path);
        check_path(path)?;
        Ok(Self { origin: origin.to_owned(), path: path.to_owned() })
    }

    /// The base URL that is nearest to a `text` with mistakes in its path.
    pub(crate) fn mended(text: &str) -> Option<Self> {
        let text = text.split(['?', '#']).next().unwrap_or_default();
        let authority = text.find("://")? + "://".len();
        let path = authority + text[authority..].find('/')?;
        let is_name = |name: &&str| !matches!(*name, "" | "." | "..");
        let names: Vec<&str> = text[path..].split('/').filter(is_name).collect();
        Self::parse(&[&[&text[..path]], &names[..]].concat().join("/")).ok()
    }

    /// This site on another host.
    pub(crate) fn with_origin(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    /// Scheme and host, and the port if there is one: `https://example.org`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path below which the site is, without a slash at the end: `/blog`. Empty for a site at the root of its host.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The href of a route, or of any reference that an author wrote: what does not begin with one slash stays.
    ///
    /// ```
    /// use graven_press::source::BaseUrl;
    ///
    /// let base = BaseUrl::parse("https://example.org/blog")?;
    /// assert_eq!(base.href("/notes#rust"), "/blog/notes#rust");
    /// assert_eq!(base.href("/robots.txt"), "/robots.txt");
    /// assert_eq!(base.href("https://example.net/"), "https://example.net/");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn href<'r>(&self, reference: &'r str) -> Cow<'r, str> {
        let is_path = reference.starts_with('/') && !reference.starts_with("//");
        if self.path.is_empty() || !is_path || is_of_host(reference) {
            return Cow::Borrowed(reference);
        }
        Cow::Owned([&self.path, reference].concat())
    }

    /// The absolute URL of `route`, which is not percent-encoded.
    pub(crate) fn url(&self, route: &str) -> String {
        [&self.origin, &*encode_path(&self.href(route))].concat()
    }

    /// The route of a path on the host, if it is one of the site.
    ///
    /// ```
    /// use graven_press::source::BaseUrl;
    ///
    /// let base = BaseUrl::parse("https://example.org/blog")?;
    /// assert_eq!((base.route("/blog/notes"), base.route("/notes")), (Some("/notes"), None));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn route<'p>(&self, path: &'p str) -> Option<&'p str> {
        if self.path.is_empty() || !path.starts_with('/') || is_of_host(path) {
            return Some(path);
        }
        path.strip_prefix(&self.path).filter(|route| route.starts_with('/') && !is_of_host(route))
    }

    /// An author's reference without the URL of the site, if it begins with that: from the root of the site, as if it had been written like that.
    pub(crate) fn without<'r>(&self, reference: &'r str) -> &'r str {
        let Some(rest) = reference.strip_prefix(&self.origin) else { return reference };
        if !rest.is_empty() && !rest.starts_with(['/', '?', '#']) {
            return reference;
        }
        self.inside(rest).unwrap_or(reference)
    }

    /// The reference within the site for one from the root of the host.
    fn inside<'r>(&self, reference: &'r str) -> Option<&'r str> {
        let (path, rest) = split_path(reference);
        if path == self.path {
            return Some(if rest.is_empty() { "/" } else { rest });
        }
        // A route is the end of its path.
        self.route(path).map(|route| &reference[path.len() - route.len()..])
    }

    /// Resolves a reference in the finished page of a route, where paths are hrefs. The target has the route.
    pub(crate) fn resolve(&self, page: &str, reference: &str) -> Target {
        let inside = self.without(reference);
        if inside != reference {
            return resolve(page, inside);
        }
        match resolve(&self.href(page), reference) {
            Target::Internal(path) => match self.inside(&path) {
                Some(route) => Target::Internal(route.to_owned()),
                None => Target::Outside(path),
            },
            other => other,
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)?;
        formatter.write_str(&self.path)
    }
}

/// Whether a reference from the root leads to a file that is at the root of the host.
fn is_of_host(reference: &str) -> bool {
    let path = decoded(split_path(reference).0);
    OF_HOST.contains(&&*path) || path.starts_with(WELL_KNOWN)
}

/// What is wrong with the path of a base URL. Its characters mean the same with and without percent-encoding (RFC 3986 §2.3), so that it can be compared.
fn check_path(path: &str) -> Result<(), &'static str> {
    if path.contains('?') {
        return Err("a base URL has no query");
    }
    if path.contains('#') {
        return Err("a base URL has no fragment");
    }
    if path.split('/').skip(1).any(|name| matches!(name, "" | "." | "..")) {
        return Err("its path has no empty, . or .. segments");
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    if !path.bytes().all(is_plain) {
        return Err("its path has ASCII letters, digits, `-`, `.`, `_`, `~` and slashes only");
    }
    if is_of_host(&format!("{path}/")) || is_of_host(path) {
        return Err("clients look for the files of the host there");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> BaseUrl {
        BaseUrl::parse(text).expect("a base URL")
    }

    #[test]
    fn a_base_url_has_a_host_and_perhaps_a_path() {
        for (text, origin, path) in [
            ("https://example.org", "https://example.org", ""),
            ("http://[::1]:8080/", "http://[::1]:8080", ""),
            ("https://example.org/blog", "https://example.org", "/blog"),
            ("https://example.org/blog/", "https://example.org", "/blog"),
            ("https://example.org/~ada/my_notes-2.0", "https://example.org", "/~ada/my_notes-2.0"),
        ] {
            let base = base(text);
            assert_eq!((base.origin(), base.path()), (origin, path), "{text}");
            assert_eq!(base.to_string(), text.trim_end_matches('/'));
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused_and_the_nearest_one_is_known() {
        for (text, mended) in [
            ("example.org", None),
            ("https://", None),
            ("https:///blog", None),
            ("https://ada@example.org", None),
            ("https://exa mple.org/blog", None),
            ("https://example.org/blog?page=1", Some("https://example.org/blog")),
            ("https://example.org/blog#top", Some("https://example.org/blog")),
            ("https://example.org?page=1", None),
            ("https://example.org//blog", Some("https://example.org/blog")),
            ("https://example.org/blog//", Some("https://example.org/blog")),
            ("https://example.org/a/../blog", Some("https://example.org/a/blog")),
            ("https://example.org/./blog", Some("https://example.org/blog")),
            ("https://example.org/my blog", None),
            ("https://example.org/caf\u{e9}", None),
            ("https://example.org/caf%C3%A9", None),
            ("https://example.org/.well-known", None),
            ("https://example.org/.well-known/blog", None),
            ("https://example.org/robots.txt", None),
        ] {
            assert!(BaseUrl::parse(text).is_err(), "{text}");
            assert_eq!(BaseUrl::mended(text).map(|base| base.to_string()).as_deref(), mended, "{text}");
        }
    }

    #[test]
    fn an_href_has_the_path_of_the_site_and_what_belongs_to_the_host_has_none() {
        for (reference, expected) in [
            ("/", "/blog/"),
            ("/?a#b", "/blog/?a#b"),
            ("/notes", "/blog/notes"),
            ("/blog/hello", "/blog/blog/hello"),
            ("/robots.txt", "/robots.txt"),
            ("/favicon.ico?v=2", "/favicon.ico?v=2"),
            ("/favicon.svg", "/blog/favicon.svg"),
            ("/.well-known/security.txt", "/.well-known/security.txt"),
            ("/%2Ewell-known/x", "/%2Ewell-known/x"),
            ("//example.net/", "//example.net/"),
            ("https://example.net/", "https://example.net/"),
            ("#id", "#id"),
            ("?q", "?q"),
            ("", ""),
            ("404", "404"),
        ] {
            assert_eq!(base("https://example.org/blog").href(reference), expected, "{reference:?}");
            assert_eq!(base("https://example.org").href(reference), reference);
        }
    }

    #[test]
    fn the_route_of_an_href_is_the_one_that_it_was_made_from() {
        let base = base("https://example.org/blog");
        for route in ["/", "/notes", "/blog", "/blog/hello.md", "/robots.txt", "/.well-known/x", "404"] {
            assert_eq!(base.route(&base.href(route)), Some(route));
        }
        for path in ["/", "/blog", "/blogs/x", "/notes", "/blog/robots.txt", "/blog/.well-known/x"] {
            assert_eq!(base.route(path), None, "{path}");
        }
    }

    #[test]
    fn a_url_is_absolute_and_encoded() {
        for (text, route, expected) in [
            ("https://example.org", "/a b.png", "https://example.org/a%20b.png"),
            ("https://example.org/blog", "/a b.png", "https://example.org/blog/a%20b.png"),
            ("https://example.org/blog", "/", "https://example.org/blog/"),
            ("https://example.org/blog", "/robots.txt", "https://example.org/robots.txt"),
        ] {
            assert_eq!(base(text).url(route), expected);
        }
    }

    #[test]
    fn a_whole_url_of_the_site_is_a_reference_within_it() {
        for (text, reference, expected) in [
            ("https://example.org", "https://example.org", "/"),
            ("https://example.org", "https://example.org/x?y#z", "/x?y#z"),
            ("https://example.org", "https://example.org.evil.example/x", "https://example.org.evil.example/x"),
            ("https://example.org/blog", "https://example.org/blog", "/"),
            ("https://example.org/blog", "https://example.org/blog/", "/"),
            ("https://example.org/blog", "https://example.org/blog/x?y", "/x?y"),
            ("https://example.org/blog", "https://example.org/blog#id", "#id"),
            ("https://example.org/blog", "https://example.org/blogs", "https://example.org/blogs"),
            ("https://example.org/blog", "https://example.org/", "https://example.org/"),
            ("https://example.org/blog", "https://example.org/robots.txt", "/robots.txt"),
            ("https://example.org/blog", "/blog/x", "/blog/x"),
        ] {
            assert_eq!(base(text).without(reference), expected, "{reference}");
        }
    }

    #[test]
    fn a_reference_of_a_finished_page_leads_to_a_route_or_out_of_the_site() {
        let internal = |route: &str| Target::Internal(route.to_owned());
        let outside = |path: &str| Target::Outside(path.to_owned());
        for (page, reference, expected) in [
            ("/notes/x", "/blog/notes?a#b", internal("/notes?a#b")),
            ("/notes/x", "/blog", internal("/")),
            ("/notes/x", "/blog/", internal("/")),
            ("/notes/x", "y", internal("/notes/y")),
            ("/notes/x", "#id", internal("/notes/x#id")),
            ("/notes/x", "../", internal("/")),
            ("/notes/x", "../../shop", outside("/shop")),
            ("/notes/x", "/notes", outside("/notes")),
            ("/notes/x", "/robots.txt", internal("/robots.txt")),
            ("/notes/x", "https://example.org/blog/y", internal("/y")),
            ("/notes/x", "https://example.org/y", Target::External),
            ("/notes/x", "javascript:x", Target::Script),
            ("404", "#id", internal("404#id")),
        ] {
            assert_eq!(base("https://example.org/blog").resolve(page, reference), expected, "{reference:?}");
        }
    }
}
