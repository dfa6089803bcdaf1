//! `graven deploy`: the site in a folder becomes the service of another machine, over the user's own `ssh` and `scp`.
//!
//! 1. [`survey`]: which machine it is, and which version it has;
//! 2. the executable is built for it, as `graven build` does;
//! 3. [`connection`] copies it under a name of its own, and runs its `install` there, which replaces the service, waits until it answers, and restores the
//!    version before if not;
//! 4. the process of the service must be the new version, and [`answer`] asks it for the first page. If one of them fails, the version before returns.

mod answer;
mod connection;
mod exchange;
mod plain;
mod rights;
mod survey;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use graven_pack::{Pack, hex};
use sha2::{Digest as _, Sha256};

use self::answer::Answer;
use self::connection::{Connection, Destination, Terminal};
use self::rights::Rights;
use self::survey::Survey;
use crate::build::{self, Built};
use crate::error::{self, Error};

/// Put the site on another machine over ssh, as its service.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The machine: what `ssh` takes, as in pi@raspberrypi.local, or a name from ~/.ssh/config
    #[arg(value_name = "USER@HOST")]
    destination: Destination,

    #[command(flatten)]
    site: build::Site,

    /// With HTTPS, and a certificate of Let's Encrypt for this name, which agrees to its terms; may be repeated. Later versions keep it
    #[arg(long = "domain", value_name = "NAME", value_parser = domain)]
    domains: Vec<String>,

    /// Show what would be done; on the other machine nothing is changed
    #[arg(long)]
    dry_run: bool,

    /// The configuration of `ssh` and `scp`, in place of ~/.ssh/config
    #[arg(short = 'F', long, value_name = "FILE")]
    ssh_config: Option<PathBuf>,
}

const EXAMPLES: &str = "\
The machine needs systemd, and the user there root's rights by `sudo`. Port, key and the like are those of ~/.ssh/config. The first time, it becomes a service that starts with the machine and answers on port 80. A version that does not answer is rolled back; `sudo notes install --rollback` does it by hand.

Examples:
  graven deploy pi@raspberrypi.local
  graven deploy pi@raspberrypi.local blog --base-url https://example.org
  graven deploy pi@raspberrypi.local --domain example.org
  graven deploy pi@raspberrypi.local --dry-run
";

/// The begin of the name of the copy in the home folder of the other machine. The digest follows.
const COPY: &str = ".graven-deploy-";

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let connection = Connection::new(&options.destination, options.ssh_config.as_deref())?;
    let survey = Survey::of(&connection)?;
    error::print(format!("{connection}: {survey}\n"))?;
    let target = survey.target()?;
    let rights = survey.rights()?;

    let folder = tempfile::tempdir().map_err(|error| Error::new(format!("a temporary folder: {error}")))?;
    let executable = folder.path().join("notes");
    let built = build::build(&options.site, Some(&target), &executable)?;
    error::print(format!("built: {}\n", built.summary))?;
    let bytes = std::fs::read(&executable).map_err(|source| Error::file("read", &executable, &source))?;
    let sum = hex(&Sha256::digest(&bytes));
    if survey.runs(&sum) && options.domains.is_empty() {
        return error::print("this version is there already, and runs\n");
    }
    survey.has_room_for(bytes.len())?;

    let name = format!("{COPY}{}", &sum[..16]);
    let install = install(&name, &content(&built)?, &options.domains, rights);
    let terminal = Terminal::of(rights);
    if options.dry_run {
        let (copy, install) = (connection.shown_copy(&name), connection.shown_run(&install, terminal));
        return error::print(format!("would do:\n  {copy}\n  {install}\n"));
    }
    let start = Instant::now();
    connection.copy(&executable, &name)?;
    error::print(format!("copied in {:.1} s\n", start.elapsed().as_secs_f64()))?;
    let said = connection.run(&install, terminal).map_err(|failure| not_installed(&connection, &failure))?;
    confirm(&connection, &built, &said, rights)
}

/// The digest of the content of an executable, in hexadecimal, as `notes --version` prints it.
fn content(built: &Built) -> Result<String, Error> {
    let pack = Pack::open(&built.site).map_err(|error| Error::new(format!("the pressed site: {error}")))?;
    Ok(hex(&pack.digest()))
}

/// The line before which the addresses of the socket are printed.
const LISTENS: &str = "listens on ";

/// The exit code of the script if another version runs than was installed.
const ANOTHER_VERSION: i32 = 70;

/// Checks a name before it becomes a word of a shell. The other machine checks the rest of it.
fn domain(name: &str) -> Result<String, String> {
    let is_name = name.contains('.') && !name.starts_with('-');
    if is_name && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)) {
        Ok(name.to_owned())
    } else {
        Err("expected a name such as example.org; other letters are written as xn--…".to_owned())
    }
}

