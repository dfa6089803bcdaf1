//! What has to be done, from what is there: a list of steps that can be printed or done.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, File};

use super::host::{Host, SERVICE, SOCKET};
use crate::failure::Failure;
use crate::record;

/// The arguments of a call of `systemctl`.
pub(super) type Call = &'static [&'static str];

const RELOAD: Call = &["daemon-reload"];

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Puts an executable in place; the one that was there is kept under another name.
    Copy {
        from: PathBuf,
        to: PathBuf,
        keep: Option<PathBuf>,
    },
    Write {
        path: PathBuf,
        text: &'static str,
    },
    /// Writes the record of an executable.
    Record {
        path: PathBuf,
        text: String,
    },
    Link {
        path: PathBuf,
        target: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    Systemctl(Call),
    /// Waits until the service answers a request.
    Answer,
}

/// How it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing was installed.
    Absent,
    /// A version was installed, and may run.
    Running,
}

/// The steps, and what is to be known about them.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) before: Before,
    pub(super) steps: Vec<Step>,
    /// What `systemctl` is told after the files were put back, to have the service as it was.
    pub(super) restore: Vec<Call>,
    /// What is said when all is done.
    pub(super) done: String,
}

/// Puts the executable and its units in place and starts or restarts the service. What is already as it should be is left out.
pub(super) fn install(host: &Host, source: &Path, units: &'static Dir<'static>) -> Result<Plan, Failure> {
    let before = if host.unit(SERVICE).exists() { Before::Running } else { Before::Absent };
    let (mut steps, mut restore) = (Vec::new(), vec![RELOAD]);
    let binary = host.binary();
    if !is_same_file(source, &binary) {
        let keep = binary.exists().then(|| host.previous());
        steps.extend(keep.as_ref().and_then(|keep| hand_down_record(&binary, keep)));
        steps.push(Step::Copy { from: source.to_owned(), to: binary.clone(), keep });
    }
    steps.extend(new_record(source, &binary)?);
    for unit in units.files().filter(|unit| !is_in_place(host, unit)) {
        steps.push(Step::Write { path: host.unit(name(unit)), text: text(unit)? });
    }
    if host.is_live() {
        let start = start(before, Changed::of(&steps, &host.unit(SOCKET)));
        steps.push(Step::Systemctl(RELOAD));
        steps.push(Step::Systemctl(&["enable", SOCKET, SERVICE]));
        steps.extend(start.iter().map(|arguments| Step::Systemctl(arguments)));
        steps.push(Step::Answer);
        if before == Before::Running {
            restore.extend(start);
        }
    } else {
        steps.extend(links(host).into_iter().filter(|step| !is_linked(step)));
    }
    let done = if host.is_live() {
        String::new()
    } else {
        "installed; it starts when the system under the folder does\n".to_owned()
    };
    Ok(Plan { before, steps, restore, done })
}

/// Whether both are files with the same bytes.
fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// The version in place becomes the earlier one with the record that it has, so that what was damaged in place is not taken for right when somebody
/// goes back to it. Where it has none, the record of the version that was the earlier one until now goes.
fn hand_down_record(binary: &Path, previous: &Path) -> Option<Step> {
    let path = record::path(previous);
    match record::read(binary) {
        Ok(Some(digest)) => Some(Step::Record { path, text: record::text(&digest, previous) }),
        _ => path.exists().then_some(Step::Remove { path }),
    }
}

/// The record of what is copied, taken from where it is copied from, so that a copy that went wrong is found. Nothing where it is there already.
fn new_record(source: &Path, binary: &Path) -> Result<Option<Step>, Failure> {
    let path = record::path(binary);
    let text = record::text(&record::sha256_of(source)?, binary);
    let is_there = fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes());
    Ok((!is_there).then_some(Step::Record { path, text }))
}

/// What is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Nothing,
    Service,
    Socket,
}

