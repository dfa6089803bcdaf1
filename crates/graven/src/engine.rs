//! Engines: site executables without a site, one for each kind of machine.
//!
//! A release of `graven` contains engines: it is built with `GRAVEN_ENGINES=DIR`, a folder with a file for each target, named by its triple (`build.rs`).
//! So the author needs one file, and the engines are always of the version of the command. `--engine FILE` names another one.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use graven_pack::attachment::{End, Mark, Trailer};
use sha2::{Digest as _, Sha256};

use crate::elf::{self, Fault, Platform};
use crate::error::Error;

/// The embedded engines: a target's triple and the bytes of its engine.
const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/engines.rs"));

/// The target for which this command was built.
const HOST: &str = env!("GRAVEN_HOST");

/// The version of this command, which an engine must have too.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An engine that a site can be attached to.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Its bytes, without the site that may have been attached to it.
    pub(crate) bytes: Vec<u8>,
    /// The machine that it is for.
    pub(crate) platform: Platform,
    /// The path of the dynamic loader that it needs; `None` if it runs alone.
    pub(crate) interpreter: Option<String>,
}

/// A target by its triple, as in `cargo build --target`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    triple: String,
    platform: Platform,
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(triple: &str) -> Result<Self, String> {
        let architecture = triple.split('-').next().unwrap_or_default();
        let platform = match architecture {
            "x86_64" => Platform { architecture: "amd64", variant: None },
            "aarch64" => Platform { architecture: "arm64", variant: None },
            "armv7" => Platform { architecture: "arm", variant: Some("v7") },
            "arm" => Platform { architecture: "arm", variant: Some("v6") },
            _ => return Err("expected a target for x86_64, aarch64, armv7 or arm".to_owned()),
        };
        if !triple.contains("-linux-") {
            return Err("expected a target with Linux, as in aarch64-unknown-linux-musl".to_owned());
        }
        Ok(Self { triple: triple.to_owned(), platform })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.triple)
    }
}

/// The engine in a file, which must be for the target if one is named; without a file, an embedded one.
pub(crate) fn select(file: Option<&Path>, target: Option<&Target>) -> Result<Engine, Error> {
    let Some(file) = file else { return embedded(EMBEDDED, target) };
    let engine = fs::read(file).map_err(|source| Error::file("read", file, &source))?;
    let engine = open(engine).map_err(|fault| Error::new(format!("{}: {fault}", file.display())))?;
    match target {
        Some(target) if target.platform != engine.platform => Err(Error::new(format!(
            "{}: expected an engine for {} ({}), found one for {}; name the engine of that target",
            file.display(),
            target.platform,
            target.triple,
            engine.platform
        ))),
        _ => Ok(engine),
    }
}

/// The embedded engine for the target, or for this machine.
fn embedded(engines: &[(&str, &[u8])], target: Option<&Target>) -> Result<Engine, Error> {
    let wanted = target.map_or(HOST, |target| &target.triple);
    let names = match target {
        Some(_) => vec![wanted.to_owned()],
        // An engine is static wherever it can be: that for musl runs on every Linux.
        None => vec![wanted.to_owned(), wanted.replace("-gnu", "-musl")],
    };
    let found = engines.iter().find(|(triple, _)| names.iter().any(|name| name == triple));
    let Some((triple, bytes)) = found else { return Err(missing(engines, wanted)) };
    open(bytes.to_vec()).map_err(|fault| Error::new(format!("the embedded engine for {triple}: {fault}")))
}

/// The error that there is no engine for a target.
fn missing(engines: &[(&str, &[u8])], wanted: &str) -> Error {
    let triples: Vec<_> = engines.iter().map(|(triple, _)| *triple).collect();
    let found = if triples.is_empty() {
        "this graven contains no engine".to_owned()
    } else {
        format!("this graven contains engines for {}", triples.join(", "))
    };
    let triple = if wanted.contains("-linux-") {
        wanted.replace("-gnu", "-musl")
    } else {
        "x86_64-unknown-linux-musl".to_owned()
    };
    let name = if triples.is_empty() { "name" } else { "name a target with --target, or" };
    Error::new(format!(
        "there is no engine for {wanted}: {found}\n\
         help: {name} an engine with --engine FILE. In a checkout of Graven {VERSION}, this builds one:\n  \
         cargo build --release -p graven-engine --target {triple}\n  \
         graven build --engine target/{triple}/release/graven-engine"
    ))
}

/// Whether an executable is an engine to which no site is attached, or whose end is missing.
pub(crate) fn is_alone(file: &[u8]) -> bool {
    matches!(Trailer::read(Cursor::new(file)), Ok(End::Bare)) && Mark::find(file).is_some()
}

