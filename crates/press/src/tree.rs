//! The source tree: every file of `content/` by its path. Only this module reads a disk; everything after it is a pure function of the map.
//!
//! What the site is made from is read at once. What is large, or in no folder of the site, is read when it is asked for, which is mostly never.

mod contents;
mod unreadable;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub(crate) use contents::Contents;
pub use unreadable::Unreadable;

/// The folders of the site. Texts can refer to files in others, which are read then.
pub(crate) const FOLDERS: [&str; 4] = ["posts", "pages", "static", "theme"];

/// The files of the site that are in no folder.
pub(crate) const SETTINGS: [&str; 2] = ["site.toml", "topics.toml"];

/// The length from which on a file is read when it is asked for, in bytes: more than nearly all photographs have, and less than films.
const LARGE: u64 = 8 * 1024 * 1024;

/// The files of a content folder. Paths are relative to it, with `/` between the names (`posts/hello/index.md`), and sorted, so that no output depends
/// on the order in which a file system lists a folder.
///
/// ```
/// use graven_press::tree::SourceTree;
///
/// let folder = std::env::temp_dir().join("graven-press-source-tree");
/// std::fs::create_dir_all(folder.join("posts"))?;
/// std::fs::write(folder.join("posts/hello.md"), "Hello.\n")?;
/// std::fs::write(folder.join(".hidden"), "")?;
///
/// let mut tree = SourceTree::read(&folder)?;
/// tree.insert("posts/second.md", "Files can be added.\n");
/// assert_eq!(tree.get("posts/hello.md"), Some(&b"Hello.\n"[..]));
/// let paths: Vec<&str> = tree.below("").map(|(path, _)| path).collect();
/// assert_eq!(paths, ["posts/hello.md", "posts/second.md"]);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceTree {
    files: BTreeMap<String, Contents>,
    unreadable: BTreeMap<String, Unreadable>,
}

impl SourceTree {
    /// Reads every file below `root`. Symbolic links are followed. Names that begin with a dot, copies of editors (`a.md~`, `#a.md#`) and what file managers
    /// leave (`Thumbs.db`, `desktop.ini`) are left out, and so are folders that a build or a package manager fills: those with a `CACHEDIR.TAG` (cargo's
    /// `target`), `node_modules` and `__pycache__`.
    ///
    /// What cannot be read is not in the tree, and [`unreadable`](Self::unreadable) has it.
    ///
    /// # Errors
    /// If there is no such folder, or it cannot be read. The message begins with the path.
    pub fn read(root: &Path) -> io::Result<Self> {
        if !root.is_dir() {
            let message = format!("{}: there is no such folder; create it, with a site.toml in it", root.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        std::fs::read_dir(root)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", root.display())))?;
        let mut tree = Self::default();
        tree.read_folder(root, "");
        Ok(tree)
    }

    /// Reads again what is at `path` below `root`: a file, a folder, or nothing any more; the whole tree if `path` is empty. Returns whether the tree is
    /// another one now.
    ///
    /// # Examples
    /// ```
    /// use std::path::Path;
    ///
    /// use graven_press::tree::SourceTree;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("site.toml");
    /// std::fs::write(&file, "title = \"Notes\"\n")?;
    /// let mut tree = SourceTree::read(folder.path())?;
    /// assert!(!tree.refresh(folder.path(), Path::new("site.toml")));
    ///
    /// std::fs::remove_file(&file)?;
    /// assert!(tree.refresh(folder.path(), Path::new("site.toml")));
    /// assert_eq!(tree.get("site.toml"), None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn refresh(&mut self, root: &Path, path: &Path) -> bool {
        let mut folder = root.to_owned();
        let mut names = Vec::new();
        for name in path {
            let is_made = folder != *root && is_generated(&folder, names.last().map_or("", String::as_str));
            let name_in_tree = name.to_string_lossy().into_owned();
            let above: String = names.iter().flat_map(|name| [name.as_str(), "/"]).collect();
            if is_left_out(&above, &name_in_tree) || is_made {
                return false;
            }
            folder.push(name);
            names.push(name_in_tree);
        }
        let prefix = names.join("/");
        let mut found = Self::default();
        match path.file_name() {
            None => found.read_folder(&folder, ""),
            Some(name) if name.to_str().is_none() => found.refuse(&prefix, Unreadable::Name),
            Some(_) => found.read_path(&folder, &prefix),
        }
        self.replace(&prefix, found)
    }

    /// What cannot be read, by its path, and why: what [`read`](Self::read) has found in the folders of the site, and what has failed since then.
    ///
    /// ```
    /// # #[cfg(unix)]
    /// # {
    /// use graven_press::tree::{SourceTree, Unreadable};
    ///
    /// let folder = tempfile::tempdir()?;
    /// std::fs::create_dir(folder.path().join("posts"))?;
    /// std::os::unix::fs::symlink("nowhere", folder.path().join("posts/gone.md"))?;
    /// let tree = SourceTree::read(folder.path())?;
    /// assert_eq!(tree.unreadable().collect::<Vec<_>>(), [("posts/gone.md", Unreadable::LeadsNowhere)]);
    /// # }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn unreadable(&self) -> impl Iterator<Item = (&str, Unreadable)> {
        let failed = self.files.iter().filter_map(|(path, file)| Some((path, file.failure()?)));
        let failed = failed.map(|(path, error)| (path.as_str(), Unreadable::Failed(error.to_owned())));
        self.unreadable.iter().map(|(path, why)| (path.as_str(), why.clone())).chain(failed)
    }

