//! `graven image`: built executables in, an OCI image archive out. This file reads and writes the files; the steps between are pure functions:
//!
//! 1. [`elf::platform`]: the machine that an executable is for, read from the file;
//! 2. [`reference::Reference`]: the image's name;
//! 3. [`layout::archive`]: the bytes of the archive.

mod layout;
mod reference;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use crate::elf;
use crate::engine;
use crate::error::{self, Error};
use crate::output::{Kind, refuse_to_replace};
use layout::Entry;
use reference::Reference;

/// Write a container image of built executables, without a container engine.
///
/// The image contains one file, /notes, which is its entrypoint and runs as user 65532. Give one executable for each kind of machine (`x86_64`, `aarch64`,
/// ARM); each node takes its own from the archive. The executables must be static, as those for the musl targets are. Their machines are read from the
/// files. The same executables give the same archive; its times are `SOURCE_DATE_EPOCH`, or 1970.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The archive: an OCI image layout in a tar file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The image's name; one without a host gets the host localhost, as in podman, so that no node looks for it in a registry
    #[arg(short = 't', long = "tag", value_name = "NAME:TAG", default_value_t = Reference::default())]
    reference: Reference,

    /// The built executables, one for each kind of machine
    #[arg(value_name = "EXECUTABLE", required = true)]
    executables: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
To a k3s node, podman, or a registry:
  graven image --tag notes:1 --output notes.tar notes
  scp notes.tar pi: && ssh pi sudo k3s ctr images import notes.tar
  podman load --input notes.tar
  skopeo copy --all oci-archive:notes.tar docker://registry.example/notes:1
";

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    refuse_to_overwrite(options)?;
    refuse_to_replace(&options.output, Kind::Archive)?;
    let mut entries = options.executables.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|(_, entry)| entry.platform);
    refuse_same_platform(&entries)?;

    let platforms = entries.iter().map(|(_, entry)| entry.platform.to_string()).collect::<Vec<_>>().join(", ");
    let entries: Vec<Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
    let archive = layout::archive(&entries, &options.reference, created()?);
    fs::write(&options.output, &archive).map_err(|source| Error::file("write", &options.output, &source))?;
    // To standard error, so that `--output /dev/stdout` can be piped.
    error::say(format_args!(
        "{}: {} for {platforms}, {} KiB",
        options.output.display(),
        options.reference,
        archive.len().div_ceil(1024)
    ));
    Ok(())
}

/// Refuses an archive that would overwrite one of its executables.
fn refuse_to_overwrite(options: &Options) -> Result<(), Error> {
    match options.executables.iter().find(|path| is_same_file(path, &options.output)) {
        Some(path) => Err(Error::usage(format!(
            "the archive would overwrite the executable {}; name another file",
            path.display()
        ))),
        None => Ok(()),
    }
}

fn is_same_file(left: &Path, right: &Path) -> bool {
    matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}

fn read(path: &Path) -> Result<(PathBuf, Entry), Error> {
    let executable = fs::read(path).map_err(|source| Error::file("read", path, &source))?;
    let platform = elf::platform(&executable).map_err(|fault| Error::new(format!("{} {fault}", path.display())))?;
    if engine::is_alone(&executable) {
        return Err(Error::new(format!(
            "{} is an engine without a site, or its end is missing; attach a site with `graven build`",
            path.display()
        )));
    }
    Ok((path.to_owned(), Entry { platform, executable }))
}

/// Refuses two executables for the same platform. The entries are sorted by platform.
fn refuse_same_platform(entries: &[(PathBuf, Entry)]) -> Result<(), Error> {
    for pair in entries.windows(2) {
        let [(first, entry), (second, other)] = pair else { continue };
        if entry.platform == other.platform {
            return Err(Error::new(format!(
                "{} and {} are both for {}; an image contains one executable for each machine, so leave one out",
                first.display(),
                second.display(),
                entry.platform
            )));
        }
    }
    Ok(())
}

/// The time of creation in the image: `SOURCE_DATE_EPOCH`, else 1970, so that the same executables give the same digest.
fn created() -> Result<Timestamp, Error> {
    let value = std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty());
    let Some(value) = value else { return Ok(Timestamp::UNIX_EPOCH) };
    let value = value.to_string_lossy();
    let time = value.parse::<u32>().ok().and_then(|seconds| Timestamp::from_second(seconds.into()).ok());
    time.ok_or_else(|| {
        Error::new(format!(
            "SOURCE_DATE_EPOCH: expected a time in seconds since 1970, found {value:?}; correct it or unset it"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::tests::{Elf, X86_64};

    fn entry(path: &str) -> (PathBuf, Entry) {
        let executable = Elf::new(X86_64).bytes();
        (path.into(), Entry { platform: elf::platform(&executable).expect("a valid executable"), executable })
    }

    #[test]
    fn two_executables_for_one_machine_are_refused_by_name() {
        let error = refuse_same_platform(&[entry("old/notes"), entry("new/notes")]).expect_err("both are for x86_64");
        assert_eq!(
            error.to_string(),
            "error: old/notes and new/notes are both for linux/amd64; an image contains one executable for each machine, so leave one out"
        );
        assert!(refuse_same_platform(&[entry("notes")]).is_ok());
    }

    #[test]
    fn an_engine_without_a_site_is_no_executable_for_an_image() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("graven-engine");
        let mark = graven_pack::attachment::Mark::new("0.1.0");
        fs::write(&path, [&Elf::new(X86_64).bytes(), mark.bytes()].concat()).expect("a file");
        let error = read(&path).map(drop).expect_err("it has no site").to_string();
        assert!(error.contains("is an engine without a site") && error.contains("graven build"), "{error}");
        fs::write(&path, Elf::new(X86_64).bytes()).expect("a file");
        assert!(read(&path).is_ok());
    }

    #[test]
    fn an_executable_is_not_overwritten_by_its_archive() {
        let me = std::env::current_exe().expect("the test has a path");
        let options = Options { output: me.clone(), reference: Reference::default(), executables: vec![me] };
        assert!(run(&options).is_err_and(|error| error.to_string().contains("would overwrite")));
    }
}
