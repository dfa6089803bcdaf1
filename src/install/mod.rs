//! `notes install`, `notes uninstall`: installs the executable as a systemd service, and removes it.
//!
//! 1. [`plan`] makes a list of steps from what is installed. `--dry-run` prints it and stops.
//! 2. The steps are done in order: [`changes`] of files, which can be undone, and `systemctl` commands, which [`host`] runs.
//! 3. [`answer`] sends the service a request, as a client would.
//! 4. If a step fails or no answer comes, everything is restored, and the previous version runs again.
//!
//! Files are replaced by renaming, so at each moment a complete executable and complete units are in place.

mod answer;
mod changes;
mod host;
mod https;
mod plan;
mod units;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use include_dir::Dir;

use crate::failure::Failure;
use crate::verify;
use changes::Changes;
use host::Host;
#[cfg(feature = "tls")]
pub(crate) use host::effective_user;
pub(crate) use https::check_domains;
use plan::{Before, Plan, Step};

/// What to do, and where.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) action: Action,
    /// The domains of the certificate. Empty for HTTP alone, or to keep what is installed.
    pub(crate) domains: Vec<String>,
    /// A folder to install into instead of this computer, for images. No service is started or stopped.
    pub(crate) root: Option<PathBuf>,
    pub(crate) mode: Mode,
}

/// What to do.
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

/// Whether to do the steps or to print them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Apply,
    DryRun,
}

/// Runs the command with the units of this executable; returns the text to print.
pub(crate) fn run(options: &Options, units: &'static Dir<'static>) -> Result<String, Failure> {
    let host = Host::new(options.root.as_deref());
    if options.mode == Mode::Apply {
        host.check(options.action.command())?;
    }
    let source = verify::own_path()?;
    let plan = match options.action {
        Action::Install => plan::install(&host, &source, units, &options.domains)?,
        Action::Uninstall => plan::uninstall(&host, units),
        Action::Rollback => return Err(roll_back(&host, options)),
    };
    match options.mode {
        Mode::DryRun => Ok(plan.to_string()),
        Mode::Apply => perform(&host, &plan),
    }
}

/// Rolls back by running `install` of the previous executable, which has its own units. It keeps this version as the previous one, and returns to it if
/// it does not answer. Returns only if that executable cannot be started.
fn roll_back(host: &Host, options: &Options) -> Failure {
    let previous = host.previous();
    if !previous.exists() {
        return Failure::new(format!(
            "there is no previous version at {}; install one with `sudo ./notes install`",
            previous.display()
        ));
    }
    let mut command = Command::new(&previous);
    command.arg("install");
    if let Some(root) = &options.root {
        command.arg("--root").arg(root);
    }
    if options.mode == Mode::DryRun {
        command.arg("--dry-run");
    }
    let error = command.exec();
    Failure::new(format!(
        "cannot run {}: {error}; nothing was changed; copy the version you want to this computer and install it",
        previous.display()
    ))
}

/// Does the steps. If one fails, undoes them.
fn perform(host: &Host, plan: &Plan) -> Result<String, Failure> {
    let mut changes = Changes::default();
    let mut output = String::new();
    for (number, step) in plan.steps.iter().enumerate() {
        match perform_step(host, step, &mut changes) {
            Ok(line) => output += &line,
            Err(failure) => {
                let state = restore(host, plan, changes, &plan.steps[..=number]);
                return Err(Failure::new(format!("{failure}{state}")));
            }
        }
    }
    changes.keep();
    Ok(output + &plan.done)
}

/// Does one step; returns a line to print, or an empty one.
fn perform_step(host: &Host, step: &Step, changes: &mut Changes) -> Result<String, Failure> {
    match step {
        Step::Copy { from, to, keep } => changes.copy(from, to, keep.as_deref())?,
        Step::Write { path, text } | Step::Record { path, text } => changes.write(path, text.as_bytes())?,
        Step::Link { path, target } => changes.link(path, target)?,
        Step::Remove { path } => changes.remove(path)?,
        Step::Systemctl(arguments) => drop(host.systemctl(arguments)?),
        Step::Answer => return answer::wait(host),
        Step::Certificate(pause) => {
            // The rest is said when all is done, and this may take minutes.
            let line = "asking for a certificate; this takes seconds, or some minutes if a port is closed\n";
            io::stderr().write_all(line.as_bytes()).unwrap_or_default();
            return Ok(https::obtain(host, *pause));
        }
    }
    Ok(String::new())
}

