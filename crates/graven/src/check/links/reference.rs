//! References to pages, as RFC 3986 has them: their parts, and where they lead from another page.

/// The parts of a reference (RFC 3986 §3), without the fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) scheme: Option<&'a str>,
    pub(super) authority: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// The parts of a text. Every text is a reference.
    pub(super) fn of(text: &'a str) -> Self {
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        let (text, query) = text.split_once('?').map_or((text, None), |(text, query)| (text, Some(query)));
        let (scheme, text) = match text.split_once(':') {
            Some((scheme, text)) if is_scheme(scheme) => (Some(scheme), text),
            _ => (None, text),
        };
        let Some(text) = text.strip_prefix("//") else { return Self { scheme, authority: None, path: text, query } };
        let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
        Self { scheme, authority: Some(authority), path, query }
    }

    /// Where it leads from a page, which is an address of HTTP (RFC 3986 §5.2.2).
    pub(super) fn from(self, page: Self) -> String {
        let path = if self.scheme.is_some() || self.authority.is_some() || self.path.starts_with('/') {
            without_dots(self.path)
        } else if self.path.is_empty() {
            page.path.to_owned()
        } else {
            let folder = page.path.rfind('/').map_or("/", |slash| &page.path[..=slash]);
            without_dots(&format!("{folder}{}", self.path))
        };
        // Without a path and a query of its own it is the page itself, as `#part` is.
        let is_page = self.scheme.is_none() && self.authority.is_none() && self.path.is_empty();
        let query = self.query.or(if is_page { page.query } else { None });
        let authority = if self.scheme.is_some() { self.authority } else { self.authority.or(page.authority) };
        let scheme = self.scheme.or(page.scheme).unwrap_or_default();
        let authority = authority.map(|authority| format!("//{authority}")).unwrap_or_default();
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{scheme}:{authority}{path}{query}")
    }
}

/// Whether what precedes a colon is a scheme (RFC 3986 §3.1). In `/login?next=https://a.org` nothing is.
fn is_scheme(text: &str) -> bool {
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_rest)
}

/// A path without `.` and `..` (RFC 3986 §5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            ".." if kept.len() > 1 => drop(kept.pop()),
            "." | ".." => {}
            _ => kept.push(segment),
        }
        if is_last && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    kept.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 3986 §5.4, without their fragments.
    #[test]
    fn references_lead_where_rfc_3986_says() {
        let page = Reference::of("http://a/b/c/d;p?q");
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"),
            ("g?y#s", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("/login?next=https://b/", "http://a/login?next=https://b/"),
            ("/a:b", "http://a/a:b"),
        ] {
            assert_eq!(Reference::of(reference).from(page), expected, "{reference:?}");
        }
        assert_eq!(Reference::of("g").from(Reference::of("http://a")), "http://a/g");
        assert_eq!(Reference::of("..").from(Reference::of("http://a")), "http://a/");
    }
}
