//! References (RFC 3986 §4.1): their form, their target on the site.

use std::borrow::Cow;

/// The target of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A path of this site, with query and fragment as written.
    Internal(String),
    /// A path of this host, but not of this site.
    Outside(String),
    /// Another site, a mail address, a `data:` URL.
    External,
    /// A `javascript:` URL.
    Script,
}

/// The kind of a reference, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReferenceKind {
    /// `https://…`, `mailto:…`, `//host/…`.
    External,
    /// `javascript:…`.
    Script,
    /// `/path`, `#fragment`, `?query`.
    Site,
    /// `file.png`, `../other/index.md` (RFC 3986 §4.2).
    RelativePath,
}

impl ReferenceKind {
    pub(crate) fn of(reference: &str) -> Self {
        match resolve("/", reference) {
            Target::Script => Self::Script,
            Target::External | Target::Outside(_) => Self::External,
            Target::Internal(_) if reference.starts_with(['/', '#', '?']) => Self::Site,
            Target::Internal(_) => Self::RelativePath,
        }
    }
}

/// Resolves `reference` against the page at `page`, a path of this site (RFC 3986 §5.2).
pub(crate) fn resolve(page: &str, reference: &str) -> Target {
    let reference = strip(reference);
    if let Some(scheme) = scheme(&reference) {
        return if scheme.eq_ignore_ascii_case("javascript") { Target::Script } else { Target::External };
    }
    if reference.starts_with("//") {
        return Target::External;
    }
    let (path, rest) = split_path(&reference);
    Target::Internal(match path.as_bytes().first() {
        None => format!("{page}{rest}"),
        Some(b'/') => format!("{}{rest}", without_dots(path)),
        Some(_) => format!("{}{rest}", without_dots(&format!("{}{path}", folder(page)))),
    })
}

/// Splits a reference into its path and the rest: query and fragment.
pub(crate) fn split_path(reference: &str) -> (&str, &str) {
    reference.split_at(reference.find(['?', '#']).unwrap_or(reference.len()))
}

/// Whether `reference` is a URL of another site, over HTTP.
pub(crate) fn is_external(reference: &str) -> bool {
    let reference = strip(reference);
    reference.starts_with("//")
        || scheme(&reference)
            .is_some_and(|scheme| ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http)))
}

/// The user, host and port of an address of the web (RFC 3986 §3.2), of which `rest` follows the `//`. A `\` ends them as `/` does: browsers take one for
/// the other (URL Standard §4.4, host state).
pub(crate) fn authority(rest: &str) -> &str {
    rest.split(['/', '\\', '?', '#']).next().unwrap_or_default()
}

/// Removes what the URL standard removes before it parses (§4.4): surrounding white space, and tabs and line breaks anywhere.
fn strip(reference: &str) -> Cow<'_, str> {
    let trimmed = reference.trim_matches(|char: char| char <= ' ');
    if trimmed.contains(['\t', '\n', '\r']) { trimmed.replace(['\t', '\n', '\r'], "").into() } else { trimmed.into() }
}

/// The scheme of a reference (RFC 3986 §3.1).
pub(crate) fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let is_scheme = scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme.then_some(scheme)
}

/// The path up to its last slash (RFC 3986 §5.2.3).
fn folder(page: &str) -> &str {
    page.rfind('/').map_or("/", |slash| &page[..=slash])
}

/// Removes dot segments (RFC 3986 §5.2.4): `/a/./b/../c` becomes `/a/c`; `/a/..` keeps its slash.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                kept.extend(is_last.then_some(""));
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_resolved_on_its_page() {
        let internal = |path: &str| Target::Internal(path.to_owned());
        for (reference, expected) in [
            ("/notes", internal("/notes")),
            ("/notes?a=b#c", internal("/notes?a=b#c")),
            (" /no\ntes ", internal("/notes")),
            ("#id", internal("/blog/hello#id")),
            ("?q", internal("/blog/hello?q")),
            ("", internal("/blog/hello")),
            ("other", internal("/blog/other")),
            ("./other", internal("/blog/other")),
            ("../notes/x", internal("/notes/x")),
            ("../../../x", internal("/x")),
            ("..", internal("/")),
            (".", internal("/blog/")),
            ("/a/./b/../c", internal("/a/c")),
            ("a/b:c", internal("/blog/a/b:c")),
            ("/?a=/../b", internal("/?a=/../b")),
            ("https://example.org/", Target::External),
            ("mailto:a@example.org", Target::External),
            ("tel:+1", Target::External),
            ("data:image/png;base64,AAAA", Target::External),
            ("//example.org/x", Target::External),
            ("javascript:alert(1)", Target::Script),
            ("\u{1} JavaScript:alert(1)", Target::Script),
            ("java\nscript:alert(1)", Target::Script),
        ] {
            assert_eq!(resolve("/blog/hello", reference), expected, "{reference:?}");
        }
    }

    #[test]
    fn the_kind_of_a_reference_follows_from_its_form() {
        for (destination, kind) in [
            ("https://example.org/", ReferenceKind::External),
            ("//example.org/", ReferenceKind::External),
            ("mailto:a@example.org", ReferenceKind::External),
            ("JavaScript:alert(1)", ReferenceKind::Script),
            ("java\tscript:alert(1)", ReferenceKind::Script),
            ("/blog/hello", ReferenceKind::Site),
            ("#here", ReferenceKind::Site),
            ("?page=2", ReferenceKind::Site),
            ("data.csv", ReferenceKind::RelativePath),
            ("../hello/index.md#x:y", ReferenceKind::RelativePath),
            ("a/b:c", ReferenceKind::RelativePath),
        ] {
            assert_eq!(ReferenceKind::of(destination), kind, "{destination}");
        }
    }
}
