//! Plans the steps of an installation or a removal from the current state of the host. A plan can be printed or done.

use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, File};

use super::host::{Arguments, Host, SERVICE, SOCKET};
use super::https::{self, Pause};
use super::units;
use crate::failure::{Failure, WITHOUT_TLS};
use crate::record;

const RELOAD: Arguments = &["daemon-reload"];

/// A step of a plan.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Copies an executable; the one that was there is kept as `keep`.
    Copy {
        from: PathBuf,
        to: PathBuf,
        keep: Option<PathBuf>,
    },
    Write {
        path: PathBuf,
        text: String,
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
    Systemctl(Arguments),
    /// Waits until the service answers a request.
    Answer,
    /// Asks for a certificate. A failure changes nothing: the timer asks again.
    Certificate(Pause),
}

/// What is installed before the plan is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// A version, which may be running.
    Version,
}

/// The steps, and what their caller needs to know.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) before: Before,
    /// Whether HTTPS is part of it.
    pub(super) has_https: bool,
    pub(super) steps: Vec<Step>,
    /// The commands that stop what is new with this plan, if a step fails.
    pub(super) added: Vec<Arguments>,
    /// The commands that restore the service after the files are restored.
    pub(super) restore: Vec<Arguments>,
    /// The message when all steps are done.
    pub(super) done: String,
}

/// Plans to copy the executable and its units, and to start or restart the service. Steps that would change nothing are left out.
/// With `domains`, or where there is HTTPS already, this includes what HTTPS needs.
pub(super) fn install(
    host: &Host,
    source: &Path,
    units: &'static Dir<'static>,
    domains: &[String],
) -> Result<Plan, Failure> {
    let before = if host.unit(SERVICE).exists() { Before::Version } else { Before::Nothing };
    let is_kept = https::is_installed(host);
    let has_https = !domains.is_empty() || is_kept;
    if has_https && cfg!(not(feature = "tls")) {
        let message =
            format!("the service has HTTPS, and {WITHOUT_TLS}; to do without it, run `notes uninstall` first");
        return Err(Failure::new(message));
    }
    let mut steps = executable(host, source)?;
    for unit in units.files().filter(|unit| !is_in_place(host, unit)) {
        steps.push(Step::Write { path: host.unit(name(unit)), text: units::text(unit)?.to_owned() });
    }
    if has_https {
        let files = https::changed(host, units, domains)?;
        steps.extend(files.into_iter().map(|(path, text)| Step::Write { path, text }));
    }
    let changed = Changed::of(&steps);
    let done = if host.is_live() {
        let pause = if domains.is_empty() { Pause::Keep } else { Pause::Skip };
        steps.extend(calls(before, changed, has_https.then_some(pause)));
        String::new()
    } else {
        steps.extend(links(host, has_https).into_iter().filter(|step| !is_linked(step)));
        "installed; it starts when the system in the folder starts\n".to_owned()
    };
    let (mut restore, mut added) = (vec![RELOAD], Vec::new());
    if has_https && !is_kept {
        added.extend(https::STOP);
    }
    match before {
        Before::Version => restore.extend(start(before, changed, is_kept)),
        Before::Nothing => added.push(&["disable", "--now", SOCKET, SERVICE]),
    }
    Ok(Plan { before, has_https, steps, added, restore, done })
}

/// The steps that copy the executable, and record what was copied.
fn executable(host: &Host, source: &Path) -> Result<Vec<Step>, Failure> {
    let (mut steps, binary) = (Vec::new(), host.binary());
    if !is_same_file(source, &binary) {
        let keep = binary.exists().then(|| host.previous());
        steps.extend(keep.as_ref().and_then(|keep| previous_record(&binary, keep)));
        steps.push(Step::Copy { from: source.to_owned(), to: binary.clone(), keep });
    }
    steps.extend(new_record(source, &binary)?);
    Ok(steps)
}

/// The steps on a running computer, once the files are there. With HTTPS, a certificate is asked for.
fn calls(before: Before, changed: Changed, https: Option<Pause>) -> Vec<Step> {
    let mut steps = vec![Step::Systemctl(RELOAD), Step::Systemctl(&["enable", SOCKET, SERVICE])];
    if https.is_some() {
        steps.push(Step::Systemctl(https::ENABLE));
    }
    steps.extend(start(before, changed, https.is_some()).iter().map(|arguments| Step::Systemctl(arguments)));
    steps.push(Step::Answer);
    if let Some(pause) = https {
        steps.extend([Step::Certificate(pause), Step::Systemctl(https::START_TIMER)]);
    }
    steps
}

/// Whether both are files with the same bytes.
fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// The step that gives the previous version its record. The installed version becomes the previous one and keeps its record, so that damage since its
/// installation is found after a rollback. If it has no record, the record of the version that was the previous one is removed.
fn previous_record(binary: &Path, previous: &Path) -> Option<Step> {
    let path = record::path(previous);
    match record::read(binary) {
        Ok(Some(digest)) => Some(Step::Record { path, text: record::text(&digest, previous) }),
        _ => path.exists().then_some(Step::Remove { path }),
    }
}