    /// Notes that what is at a place of the tree cannot be read. What is not in the site need not be.
    fn refuse(&mut self, place: &str, why: Unreadable) {
        if is_of_site(place) {
            self.unreadable.insert(place.to_owned(), why);
        }
    }

    /// Replaces what is at `path`, a file or a folder. Returns whether anything changed.
    fn replace(&mut self, path: &str, found: Self) -> bool {
        let files = replace_at(&mut self.files, path, found.files);
        replace_at(&mut self.unreadable, path, found.unreadable) || files
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) {
        let place = if prefix.is_empty() { "" } else { &prefix[..prefix.len() - 1] };
        let entries = match if_there(std::fs::read_dir(folder)) {
            Ok(Some(entries)) => entries,
            Ok(None) => return,
            Err(error) => return self.refuse(place, Unreadable::failed(&error)),
        };
        for entry in entries {
            match entry {
                Ok(entry) => match entry.file_name().into_string() {
                    Ok(name) if is_left_out(prefix, &name) => {}
                    Ok(name) => self.read_path(&entry.path(), &format!("{prefix}{name}")),
                    Err(name) => self.refuse(&format!("{prefix}{}", name.to_string_lossy()), Unreadable::Name),
                },
                Err(error) => self.refuse(place, Unreadable::failed(&error)),
            }
        }
    }

