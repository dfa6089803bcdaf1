//! `notes extract DIR`: the site as plain files that any static host can serve. A page `/notes` becomes `notes/index.html`, a redirect a page that leads
//! on, everything else the file of its name.
//!
//! 1. The files go to a hidden folder on the same file system: next to DIR, or within it where it exists.
//! 2. Once all are written, they are moved into place by renaming, which needs no room: one rename for a new DIR; into an existing one, one for each
//!    file or folder that is not there yet, and one for each file that is replaced.
//!
//! Where the first step fails (a full disk, a damaged page), DIR is as it was before. The second fails only with the disk itself.

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
    let place = Place::of(folder, existing)?;
    fs::create_dir(&place.stage).map_err(|error| Failure::at(&place.stage, &error))?;
    let done = place.files().and_then(|files| {
        let written = write_all(pack, now, &files)?;
        place.commit().map_err(|error| Failure::at(folder, &error))?;
        Ok(written)
    });
    // After a single rename it is the folder itself, and no longer there.
    match fs::remove_dir_all(&place.stage) {
        Err(error) if done.is_ok() && error.kind() != io::ErrorKind::NotFound => Err(Failure::at(&place.stage, &error)),
        _ => done,
    }
}

/// Where files are written, and where they go then.
struct Place {
    stage: PathBuf,
    /// The folder that exists, or the first on the way to it that does not.
    target: PathBuf,
    /// From there to where the files are.
    below: PathBuf,
}

impl Place {
    fn of(folder: &Path, existing: Existing) -> Result<Self, Failure> {
        let name = format!(".notes-extract.{}", std::process::id());
        let is_vacant = fs::read_dir(folder).map(|mut entries| entries.next().is_none());
        match is_vacant {
            Ok(is_vacant) if is_vacant || existing == Existing::Overwrite => {
                Ok(Place { stage: folder.join(name), target: folder.to_owned(), below: PathBuf::new() })
            }
            Ok(_) => Err(Failure::new(format!(
                "{} is not empty; name another folder, or add --force to write over what is there",
                folder.display()
            ))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::new_folder(folder, &name)),
            Err(error) => Err(Failure::at(folder, &error)),
        }
    }

    /// For a folder that does not exist, and perhaps others on the way to it: all of them appear at once.
    fn new_folder(folder: &Path, name: &str) -> Self {
        let missing = folder.ancestors().take_while(|ancestor| ancestor.symlink_metadata().is_err());
        let target = missing.filter(|ancestor| !ancestor.as_os_str().is_empty()).last().unwrap_or(folder);
        let below = folder.strip_prefix(target).unwrap_or(Path::new("")).to_owned();
        Place { stage: target.with_file_name(name), target: target.to_owned(), below }
    }

    /// The folder for the files, which is there now.
    fn files(&self) -> Result<PathBuf, Failure> {
        let files = self.stage.join(&self.below);
        fs::create_dir_all(&files).map_err(|error| Failure::at(&files, &error))?;
        Ok(files)
    }

    fn commit(&self) -> io::Result<()> {
        if !self.target.exists() {
            return fs::rename(&self.stage, &self.target);
        }
        check_fit(&self.stage, &self.target)?;
        merge(&self.stage, &self.target)
    }
}

/// Whether each file can go into place: none where there is a folder, nor the other way round.
fn check_fit(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if !to.exists() {
            continue;
        }
        if from.is_dir() != to.is_dir() {
            let wanted = if from.is_dir() { "a folder" } else { "a file" };
            return Err(io::Error::other(format!("{} must become {wanted}: move it away", to.display())));
        }
        if from.is_dir() {
            check_fit(&from, &to)?;
        }
    }
    Ok(())
}

/// Moves all files of a folder into another one; folders that are not there yet are moved as they are.
fn merge(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() && to.is_dir() {
            merge(&from, &to)?;
        } else {
            fs::rename(from, to)?;
        }
    }
    Ok(())
}

/// Writes all files below a folder; says how many.
fn write_all(pack: Pack, now: i64, folder: &Path) -> Result<usize, Failure> {
    let mut written = 0;
    for route in pack.routes() {
        let route = route?;
        let Some(edition) = route.at(now)? else { continue };
        let (name, bytes) = match edition.content() {
            Content::Page(page) => (file_name(route, page), page.identity().checked_bytes()?.to_vec()),
            Content::Redirect(redirect) => (page_name(route.path()), stub(redirect.location()).into_bytes()),
        };
        write(&folder.join(name), &bytes)?;
        written += 1;
    }
    Ok(written)
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