/// The step that records the digest of `source`, so that a bad copy is found. `None` if that record exists.
fn new_record(source: &Path, binary: &Path) -> Result<Option<Step>, Failure> {
    let path = record::path(binary);
    let text = record::text(&record::sha256_of(source)?, binary);
    let is_there = fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes());
    Ok((!is_there).then_some(Step::Record { path, text }))
}

/// What the steps change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Nothing,
    Service,
    Socket,
}

impl Changed {
    fn of(steps: &[Step]) -> Self {
        // A unit of a socket, or a drop-in for one.
        let of_socket = |path: &Path| path.iter().any(|part| part.to_string_lossy().contains(".socket"));
        let is_socket = |step: &Step| matches!(step, Step::Write { path, .. } if of_socket(path));
        // A record changes nothing that runs.
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

/// The commands that start the new version. The sockets stay open if their units have not changed, so that no connection is refused.
fn start(before: Before, changed: Changed, has_https: bool) -> &'static [Arguments] {
    match (before, changed, has_https) {
        (Before::Version, Changed::Socket, false) => &[&["stop", SERVICE, SOCKET], &["start", SOCKET, SERVICE]],
        (Before::Version, Changed::Socket, true) => {
            &[&["stop", SERVICE, SOCKET, https::SOCKET], &["start", SOCKET, https::SOCKET, SERVICE]]
        }
        (Before::Version, Changed::Service, _) => &[&["restart", SERVICE]],
        (_, _, false) => &[&["start", SOCKET, SERVICE]],
        (_, _, true) => &[&["start", SOCKET, https::SOCKET, SERVICE]],
    }
}

/// The links that `systemctl enable` would make.
fn links(host: &Host, has_https: bool) -> Vec<Step> {
    let of_https: &[_] =
        if has_https { &[("sockets.target", https::SOCKET), ("timers.target", https::TIMER)] } else { &[] };
    [("multi-user.target", SERVICE), ("sockets.target", SOCKET)]
        .iter()
        .chain(of_https)
        .map(|(target, unit)| Step::Link { path: host.wants_link(target, unit), target: Host::wants_target(unit) })
        .collect()
}

fn is_linked(step: &Step) -> bool {
    matches!(step, Step::Link { path, target } if fs::read_link(path).is_ok_and(|found| found == *target))
}

/// Plans to stop the service and to remove what `install` has written, and nothing else.
pub(super) fn uninstall(host: &Host, units: &'static Dir<'static>) -> Plan {
    let links = links(host, true).into_iter().filter_map(|step| match step {
        Step::Link { path, .. } if !host.is_live() => Some(path),
        _ => None,
    });
    let units: Vec<PathBuf> = units.files().map(|unit| host.unit(name(unit))).collect();
    let has_https = https::is_installed(host);
    let before = if host.unit(SERVICE).exists() { Before::Version } else { Before::Nothing };
    let executables = [host.binary(), host.previous()];
    let records = executables.clone().map(|executable| record::path(&executable));
    let files = links.chain(units).chain(https::files(host)).chain(executables).chain(records);
    let files = files.filter(|path| path.symlink_metadata().is_ok()).map(|path| Step::Remove { path });
    let mut steps: Vec<Step> = files.collect();
    let mut done = if steps.is_empty() { "nothing is installed\n" } else { "removed\n" }.to_owned();
    if host.is_live() && before == Before::Version {
        steps.insert(0, Step::Systemctl(&["disable", "--now", SOCKET, SERVICE]));
        if has_https {
            steps.splice(0..0, https::STOP.map(Step::Systemctl));
        }
        steps.push(Step::Systemctl(RELOAD));
    }
    if has_https {
        done += "the certificate and the account of its authority remain in /var/lib/notes\n";
    }
    for name in [SERVICE, SOCKET] {
        let drop_ins = host.unit(name).with_extension(format!("{}.d", name.trim_start_matches("notes.")));
        if has_own_files(&drop_ins) {
            writeln!(done, "your settings remain in {}", drop_ins.display()).expect("writing to a String cannot fail");
        }
    }
    Plan {
        before,
        has_https,
        steps,
        added: Vec::new(),
        restore: vec![RELOAD, &["enable", "--now", SOCKET, SERVICE]],
        done,
    }
}

/// Whether a folder of drop-ins has files that are not of HTTPS, which are removed.
fn has_own_files(folder: &Path) -> bool {
    let mut files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.any(|file| file.file_name() != "https.conf")
}

fn name(unit: &'static File<'static>) -> &'static str {
    unit.path().to_str().unwrap_or_default()
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
                keep.as_ref().map_or(Ok(()), |keep| write!(f, ", keeping the installed one as {}", keep.display()))
            }
            Step::Write { path, .. } | Step::Record { path, .. } => write!(f, "write {}", path.display()),
            Step::Link { path, target } => write!(f, "link {} to {}", path.display(), target.display()),
            Step::Remove { path } => write!(f, "remove {}", path.display()),
            Step::Systemctl(arguments) => write!(f, "run systemctl {}", arguments.join(" ")),
            Step::Answer => f.write_str("wait until the service answers a request"),
            Step::Certificate(_) => f.write_str(
                "ask Let's Encrypt for a certificate, which agrees to its terms (https://letsencrypt.org/repository/)",
            ),
        }
    }
}