    /// Reads the file or folder at `path`, which is `place` in the tree.
    fn read_path(&mut self, path: &Path, place: &str) {
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => {
                if let Some(why) = unusable(path, &error) {
                    self.refuse(place, why);
                }
                return;
            }
        };
        let name = place.rsplit('/').next().unwrap_or_default();
        if metadata.is_dir() {
            if is_generated(path, name) {
            } else if is_link(path) && leads_back(path) {
                self.refuse(place, Unreadable::LeadsBack);
            } else {
                self.read_folder(path, &format!("{place}/"));
            }
        } else if !metadata.is_file() {
            self.refuse(place, Unreadable::Special);
        } else if metadata.len() >= LARGE || !is_of_site(place) {
            self.files.insert(place.to_owned(), Contents::on_disk(path.to_owned(), metadata.len()));
        } else {
            match if_there(std::fs::read(path)) {
                Ok(Some(bytes)) => self.insert(place, bytes),
                Ok(None) => {}
                Err(error) => self.refuse(place, Unreadable::failed(&error)),
            }
        }
    }

    /// Adds a file, or replaces the file at `path`.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), Contents::new(bytes.into()));
    }

    /// Removes the file at `path`. Returns whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        self.files.remove(path).is_some()
    }

    /// Whether there is a file at `path`. It is not read.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The bytes of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path)?.bytes()
    }

    /// A file that is UTF-8.
    pub(crate) fn text(&self, path: &str) -> Option<Arc<str>> {
        self.files.get(path)?.text()
    }

    /// The content of a file, to compare it with that of another tree.
    pub(crate) fn contents(&self, path: &str) -> Option<&Contents> {
        self.files.get(path)
    }

    /// A file with its path, which lives as long as the tree.
    pub(crate) fn file(&self, path: &str) -> Option<(&str, &[u8])> {
        self.files.get_key_value(path).and_then(|(path, file)| Some((path.as_str(), file.bytes()?)))
    }

    /// The paths of the files whose content is not as in the tree `before`. `None` if the two have not the same paths.
    pub(crate) fn changed_since<'a>(&'a self, before: &Self) -> Option<Vec<&'a str>> {
        let is_same = self.files.keys().eq(before.files.keys());
        let pairs = self.files.iter().zip(before.files.values());
        is_same.then(|| pairs.filter(|((_, now), then)| now != then).map(|((path, _), _)| path.as_str()).collect())
    }

    /// The files whose paths begin with `folder` (`posts/`), in the order of their paths. All of them are read.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.contents_below(folder).filter_map(|(path, file)| Some((path, file.bytes()?)))
    }

    /// The paths that begin with `folder` (`posts/`), in order. No file is read.
    pub fn paths<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.contents_below(folder).map(|(path, _)| path)
    }

    /// As [`below`](Self::below), but no file is read.
    pub(crate) fn contents_below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a Contents)> {
        self.files
            .range(folder.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(folder))
            .map(|(path, file)| (path.as_str(), file))
    }
}

