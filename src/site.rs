//! The site image of this executable.
//!
//! `build.rs` presses `content/` into an image, which is embedded here and never copied: its bytes are sent. In an engine (`crates/engine`) the
//! embedded image is empty. Then `graven build` has attached one to the executable's file, where the trailer at the end of the file says; it is
//! mapped, and never read as a whole.

use std::fmt::Display;
use std::hint::black_box;
use std::io::{Read as _, Seek as _, SeekFrom};

use graven_map::Executable;
use graven_pack::attachment::{End, Mark, Trailer};
use graven_pack::{Pack, hex};

use crate::failure::Failure;
use crate::record;

/// The embedded image; empty in an engine.
const EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/site.pack"));

/// By this `graven build` recognises an engine, and the packs that it reads. An executable with an embedded site is no engine.
static MARK: Mark = if EMBEDDED.is_empty() { Mark::new(env!("CARGO_PKG_VERSION")) } else { Mark::NONE };

/// Opens the site. The compiler decides which one, so an executable with an embedded site does not read its own file.
pub(crate) fn open() -> Result<Pack<'static>, Failure> {
    match EMBEDDED {
        [] => attached(),
        site => Ok(Pack::open(site)?),
    }
}

/// Checks the engine that the site is attached to against its digest. An executable with an embedded site has none.
pub(crate) fn check_engine() -> Result<(), Failure> {
    if !matches!(EMBEDDED, []) {
        return Ok(());
    }
    let (executable, trailer) = find()?;
    let failed = |error: std::io::Error| Failure::at(executable.path(), &error);
    let mut file = executable.file();
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let found = record::sha256(file.take(trailer.offset)).map_err(failed)?;
    let expected = hex(&trailer.engine);
    if found == expected {
        return Ok(());
    }
    Err(damaged(format_args!(
        "expected the SHA-256 {expected} of the {} bytes before the site, found {found}",
        trailer.offset
    )))
}

/// Maps the attached site. Its index is checked by the command that uses it, and its pages before they are sent, as with an embedded one.
fn attached() -> Result<Pack<'static>, Failure> {
    let (executable, trailer) = find()?;
    let length = usize::try_from(trailer.length).map_err(|_| damaged("its site is larger than the memory"))?;
    let site = executable.map(trailer.offset, length).map_err(|error| {
        Failure::new(format!("{}: cannot map the site into memory: {error}", executable.path().display()))
    })?;
    let pack = Pack::open(site)?;
    if pack.digest() == trailer.pack {
        return Ok(pack);
    }
    Err(damaged(format_args!("expected the site {}, found {}", hex(&trailer.pack), hex(&pack.digest()))))
}

/// Opens the file of this process and reads its end.
fn find() -> Result<(Executable, Trailer), Failure> {
    // Without `black_box`, the compiler would leave out the mark, of which nothing else reads the whole.
    let mark = black_box(&MARK);
    let executable = Executable::open().map_err(|error| {
        Failure::new(format!(
            "cannot open the file of this executable, which contains the site: {error}; mount /proc, or start it by its full path, and let its user read it"
        ))
    })?;
    let end = Trailer::read(executable.file()).map_err(|error| Failure::at(executable.path(), &error))?;
    match end {
        End::Attached(trailer) => Ok((executable, trailer)),
        End::Damaged(damage) => Err(damaged(damage)),
        End::Bare => Err(Failure::new(format!(
            "there is no site in this executable: it is an engine of Graven {} alone, or its file was cut short; copy it again, or attach a site with `graven build`",
            mark.version()
        ))),
    }
}

/// The error that the attachment is damaged.
fn damaged(why: impl Display) -> Failure {
    Failure::new(format!("this executable is damaged: {why}; copy the executable again"))
}