/// Checks that bytes are an engine of this version.
fn open(mut bytes: Vec<u8>) -> Result<Engine, String> {
    let executable = elf::executable(&bytes).map_err(|fault| match fault {
        Fault::NotElf => {
            "expected an engine, found no Linux executable; name the file `graven-engine` that cargo has built"
                .to_owned()
        }
        other => other.to_string(),
    })?;
    let Some(mark) = Mark::find(&bytes) else {
        return Err("expected an engine, found another program, or a site executable that cargo has built with its content; name the file `graven-engine`".to_owned());
    };
    if mark.version() != VERSION {
        return Err(format!(
            "expected an engine of Graven {VERSION}, found one of Graven {}; take the engine and `graven` from one release",
            mark.version()
        ));
    }
    if !mark.reads_packs_of_this_version() {
        return Err(format!(
            "the engine reads sites of format {}, and this `graven` writes another; take both from one release",
            mark.pack_version()
        ));
    }
    // A site that was attached before is replaced.
    match Trailer::read(Cursor::new(&bytes)) {
        Ok(End::Attached(trailer)) => {
            bytes.truncate(usize::try_from(trailer.offset).unwrap_or(usize::MAX));
            // The next trailer would vouch for whatever these bytes are.
            if Sha256::digest(&bytes)[..] != trailer.engine {
                return Err("the executable is damaged: its program is not the one that the site was attached to; name another engine".to_owned());
            }
        }
        Ok(End::Damaged(damage)) => return Err(format!("the executable is damaged: {damage}; name another engine")),
        Ok(End::Bare) => {}
        Err(error) => return Err(error.to_string()),
    }
    Ok(Engine { bytes, platform: executable.platform, interpreter: executable.interpreter })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::tests::{AARCH64, Elf, X86_64};

    /// An executable for a machine, with the mark of an engine.
    fn engine(machine: u16) -> Vec<u8> {
        static MARK: Mark = Mark::new(VERSION);
        [&Elf::new(machine).bytes(), MARK.bytes()].concat()
    }

    fn target(triple: &str) -> Target {
        triple.parse().expect("a target")
    }

    #[test]
    fn a_target_is_a_triple_for_linux_on_a_machine_that_sites_run_on() {
        for (triple, expected) in [
            ("x86_64-unknown-linux-musl", Some("linux/amd64")),
            ("aarch64-unknown-linux-gnu", Some("linux/arm64")),
            ("armv7-unknown-linux-musleabihf", Some("linux/arm/v7")),
            ("arm-unknown-linux-musleabihf", Some("linux/arm/v6")),
            ("riscv64gc-unknown-linux-musl", None),
            ("aarch64-apple-darwin", None),
            ("raspberry", None),
            ("", None),
        ] {
            let platform = triple.parse::<Target>().map(|target| target.platform.to_string());
            assert_eq!(platform.ok().as_deref(), expected, "{triple}");
        }
    }

    #[test]
    fn the_embedded_engine_of_the_target_is_taken_and_without_a_target_that_of_this_machine() {
        let (pi, pc) = (engine(AARCH64), engine(X86_64));
        let engines = [("aarch64-unknown-linux-musl", &pi[..]), ("x86_64-unknown-linux-musl", &pc[..])];
        let selected = |target: Option<&Target>| embedded(&engines, target).map(|engine| engine.platform.to_string());
        let pi_target = target("aarch64-unknown-linux-musl");
        assert_eq!(selected(Some(&pi_target)).ok().as_deref(), Some("linux/arm64"));
        let host = HOST.split('-').next().unwrap_or_default();
        let expected = [("x86_64", "linux/amd64"), ("aarch64", "linux/arm64")];
        if let Some((_, expected)) = expected.iter().find(|(machine, _)| *machine == host && HOST.contains("-linux-")) {
            assert_eq!(selected(None).ok().as_deref(), Some(*expected));
        }
    }

    #[test]
    fn a_missing_engine_is_named_with_the_ones_that_there_are() {
        let pi = engine(AARCH64);
        let arm = target("armv7-unknown-linux-musleabihf");
        let triple = "armv7-unknown-linux-musleabihf";
        for (engines, found) in [
            (&[][..], "this graven contains no engine"),
            (&[("aarch64-unknown-linux-musl", &pi[..])], "this graven contains engines for aarch64-unknown-linux-musl"),
        ] {
            let error = embedded(engines, Some(&arm)).expect_err("it is not there").to_string();
            assert!(error.starts_with(&format!("error: there is no engine for {triple}: {found}")), "{error}");
            assert_eq!(error.contains("--target, or"), !engines.is_empty(), "{error}");
            assert!(error.contains(&format!("cargo build --release -p graven-engine --target {triple}")), "{error}");
        }
    }

    #[test]
    fn an_engine_loses_the_site_that_was_attached_to_it() {
        let mut bytes = engine(AARCH64);
        bytes.resize(65_536, 0);
        let alone = bytes.clone();
        let trailer = Trailer { offset: 65_536, length: 3, engine: Sha256::digest(&alone).into(), pack: [0; 32] };
        bytes.extend(b"abc");
        bytes.extend(trailer.to_bytes());
        assert!(open(bytes.clone()).is_ok_and(|engine| engine.bytes == alone));
        // A byte of the program, and one of the trailer.
        for at in [60_000, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(open(damaged).is_err_and(|fault| fault.contains("the executable is damaged")), "{at}");
        }
    }
}
