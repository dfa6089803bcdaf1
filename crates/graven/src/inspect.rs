//! `graven list`, `graven verify` and `graven extract`: what `notes` does with its own site, for any folder of content and any executable.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use clap::Args;
use graven_inspect::{Existing, Format};
use graven_pack::attachment::{End, Trailer};
use graven_pack::{Pack, hex};
use graven_serve::time;
use sha2::{Digest as _, Sha256};

use crate::content;
use crate::engine;
use crate::error::{self, Error};

/// List every path of a site, with its type and its size in each coding, and what is scheduled.
#[derive(Args, Debug)]
#[command(after_help = LIST_EXAMPLES)]
pub(crate) struct List {
    /// A folder of content, or a site executable [default: the content in this folder]
    site: Option<PathBuf>,

    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

const LIST_EXAMPLES: &str = "\
Examples:
  graven list content
  graven list --json target/aarch64-unknown-linux-musl/release/notes
";

/// Check a site: that content has no errors, or that an executable is as it was built.
#[derive(Args, Debug)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct Verify {
    /// A folder of content, or a site executable [default: the content in this folder]
    site: Option<PathBuf>,
}

const VERIFY_EXAMPLES: &str = "\
Of an executable that `graven build` has written, every byte is checked. Of one that cargo has built, every byte of the site is; compare the SHA-256 of the
file for the rest. An executable for another machine can be checked too.

Examples:
  graven verify
  graven verify notes
";

/// Write a site as plain files, for any static host.
#[derive(Args, Debug)]
#[command(after_help = EXTRACT_EXAMPLES)]
pub(crate) struct Extract {
    /// A folder of content, or a site executable
    site: PathBuf,

    /// The folder to write into; it is created if it does not exist
    folder: PathBuf,

    /// Replace files in a folder that is not empty; others are kept
    #[arg(long)]
    force: bool,
}

const EXTRACT_EXAMPLES: &str = "\
Examples:
  graven extract content public
  graven extract --force notes public
";

/// Prints the list of a site.
pub(crate) fn list(options: &List) -> Result<(), Error> {
    let site = Site::open(options.site.as_deref())?;
    let format = if options.json { Format::Json } else { Format::Table };
    let pack = site.pack()?;
    let text = graven_inspect::list(pack, time::now(&pack), format).map_err(|error| site.error(error))?;
    error::print(text)
}

/// Checks a site, and prints what was checked.
pub(crate) fn verify(options: &Verify) -> Result<(), Error> {
    let site = Site::open(options.site.as_deref())?;
    let pack = site.pack()?;
    pack.verify().map_err(|error| site.error(error))?;
    let (routes, digest) = (pack.len(), hex(&pack.digest()));
    error::print(format!("site: {routes} routes, {} bytes, content {digest}: no damage found\n", pack.size()))?;
    match site.engine()? {
        Some(digest) => error::print(format!("engine: SHA-256 {digest}: no damage found\n")),
        None => Ok(()),
    }
}

/// Writes the files of a site, and prints their number.
pub(crate) fn extract(options: &Extract) -> Result<(), Error> {
    let site = Site::open(Some(&options.site))?;
    let existing = if options.force { Existing::Overwrite } else { Existing::Keep };
    let pack = site.pack()?;
    let files = graven_inspect::extract(pack, time::now(&pack), &options.folder, existing)
        .map_err(|error| site.error(error))?;
    error::print(format!("{files} files in {}\n", options.folder.display()))
}

/// A site with the file that it was found in.
struct Site {
    path: PathBuf,
    bytes: Vec<u8>,
    place: Place,
}

/// Where the pack is in the bytes.
enum Place {
    /// It is all of them: they were pressed from a folder.
    Whole,
    /// It follows an engine.
    Attached(Trailer),
    /// It is among the constants of a program.
    Embedded { offset: usize, length: usize },
}

impl Site {
    /// Presses a folder, or reads an executable and finds its pack.
    fn open(path: Option<&Path>) -> Result<Self, Error> {
        let path = content::folder(path);
        if path.is_dir() {
            let bytes =
                content::press(&path, &graven_press::Options { clock: content::clock(), ..Default::default() })?;
            return Ok(Self { path, bytes, place: Place::Whole });
        }
        let bytes = fs::read(&path).map_err(|source| Error::file("read", &path, &source))?;
        match place(&bytes) {
            Ok(place) => Ok(Self { path, bytes, place }),
            Err(fault) => Err(Error::new(format!("{}: {fault}", path.display()))),
        }
    }

    /// The pack, whose index is checked.
    fn pack(&self) -> Result<Pack<'_>, Error> {
        let (offset, length) = match self.place {
            Place::Whole => (0, self.bytes.len()),
            Place::Attached(Trailer { offset, length, .. }) => (usize(offset), usize(length)),
            Place::Embedded { offset, length } => (offset, length),
        };
        let bytes = self.bytes.get(offset..).and_then(|bytes| bytes.get(..length)).unwrap_or_default();
        let pack = Pack::open(bytes).map_err(|error| self.error(error))?;
        pack.check_index().map_err(|error| self.error(error))?;
        match self.place {
            Place::Attached(trailer) if trailer.pack != pack.digest() => {
                Err(self.error(format_args!("expected the site {}, found {}", hex(&trailer.pack), hex(&pack.digest()))))
            }
            _ => Ok(pack),
        }
    }

    /// The digest of the engine that the site is attached to, which is checked; `None` if it is not attached.
    fn engine(&self) -> Result<Option<String>, Error> {
        let Place::Attached(trailer) = &self.place else { return Ok(None) };
        let found = Sha256::digest(self.bytes.get(..usize(trailer.offset)).unwrap_or_default());
        let (expected, found) = (hex(&trailer.engine), hex(&found));
        if expected == found {
            return Ok(Some(found));
        }
        Err(self.error(format_args!("expected the SHA-256 {expected} before the site, found {found}")))
    }

    /// The error that it is damaged.
    fn error(&self, why: impl std::fmt::Display) -> Error {
        Error::new(format!("{}: {why}", self.path.display()))
    }
}

/// A length in a file that is in memory.
fn usize(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Where an executable has its pack.
fn place(file: &[u8]) -> Result<Place, String> {
    match Trailer::read(Cursor::new(file)) {
        Ok(End::Attached(trailer)) => return Ok(Place::Attached(trailer)),
        Ok(End::Damaged(damage)) => return Err(format!("the executable is damaged: {damage}; copy it again")),
        Ok(End::Bare) if engine::is_alone(file) => {
            return Err("it is an engine without a site, or its end is missing; copy it again".to_owned());
        }
        Ok(End::Bare) => {}
        Err(error) => return Err(error.to_string()),
    }
    match Pack::find(file) {
        Some((offset, length)) => Ok(Place::Embedded { offset, length }),
        None => Err("there is no site in this file, or it is damaged; name a folder of content, or an executable that `graven build` or cargo has written".to_owned()),
    }
}
