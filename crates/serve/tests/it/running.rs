//! A server in this process, and a client that writes raw bytes.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use graven_pack::Pack;
use graven_serve::limits::Limits;
use graven_serve::{Address, Config, Server};
use tokio::sync::oneshot;

#[cfg(feature = "tls")]
use crate::bridge::{Bridge, tls_config};
use crate::site::pack;

/// Longer than any operation here should take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// A server in this process, on a port that the system chooses.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    stopped: Receiver<()>,
    /// Between the tests and the server, if they speak over TLS.
    #[cfg(feature = "tls")]
    bridge: Option<Bridge>,
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::start_with(&Config::default())
    }

    pub(crate) fn start_with(config: &Config) -> Self {
        Self::start_on(2, config)
    }

    /// Starts one worker, so that all connections share its limits.
    pub(crate) fn start_alone(limits: Limits) -> Self {
        Self::start_on(1, &Config { limits, ..Config::default() })
    }

    pub(crate) fn start_on(workers: usize, config: &Config) -> Self {
        Self::start_site(pack(), workers, config)
    }

    pub(crate) fn start_site(pack: Pack<'static>, workers: usize, config: &Config) -> Self {
        let config = Config { workers: NonZeroUsize::new(workers).expect("some"), ..config.clone() };
        let anywhere = ([127, 0, 0, 1], 0).into();
        #[cfg(feature = "tls")]
        if is_over_tls() {
            let config = Config { listen: vec![Address::Https(anywhere)], tls: tls_config(), ..config };
            let mut running = Self::run(Server::bind(config).expect("a free port"), pack);
            let bridge = Bridge::to(running.address);
            running.address = bridge.address;
            running.bridge = Some(bridge);
            return running;
        }
        let listen = vec![Address::Tcp(anywhere)];
        Self::run(Server::bind(Config { listen, ..config }).expect("a free port"), pack)
    }

    /// Runs a server, and returns it with its first address.
    pub(crate) fn run(server: Server, pack: Pack<'static>) -> Self {
        let address = server.addresses().next().and_then(Address::tcp).expect("it listens on TCP");
        let (stop, stopping) = oneshot::channel();
        let (done, stopped) = channel();
        thread::spawn(move || {
            server.run(pack, async { stopping.await.unwrap_or_default() }).expect("the workers start");
            done.send(()).unwrap_or_default();
        });
        Running {
            address,
            stop: Some(stop),
            stopped,
            #[cfg(feature = "tls")]
            bridge: None,
        }
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    /// Sends bytes and returns what the server answers until it closes.
    pub(crate) fn exchange(&self, bytes: &[u8]) -> String {
        let mut client = self.connect();
        client.send(bytes);
        client.rest()
    }

    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).expect("it runs");
        }
    }

    pub(crate) fn wait(&self) {
        self.stopped.recv_timeout(TIMEOUT).expect("it stops");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take();
    }
}

/// Returns whether the servers are behind a [`crate::bridge`]. It accepts connections itself, and it holds bytes that nobody reads, so what a test sees of
/// a listener, of an address and of the kernel's buffers is not the server's. Nor is a connection refused by an answer before its handshake.
pub(crate) fn is_over_tls() -> bool {
    cfg!(feature = "tls") && std::env::var_os("GRAVEN_TEST_TLS").is_some()
}

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) read: Vec<u8>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) content: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
        stream.set_nodelay(true).expect("a socket");
        Client { stream, read: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("it reads");
    }

    pub(crate) fn more(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 16_384];
        let length = self.stream.read(&mut buffer)?;
        self.read.extend_from_slice(&buffer[..length]);
        Ok(length)
    }

    pub(crate) fn answer_to(&mut self, method: &str) -> Answer {
        let end = loop {
            if let Some(at) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.more().expect("an answer") > 0, "closed within a head: {:?}", self.read);
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).expect("ASCII").to_ascii_lowercase();
        let status = head[9..12].parse().expect("a status");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let length = if method == "HEAD" { 0 } else { length.unwrap_or(0) };
        while self.read.len() < length {
            assert!(self.more().expect("content") > 0, "closed within content");
        }
        Answer { status, head, content: self.read.drain(..length).collect() }
    }

    pub(crate) fn ask(&mut self, method: &str, target: &str, fields: &str) -> Answer {
        self.send(format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"));
        self.answer_to(method)
    }

    /// Returns the response, or `None` if the connection was closed before the request.
    pub(crate) fn try_ask(&mut self, target: &str) -> Option<Answer> {
        write!(self.stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").ok()?;
        if matches!(self.more(), Ok(0) | Err(_)) {
            return None;
        }
        Some(self.answer_to("GET"))
    }

    /// Sends one more byte of a field.
    pub(crate) fn send_byte(&self) {
        (&self.stream).write_all(b"x").expect("it reads");
    }

    /// Returns whether the server has closed, without waiting.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.stream.set_nonblocking(true).expect("a socket");
        matches!(self.more(), Ok(0))
    }

    /// Reads until the server closes. A reset is an error.
    pub(crate) fn rest(&mut self) -> String {
        while self.more().expect("a close without a reset") > 0 {}
        String::from_utf8_lossy(&std::mem::take(&mut self.read)).into_owned()
    }
}

pub(crate) fn answers(text: &str) -> usize {
    text.matches("HTTP/1.").count()
}
