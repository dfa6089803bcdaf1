//! `notes install`, `notes uninstall`: the executable makes itself a service of systemd, and undoes that.
//!
//! 1. [`plan`] looks at what is there and says which steps are to be done; `--dry-run` prints them and that is all.
//! 2. The steps are done one by one: [`changes`] of files, each of which can be undone, and calls of `systemctl` by [`host`].
//! 3. [`answer`] asks the service for a page, as a client would.
//! 4. Where a step fails, or no page comes, everything is put back, and the service that was there before runs again.
//!
//! Files are replaced by renaming, so that at each moment a whole executable and whole units are in place.

mod answer;
mod changes;
mod host;
mod plan;

use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use include_dir::Dir;

use crate::failure::Failure;
use crate::verify;
use changes::Changes;
use host::Host;
use plan::{Before, Plan, Step};

/// What is to be done, and where.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) action: Action,
    /// The folder under which files go, and no service is touched: for images.
    pub(crate) root: Option<PathBuf>,
    pub(crate) mode: Mode,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Install,
    Rollback,
    Uninstall,
}

impl Action {
    /// The command, as in `notes install --rollback`.
    fn command(self) -> &'static str {
        match self {
            Action::Install => "install",
            Action::Rollback => "install --rollback",
            Action::Uninstall => "uninstall",
        }
    }
}

/// Whether it is done or only told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Do,
    Tell,
}

/// Does what was ordered, with the units of this executable; gives what there is to say about it.
pub(crate) fn run(order: &Order, units: &'static Dir<'static>) -> Result<String, Failure> {
    let host = Host::new(order.root.as_deref());
    if order.mode == Mode::Do {
        host.check(order.action.command())?;
    }
    let source = verify::own_path()?;
    let plan = match order.action {
        Action::Install => plan::install(&host, &source, units)?,
        Action::Uninstall => plan::uninstall(&host, units),
        Action::Rollback => return Err(hand_over(&host, order)),
    };
    match order.mode {
        Mode::Tell => Ok(plan.to_string()),
        Mode::Do => perform(&host, &plan),
    }
}

/// Goes back by letting the earlier executable install itself: it has the units that belong to it, keeps this one as the earlier
/// one, and comes back to it if it does not answer. Returns only where it cannot be started.
fn hand_over(host: &Host, order: &Order) -> Failure {
    let earlier = host.previous();
    if !earlier.exists() {
        return Failure::new(format!(
            "there is no earlier version at {}: install one, as in `sudo ./notes install`",
            earlier.display()
        ));
    }
    let mut command = Command::new(&earlier);
    command.arg("install");
    if let Some(root) = &order.root {
        command.arg("--root").arg(root);
    }
    if order.mode == Mode::Tell {
        command.arg("--dry-run");
    }
    let error = command.exec();
    Failure::new(format!(
        "{}: {error}; nothing was changed: copy the version you want here and install that",
        earlier.display()
    ))
}

/// Does the steps; where one fails, undoes them.
fn perform(host: &Host, plan: &Plan) -> Result<String, Failure> {
    let mut changes = Changes::default();
    let mut told = String::new();
    for (number, step) in plan.steps.iter().enumerate() {
        match perform_step(host, step, &mut changes) {
            Ok(said) => told += &said,
            Err(by) => return Err(put_back(host, plan, changes, &Stop { at: number, by })),
        }
    }
    changes.keep();
    Ok(told + &plan.done)
}

fn perform_step(host: &Host, step: &Step, changes: &mut Changes) -> Result<String, Failure> {
    match step {
        Step::Copy { from, to, keep } => changes.copy(from, to, keep.as_deref())?,
        Step::Write { path, text } => changes.write(path, text.as_bytes())?,
        Step::Record { path, text } => changes.write(path, text.as_bytes())?,
        Step::Link { path, target } => changes.link(path, target)?,
        Step::Remove { path } => changes.remove(path)?,
        Step::Systemctl(arguments) => drop(host.systemctl(arguments)?),
        Step::Answer => return answer::wait(host),
    }
    Ok(String::new())
}

/// Where the steps ended before they were done, and why.
struct Stop {
    at: usize,
    by: Failure,
}

