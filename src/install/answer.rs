//! Whether the service answers: a request through the socket that systemd holds, as a client would send it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::host::{Host, SOCKET};
use crate::failure::Failure;

/// A Pi that boots from a slow card starts it in less than a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Waits until a page comes; gives a line with where.
pub(super) fn wait(host: &Host) -> Result<String, Failure> {
    let shown = host.systemctl(&["show", "--property=Listen", "--value", SOCKET])?;
    let place = shown.lines().find_map(Place::parse).ok_or_else(|| {
        Failure::new(format!("{SOCKET} listens nowhere: it needs a ListenStream=, see `systemctl cat {SOCKET}`"))
    })?;
    let end = Instant::now() + PATIENCE;
    loop {
        match place.ask() {
            Ok(()) => return Ok(format!("it answers at {}\n", place.url())),
            Err(error) if Instant::now() > end => {
                return Err(Failure::new(format!(
                    "no answer from {} in {} s: {error}",
                    place.url(),
                    PATIENCE.as_secs()
                )));
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

/// Where a socket unit listens.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Place {
    /// From `[::]:80 (Stream)`, as systemd shows it.
    fn parse(line: &str) -> Option<Self> {
        let place = line.trim().strip_suffix(" (Stream)")?;
        if place.starts_with('/') { Some(Place::Unix(place.into())) } else { place.parse().ok().map(Place::Tcp) }
    }

    fn ask(&self) -> io::Result<()> {
        match self {
            Place::Tcp(address) => {
                let stream = TcpStream::connect_timeout(&reachable(*address), PATIENCE)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                exchange(stream)
            }
            Place::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                exchange(stream)
            }
        }
    }

    /// For people; by the computer's name where it listens on all addresses, since they sit at another one.
    fn url(&self) -> String {
        let Place::Tcp(address) = self else {
            let Place::Unix(path) = self else { return String::new() };
            return format!("unix:{}", path.display());
        };
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = match (address.ip().is_unspecified(), address.ip()) {
            (true, _) if !name.trim().is_empty() => name.trim().to_owned(),
            (true, _) => "localhost".to_owned(),
            (false, IpAddr::V4(ip)) => ip.to_string(),
            (false, IpAddr::V6(ip)) => format!("[{ip}]"),
        };
        if address.port() == 80 { format!("http://{host}/") } else { format!("http://{host}:{}/", address.port()) }
    }
}

/// All addresses are reached by the loopback one.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// A request and the beginning of its answer: any status but those by which a server says that it cannot.
fn exchange(mut stream: impl Read + Write) -> io::Result<()> {
    stream.write_all(REQUEST)?;
    let mut begin = [0; 10];
    stream.read_exact(&mut begin)?;
    match begin.strip_prefix(b"HTTP/1.1 ") {
        Some([b'1'..=b'4']) => Ok(()),
        _ => Err(io::Error::other(format!("it answered {:?}", String::from_utf8_lossy(&begin)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_shows_is_read() {
        for (line, url) in [
            ("127.0.0.1:8080 (Stream)", Some("http://127.0.0.1:8080/")),
            ("[::1]:80 (Stream)", Some("http://[::1]/")),
            ("/run/notes.sock (Stream)", Some("unix:/run/notes.sock")),
            ("[::]:80 (Datagram)", None),
            ("", None),
        ] {
            assert_eq!(Place::parse(line).map(|place| place.url()).as_deref(), url, "{line}");
        }
    }

    #[test]
    fn all_addresses_are_asked_by_the_loopback_one() {
        for (given, asked) in
            [("[::]:80", "[::1]:80"), ("0.0.0.0:81", "127.0.0.1:81"), ("192.0.2.1:82", "192.0.2.1:82")]
        {
            assert_eq!(reachable(given.parse().expect("an address")).to_string(), asked);
        }
    }

    #[test]
    fn a_server_that_says_that_it_cannot_is_not_taken_for_one_that_answers() {
        for (answer, is_well) in [
            (&b"HTTP/1.1 200 OK\r\n"[..], true),
            (b"HTTP/1.1 404 Not Found\r\n", true),
            (b"HTTP/1.1 503 Service Unavailable\r\n", false),
            (b"SSH-2.0-OpenSSH\r\n", false),
            (b"", false),
        ] {
            let (client, mut server) = UnixStream::pair().expect("a pair");
            server.write_all(answer).expect("there is room");
            server.shutdown(std::net::Shutdown::Write).expect("it is open");
            assert_eq!(exchange(client).is_ok(), is_well, "{}", String::from_utf8_lossy(answer));
        }
    }
}
