//! The source tree: every file of `content/` by its path. Only this module reads a disk; everything after it is a pure function of the map.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;

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
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    files: BTreeMap<String, Contents>,
}

/// The content of a file, shared with what is made from it.
#[derive(Clone, Debug)]
pub(crate) enum Contents {
    /// It is UTF-8.
    Text(Arc<str>),
    /// It is not.
    Binary(Arc<[u8]>),
}

impl Contents {
    fn new(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(error) => Self::Binary(error.into_bytes().into()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        // A file that did not change is mostly the same piece of memory.
        std::ptr::eq(self.bytes(), other.bytes()) || self.bytes() == other.bytes()
    }
}

impl SourceTree {
    /// Reads every file below `root`. Symbolic links are followed. Names that begin with a dot, copies of editors (`a.md~`, `#a.md#`) and what file managers
    /// leave (`Thumbs.db`, `desktop.ini`) are left out, and so are folders that a build or a package manager fills: those with a `CACHEDIR.TAG` (cargo's
    /// `target`), `node_modules` and `__pycache__`.
    ///
    /// # Errors
    /// If the file system reports an error, a link leads nowhere or back to a folder that it is in, or a name is not UTF-8. The message begins with the
    /// path.
    pub fn read(root: &Path) -> io::Result<Self> {
        if !root.is_dir() {
            let message = format!("{}: there is no such folder; create it, with a site.toml in it", root.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    /// Reads again what is at `path` below `root`: a file, a folder, or nothing any more; the whole tree if `path` is empty. Returns whether the tree is
    /// another one now.
    ///
    /// # Errors
    /// As [`read`](Self::read). The tree is as it was then.
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
    /// assert!(!tree.refresh(folder.path(), Path::new("site.toml"))?);
    ///
    /// std::fs::remove_file(&file)?;
    /// assert!(tree.refresh(folder.path(), Path::new("site.toml"))?);
    /// assert_eq!(tree.get("site.toml"), None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn refresh(&mut self, root: &Path, path: &Path) -> io::Result<bool> {
        let mut folder = root.to_owned();
        let mut names = Vec::new();
        for name in path {
            let name = name.to_str().ok_or_else(|| not_utf8(&folder, name))?;
            let above: String = names.iter().flat_map(|name| [*name, "/"]).collect();
            if is_left_out(&above, name)
                || (folder != *root && is_generated(&folder, names.last().copied().unwrap_or_default()))
            {
                return Ok(false);
            }
            folder.push(name);
            names.push(name);
        }
        let prefix = names.join("/");
        let mut found = Self::default();
        match names.last() {
            None => found.read_folder(&folder, "")?,
            Some(name) => found.read_path(&folder, &prefix, name)?,
        }
        Ok(self.replace(&prefix, found))
    }

    /// Replaces the file `path`, or all files of the folder `path`. Returns whether anything changed.
    fn replace(&mut self, path: &str, found: Self) -> bool {
        let is_at = |file: &str| {
            path.is_empty() || file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let old = self.files.range(path.to_owned()..).take_while(|(file, _)| file.starts_with(path));
        let gone: Vec<String> = old
            .filter(|(file, _)| is_at(file) && !found.files.contains_key(*file))
            .map(|(file, _)| file.clone())
            .collect();
        let mut is_changed = !gone.is_empty();
        for file in gone {
            self.files.remove(&file);
        }
        for (file, contents) in found.files {
            if self.files.get(&file) != Some(&contents) {
                self.files.insert(file, contents);
                is_changed = true;
            }
        }
        is_changed
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        let at = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
        let Some(entries) = if_there(std::fs::read_dir(folder), folder)? else { return Ok(()) };
        for entry in entries {
            let entry = entry.map_err(at)?;
            let name = entry.file_name().into_string().map_err(|name| not_utf8(folder, &name))?;
            if is_left_out(prefix, &name) {
                continue;
            }
            let path = entry.path();
            self.read_path(&path, &format!("{prefix}{name}"), &name)?;
        }
        Ok(())
    }

    /// Reads the file or folder `name` at `path`, which is `place` in the tree.
    fn read_path(&mut self, path: &Path, place: &str, name: &str) -> io::Result<()> {
        let target = std::fs::metadata(path);
        if let Err(error) = &target
            && is_link(path)
        {
            return Err(unusable_link(path, error));
        }
        match if_there(target, path)? {
            Some(metadata) if metadata.is_dir() && is_generated(path, name) => {}
            Some(metadata) if metadata.is_dir() => {
                if is_link(path) && leads_back(path) {
                    let message =
                        format!("{}: this link leads back to a folder that it is in; remove it", path.display());
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
                }
                self.read_folder(path, &format!("{place}/"))?;
            }
            // Reading a pipe would wait for ever.
            Some(metadata) if !metadata.is_file() => {
                let message = format!("{}: neither a file nor a folder; remove it", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            Some(_) => {
                if let Some(bytes) = if_there(std::fs::read(path), path)? {
                    self.insert(place, bytes);
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Adds a file, or replaces the file at `path`.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), Contents::new(bytes.into()));
    }

    /// Removes the file at `path`. Returns whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        self.files.remove(path).is_some()
    }

    /// The bytes of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Contents::bytes)
    }

    /// A file that is UTF-8.
    pub(crate) fn text(&self, path: &str) -> Option<Arc<str>> {
        match self.files.get(path)? {
            Contents::Text(text) => Some(Arc::clone(text)),
            Contents::Binary(_) => None,
        }
    }

    /// The content of a file, to compare it with that of another tree.
    pub(crate) fn contents(&self, path: &str) -> Option<&Contents> {
        self.files.get(path)
    }

    /// A file with its path, which lives as long as the tree.
    pub(crate) fn file(&self, path: &str) -> Option<(&str, &[u8])> {
        self.files.get_key_value(path).map(|(path, file)| (path.as_str(), file.bytes()))
    }

    /// The paths of the files whose content is not as in the tree `before`. `None` if the two have not the same paths.
    pub(crate) fn changed_since<'a>(&'a self, before: &Self) -> Option<Vec<&'a str>> {
        let is_same = self.files.keys().eq(before.files.keys());
        let pairs = self.files.iter().zip(before.files.values());
        is_same.then(|| pairs.filter(|((_, now), then)| now != then).map(|((path, _), _)| path.as_str()).collect())
    }

    /// The files whose paths begin with `folder` (`posts/`), in the order of their paths.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.files
            .range(folder.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(folder))
            .map(|(path, file)| (path.as_str(), file.bytes()))
    }
}

/// The content of what there is at a path. `None` if there is nothing any more: programs remove files while their folder is read.
fn if_there<T>(result: io::Result<T>, path: &Path) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
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

/// A link that cannot be followed.
fn unusable_link(path: &Path, error: &io::Error) -> io::Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            "leads nowhere; remove it, or what it leads to is missing".to_owned()
        }
        _ => format!("cannot be followed; remove it ({error})"),
    };
    io::Error::new(error.kind(), format!("{}: this link {why}", path.display()))
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

