//! The content of a file: in memory, or on the disk until it is asked for.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The content of a file, shared with what is made from it.
#[derive(Clone, Debug)]
pub(crate) enum Contents {
    /// It is UTF-8.
    Text(Arc<str>),
    /// It is not.
    Binary(Arc<[u8]>),
    /// It has not been read.
    OnDisk(Arc<OnDisk>),
}

impl Contents {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(error) => Self::Binary(error.into_bytes().into()),
        }
    }

    /// The file at `path`, whose length is known, and which is not read before it is asked for.
    pub(super) fn on_disk(path: PathBuf, length: u64) -> Self {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (bytes, failure) = (OnceLock::new(), OnceLock::new());
        Self::OnDisk(Arc::new(OnDisk { path, length, number: next_number(), bytes, failure }))
    }

    /// The bytes, which stay in memory. `None` if they cannot be read, which is [a failure](Self::failure) from then on.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text.as_bytes()),
            Self::Binary(bytes) => Some(bytes),
            Self::OnDisk(file) => file.bytes.get_or_init(|| file.read()).as_deref(),
        }
    }

    /// The bytes if they are in memory.
    pub(crate) fn kept(&self) -> Option<&[u8]> {
        match self {
            Self::OnDisk(file) => file.bytes.get()?.as_deref(),
            _ => self.bytes(),
        }
    }

    /// The bytes, which do not stay in memory if they have to be read. None at all if that fails, which is [a failure](Self::failure) from then on.
    pub(crate) fn read_once(&self) -> Cow<'_, [u8]> {
        match (self.kept(), self) {
            (Some(bytes), _) => bytes.into(),
            (None, Self::OnDisk(file)) => file.read().unwrap_or_default().into(),
            (None, _) => Cow::default(),
        }
    }

    /// A text that is UTF-8.
    pub(super) fn text(&self) -> Option<Arc<str>> {
        match self {
            Self::Text(text) => Some(Arc::clone(text)),
            Self::Binary(_) => None,
            Self::OnDisk(_) => std::str::from_utf8(self.bytes()?).ok().map(Into::into),
        }
    }

    /// The number of bytes, which is known without reading them.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::OnDisk(file) => file.length,
        }
    }

    /// Why the file could not be read when it was asked for.
    pub(super) fn failure(&self) -> Option<&str> {
        match self {
            Self::OnDisk(file) => file.failure.get().map(String::as_str),
            _ => None,
        }
    }
}

impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // Two that have not been read may be the same; to know that is to read them.
            (Self::OnDisk(one), Self::OnDisk(other)) => one.number == other.number,
            (Self::OnDisk(_), _) | (_, Self::OnDisk(_)) => false,
            // A file that did not change is mostly the same piece of memory.
            _ => self.bytes().zip(other.bytes()).is_some_and(|(one, other)| std::ptr::eq(one, other) || one == other),
        }
    }
}

impl Hash for Contents {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::OnDisk(file) => file.number.hash(state),
            _ => self.bytes().hash(state),
        }
    }
}

/// A file that has not been read.
pub(crate) struct OnDisk {
    path: PathBuf,
    length: usize,
    /// Another one for each time that the file is found: within a process, files with the same number are the same.
    number: u64,
    bytes: OnceLock<Option<Vec<u8>>>,
    failure: OnceLock<String>,
}

impl OnDisk {
    fn read(&self) -> Option<Vec<u8>> {
        let read = std::fs::read(&self.path).and_then(|bytes| {
            // What was decided by the length would be wrong.
            if bytes.len() == self.length { Ok(bytes) } else { Err(io::Error::other("it has just changed")) }
        });
        read.inspect_err(|error| drop(self.failure.set(error.to_string()))).ok()
    }
}

impl fmt::Debug for OnDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {}", self.length, self.path.display())
    }
}

fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