/// Replaces the entry at `path`, or all below the folder `path`, by those that were found there. Returns whether anything changed.
fn replace_at<T: PartialEq>(entries: &mut BTreeMap<String, T>, path: &str, found: BTreeMap<String, T>) -> bool {
    let is_at = |file: &str| {
        path.is_empty() || file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let old = entries.range(path.to_owned()..).take_while(|(file, _)| file.starts_with(path));
    let gone: Vec<String> =
        old.filter(|(file, _)| is_at(file) && !found.contains_key(*file)).map(|(file, _)| file.clone()).collect();
    let mut is_changed = !gone.is_empty();
    for file in gone {
        entries.remove(&file);
    }
    for (file, entry) in found {
        if entries.get(&file) != Some(&entry) {
            entries.insert(file, entry);
            is_changed = true;
        }
    }
    is_changed
}

/// Whether a path is that of a part of the site.
fn is_of_site(path: &str) -> bool {
    match path.split_once('/') {
        Some((folder, _)) => FOLDERS.contains(&folder),
        None => FOLDERS.contains(&path) || SETTINGS.contains(&path),
    }
}

/// What there is at a path. `None` if there is nothing any more: programs remove files while their folder is read.
fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Why nothing is known about what is at a path. `None` if there is nothing any more.
fn unusable(path: &Path, error: &io::Error) -> Option<Unreadable> {
    match (is_link(path), is_absence(error)) {
        (true, true) => Some(Unreadable::LeadsNowhere),
        (false, true) => None,
        (_, false) => Some(Unreadable::failed(error)),
    }
}

fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// Whether a link to a folder leads to one of the folders through which it was reached: what is in it would be read without end.
fn leads_back(link: &Path) -> bool {
    let Ok(target) = std::fs::canonicalize(link) else { return false };
    let is_in_target = |folder: &Path| std::fs::canonicalize(folder).is_ok_and(|folder| folder.starts_with(&target));
    link.ancestors().skip(1).any(is_in_target)
}

/// What file managers of Windows keep in folders that they have shown. Those of macOS begin with a dot.
const OF_FILE_MANAGERS: [&str; 3] = ["Thumbs.db", "ehthumbs.db", "desktop.ini"];

/// The one hidden folder that belongs to a site (RFC 8615): programs look there for what a site says about itself.
const WELL_KNOWN: (&str, &str) = ("static/", ".well-known");

/// Whether a name in `folder` (`posts/`) is that of a hidden file, of a copy that an editor has made, or of what a file manager leaves.
fn is_left_out(folder: &str, name: &str) -> bool {
    let is_copy = name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    let is_hidden = name.starts_with('.') && (folder, name) != WELL_KNOWN;
    is_hidden || is_copy || OF_FILE_MANAGERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Folders of what can be downloaded or built again, by their names: the programs that fill them do not mark them.
const GENERATED: [&str; 2] = ["node_modules", "__pycache__"];

/// The file that marks a folder as a cache (<https://bford.info/cachedir/>).
const CACHE_TAG: &str = "CACHEDIR.TAG";

fn is_generated(folder: &Path, name: &str) -> bool {
    GENERATED.contains(&name) || folder.join(CACHE_TAG).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_read_again_is_as_on_the_disk() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let write = |file: &str, text: &str| {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
            std::fs::write(path, text).expect("a file can be written");
        };
        for file in ["site.toml", "posts/a/index.md", "posts/a/b/c.txt", "posts/ab.md", "posts/target/CACHEDIR.TAG"] {
            write(file, "x");
        }
        let mut tree = SourceTree::read(root).expect("it can be read");
        let mut check = |path: &str, expected: bool| {
            let is_changed = tree.refresh(root, Path::new(path));
            assert_eq!(is_changed, expected, "{path}");
            let now = SourceTree::read(root).expect("it can be read");
            assert!(tree.changed_since(&now).is_some_and(|changed| changed.is_empty()), "{path}");
        };
        check("", false);
        check("posts", false);
        write("posts/a/index.md", "y");
        check("posts/a/index.md", true);
        write("posts/a/.hidden", "y");
        check("posts/a/.hidden", false);
        write("static/.well-known/matrix/server", "{}");
        check("static/.well-known/matrix", true);
        write("static/.well-known/.hidden", "y");
        check("static/.well-known/.hidden", false);
        write("posts/target/debug/x.md", "y");
        check("posts/target/debug/x.md", false);
        std::fs::rename(root.join("posts/a"), root.join("posts/z")).expect("a folder can be renamed");
        check("posts", true);
        std::fs::remove_dir_all(root.join("posts/z")).expect("a folder can be removed");
        check("posts/z", true);
        write("posts/new/index.md", "y");
        write("site.toml", "y");
        std::fs::remove_file(root.join("posts/ab.md")).expect("a file can be removed");
        check("", true);
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_there() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        for (link, to, expected) in [
            ("posts/gone.md", "nowhere.md", Some("this link leads nowhere")),
            ("posts/self", "self", Some("this cannot be read: ")),
            ("posts/up", "..", Some("this link leads back to a folder that it is in")),
            ("posts/a/root", "/", Some("this link leads back to a folder that it is in")),
            ("posts/a/up", "../../posts", Some("this link leads back to a folder that it is in")),
            ("posts/device", "/dev/null", Some("this is neither a file nor a folder")),
            ("site.toml", "nowhere.toml", Some("this link leads nowhere")),
            // These are no parts of the site.
            ("gone.tar", "nowhere.tar", None),
            ("other/device", "/dev/null", None),
        ] {
            let root = tempfile::tempdir().expect("a folder");
            let root = root.path();
            for folder in ["posts/a", "other"] {
                std::fs::create_dir_all(root.join(folder)).expect("a folder can be made");
            }
            std::fs::write(root.join("posts/a.md"), "x").expect("a file can be written");
            std::os::unix::fs::symlink(to, root.join(link)).expect("a link can be made");
            let read = SourceTree::read(root).expect("the rest can be read");
            let mut again = SourceTree::default();
            assert_eq!(again.refresh(root, Path::new(link)), expected.is_some(), "{link}");
            for tree in [&read, &again] {
                let found: Vec<_> = tree.unreadable().map(|(path, why)| (path, why.to_string())).collect();
                assert_eq!(found.len(), usize::from(expected.is_some()), "{link}: {found:?}");
                for ((path, why), expected) in found.into_iter().zip(expected) {
                    assert!(path == link && why.starts_with(expected), "{link}: {path}: {why}");
                }
            }
            assert_eq!(read.paths("posts/").collect::<Vec<_>>(), ["posts/a.md"], "{link}");
            std::fs::remove_file(root.join(link)).expect("it can be removed");
            assert_eq!(again.refresh(root, Path::new(link)), expected.is_some(), "{link}");
            assert_eq!(again.unreadable().count(), 0, "{link}");
        }
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(root.path().join("posts")).expect("a folder");
        std::fs::write(root.path().join("posts").join(OsStr::from_bytes(b"\xff.md")), "x").expect("a file");
        let tree = SourceTree::read(root.path()).expect("the rest can be read");
        assert_eq!(tree.unreadable().collect::<Vec<_>>(), [("posts/\u{fffd}.md", Unreadable::Name)]);
    }

    #[test]
    fn what_is_large_or_no_part_of_the_site_is_read_when_it_is_asked_for() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        for folder in ["posts/a", "code"] {
            std::fs::create_dir_all(root.join(folder)).expect("a folder");
        }
        for (path, length) in
            [("posts/a/film.mp4", LARGE), ("posts/a/photo.jpg", LARGE - 1), ("code/a.rs", 1), ("notes", 1)]
        {
            let file = std::fs::File::create(root.join(path)).expect("a file");
            file.set_len(length).expect("its length can be set");
        }
        let tree = SourceTree::read(root).expect("it can be read");
        let in_memory = |path: &str| tree.contents(path).is_some_and(|contents| contents.kept().is_some());
        let kept: Vec<_> = tree.paths("").filter(|path| in_memory(path)).collect();
        assert_eq!(kept, ["posts/a/photo.jpg"]);
        let film = tree.contents("posts/a/film.mp4").expect("it is there");
        assert!(film.read_once().len() == film.length() && film.kept().is_none(), "it is forgotten");
        assert_eq!(tree.get("code/a.rs"), Some(&b"\0"[..]));
        assert!(in_memory("code/a.rs"));
        // One that has changed meanwhile is not what was found.
        std::fs::write(root.join("notes"), "longer").expect("a file");
        assert_eq!(tree.get("notes"), None);
        assert_eq!(tree.unreadable().map(|(path, _)| path).collect::<Vec<_>>(), ["notes"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        // Two links to one folder are no loop.
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(root.path().join("shared")).expect("a folder can be made");
        std::fs::write(root.path().join("shared/a.txt"), "x").expect("a file can be written");
        for link in ["one", "two"] {
            std::os::unix::fs::symlink("shared", root.path().join(link)).expect("a link can be made");
        }
        let tree = SourceTree::read(root.path()).expect("it can be read");
        let found: Vec<_> = tree.below("").map(|(path, _)| path).collect();
        assert_eq!(found, ["one/a.txt", "shared/a.txt", "two/a.txt"]);
    }

    #[test]
    fn what_editors_and_file_managers_leave_is_not_read() {
        let left = [".DS_Store", "._a.png", "Thumbs.db", "thumbs.db", "Desktop.ini", "a.md~", ".a.md.swp", "#a.md#"];
        for name in left {
            assert!(is_left_out("static/", name), "{name}");
        }
        for folder in ["", "posts/", "static/a/"] {
            assert!(is_left_out(folder, ".well-known"), "{folder}");
        }
        assert!(!is_left_out("static/", ".well-known"));
        for name in ["a.md", "#a.md", "thumbs.png", "_index.md", "c#"] {
            assert!(!is_left_out("posts/", name), "{name}");
        }
    }

    #[test]
    fn what_tools_leave_next_to_code_is_not_read() {
        let root = std::env::temp_dir().join(format!("graven-press-tree-{}", std::process::id()));
        let files = [
            "posts/queue/code/queue.ts",
            "posts/queue/code/node_modules/left-pad/README.md",
            "posts/queue/code/__pycache__/queue.pyc",
            "posts/queue/code/target/CACHEDIR.TAG",
            "posts/queue/code/target/debug/queue",
            "posts/target/index.md",
        ];
        for file in files {
            let path = root.join(file);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
            std::fs::write(path, "x").expect("a file can be written");
        }
        let tree = SourceTree::read(&root).expect("it can be read");
        std::fs::remove_dir_all(&root).expect("it can be removed");
        let found: Vec<_> = tree.below("").map(|(path, _)| path).collect();
        assert_eq!(found, ["posts/queue/code/queue.ts", "posts/target/index.md"]);
    }
}
