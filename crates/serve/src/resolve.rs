//! Resolution: what a pack has at a path, at a time.
//!
//! Step 4 of [`mod@crate::respond`].

use graven_pack::{Content, Error, NOT_FOUND, Pack, Page, Redirect};

/// What a path comes to.
#[derive(Clone, Copy, Debug)]
pub enum Resolution<'a> {
    /// A page.
    Page(Page<'a>),
    /// A redirect that the pack holds.
    Redirect(Redirect<'a>),
    /// Not a path of the pack, but another spelling of this one, which is.
    Canonical(&'a str),
    /// Nothing, or nothing yet.
    NotFound,
}

/// Looks up a path, and where it is not there the path that it is another spelling of.
pub fn resolve<'a>(pack: &Pack<'a>, path: &str, now: i64) -> Result<Resolution<'a>, Error> {
    match lookup(pack, path, now)? {
        Some((_, Content::Page(page))) => Ok(Resolution::Page(page)),
        Some((_, Content::Redirect(redirect))) => Ok(Resolution::Redirect(redirect)),
        None => match canonical(path) {
            Some(path) => resolve_canonical(pack, path, now),
            None => Ok(Resolution::NotFound),
        },
    }
}

/// The page that is sent where nothing is found; `None` where the pack has none.
pub fn not_found<'a>(pack: &Pack<'a>, now: i64) -> Result<Option<Page<'a>>, Error> {
    match lookup(pack, NOT_FOUND, now)? {
        Some((_, Content::Page(page))) => Ok(Some(page)),
        _ => Ok(None),
    }
}

/// The second representation of a page, to be chosen by `Accept`; `None` where it has none, or none yet.
pub fn alternate<'a>(pack: &Pack<'a>, page: &Page<'a>, now: i64) -> Result<Option<Page<'a>>, Error> {
    let Some(index) = page.alternate() else { return Ok(None) };
    Ok(match pack.route_at(index)?.at(now)?.map(|edition| edition.content()) {
        Some(Content::Page(page)) => Some(page),
        _ => None,
    })
}

fn resolve_canonical<'a>(pack: &Pack<'a>, path: &str, now: i64) -> Result<Resolution<'a>, Error> {
    Ok(match lookup(pack, path, now)? {
        Some((path, Content::Page(_))) => Resolution::Canonical(path),
        // Where that is a redirect too, one is enough.
        Some((_, Content::Redirect(redirect))) => Resolution::Redirect(redirect),
        None => Resolution::NotFound,
    })
}

fn lookup<'a>(pack: &Pack<'a>, path: &str, now: i64) -> Result<Option<(&'a str, Content<'a>)>, Error> {
    let Some(route) = pack.route(path)? else { return Ok(None) };
    Ok(route.at(now)?.map(|edition| (route.path(), edition.content())))
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
