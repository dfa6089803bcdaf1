//! The site as plain files in a folder DIR, for any static host. A page `/notes` becomes `notes/index.html`, a redirect becomes a page that
//! redirects, and everything else becomes a file of its name. Press gives no two paths the same file; if a pack has them, nothing is written.
//!
//! 1. The files are written to a hidden folder on the same file system: next to DIR, or in it if it exists.
//! 2. They are renamed into place, which needs no space: one rename for a new DIR; in an existing one, a rename for each file or folder that is new, and
//!    for each file that is replaced.
//!
//! If the first step fails (a full disk, a damaged page), DIR does not change. The second fails only if the disk does.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use graven_pack::{Class, Content, HOME, NOT_FOUND, Pack, SEARCH_INDEX};

use crate::Error;

/// What to do if the folder is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Refuse to write into it.
    Keep,
    /// Replace files of the same name, and keep others.
    Overwrite,
}

/// Writes the editions that are valid at `now`, in Unix seconds, to files in `folder`; returns their number.
///
/// # Errors
/// If the pack is damaged, or files cannot be written.
///
/// # Examples
/// ```no_run
/// use graven_inspect::{Existing, extract};
/// use graven_pack::{Pack, write::Image};
///
/// let pack = Image::default().write()?;
/// assert_eq!(extract(Pack::open(&pack)?, 0, "public".as_ref(), Existing::Keep)?, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn extract(pack: Pack, now: i64, folder: &Path, existing: Existing) -> Result<usize, Error> {
    let destination = Destination::of(folder, existing)?;
    fs::create_dir(&destination.stage).map_err(|error| Error::at(&destination.stage, &error))?;
    let done = destination.files().and_then(|files| {
        let written = write_all(pack, now, &files)?;
        destination.commit().map_err(|error| Error::at(folder, &error))?;
        Ok(written)
    });
    // For a new folder, the stage has been renamed.
    match fs::remove_dir_all(&destination.stage) {
        Err(error) if done.is_ok() && error.kind() != io::ErrorKind::NotFound => {
            Err(Error::at(&destination.stage, &error))
        }
        _ => done,
    }
}

/// Where files are written, and where they are moved to.
struct Destination {
    stage: PathBuf,
    /// The folder if it exists, else its first ancestor that does not.
    target: PathBuf,
    /// The path from there to the folder.
    below: PathBuf,
}

impl Destination {
    fn of(folder: &Path, existing: Existing) -> Result<Self, Error> {
        let name = format!(".notes-extract.{}", std::process::id());
        let is_empty = fs::read_dir(folder).map(|mut entries| entries.next().is_none());
        match is_empty {
            Ok(is_empty) if is_empty || existing == Existing::Overwrite => {
                Ok(Destination { stage: folder.join(name), target: folder.to_owned(), below: PathBuf::new() })
            }
            Ok(_) => Err(Error::Files(format!(
                "{} is not empty; name another folder, or add --force to replace files in it",
                folder.display()
            ))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::new_folder(folder, &name)),
            Err(error) => Err(Error::at(folder, &error)),
        }
    }

    /// For a folder that does not exist. Its missing ancestors and the folder appear together.
    fn new_folder(folder: &Path, name: &str) -> Self {
        let missing = folder.ancestors().take_while(|ancestor| ancestor.symlink_metadata().is_err());
        let target = missing.filter(|ancestor| !ancestor.as_os_str().is_empty()).last().unwrap_or(folder);
        let below = folder.strip_prefix(target).unwrap_or(Path::new("")).to_owned();
        Destination { stage: target.with_file_name(name), target: target.to_owned(), below }
    }

    /// Creates the folder for the files and returns its path.
    fn files(&self) -> Result<PathBuf, Error> {
        let files = self.stage.join(&self.below);
        fs::create_dir_all(&files).map_err(|error| Error::at(&files, &error))?;
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

/// Checks that no file would replace a folder, and no folder a file.
fn check_fit(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if !to.exists() {
            continue;
        }
        if from.is_dir() != to.is_dir() {
            let expected = if from.is_dir() { "a folder" } else { "a file" };
            return Err(io::Error::other(format!("expected {expected} at {}; move away what is there", to.display())));
        }
        if from.is_dir() {
            check_fit(&from, &to)?;
        }
    }
    Ok(())
}

/// Moves all files of a folder into another one. A folder that is new there is moved as a whole.
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

/// Writes all files into a folder; returns their number.
fn write_all(pack: Pack, now: i64, folder: &Path) -> Result<usize, Error> {
    let mut written = BTreeSet::new();
    for route in pack.routes() {
        let route = route?;
        let Some(edition) = route.at(now)?.filter(|_| ![SEARCH_INDEX, HOME].contains(&route.path())) else { continue };
        let (name, bytes) = match edition.content() {
            Content::Page(page) => (file_name(route.path(), page.class()), page.identity().checked_bytes()?),
            // Hosts lead readers to the first page of a folder by themselves.
            Content::Redirect(_) if pack.route(&format!("{}/", route.path()))?.is_some() => continue,
            Content::Redirect(redirect) => {
                (redirect_name(route.path()), redirect_page(redirect.location()).into_bytes().into())
            }
        };
        if written.contains(&name) {
            let found = format!("two paths of the site have the file {}", name.display());
            return Err(Error::Files(format!("{found}; one of them is {}", route.path())));
        }
        write(&folder.join(&name), &bytes)?;
        written.insert(name);
    }
    Ok(written.len())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::at(folder, &error))?;
    }
    fs::write(path, bytes).map_err(|error| Error::at(path, &error))
}