fn not_utf8(folder: &Path, name: &OsStr) -> io::Error {
    let message = format!("{}: the file name {} is not UTF-8; rename it", folder.display(), name.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
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
            let is_changed = tree.refresh(root, Path::new(path)).expect("it can be read");
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
    fn a_link_that_cannot_be_followed_is_named() {
        for (link, to, expected) in [
            ("posts/gone.md", "nowhere.md", "posts/gone.md: this link leads nowhere"),
            ("posts/self", "self", "posts/self: this link cannot be followed"),
            ("posts/up", "..", "posts/up: this link leads back to a folder that it is in"),
            ("posts/a/root", "/", "posts/a/root: this link leads back to a folder that it is in"),
            ("posts/a/up", "../../posts", "posts/a/up: this link leads back to a folder that it is in"),
        ] {
            let root = tempfile::tempdir().expect("a folder");
            let root = root.path();
            std::fs::create_dir_all(root.join("posts/a")).expect("a folder can be made");
            std::os::unix::fs::symlink(to, root.join(link)).expect("a link can be made");
            let read = SourceTree::read(root).expect_err(link).to_string();
            let again = SourceTree::default().refresh(root, Path::new(link)).expect_err(link).to_string();
            for message in [read, again] {
                assert!(message.starts_with(&root.join(expected).display().to_string()), "{message}");
            }
        }
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
