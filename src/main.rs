//! The site's own executable: the command line around the server, with the site inside.
//!
//! `build.rs` has pressed `content/` into one image; it is embedded here and never copied: what is sent are its bytes.

mod cli;
mod extract;
mod failure;
mod install;
mod list;
mod settings;

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use graven_pack::Pack;
use graven_serve::{Config, Server, confine, terminated};
use include_dir::{Dir, include_dir};

use crate::cli::Command;
use crate::failure::Failure;

/// The site image.
static SITE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/site.pack"));

/// What the executable needs to make itself a service.
static DEPLOY: Dir = include_dir!("$CARGO_MANIFEST_DIR/deploy/systemd");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("notes: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run() -> Result<(), Failure> {
    let command = cli::parse(std::env::args_os().skip(1), |variable| std::env::var(variable).ok())?;
    let pack = Pack::open(SITE)?;
    let now = graven_serve::time::now(&pack);
    match command {
        Command::Serve(config) => serve(config, pack),
        Command::Verify => {
            pack.verify()?;
            print(&format!(
                "{} routes, {} bytes, {}: every byte is as it was built\n",
                pack.len(),
                pack.size(),
                digest(pack)
            ))
        }
        Command::List(form) => print(&list::render(pack, now, form)?),
        Command::Extract { folder, existing } => {
            let files = extract::run(pack, now, &folder, existing)?;
            print(&format!("{files} files in {}\n", folder.display()))
        }
        Command::Install(order) => {
            // What was damaged on its way here is not put in the place of what works.
            pack.verify()?;
            print(&install::run(&order, &DEPLOY)?)
        }
        Command::Unit => units(),
        Command::Help => print(&cli::help()),
        Command::Version => print(&format!("notes {} (content {})\n", env!("CARGO_PKG_VERSION"), digest(pack))),
    }
}

/// Serves until it is told to leave.
fn serve(config: Config, pack: Pack<'static>) -> Result<(), Failure> {
    // Where standard output is the access log, it is nothing but that.
    let is_logged = config.access_log.is_some();
    let say = |line: &str| {
        if is_logged {
            eprint!("{line}");
            return Ok(());
        }
        print(line)
    };
    let server = Server::bind(config).map_err(|error| Failure::new(error.to_string()))?;
    for address in server.addresses() {
        say(&format!("serving {} routes at {}\n", pack.len(), address.url()))?;
    }
    if let Some(address) = server.admin_address() {
        say(&format!("/metrics, /healthz and /readyz at {}\n", address.url()))?;
    }
    say(&format!("{}\n", confine()))?;
    server.run(pack, terminated()).map_err(|error| Failure::new(error.to_string()))
}

/// The units, each under a comment with the name of its file.
fn units() -> Result<(), Failure> {
    for file in DEPLOY.files() {
        print(&format!("# {}\n{}\n", file.path().display(), file.contents_utf8().unwrap_or_default()))?;
    }
    Ok(())
}

/// The image's digest in hexadecimal: what two executables with the same content share.
fn digest(pack: Pack) -> String {
    let mut digits = String::new();
    for byte in pack.digest() {
        fmt::Write::write_fmt(&mut digits, format_args!("{byte:02x}")).expect("writing to a string cannot fail");
    }
    digits
}

/// Writes to standard output. A reader that has gone away (`notes list | head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
