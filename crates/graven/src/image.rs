//! `graven image`: built executables in, an OCI image archive out. This file reads and writes the files; the steps between are pure functions:
//!
//! 1. [`elf::platform`]: the machine that an executable is for, read from the file;
//! 2. [`reference::Reference`]: the image's name;
//! 3. [`layout::archive`]: the bytes of the archive.

pub(crate) mod elf;
mod layout;
mod reference;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lexopt::ValueExt;

use crate::error::{self, Error};
use layout::Entry;
use reference::Reference;

const HELP: &str = "\
Write a container image of built executables, without a container engine.

Usage: graven image --output FILE [--tag NAME:TAG] EXECUTABLE...

The image contains one file, /notes, which is its entrypoint and runs as user 65532. Give one executable for each kind of machine (x86_64, aarch64,
ARM); each node takes its own from the archive. The executables must be static, as those for the musl targets are. Their machines are read from the
files. The same executables give the same archive; its times are SOURCE_DATE_EPOCH, or 1970.

Options:
  -o, --output FILE    The archive (an OCI image layout in a tar file)
  -t, --tag NAME:TAG   The image's name [default: localhost/notes:latest]; a name without a host gets the host localhost, as in podman, so that no
                       node looks for it in a registry
  -h, --help           Print this help

To a k3s node, podman, or a registry:
  graven image --tag notes:1 --output notes.tar target/aarch64-unknown-linux-musl/release/notes
  scp notes.tar pi: && ssh pi sudo k3s ctr images import notes.tar
  podman load --input notes.tar
  skopeo copy --all oci-archive:notes.tar docker://registry.example/notes:1
";

/// The command's options and arguments.
struct Options {
    output: PathBuf,
    reference: Reference,
    executables: Vec<PathBuf>,
}

/// Runs the command with the arguments after its name.
pub(crate) fn run(arguments: lexopt::Parser) -> Result<(), Error> {
    let Some(options) = options(arguments)? else { return error::print(HELP) };
    let mut entries = options.executables.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|(_, entry)| entry.platform);
    refuse_same_platform(&entries)?;

    let platforms = entries.iter().map(|(_, entry)| entry.platform.to_string()).collect::<Vec<_>>().join(", ");
    let entries: Vec<Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
    let archive = layout::archive(&entries, &options.reference, created()?);
    fs::write(&options.output, &archive).map_err(|source| Error::file("write", &options.output, &source))?;
    // To standard error, so that `--output /dev/stdout` can be piped.
    eprintln!(
        "{}: {} for {platforms}, {} KiB",
        options.output.display(),
        options.reference,
        archive.len().div_ceil(1024)
    );
    Ok(())
}

/// Parses the arguments; `None` for `--help`.
fn options(mut arguments: lexopt::Parser) -> Result<Option<Options>, Error> {
    use lexopt::prelude::{Long, Short, Value};

    let (mut output, mut reference, mut executables) = (None, Reference::default(), Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Short('o') | Long("output") => output = Some(PathBuf::from(arguments.value()?)),
            Short('t') | Long("tag") => reference = arguments.value()?.parse()?,
            Value(path) => executables.push(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let output = output.ok_or_else(|| Error::usage("`image` needs `--output FILE`"))?;
    if executables.is_empty() {
        return Err(Error::usage("`image` needs the path of at least one built executable"));
    }
    if let Some(path) = executables.iter().find(|path| is_same_file(path, &output)) {
        return Err(Error::usage(&format!("the archive would overwrite the executable {}", path.display())));
    }
    Ok(Some(Options { output, reference, executables }))
}

fn is_same_file(left: &Path, right: &Path) -> bool {
    matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}

fn read(path: &Path) -> Result<(PathBuf, Entry), Error> {
    let executable = fs::read(path).map_err(|source| Error::file("read", path, &source))?;
    let platform = elf::platform(&executable).map_err(|fault| Error::new(format!("{} {fault}", path.display())))?;
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
    let Some(value) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(Timestamp::UNIX_EPOCH) };
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
    use elf::tests::{Elf, X86_64};

    fn entry(path: &str) -> (PathBuf, Entry) {
        let executable = Elf::new(X86_64).bytes();
        (path.into(), Entry { platform: elf::platform(&executable).expect("a valid executable"), executable })
    }

    #[test]
    fn two_executables_for_one_machine_are_refused_by_name() {
        let error = refuse_same_platform(&[entry("old/notes"), entry("new/notes")]).expect_err("both are for x86_64");
        assert_eq!(
            error.to_string(),
            "old/notes and new/notes are both for linux/amd64; an image contains one executable for each machine, so leave one out"
        );
        assert!(refuse_same_platform(&[entry("notes")]).is_ok());
    }

    #[test]
    fn an_executable_is_not_overwritten_by_its_archive() {
        let me = std::env::current_exe().expect("the test has a path");
        let arguments = [std::ffi::OsStr::new("--output"), me.as_os_str(), me.as_os_str()];
        assert!(
            options(lexopt::Parser::from_args(arguments)).is_err_and(|error| error.to_string().contains("overwrite"))
        );
    }

    #[test]
    fn help_is_printed_although_arguments_are_missing() {
        assert!(matches!(options(lexopt::Parser::from_args(["--help"])), Ok(None)));
    }
}