/// After a step has failed: the files as they were, and the service too. Says what failed and how things are now.
fn put_back(host: &Host, plan: &Plan, changes: Changes, stop: &Stop) -> Failure {
    let touched = plan.steps[..=stop.at].iter().any(|step| matches!(step, Step::Systemctl(_)));
    let mut text = stop.by.to_string();
    let mut say = |result: Result<String, Failure>, otherwise: &str| {
        let said = result.unwrap_or_else(|error| format!("; {otherwise}: {error}"));
        text += &said;
    };
    if touched && plan.before == Before::Absent {
        let stopped = host.systemctl(&["disable", "--now", host::SOCKET, host::SERVICE]);
        say(stopped.map(|_| String::new()), "what was started could not be stopped");
    }
    let undone = changes.undo().map(|()| "; all files are as they were before".to_owned());
    say(undone, "not all could be put back");
    if touched {
        let restored = plan.restore.iter().try_for_each(|call| host.systemctl(call).map(drop));
        let answers = restored.and_then(|()| match plan.before {
            Before::Absent => Ok(String::new()),
            Before::Running => answer::wait(host).map(|_| ", and the version before answers again".to_owned()),
        });
        say(answers, "the version before does not answer either");
    }
    if touched && plan.before == Before::Absent {
        text += "; if another program has the port (`ss -ltnp`), stop it, or choose another port in /etc/systemd/system/notes.socket.d/port.conf: `[Socket]`, `ListenStream=`, `ListenStream=8080`, a line each";
    }
    if touched {
        write!(text, "; `journalctl -u {} -u {}` tells more", host::SOCKET, host::SERVICE).expect("a String takes all");
    }
    Failure::new(text)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::os::unix::fs::PermissionsExt as _;
    use std::thread;

    use tempfile::TempDir;

    use super::*;
    use crate::{DEPLOY, record};

    /// A computer in a folder, whose `systemctl` writes down what it is told, and starts any version but a broken one.
    struct Rehearsal {
        folder: TempDir,
        host: Host,
    }

    impl Rehearsal {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let site = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let address = site.local_addr().expect("an address");
            thread::spawn(move || {
                for stream in site.incoming() {
                    let mut stream = stream.expect("a connection");
                    let mut request = [0; 512];
                    assert!(stream.read(&mut request).expect("a request") > 0);
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("it reads");
                }
            });
            let systemctl = folder.path().join("systemctl");
            let script = format!(
                "#!/bin/sh\necho \"$*\" >>{0}/told\ncase \"$1\" in\nshow) echo '{address} (Stream)' ;;\n\
                 start | restart) ! grep -q broken {0}/usr/local/bin/notes || {{ echo 'Job failed.' >&2; exit 1; }} ;;\nesac\n",
                folder.path().display()
            );
            fs::write(&systemctl, script).expect("a file");
            fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755)).expect("it is ours");
            let host = Host::rehearsal(folder.path(), &systemctl);
            Rehearsal { folder, host }
        }

        fn install(&self, version: &str) -> Result<String, Failure> {
            let source = self.folder.path().join("download");
            fs::write(&source, version).expect("a file");
            perform(&self.host, &plan::install(&self.host, &source, &DEPLOY)?)
        }

        fn uninstall(&self) -> Result<String, Failure> {
            perform(&self.host, &plan::uninstall(&self.host, &DEPLOY))
        }

        /// What `systemctl` was told since the last look; a look at where it listens is left out.
        fn told(&self) -> Vec<String> {
            let path = self.folder.path().join("told");
            let told = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, "").expect("a file");
            told.lines().filter(|line| !line.starts_with("show ")).map(str::to_owned).collect()
        }

        /// What the records say of the version in place and of the one before, and what would be right.
        fn records(&self) -> [[Option<String>; 2]; 2] {
            [self.host.binary(), self.host.previous()].map(|path| {
                let found = fs::read_to_string(record::path(&path)).ok();
                let right = record::sha256_of(&path).ok().map(|digest| record::text(&digest, &path));
                [found, right]
            })
        }

        /// The version in place, and the one before.
        fn versions(&self) -> [Option<String>; 2] {
            [self.host.binary(), self.host.previous()].map(|path| fs::read_to_string(path).ok())
        }
    }

    impl Rehearsal {
        fn check_records(&self) {
            for [found, right] in self.records() {
                assert_eq!(found, right);
            }
        }
    }

    fn versions(now: &str, before: Option<&str>) -> [Option<String>; 2] {
        [Some(now.to_owned()), before.map(str::to_owned)]
    }

    #[test]
    fn it_is_installed_and_upgraded_and_removed() {
        let rehearsal = Rehearsal::new();
        let said = rehearsal.install("one").expect("it starts");
        rehearsal.check_records();
        assert!(said.starts_with("it answers at http://127.0.0.1:"), "{said}");
        assert_eq!(
            rehearsal.told(),
            ["daemon-reload", "enable notes.socket notes.service", "start notes.socket notes.service"]
        );
        rehearsal.install("two").expect("it starts");
        rehearsal.check_records();
        assert_eq!(rehearsal.told(), ["daemon-reload", "enable notes.socket notes.service", "restart notes.service"]);
        assert_eq!(rehearsal.versions(), versions("two", Some("one")));
        rehearsal.uninstall().expect("all can be removed");
        assert_eq!(rehearsal.told(), ["disable --now notes.socket notes.service", "daemon-reload"]);
        assert_eq!(rehearsal.versions(), [None, None]);
        rehearsal.check_records();
        assert!(!rehearsal.host.unit(host::SOCKET).exists());
        assert_eq!(rehearsal.uninstall().expect("there is nothing to do"), "nothing is installed\n");
    }

    #[test]
    fn the_same_version_again_interrupts_nothing() {
        let rehearsal = Rehearsal::new();
        rehearsal.install("one").expect("it starts");
        rehearsal.install("two").expect("it starts");
        rehearsal.told();
        rehearsal.install("two").expect("it runs");
        assert_eq!(rehearsal.told().last().map(String::as_str), Some("start notes.socket notes.service"));
        assert_eq!(rehearsal.versions(), versions("two", Some("one")));
        fs::remove_file(record::path(&rehearsal.host.binary())).expect("there is a record");
        rehearsal.told();
        rehearsal.install("two").expect("it runs");
        assert_eq!(rehearsal.told().last().map(String::as_str), Some("start notes.socket notes.service"));
        rehearsal.check_records();
    }

    #[test]
    fn what_was_damaged_in_place_is_not_recorded_as_right() {
        let rehearsal = Rehearsal::new();
        rehearsal.install("one").expect("it starts");
        fs::write(rehearsal.host.binary(), "onf").expect("it is ours");
        rehearsal.install("two").expect("it starts");
        let [now, before] = rehearsal.records();
        assert_eq!(now[0], now[1]);
        assert!(before[0].is_some() && before[0] != before[1], "{before:?}");
    }

    #[test]
    fn a_version_without_a_record_has_none_as_the_version_before() {
        let rehearsal = Rehearsal::new();
        rehearsal.install("one").expect("it starts");
        rehearsal.install("two").expect("it starts");
        fs::remove_file(record::path(&rehearsal.host.binary())).expect("there is a record");
        rehearsal.install("three").expect("it starts");
        let [now, before] = rehearsal.records();
        assert_eq!((now[0].clone(), before[0].clone()), (now[1].clone(), None));
    }

    #[test]
    fn the_socket_is_closed_only_where_its_unit_has_changed() {
        let rehearsal = Rehearsal::new();
        rehearsal.install("one").expect("it starts");
        fs::write(rehearsal.host.unit(host::SOCKET), "another").expect("a file");
        rehearsal.told();
        rehearsal.install("two").expect("it starts");
        assert_eq!(rehearsal.told()[2..], ["stop notes.service notes.socket", "start notes.socket notes.service"]);
    }

    #[test]
    fn an_upgrade_that_does_not_start_is_rolled_back() {
        let rehearsal = Rehearsal::new();
        rehearsal.install("one").expect("it starts");
        rehearsal.install("two").expect("it starts");
        fs::write(rehearsal.host.unit(host::SERVICE), "of version two").expect("a file");
        rehearsal.told();
        let failure = rehearsal.install("broken").expect_err("it does not start").to_string();
        for expected in [
            "`systemctl restart notes.service` failed",
            "Job failed.",
            "the version before answers again",
            "journalctl",
        ] {
            assert!(failure.contains(expected), "{failure}");
        }
        assert_eq!(rehearsal.told()[2..], ["restart notes.service", "daemon-reload", "restart notes.service"]);
        assert_eq!(rehearsal.versions(), versions("two", Some("one")));
        rehearsal.check_records();
        assert_eq!(fs::read_to_string(rehearsal.host.unit(host::SERVICE)).expect("a file"), "of version two");
    }

    #[test]
    fn a_socket_that_was_changed_for_nothing_is_opened_again_as_it_was() {
        let rehearsal = Rehearsal::new();
        rehearsal.install("one").expect("it starts");
        fs::write(rehearsal.host.unit(host::SOCKET), "another").expect("a file");
        rehearsal.told();
        rehearsal.install("broken").expect_err("it does not start");
        let restart = ["stop notes.service notes.socket", "start notes.socket notes.service"];
        assert_eq!(rehearsal.told()[2..], [&restart[..], &["daemon-reload"], &restart[..]].concat());
        assert_eq!(fs::read_to_string(rehearsal.host.unit(host::SOCKET)).expect("a file"), "another");
    }

    #[test]
    fn a_first_version_that_does_not_start_leaves_nothing() {
        let rehearsal = Rehearsal::new();
        let failure = rehearsal.install("broken").expect_err("it does not start").to_string();
        assert!(failure.contains("all files are as they were before") && failure.contains("ss -ltnp"), "{failure}");
        assert_eq!(rehearsal.told()[3..], ["disable --now notes.socket notes.service", "daemon-reload"]);
        assert_eq!(rehearsal.versions(), [None, None]);
        assert!(!rehearsal.host.unit(host::SERVICE).exists());
    }

    #[test]
    fn without_systemctl_it_is_said_what_is_missing() {
        let rehearsal = Rehearsal::new();
        fs::remove_file(rehearsal.folder.path().join("systemctl")).expect("a file");
        let failure = rehearsal.install("one").expect_err("there is no systemctl").to_string();
        assert!(failure.contains("install systemd, or use --root DIR"), "{failure}");
        assert_eq!(rehearsal.versions(), [None, None]);
    }
}
