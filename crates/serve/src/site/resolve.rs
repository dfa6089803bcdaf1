//! Resolves a path at a time to a page or a redirect.

use graven_pack::{NOT_FOUND, Redirect};

use super::damage::DamagedPack;
use super::page::PreparedPage;
use super::{Prepared, Site};

/// What a path resolves to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Resolution<'a> {
    /// A page.
    Page(&'a PreparedPage),
    /// A redirect in the pack.
    Redirect(Redirect<'static>),
    /// Another spelling of this path of the pack.
    Canonical(&'static str),
    /// No route, or none that is published yet.
    NotFound,
}

/// Resolves a path. If the pack does not have it, resolves its canonical spelling.
pub(crate) fn resolve<'a>(site: &'a Site, path: &str, now: i64) -> Result<Resolution<'a>, DamagedPack> {
    match site.find(path, now)? {
        Some((_, Prepared::Page(page))) => Ok(Resolution::Page(page)),
        Some((_, Prepared::Redirect(redirect))) => Ok(Resolution::Redirect(*redirect)),
        None => match canonical(path) {
            Some(path) => resolve_canonical(site, path, now),
            None => Ok(Resolution::NotFound),
        },
    }
}

/// Returns the site's 404 page, or `None` if the pack has none.
pub(crate) fn not_found(site: &Site, now: i64) -> Result<Option<&PreparedPage>, DamagedPack> {
    match site.find(NOT_FOUND, now)? {
        Some((_, Prepared::Page(page))) => Ok(Some(page)),
        _ => Ok(None),
    }
}

fn resolve_canonical<'a>(site: &'a Site, path: &str, now: i64) -> Result<Resolution<'a>, DamagedPack> {
    Ok(match site.find(path, now)? {
        Some((path, Prepared::Page(_))) => Resolution::Canonical(path),
        // Redirect once, not twice, if the canonical path is a redirect too.
        Some((_, Prepared::Redirect(redirect))) => Resolution::Redirect(*redirect),
        None => Resolution::NotFound,
    })
}

/// Returns the path without a final `index.html`, `.html` or slash, or `None` if it has none of them. A request for such a path is redirected to the
/// page at the result, if there is one.
///
/// ```
/// assert_eq!(graven_serve::canonical("/blog/index.html"), Some("/blog"));
/// assert_eq!(graven_serve::canonical("/blog"), None);
/// ```
#[must_use]
pub fn canonical(path: &str) -> Option<&str> {
    let stem = path
        .strip_suffix("/index.html")
        .or_else(|| path.strip_suffix(".html").filter(|stem| !stem.ends_with('/')))
        .or_else(|| path.strip_suffix('/'))?;
    Some(if stem.is_empty() { "/" } else { stem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_paths_have_no_extension_index_or_final_slash() {
        for (path, expected) in [
            ("/notes/", Some("/notes")),
            ("/notes.html", Some("/notes")),
            ("/notes/index.html", Some("/notes")),
            ("/index.html", Some("/")),
            ("/index.html.html", Some("/index.html")),
            ("/a/b.html", Some("/a/b")),
            ("/.html", None),
            ("/notes/.html", None),
            ("/notes", None),
            ("/notes.HTML", None),
            ("/notesindex.html", Some("/notesindex")),
            ("/", Some("/")),
        ] {
            assert_eq!(canonical(path), expected, "{path}");
        }
    }
}
