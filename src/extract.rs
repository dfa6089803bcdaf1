//! `notes extract DIR`: the site as plain files that any static host can serve. A page `/notes` becomes `notes/index.html`, a redirect a page that leads
//! on, everything else the file of its name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use graven_pack::{Content, NOT_FOUND, Pack, Page, Route};

use crate::failure::Failure;

/// What to do where there is something already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Refuse to write into a folder that is not empty.
    Keep,
    /// Write over files of the same name; others stay.
    Overwrite,
}

/// Writes the editions that hold at `now` below `folder`; says how many files that were.
pub(crate) fn run(pack: Pack, now: i64, folder: &Path, existing: Existing) -> Result<usize, Failure> {
    if existing == Existing::Keep && !is_vacant(folder)? {
        return Err(Failure::new(format!(
            "{} is not empty; name another folder, or add --force to write over what is there",
            folder.display()
        )));
    }
    let mut written = 0;
    for route in pack.routes() {
        let route = route?;
        let Some(edition) = route.at(now)? else { continue };
        let (name, bytes) = match edition.content() {
            Content::Page(page) => (file_name(route, page), page.identity().bytes().to_vec()),
            Content::Redirect(redirect) => (page_name(route.path()), stub(redirect.location()).into_bytes()),
        };
        write(&folder.join(name), &bytes)?;
        written += 1;
    }
    Ok(written)
}

fn is_vacant(folder: &Path) -> Result<bool, Failure> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(Failure::at(folder, &error)),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::at(folder, &error))?;
    }
    fs::write(path, bytes).map_err(|error| Failure::at(path, &error))
}

/// The file of a page, by its path and type. Paths of a pack have no `.` or `..` segments, so the file stays below the folder.
fn file_name(route: Route, page: Page) -> PathBuf {
    let path = route.path();
    if path == NOT_FOUND {
        PathBuf::from("404.html")
    } else if page.content_type().starts_with("text/html")
        && Path::new(path).extension().is_none_or(|extension| extension != "html")
    {
        page_name(path)
    } else {
        PathBuf::from(path.trim_start_matches('/'))
    }
}

fn page_name(path: &str) -> PathBuf {
    Path::new(path.trim_matches('/')).join("index.html")
}

/// A page that leads on at once, and links to where it leads.
fn stub(location: &str) -> String {
    let location = location.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Moved</title>\
         <meta http-equiv=\"refresh\" content=\"0; url={location}\"><link rel=\"canonical\" href=\"{location}\">\
         <p>This page has moved to <a href=\"{location}\">{location}</a>.</p></html>\n"
    )
}
