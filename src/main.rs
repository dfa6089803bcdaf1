//! The site executable: the site image and a command line around the server.

mod address;
#[cfg(feature = "tls")]
mod certificate;
mod cli;
mod failure;
mod install;
mod record;
mod settings;
mod site;
mod verify;

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use graven_inspect::{extract, list};
use graven_pack::{Pack, hex};
#[cfg(feature = "tls")]
use graven_serve::TlsConfig;
use graven_serve::{Address, CLIENT_ADDRESS_FIELD, Config, Server, confine, terminated, time};
use include_dir::{Dir, include_dir};

use crate::cli::Command;
use crate::failure::Failure;

/// The systemd units that `install` writes.
static DEPLOY: Dir = include_dir!("$GRAVEN_DEPLOY/systemd");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure.to_string());
            ExitCode::from(failure.code())
        }
    }
}

fn run() -> Result<(), Failure> {
    let command = cli::parse(std::env::args_os().skip(1), &settings::environment())?;
    match command {
        Command::Serve(config) => serve(*config, site::open()?),
        Command::Verify => print(&verify::run(site::open()?)?),
        Command::List(format) => {
            let pack = site::open()?;
            pack.check_index()?;
            print(&list(pack, time::now(&pack), format)?)
        }
        Command::Extract { folder, existing } => {
            let pack = site::open()?;
            pack.check_index()?;
            let files = extract(pack, time::now(&pack), &folder, existing)?;
            print(&format!("{files} files in {}\n", folder.display()))
        }
        Command::Install(options) => install(&options),
        Command::Unit => print_units(),
        #[cfg(feature = "tls")]
        Command::Certificate(action) => certificate::run(&action),
        Command::Help => print(&cli::help()),
        Command::Version => {
            let digest = hex(&site::open()?.digest());
            print(&format!("notes {} (content {digest})\n", env!("CARGO_PKG_VERSION")))
        }
    }
}

/// Installs the service, or removes it.
fn install(options: &install::Options) -> Result<(), Failure> {
    let pack = site::open()?;
    // A damaged executable must not replace one that works. It may still remove the service or roll it back.
    if options.action == install::Action::Install {
        verify::run(pack)?;
    }
    if !options.domains.is_empty()
        && let Some(warning) = address::warning(pack, time::now(&pack), &options.domains)
    {
        report(&warning);
    }
    print(&install::run(options, &DEPLOY)?)
}

/// Serves until SIGTERM or SIGINT. Prints its addresses once its workers have started.
fn serve(config: Config, pack: Pack<'static>) -> Result<(), Failure> {
    // The access log goes to standard output, so nothing else may.
    let is_logged = config.access_log.is_some();
    warn_if_unused(&config);
    #[cfg(feature = "tls")]
    let readable = config.tls.folders();
    #[cfg(not(feature = "tls"))]
    let readable: [std::path::PathBuf; 0] = [];
    #[cfg(feature = "tls")]
    let config = if readable.is_empty() { config } else { with_host(config, pack) };
    let server = Server::bind(config).map_err(|error| Failure::new(error.to_string()))?;
    let home = pack.home().unwrap_or("/");
    // A socket in the file system has a name, and no URL that ends with a slash.
    let url =
        |address: &Address| address.url().strip_suffix('/').map_or_else(|| address.url(), |url| url.to_owned() + home);
    let mut lines: Vec<String> =
        server.addresses().map(|address| format!("{} at {}\n", what(address, &server, &pack), url(address))).collect();
    let capacity = server.capacity();
    lines.push(format!("{} connections at most; memory: {}\n", capacity.connections, capacity.memory));
    if let Some(address) = server.admin_address() {
        lines.push(format!("/metrics, /healthz and /readyz at {}\n", address.url()));
        if let Some(address) = address.tcp() {
            warn_if_reachable(address);
        }
    }
    // Before the workers start, so that all of them are confined.
    lines.push(format!("{}\n", confine(&readable)));
    let lines = lines.concat();
    let announce = || {
        // The server runs even if this cannot be printed.
        if is_logged {
            io::stderr().write_all(lines.as_bytes()).unwrap_or_default();
        } else {
            print(&lines).unwrap_or_else(|failure| report(&failure.to_string()));
        }
    };
    server.run_with_ready(pack, announce, terminated()).map_err(|error| Failure::new(error.to_string()))
}

/// Has the certificate compared with the site's own address, and warns if that does not begin with `https://`.
#[cfg(feature = "tls")]
fn with_host(config: Config, pack: Pack<'static>) -> Config {
    let now = time::now(&pack);
    if let Some(warning) = address::warning(pack, now, &[]) {
        report(&warning);
    }
    Config { tls: TlsConfig { host: address::host(pack, now), ..config.tls }, ..config }
}

/// What an address does, for the lines that are printed at start.
#[cfg_attr(not(feature = "tls"), expect(unused_variables, reason = "no address redirects"))]
fn what(address: &Address, server: &Server, pack: &Pack<'_>) -> String {
    match address {
        #[cfg(feature = "tls")]
        Address::Redirect(_) if server.has_certificate() => "redirecting to HTTPS".to_owned(),
        #[cfg(feature = "tls")]
        Address::Redirect(_) => format!("serving {} routes until there is a certificate", pack.len()),
        _ => format!("serving {} routes", pack.len()),
    }
}

/// Warns if the field that names the client is set, but is read from nobody.
fn warn_if_unused(config: &Config) {
    if config.client_address_field != CLIENT_ADDRESS_FIELD && config.trusted_proxies.is_empty() {
        report(
            "warning: --client-address-field has no effect without --trusted-proxy; name the proxy that sends the field",
        );
    }
}

/// Warns if other computers can read `/metrics`, which is for the operator only.
fn warn_if_reachable(admin: SocketAddr) {
    if !admin.ip().to_canonical().is_loopback() {
        let port = admin.port();
        report(&format!(
            "warning: other computers can reach --admin {admin}; choose 127.0.0.1:{port} or unix:PATH, unless a firewall or a private network keeps them out"
        ));
    }
}

/// Prints the units, each after a comment with the name of its file.
fn print_units() -> Result<(), Failure> {
    let of_https = DEPLOY.get_dir("https").into_iter().flat_map(Dir::files).filter(|_| cfg!(feature = "tls"));
    for file in DEPLOY.files().chain(of_https) {
        print(&format!("# {}\n{}\n", file.path().display(), file.contents_utf8().unwrap_or_default()))?;
    }
    Ok(())
}

/// Writes a line to standard error. A closed standard error is ignored.
fn report(line: &str) {
    io::stderr().write_all(format!("notes: {line}\n").as_bytes()).unwrap_or_default();
}

/// Writes to standard output. A closed pipe (`notes list | head`) is not an error.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
