//! The site's own executable: the command line around the server, with the site inside.
//!
//! `build.rs` has pressed `content/` into one image; it is embedded here and never copied: what is sent are its bytes.

mod cli;
mod extract;
mod failure;
mod install;
mod list;
mod record;
mod settings;
mod verify;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use graven_pack::{Pack, hex};
use graven_serve::{Address, Config, Server, confine, terminated};
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
            complain(&failure.to_string());
            ExitCode::from(failure.code())
        }
    }
}

fn run() -> Result<(), Failure> {
    let command = cli::parse(std::env::args_os().skip(1), &settings::environment())?;
    let pack = Pack::open(SITE)?;
    let now = graven_serve::time::now(&pack);
    match command {
        Command::Serve(config) => serve(config, pack),
        Command::Verify => print(&verify::run(pack)?),
        Command::List(form) => {
            pack.check_index()?;
            print(&list::render(pack, now, form)?)
        }
        Command::Extract { folder, existing } => {
            pack.check_index()?;
            let files = extract::run(pack, now, &folder, existing)?;
            print(&format!("{files} files in {}\n", folder.display()))
        }
        Command::Install(order) => {
            // What was damaged on its way here is not put in the place of what works; but a damaged one can be removed, or go back.
            if order.action == install::Action::Install {
                verify::run(pack)?;
            }
            print(&install::run(&order, &DEPLOY)?)
        }
        Command::Unit => units(),
        Command::Help => print(&cli::help()),
        Command::Version => {
            let digest = hex(&pack.digest());
            print(&format!("notes {} (content {digest})\n", env!("CARGO_PKG_VERSION")))
        }
    }
}

/// Serves until SIGTERM or SIGINT. Prints where it serves once its workers have started.
fn serve(config: Config, pack: Pack<'static>) -> Result<(), Failure> {
    // Where standard output is the access log, it is nothing but that.
    let is_logged = config.access_log.is_some();
    let server = Server::bind(config).map_err(|error| Failure::new(error.to_string()))?;
    let mut lines: Vec<String> =
        server.addresses().map(|address| format!("serving {} routes at {}\n", pack.len(), address.url())).collect();
    let capacity = server.capacity();
    lines.push(format!("{} connections at most; memory: {}\n", capacity.connections, capacity.memory));
    if let Some(address) = server.admin_address() {
        lines.push(format!("/metrics, /healthz and /readyz at {}\n", address.url()));
        if let Address::Tcp(address) = address {
            warn_if_reachable(*address);
        }
    }
    // Before there is a worker, so that all of them are confined.
    lines.push(format!("{}\n", confine()));
    let lines = lines.concat();
    let announce = || {
        // Readers are served whether or not anybody can be told.
        if is_logged {
            io::stderr().write_all(lines.as_bytes()).unwrap_or_default();
        } else {
            print(&lines).unwrap_or_else(|failure| complain(&failure.to_string()));
        }
    };
    server.run_announced(pack, announce, terminated()).map_err(|error| Failure::new(error.to_string()))
}

/// What `/metrics` shows is the operator's alone.
fn warn_if_reachable(admin: SocketAddr) {
    if !admin.ip().to_canonical().is_loopback() {
        let port = admin.port();
        complain(&format!(
            "warning: other computers can reach --admin {admin}: choose 127.0.0.1:{port} or unix:PATH, unless a firewall or a network of your own keeps them out"
        ));
    }
}

/// The units, each under a comment with the name of its file.
fn units() -> Result<(), Failure> {
    for file in DEPLOY.files() {
        print(&format!("# {}\n{}\n", file.path().display(), file.contents_utf8().unwrap_or_default()))?;
    }
    Ok(())
}

/// Writes a line to standard error, if anybody reads it.
fn complain(line: &str) {
    io::stderr().write_all(format!("notes: {line}\n").as_bytes()).unwrap_or_default();
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