/// The script that installs the copy, and checks that the service's process is of that content. It removes the copy, and rolls back if need be, although the
/// connection breaks: then it gets SIGHUP, and whatever it prints gets SIGPIPE. What changes something comes before what only prints.
/// It is one line without single quotes and backslashes, so that every login shell passes it on as it is.
fn install(name: &str, content: &str, domains: &[String], rights: Rights) -> String {
    let sudo = rights.sudo();
    let domains: String = domains.iter().flat_map(|domain| [" --domain ", domain]).collect();
    let service = "systemctl show notes.service --property MainPID --value";
    let socket = "systemctl show notes.socket --property Listen --value";
    [
        r#"trap "" HUP PIPE"#.to_owned(),
        format!("cd && chmod 755 {name} && {sudo}./{name} install{domains}"),
        "code=$?".to_owned(),
        // The running program itself says what it is.
        format!("if [ $code = 0 ]; then running=$({sudo}/proc/$({service})/exe --version)"),
        format!(r#"case "$running" in *{content}*) echo "{LISTENS}$({socket})" ;;"#),
        format!(
            r#"*) {sudo}/usr/local/bin/notes install --rollback; code={ANOTHER_VERSION}; echo "the service ran $running" ;; esac; fi"#
        ),
        format!("rm -f {COPY}*"),
        format!("if [ $code != 0 ]; then {sudo}journalctl -u notes.service -n 15 --no-pager; fi"),
        "exit $code".to_owned(),
    ]
    .join("; ")
    .replace(";;; ", ";; ")
}

/// The error that the version was not installed. What the other machine said has been printed.
fn not_installed(connection: &Connection, failure: &connection::Failure) -> Error {
    match failure.code {
        Some(ANOTHER_VERSION) => Error::new(format!(
            "{connection} runs another version than was installed, so it was rolled back; is there a drop-in that changes ExecStart? (`systemctl cat notes.service` there)"
        )),
        Some(code) if code != connection::BROKEN => {
            Error::new(format!("{connection} could not install it; what runs there now is said above"))
        }
        _ => Error::new(format!(
            "the connection to {connection} broke; the installation goes on there, and a version that does not answer is rolled back. Run this command again: it says what runs"
        )),
    }
}

/// Asks the service for the first page, over the same connection, and rolls back if it is not the new one.
fn confirm(connection: &Connection, built: &Built, said: &str, rights: Rights) -> Result<(), Error> {
    let listens = said.lines().find_map(|line| line.trim().strip_prefix(LISTENS)).unwrap_or_default();
    match answer::ask(connection, listens, &built.site)? {
        Answer::New => error::print("the new version answers\n"),
        Answer::Unknown(why) => error::print(format!("the new version runs ({why})\n")),
        Answer::Wrong(what) => {
            let undo = format!("{}/usr/local/bin/notes install --rollback", rights.sudo());
            let undone = match connection.run(&undo, Terminal::of(rights)) {
                Ok(_) => "the version before runs again".to_owned(),
                Err(_) => format!("and `{undo}` failed there, as said above"),
            };
            Err(Error::new(format!("{connection} does not answer with the new first page: {what}; {undone}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    #[test]
    fn the_script_passes_every_login_shell_and_is_one_of_sh() {
        for rights in [Rights::Root, Rights::Sudo, Rights::SudoWithPassword] {
            let script = install(".graven-deploy-0123", "abcdef", &["example.org".to_owned()], rights);
            assert!(!script.contains(['\'', '\\', '\n']), "{script}");
            let checked = Command::new("sh").args(["-n", "-c", &script]).status().expect("there is a sh");
            assert!(checked.success(), "{script}");
        }
    }

    /// Runs the script with stand-ins for what it calls, and what it says goes to `out`. Returns what that got, whether it rolled back, and its exit code.
    fn rehearse(installed: i32, running: &str, out: Stdio) -> (String, bool, i32) {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path();
        let stand_in = |name: &str, text: &str| {
            std::fs::write(home.join(name), format!("#!/bin/sh\n{text}\n")).expect("a file");
            Command::new("chmod").arg("755").arg(home.join(name)).status().expect("chmod");
        };
        stand_in(".graven-deploy-1", &format!("echo installed; exit {installed}"));
        stand_in("systemctl", "case $2 in notes.socket) echo \"[::]:80 (Stream)\" ;; *) echo self ;; esac");
        stand_in("notes", "touch \"$HOME/undone\"; echo \"rolled back\"");
        stand_in("journalctl", "echo \"from the journal\"");
        let script =
            install(".graven-deploy-1", "abcdef", &[], Rights::Root).replace("/usr/local/bin/notes", "notes").replace(
                "/proc/$(systemctl show notes.service --property MainPID --value)/exe --version",
                &format!("echo {running}"),
            );
        let path = format!("{}:{}", home.display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new("sh")
            .args(["-c", &script])
            .env("HOME", home)
            .env("PATH", path)
            .stdout(out)
            .stderr(Stdio::null())
            .spawn()
            .and_then(Child::wait_with_output)
            .expect("there is a sh");
        assert!(!home.join(".graven-deploy-1").exists(), "the copy is removed");
        let code = output.status.code().expect("it ends by itself");
        (String::from_utf8_lossy(&output.stdout).into_owned(), home.join("undone").exists(), code)
    }

    #[test]
    fn the_script_says_where_the_service_listens_or_rolls_another_version_back() {
        for (installed, running, expected, code) in [
            (0, "content abcdef", "installed\nlistens on [::]:80 (Stream)\n", 0),
            (
                0,
                "content 123456",
                "installed\nrolled back\nthe service ran content 123456\nfrom the journal\n",
                ANOTHER_VERSION,
            ),
            (1, "content abcdef", "installed\nfrom the journal\n", 1),
        ] {
            let is_undone = code == ANOTHER_VERSION;
            assert_eq!(rehearse(installed, running, Stdio::piped()), (expected.to_owned(), is_undone, code));
        }
    }

    #[test]
    fn the_script_does_the_same_when_nobody_hears_it_any_more() {
        for (installed, running, is_undone, code) in [
            (0, "content abcdef", false, 0),
            (0, "content 123456", true, ANOTHER_VERSION),
            (1, "content abcdef", false, 1),
        ] {
            // As after a connection that broke: the end that is read is closed.
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            assert_eq!(rehearse(installed, running, writer.into()), (String::new(), is_undone, code), "{running}");
        }
    }
}
