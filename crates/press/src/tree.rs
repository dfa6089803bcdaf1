//! The source tree: every file of `content/` by its path. The one place of press that reads a disk; all after it is a pure function of the map.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The files of a content folder, by path relative to it, with `/` between the names (`posts/hello/index.md`). Sorted, so that no output depends
/// on the order in which a file system lists a folder.
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    files: BTreeMap<String, Vec<u8>>,
}

impl SourceTree {
    /// Reads every file below `root`, links followed, names that begin with a dot (and editors' `~` backups) left out.
    ///
    /// # Errors
    /// What the file system says, with the path in front; a name that is not UTF-8.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        let at = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
        for entry in std::fs::read_dir(folder).map_err(at)? {
            let entry = entry.map_err(at)?;
            let name = entry.file_name().into_string().map_err(|name| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{}: the file name {} is not UTF-8; rename it", folder.display(), name.display()),
                )
            })?;
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            let path = entry.path();
            if std::fs::metadata(&path).map_err(at)?.is_dir() {
                self.read_folder(&path, &format!("{prefix}{name}/"))?;
            } else {
                let bytes = std::fs::read(&path)
                    .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
                self.insert(format!("{prefix}{name}"), bytes);
            }
        }
        Ok(())
    }

    /// Puts a file into the tree, in place of one that had the path.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// The bytes of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The files whose path begins with `folder` (`posts/`), in order of path.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.files
            .range(folder.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(folder))
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }
}