/// Restores files and service after a step has failed; `tried` are the steps up to that one. Returns the state, to follow the error.
fn restore(host: &Host, plan: &Plan, changes: Changes, tried: &[Step]) -> String {
    let touched = tried.iter().any(|step| matches!(step, Step::Systemctl(_)));
    let mut text = String::new();
    let mut report = |result: Result<String, Failure>, otherwise: &str| {
        text += &result.unwrap_or_else(|error| format!("; {otherwise}: {error}"));
    };
    // Their units are there until the files are restored.
    let added = if touched { plan.added.as_slice() } else { &[] };
    for stop in added {
        report(host.systemctl(stop).map(|_| String::new()), "what was new could not be stopped");
    }
    let undone = changes.undo().map(|()| "; all files are restored".to_owned());
    report(undone, "not all files could be restored");
    if touched {
        let restored = plan.restore.iter().try_for_each(|call| host.systemctl(call).map(drop));
        let answers = restored.and_then(|()| match plan.before {
            Before::Nothing => Ok(String::new()),
            Before::Version => answer::wait(host).map(|_| ", and the previous version answers again".to_owned()),
        });
        report(answers, "the previous version does not answer either");
    }
    if !added.is_empty() {
        text += &port_taken(plan);
    }
    if touched {
        let https = if plan.has_https { format!(" -u {}", https::SOCKET) } else { String::new() };
        write!(text, "; `journalctl -u {} -u {}{https}` shows more", host::SOCKET, host::SERVICE)
            .expect("writing to a String cannot fail");
    }
    text
}