/// The file name of a page, a feed or a file. Paths of a pack have no `.` or `..` segments, so the file is always in the folder.
fn file_name(path: &str, class: Class) -> PathBuf {
    if path == NOT_FOUND {
        PathBuf::from("404.html")
    } else if class == Class::Page || path.ends_with('/') {
        page_name(path)
    } else {
        PathBuf::from(path.trim_start_matches('/'))
    }
}

fn page_name(path: &str) -> PathBuf {
    Path::new(path.trim_matches('/')).join("index.html")
}

/// The file name of a redirect. Hosts send a file as a page if its name ends like that.
fn redirect_name(path: &str) -> PathBuf {
    let is_page = Path::new(path).extension().is_some_and(|extension| extension == "html");
    if is_page { PathBuf::from(path.trim_start_matches('/')) } else { page_name(path) }
}

/// A page that redirects at once, and has a link to its target.
fn redirect_page(location: &str) -> String {
    let location = location.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Moved</title>\
         <meta http-equiv=\"refresh\" content=\"0; url={location}\"><link rel=\"canonical\" href=\"{location}\">\
         <p>This page has moved to <a href=\"{location}\">{location}</a>.</p></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, RedirectSpec, VariantSpec};
    use graven_pack::{ALWAYS, Coding};

    use super::*;

    fn page(class: Class) -> ContentSpec {
        let variant = VariantSpec { coding: Coding::Identity, etag: "\"1\"".to_owned(), bytes: b"x".to_vec() };
        ContentSpec::Page(PageSpec {
            content_type: "text/html; charset=utf-8".to_owned(),
            class,
            cache_control: "no-cache".to_owned(),
            security_policy: String::new(),
            alternate: None,
            variants: vec![variant],
        })
    }

    fn redirect(location: &str) -> ContentSpec {
        let (location, cache_control) = (location.to_owned(), "no-cache".to_owned());
        ContentSpec::Redirect(RedirectSpec { status: 308, location, cache_control })
    }

    /// The files of a site, or why there are none.
    fn extracted<const N: usize>(routes: [(&str, ContentSpec); N]) -> Result<Vec<String>, String> {
        let editions = |content| vec![EditionSpec { from: ALWAYS, content }];
        let routes: BTreeMap<_, _> =
            routes.into_iter().map(|(path, content)| (path.to_owned(), editions(content))).collect();
        let pack = Image { time: 0, routes }.write().expect("a pack");
        // Each test has its own folder, in which the files are before they are moved.
        let root = std::env::temp_dir().join(format!("graven-inspect-{}-{N}", std::process::id()));
        fs::create_dir_all(&root).expect("a folder can be made");
        let folder = root.join("site");
        let done = extract(Pack::open(&pack).expect("a pack"), 0, &folder, Existing::Keep);
        let mut files = Vec::new();
        let mut folders = vec![folder.clone()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).into_iter().flatten().flatten() {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    path => files.push(path.strip_prefix(&folder).expect("in it").display().to_string()),
                }
            }
        }
        let _ = fs::remove_dir_all(&root);
        files.sort();
        done.map(|_| files).map_err(|error| error.to_string())
    }

    #[test]
    fn each_path_has_the_file_that_hosts_send_for_it() {
        let routes = [
            ("404", page(Class::Page)),
            ("/", page(Class::Page)),
            ("/about", page(Class::Page)),
            ("/demo", redirect("/demo/")),
            ("/demo/", page(Class::File)),
            ("/demo/part.html", page(Class::File)),
            ("/old", redirect("/about")),
            ("/old.htm", page(Class::File)),
            ("/older.html", redirect("/about")),
        ];
        let expected = [
            "404.html",
            "about/index.html",
            "demo/index.html",
            "demo/part.html",
            "index.html",
            "old.htm",
            "old/index.html",
            "older.html",
        ];
        assert_eq!(extracted(routes), Ok(expected.map(str::to_owned).to_vec()));
    }

    #[test]
    fn no_path_takes_the_file_of_another() {
        let routes = [("/about", page(Class::Page)), ("/about/index.html", page(Class::File))];
        let error = extracted(routes).expect_err("they have the same file");
        assert!(error.contains("about/index.html"), "{error}");
    }
}
