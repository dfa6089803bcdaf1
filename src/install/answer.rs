//! Checks that the service answers: sends a request to the socket of the systemd unit, as a client would.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::host::{Host, SOCKET};
use crate::failure::Failure;

/// How long to wait for an answer. A Raspberry Pi with a slow card starts the service in less than a second.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The pause between two attempts.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Waits until the service answers; returns a line with its URL.
pub(super) fn wait(host: &Host) -> Result<String, Failure> {
    let shown = host.systemctl(&["show", "--property=Listen", "--value", SOCKET])?;
    let address = shown.lines().find_map(ListenAddress::parse).ok_or_else(|| {
        Failure::new(format!(
            "{SOCKET} has no address to listen on; add a ListenStream= (`systemctl cat {SOCKET}` shows the unit)"
        ))
    })?;
    let end = Instant::now() + TIMEOUT;
    loop {
        match address.request() {
            Ok(()) => return Ok(format!("it answers at {}\n", address.url())),
            Err(error) if Instant::now() > end => {
                return Err(Failure::new(format!(
                    "no answer from {} in {} s: {error}",
                    address.url(),
                    TIMEOUT.as_secs()
                )));
            }
            Err(_) => std::thread::sleep(RETRY_PAUSE),
        }
    }
}

/// The address of a socket unit.
#[derive(Debug, PartialEq, Eq)]
enum ListenAddress {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl ListenAddress {
    /// Parses `[::]:80 (Stream)`, as `systemctl show` prints it.
    fn parse(line: &str) -> Option<Self> {
        let address = line.trim().strip_suffix(" (Stream)")?;
        if address.starts_with('/') { Some(Self::Unix(address.into())) } else { address.parse().ok().map(Self::Tcp) }
    }

    fn request(&self) -> io::Result<()> {
        match self {
            ListenAddress::Tcp(address) => {
                let stream = TcpStream::connect_timeout(&connectable(*address), TIMEOUT)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                exchange(stream)
            }
            ListenAddress::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                exchange(stream)
            }
        }
    }

    /// The URL to show. It has the computer's name if the service listens on all addresses, because the reader is at another computer.
    fn url(&self) -> String {
        let address = match self {
            ListenAddress::Tcp(address) => address,
            ListenAddress::Unix(path) => return format!("unix:{}", path.display()),
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

/// The address to connect to: a socket that listens on all addresses is reached by the loopback one.
fn connectable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Sends a request and reads the beginning of the response. Any status is right except 5xx.
fn exchange(mut stream: impl Read + Write) -> io::Result<()> {
    stream.write_all(REQUEST)?;
    let mut start = [0; 10];
    stream.read_exact(&mut start)?;
    match start.strip_prefix(b"HTTP/1.1 ") {
        Some([b'1'..=b'4']) => Ok(()),
        _ => Err(io::Error::other(format!(
            "expected HTTP/1.1 and a status below 500, found {:?}",
            String::from_utf8_lossy(&start)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_parsed_from_what_systemd_prints() {
        for (line, url) in [
            ("127.0.0.1:8080 (Stream)", Some("http://127.0.0.1:8080/")),
            ("[::1]:80 (Stream)", Some("http://[::1]/")),
            ("/run/notes.sock (Stream)", Some("unix:/run/notes.sock")),
            ("[::]:80 (Datagram)", None),
            ("", None),
        ] {
            assert_eq!(ListenAddress::parse(line).map(|address| address.url()).as_deref(), url, "{line}");
        }
    }

    #[test]
    fn all_addresses_are_reached_by_the_loopback_one() {
        for (address, expected) in
            [("[::]:80", "[::1]:80"), ("0.0.0.0:81", "127.0.0.1:81"), ("192.0.2.1:82", "192.0.2.1:82")]
        {
            assert_eq!(connectable(address.parse().expect("an address")).to_string(), expected);
        }
    }

    #[test]
    fn a_server_error_is_no_answer() {
        for (response, is_answer) in [
            (&b"HTTP/1.1 200 OK\r\n"[..], true),
            (b"HTTP/1.1 404 Not Found\r\n", true),
            (b"HTTP/1.1 503 Service Unavailable\r\n", false),
            (b"SSH-2.0-OpenSSH\r\n", false),
            (b"", false),
        ] {
            let (client, mut server) = UnixStream::pair().expect("a pair");
            server.write_all(response).expect("there is room");
            server.shutdown(std::net::Shutdown::Write).expect("it is open");
            assert_eq!(exchange(client).is_ok(), is_answer, "{}", String::from_utf8_lossy(response));
        }
    }
}