impl Changed {
    fn of(steps: &[Step], socket: &Path) -> Self {
        let is_socket = |step: &Step| matches!(step, Step::Write { path, .. } if path == socket);
        // A record has no part in what runs.
        let is_of_service = |step: &Step| matches!(step, Step::Write { .. } | Step::Copy { .. });
        if steps.iter().any(is_socket) {
            Changed::Socket
        } else if steps.iter().any(is_of_service) {
            Changed::Service
        } else {
            Changed::Nothing
        }
    }
}

/// How to get from one version to the next. The socket stays open if it can, so that no connection is refused.
fn start(before: Before, changed: Changed) -> &'static [Call] {
    match before {
        Before::Running if changed == Changed::Socket => &[&["stop", SERVICE, SOCKET], &["start", SOCKET, SERVICE]],
        Before::Running if changed == Changed::Service => &[&["restart", SERVICE]],
        _ => &[&["start", SOCKET, SERVICE]],
    }
}

/// What `systemctl enable` would do.
fn links(host: &Host) -> Vec<Step> {
    [("multi-user.target", SERVICE), ("sockets.target", SOCKET)]
        .map(|(target, unit)| Step::Link { path: host.wanted(target, unit), target: Host::unit_within(unit) })
        .into()
}

fn is_linked(step: &Step) -> bool {
    matches!(step, Step::Link { path, target } if fs::read_link(path).is_ok_and(|found| found == *target))
}

/// Stops the service and removes what `install` has put in place, and nothing else.
pub(super) fn uninstall(host: &Host, units: &'static Dir<'static>) -> Plan {
    let links = links(host).into_iter().filter_map(|step| match step {
        Step::Link { path, .. } if !host.is_live() => Some(path),
        _ => None,
    });
    let units: Vec<PathBuf> = units.files().map(|unit| host.unit(name(unit))).collect();
    let before = if host.unit(SERVICE).exists() { Before::Running } else { Before::Absent };
    let executables = [host.binary(), host.previous()];
    let records = executables.clone().map(|executable| record::path(&executable));
    let files = links.chain(units).chain(executables).chain(records);
    let files = files.filter(|path| path.symlink_metadata().is_ok()).map(|path| Step::Remove { path });
    let mut steps: Vec<Step> = files.collect();
    let mut done = if steps.is_empty() { "nothing is installed\n" } else { "removed\n" }.to_owned();
    if host.is_live() && before == Before::Running {
        steps.insert(0, Step::Systemctl(&["disable", "--now", SOCKET, SERVICE]));
        steps.push(Step::Systemctl(RELOAD));
    }
    for name in [SERVICE, SOCKET] {
        let own = host.unit(name).with_extension(format!("{}.d", name.trim_start_matches("notes.")));
        if own.exists() {
            writeln!(done, "your own settings are left in {}", own.display()).expect("a String takes all");
        }
    }
    Plan { before, steps, restore: vec![RELOAD, &["enable", "--now", SOCKET, SERVICE]], done }
}

fn name(unit: &'static File<'static>) -> &'static str {
    unit.path().to_str().unwrap_or_default()
}

fn text(unit: &'static File<'static>) -> Result<&'static str, Failure> {
    unit.contents_utf8().ok_or_else(|| {
        Failure::new(format!("{}: the unit in this executable is damaged; copy it again", unit.path().display()))
    })
}

fn is_in_place(host: &Host, unit: &'static File<'static>) -> bool {
    fs::read(host.unit(name(unit))).is_ok_and(|bytes| bytes == unit.contents())
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "would {step}")?;
        }
        if self.steps.is_empty() { writeln!(f, "nothing to do") } else { Ok(()) }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Copy { from, to, keep } => {
                write!(f, "copy {} to {}", from.display(), to.display())?;
                keep.as_ref().map_or(Ok(()), |keep| write!(f, ", keeping the one there as {}", keep.display()))
            }
            Step::Write { path, .. } | Step::Record { path, .. } => write!(f, "write {}", path.display()),
            Step::Link { path, target } => write!(f, "link {} to {}", path.display(), target.display()),
            Step::Remove { path } => write!(f, "remove {}", path.display()),
            Step::Systemctl(arguments) => write!(f, "run systemctl {}", arguments.join(" ")),
            Step::Answer => f.write_str("wait until it answers a request"),
        }
    }
}
