//! Resolution: what a pack has at a path, at a time.
//!
//! Step 4 of [`mod@crate::response`].

use graven_pack::{NOT_FOUND, Redirect};

use super::fault::Fault;
use super::page::PreparedPage;
use super::{Prepared, Site};

/// What a path comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Resolution<'a> {
    /// A page.
    Page(&'a PreparedPage),
    /// A redirect that the pack holds.
    Redirect(Redirect<'static>),
    /// Not a path of the pack, but another spelling of this one, which is.
    Canonical(&'static str),
    /// Nothing, or nothing yet.
    NotFound,
}

/// Looks up a path, and where it is not there the path that it is another spelling of.
pub(crate) fn resolve<'a>(site: &'a Site, path: &str, now: i64) -> Result<Resolution<'a>, Fault> {
    match site.find(path, now)? {
        Some((_, Prepared::Page(page))) => Ok(Resolution::Page(page)),
        Some((_, Prepared::Redirect(redirect))) => Ok(Resolution::Redirect(*redirect)),
        None => match canonical(path) {
            Some(path) => resolve_canonical(site, path, now),
            None => Ok(Resolution::NotFound),
        },
    }
}

/// The page that is sent where nothing is found; `None` where the pack has none.
pub(crate) fn not_found(site: &Site, now: i64) -> Result<Option<&PreparedPage>, Fault> {
    match site.find(NOT_FOUND, now)? {
        Some((_, Prepared::Page(page))) => Ok(Some(page)),
        _ => Ok(None),
    }
}

fn resolve_canonical<'a>(site: &'a Site, path: &str, now: i64) -> Result<Resolution<'a>, Fault> {
    Ok(match site.find(path, now)? {
        Some((path, Prepared::Page(_))) => Resolution::Canonical(path),
        // Where that is a redirect too, one is enough.
        Some((_, Prepared::Redirect(redirect))) => Resolution::Redirect(*redirect),
        None => Resolution::NotFound,
    })
}

/// The path that this is another spelling of: with `index.html`, with `.html`, or with a slash at its end.
fn canonical(path: &str) -> Option<&str> {
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
    fn other_spellings_lead_to_the_path_without() {
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