/// What to do if a port that is new belongs to another program, which is the usual cause.
fn port_taken(plan: &Plan) -> String {
    match (plan.before, plan.has_https) {
        (Before::Nothing, false) => "; if another program uses the port (`ss -ltnp`), stop it, or choose another port with the lines `[Socket]`, `ListenStream=`, `ListenStream=8080` in /etc/systemd/system/notes.socket.d/port.conf",
        (Before::Nothing, true) => "; if another program uses port 80 or 443 (`ss -ltnp 'sport = :80 or sport = :443'`), such as another web server, stop it",
        (Before::Version, _) => "; if another program uses port 443 (`ss -ltnp 'sport = :443'`), such as another web server, stop it",
    }
    .to_owned()
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

    /// A computer in a folder. Its `systemctl` records its arguments, and starts every version except a broken one.
    struct TestHost {
        folder: TempDir,
        host: Host,
    }

    impl TestHost {
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
                "#!/bin/sh\n[ ! -e {0}/run/notes-renew-now ] || now=' (now)'\necho \"$*$now\" >>{0}/calls\ncase \"$1\" in\nshow) echo '{address} (Stream)' ;;\n\
                 start | restart) ! grep -q broken {0}/usr/local/bin/notes || {{ echo 'Job failed.' >&2; exit 1; }} ;;\nesac\n",
                folder.path().display()
            );
            fs::write(&systemctl, script).expect("a file");
            fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755)).expect("it is ours");
            fs::create_dir(folder.path().join("run")).expect("a folder");
            let host = Host::with_systemctl(folder.path(), &systemctl);
            TestHost { folder, host }
        }

        fn install(&self, version: &str) -> Result<String, Failure> {
            self.install_for(version, &[])
        }

        fn install_for(&self, version: &str, domains: &[&str]) -> Result<String, Failure> {
            let source = self.folder.path().join("download");
            fs::write(&source, version).expect("a file");
            let domains: Vec<_> = domains.iter().map(|name| (*name).to_owned()).collect();
            perform(&self.host, &plan::install(&self.host, &source, &DEPLOY, &domains)?)
        }

        /// All files and folders of the units, with links.
        fn units(&self) -> Vec<String> {
            let folder = self.host.unit("");
            let mut names = Vec::new();
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            names
        }

        fn uninstall(&self) -> Result<String, Failure> {
            perform(&self.host, &plan::uninstall(&self.host, &DEPLOY))
        }

        /// The arguments of `systemctl` since the last call of this function, without `show`.
        fn calls(&self) -> Vec<String> {
            let path = self.folder.path().join("calls");
            let calls = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, "").expect("a file");
            calls.lines().filter(|line| !line.starts_with("show ")).map(str::to_owned).collect()
        }

        /// The records of the installed and the previous version, each with what it should be.
        fn records(&self) -> [[Option<String>; 2]; 2] {
            [self.host.binary(), self.host.previous()].map(|path| {
                let found = fs::read_to_string(record::path(&path)).ok();
                let right = record::sha256_of(&path).ok().map(|digest| record::text(&digest, &path));
                [found, right]
            })
        }

        /// The installed version, and the previous one.
        fn versions(&self) -> [Option<String>; 2] {
            [self.host.binary(), self.host.previous()].map(|path| fs::read_to_string(path).ok())
        }
    }

    impl TestHost {
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
        let test = TestHost::new();
        let output = test.install("one").expect("it starts");
        test.check_records();
        assert!(output.starts_with("it answers at http://127.0.0.1:"), "{output}");
        assert_eq!(
            test.calls(),
            ["daemon-reload", "enable notes.socket notes.service", "start notes.socket notes.service"]
        );
        test.install("two").expect("it starts");
        test.check_records();
        assert_eq!(test.calls(), ["daemon-reload", "enable notes.socket notes.service", "restart notes.service"]);
        assert_eq!(test.versions(), versions("two", Some("one")));
        test.uninstall().expect("all can be removed");
        assert_eq!(test.calls(), ["disable --now notes.socket notes.service", "daemon-reload"]);
        assert_eq!(test.versions(), [None, None]);
        test.check_records();
        assert!(!test.host.unit(host::SOCKET).exists());
        assert_eq!(test.uninstall().expect("there is nothing to do"), "nothing is installed\n");
    }

    #[test]
    fn the_same_version_again_interrupts_nothing() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        test.install("two").expect("it starts");
        test.calls();
        test.install("two").expect("it runs");
        assert_eq!(test.calls().last().map(String::as_str), Some("start notes.socket notes.service"));
        assert_eq!(test.versions(), versions("two", Some("one")));
        fs::remove_file(record::path(&test.host.binary())).expect("there is a record");
        test.calls();
        test.install("two").expect("it runs");
        assert_eq!(test.calls().last().map(String::as_str), Some("start notes.socket notes.service"));
        test.check_records();
    }

    #[test]
    fn damage_since_the_installation_is_not_recorded() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        fs::write(test.host.binary(), "onf").expect("it is ours");
        test.install("two").expect("it starts");
        let [now, before] = test.records();
        assert_eq!(now[0], now[1]);
        assert!(before[0].is_some() && before[0] != before[1], "{before:?}");
    }

    #[test]
    fn a_version_without_a_record_has_none_as_the_previous_one() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        test.install("two").expect("it starts");
        fs::remove_file(record::path(&test.host.binary())).expect("there is a record");
        test.install("three").expect("it starts");
        let [now, before] = test.records();
        assert_eq!((now[0].clone(), before[0].clone()), (now[1].clone(), None));
    }

    #[test]
    fn the_socket_is_closed_only_if_its_unit_has_changed() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        fs::write(test.host.unit(host::SOCKET), "another").expect("a file");
        test.calls();
        test.install("two").expect("it starts");
        assert_eq!(test.calls()[2..], ["stop notes.service notes.socket", "start notes.socket notes.service"]);
    }

    #[test]
    fn an_upgrade_that_does_not_start_is_rolled_back() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        test.install("two").expect("it starts");
        fs::write(test.host.unit(host::SERVICE), "of version two").expect("a file");
        test.calls();
        let failure = test.install("broken").expect_err("it does not start").to_string();
        for expected in [
            "`systemctl restart notes.service` failed",
            "Job failed.",
            "the previous version answers again",
            "journalctl",
        ] {
            assert!(failure.contains(expected), "{failure}");
        }
        assert_eq!(test.calls()[2..], ["restart notes.service", "daemon-reload", "restart notes.service"]);
        assert_eq!(test.versions(), versions("two", Some("one")));
        test.check_records();
        assert_eq!(fs::read_to_string(test.host.unit(host::SERVICE)).expect("a file"), "of version two");
    }

    #[test]
    fn the_old_socket_is_opened_again_if_the_new_version_does_not_start() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        fs::write(test.host.unit(host::SOCKET), "another").expect("a file");
        test.calls();
        test.install("broken").expect_err("it does not start");
        let restart = ["stop notes.service notes.socket", "start notes.socket notes.service"];
        assert_eq!(test.calls()[2..], [&restart[..], &["daemon-reload"], &restart[..]].concat());
        assert_eq!(fs::read_to_string(test.host.unit(host::SOCKET)).expect("a file"), "another");
    }

    #[test]
    fn a_first_version_that_does_not_start_leaves_nothing() {
        let test = TestHost::new();
        let failure = test.install("broken").expect_err("it does not start").to_string();
        assert!(failure.contains("all files are restored") && failure.contains("ss -ltnp"), "{failure}");
        assert_eq!(test.calls()[3..], ["disable --now notes.socket notes.service", "daemon-reload"]);
        assert_eq!((test.units(), test.versions()), (Vec::new(), [None, None]));
    }

    #[cfg(feature = "tls")]
    #[test]
    fn https_is_added_kept_and_removed() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        test.calls();
        let said = test.install_for("two", &["example.org"]).expect("it starts");
        assert!(said.contains("there is no certificate yet"), "{said}");
        assert_eq!(
            test.calls(),
            [
                "daemon-reload",
                "enable notes.socket notes.service",
                "enable notes-https.socket notes-certificate.timer",
                "stop notes.service notes.socket notes-https.socket",
                "start notes.socket notes-https.socket notes.service",
                "start notes-certificate.service (now)",
                "restart notes-certificate.timer"
            ]
        );
        assert!(!test.folder.path().join("run/notes-renew-now").exists());
        test.install("three").expect("it starts");
        assert_eq!(
            test.calls()[2..],
            [
                "enable notes-https.socket notes-certificate.timer",
                "restart notes.service",
                "start notes-certificate.service",
                "restart notes-certificate.timer"
            ]
        );
        fs::remove_dir_all(test.host.unit("notes-certificate.service.d")).expect("it is there");
        test.uninstall().expect("all can be removed");
        assert_eq!(
            test.calls()[..2],
            ["disable --now notes-certificate.timer notes-https.socket", "stop notes-certificate.service"]
        );
        assert_eq!(test.units(), [""; 0]);
    }

    #[cfg(feature = "tls")]
    #[test]
    fn https_that_does_not_start_leaves_the_version_before_and_no_unit() {
        let test = TestHost::new();
        test.install("one").expect("it starts");
        let before = test.units();
        test.calls();
        let failure = test.install_for("broken", &["example.org"]).expect_err("it does not start").to_string();
        for expected in ["answers again", "`ss -ltnp 'sport = :443'`", "-u notes-https.socket"] {
            assert!(failure.contains(expected), "{failure}");
        }
        assert_eq!(
            test.calls()[5..],
            [
                "disable --now notes-certificate.timer notes-https.socket",
                "stop notes-certificate.service",
                "daemon-reload",
                "stop notes.service notes.socket",
                "start notes.socket notes.service"
            ]
        );
        assert_eq!((test.units(), test.versions()), (before, versions("one", None)));
        let first = TestHost::new();
        let failure = first.install_for("broken", &["example.org"]).expect_err("it does not start").to_string();
        assert!(failure.contains("sport = :80 or sport = :443"), "{failure}");
        assert_eq!((first.units(), first.versions()), (Vec::new(), [None, None]));
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn a_version_without_tls_does_not_replace_one_with_https() {
        let test = TestHost::new();
        fs::create_dir_all(test.host.unit("")).expect("a folder");
        fs::write(test.host.unit(https::SOCKET), "").expect("a file");
        let failure = test.install("one").expect_err("there is HTTPS").to_string();
        assert!(failure.contains("without TLS") && failure.contains("notes uninstall"), "{failure}");
        assert_eq!((test.calls(), test.versions()), (Vec::new(), [None, None]));
    }

    #[test]
    fn a_missing_systemctl_is_reported() {
        let test = TestHost::new();
        fs::remove_file(test.folder.path().join("systemctl")).expect("a file");
        let failure = test.install("one").expect_err("there is no systemctl").to_string();
        assert!(failure.contains("install systemd, or use --root DIR"), "{failure}");
        assert_eq!(test.versions(), [None, None]);
    }
}
