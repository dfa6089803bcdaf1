//! The cache of all builds: what was compressed and drawn before, by what it was made from.
//!
//! What is made depends on its key alone, so a build gives the same bytes with a cache, without one, and with one that others fill and empty at the same
//! time. An entry that is damaged counts as none. Only the user's time depends on the cache, and nothing else on clocks and on the times of its files.
//!
//! `entry` is the form of an entry, `folder` its files.

mod entry;
mod folder;

use std::convert::Infallible;
use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

pub(crate) use self::entry::Key;
use self::folder::Folder;

/// The environment variable that names the folder. An empty one means that there is no cache.
const VARIABLE: &str = "GRAVEN_CACHE";

/// The most bytes of all entries. A site of 10,000 posts needs some 300 MB, so this is also room for its pages before and after two changes of the theme,
/// which change all of them.
const LIMIT: u64 = 1024 * 1024 * 1024;

/// What is left when entries are removed: less than the limit, so that not every build has to remove some.
const AFTER_TRIM: u64 = LIMIT / 8 * 7;

/// A folder in which builds keep what they make.
///
/// One folder is for all sites, targets and profiles of a user. Builds may use it at the same time.
///
/// # Examples
/// ```
/// use graven_press::cache::Cache;
/// use graven_press::tree::SourceTree;
/// use graven_press::{Options, press};
///
/// let folder = tempfile::tempdir()?;
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
///
/// let made = |cache: Cache| press(&tree, &Options::default(), &cache).map(|pressed| (pressed.pack, cache.made()));
/// let (first, second) = (made(Cache::at(folder.path())), made(Cache::at(folder.path())));
/// let (first, second) = (first.expect("no errors"), second.expect("no errors"));
/// assert!(first.1 > 0 && second.1 == 0, "the second build compresses nothing");
/// assert!(first.0 == second.0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Cache {
    folder: Option<Folder>,
    made: AtomicUsize,
    /// The bytes that were written since the size was last known.
    written: AtomicU64,
    /// The bytes of all entries when they were last counted. Other builds may have added some.
    size: Mutex<Option<u64>>,
    /// Why nothing more is written.
    problem: OnceLock<String>,
}

/// How often an entry is written into a folder that is gone when it is to be there.
const TRIES: usize = 8;

impl Cache {
    /// A cache that keeps nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The cache in a folder, which is made when there is something to keep.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(Folder::new(folder.into())), ..Self::default() }
    }

    /// The cache of the user: in the folder that `GRAVEN_CACHE` names, none if that is empty, else `graven` in the user's folder for caches
    /// (`$XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches` on macOS; `%LOCALAPPDATA%` on Windows). None if the user has no such folder.
    #[must_use]
    pub fn of_user() -> Self {
        folder_of_user(|name| env::var_os(name), env::home_dir()).map_or_else(Self::none, Self::at)
    }

    /// Where a command can keep a file of its own, such as `links.json`, which no build reads or removes. `None` if there is no cache, or if its folder
    /// cannot be made.
    ///
    /// ```
    /// use graven_press::cache::Cache;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let file = Cache::at(folder.path()).named("links.json");
    /// assert_eq!(file, Some(folder.path().join("links.json")));
    /// assert_eq!(Cache::none().named("links.json"), None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn named(&self, name: &str) -> Option<PathBuf> {
        self.folder.as_ref()?.named(name).ok()
    }

    /// How many things were made since the cache was opened because they were not in it.
    #[must_use]
    pub fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    /// A warning if something could not be kept, so that later builds take longer than they need.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.get().map(String::as_str)
    }

    /// The parts of an entry, which `make` makes if the cache does not have them.
    pub(crate) fn get_or_make(&self, key: &Key, make: impl FnOnce() -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        match self.get_or_try(key, || Ok::<_, Infallible>(make())) {
            Ok(parts) => parts,
        }
    }

    /// As [`Self::get_or_make`]. What cannot be made is not kept.
    ///
    /// # Errors
    /// Those of `make`.
    pub(crate) fn get_or_try<E>(
        &self,
        key: &Key,
        make: impl FnOnce() -> Result<Vec<Vec<u8>>, E>,
    ) -> Result<Vec<Vec<u8>>, E> {
        let known = self.folder.as_ref().and_then(|folder| entry::from_file(key, &folder.read(key)?));
        if let Some(parts) = known {
            return Ok(parts);
        }
        let parts = make()?;
        self.made.fetch_add(1, Ordering::Relaxed);
        self.keep(key, &parts);
        Ok(parts)
    }

    /// Holds the cache to its size. To be called at the end of a build: it lists all files if the build has written some.
    pub(crate) fn trim(&self) {
        self.trim_to(LIMIT, AFTER_TRIM);
    }

    fn trim_to(&self, limit: u64, most: u64) {
        let Some(folder) = &self.folder else { return };
        let written = self.written.swap(0, Ordering::Relaxed);
        if written == 0 {
            return;
        }
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        *size = match *size {
            Some(size) if size + written <= limit => Some(size + written),
            _ => {
                folder.trim(limit, most).inspect_err(|error| self.remember(folder, ("emptied", "it grows"), error)).ok()
            }
        };
    }

    fn keep(&self, key: &Key, parts: &[Vec<u8>]) {
        let Some(folder) = &self.folder else { return };
        if self.problem.get().is_some() {
            return;
        }
        let file = entry::to_file(key, parts);
        let is_gone = |error: &io::Error| error.kind() == ErrorKind::NotFound;
        // If the folder is being removed at this moment, there is a new one at another. In /proc there never is.
        let mut written = folder.write(key, &file);
        for _ in 1..TRIES {
            if written.as_ref().is_err_and(is_gone) {
                written = folder.write(key, &file);
            }
        }
        match written {
            Ok(size) => drop(self.written.fetch_add(size, Ordering::Relaxed)),
            Err(error) => self.remember(folder, ("written", "the next build will take as long as this one"), &error),
        }
    }

    /// Remembers the first problem: what cannot be done, and what follows from that.
    fn remember(&self, folder: &Folder, (what, consequence): (&str, &str), error: &io::Error) {
        self.problem.get_or_init(|| {
            format!(
                "the cache in {} cannot be {what}: {error}; {consequence}. \
                 {VARIABLE} names another folder, or none if it is empty",
                folder.path().display()
            )
        });
    }
}

/// The folder of the user, who has these variables and this home.
fn folder_of_user(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    if let Some(named) = variable(VARIABLE) {
        return (!named.is_empty()).then(|| PathBuf::from(named));
    }
    // A relative path is to be ignored, says the XDG Base Directory Specification.
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || home.filter(|path| path.is_absolute());
    let caches = if cfg!(target_os = "macos") {
        home()?.join("Library/Caches")
    } else if cfg!(windows) {
        absolute("LOCALAPPDATA")?
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| Some(home()?.join(".cache")))?
    };
    Some(caches.join("graven"))
}

#[cfg(test)]
mod tests;
