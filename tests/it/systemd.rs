//! The executable as systemd starts it: with sockets, and a supervisor that it reports to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::executable::{command, forget_settings, path, spawn};

/// Longer than any step here should take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Two sockets for a service, and the socket of its supervisor.
struct Manager {
    folder: TempDir,
    tcp: TcpListener,
    unix: UnixListener,
    notifications: UnixDatagram,
}

/// A running service. It is killed when this is dropped.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        // Fails if it has already exited, which is fine.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Service {
    fn terminate(&mut self) -> Option<i32> {
        assert!(Command::new("kill").arg(self.0.id().to_string()).status().expect("`kill` is there").success());
        self.0.wait().expect("it is our child").code()
    }
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let unix = UnixListener::bind(folder.path().join("site")).expect("a free path");
        let notifications = UnixDatagram::bind(folder.path().join("notify")).expect("a free path");
        notifications.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Manager { folder, tcp, unix, notifications }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the service with both sockets as descriptors 3 and 4. A shell puts them there, because it knows the number of the process that it becomes.
    fn start(&self, watchdog: Duration) -> Service {
        let [tcp, unix]: [OwnedFd; 2] =
            [self.tcp.try_clone().expect("a descriptor").into(), self.unix.try_clone().expect("a descriptor").into()];
        let service = command(&path());
        let mut shell = Command::new("sh");
        shell.args(["-c", "LISTEN_PID=$$ LISTEN_FDS=2 exec \"$@\" serve --workers 2 3<&0 4<&2 0</dev/null 2>&1", "sh"]);
        shell.arg(service.get_program()).args(service.get_args());
        forget_settings(&mut shell);
        shell.env("NOTIFY_SOCKET", self.path("notify")).env("WATCHDOG_USEC", watchdog.as_micros().to_string());
        shell.stdin(Stdio::from(tcp)).stderr(Stdio::from(unix)).stdout(Stdio::null());
        Service(spawn(&mut shell))
    }

    /// The next message to the supervisor.
    fn notification(&self) -> String {
        let mut buffer = [0; 512];
        let length = self.notifications.recv(&mut buffer).expect("it reports");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    fn ask_tcp(&self) -> String {
        let stream = TcpStream::connect(self.tcp.local_addr().expect("an address")).expect("the socket is open");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        ask(stream)
    }

    fn ask_unix(&self) -> String {
        let stream = UnixStream::connect(self.path("site")).expect("the socket is open");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        ask(stream)
    }
}

/// The status line of the front page.
fn ask(mut stream: impl std::io::Read + std::io::Write) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("a whole answer");
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn inherited_sockets_are_served_by_all_workers() {
    let manager = Manager::new();
    let _service = manager.start(Duration::from_mins(1));
    for _ in 0..20 {
        assert_eq!(manager.ask_tcp(), "HTTP/1.1 200 OK");
        assert_eq!(manager.ask_unix(), "HTTP/1.1 200 OK");
    }
}

#[test]
fn a_connection_between_two_processes_is_answered_by_the_next() {
    let manager = Manager::new();
    let mut first = manager.start(Duration::from_mins(1));
    assert_eq!(manager.ask_tcp(), "HTTP/1.1 200 OK");
    assert_eq!(first.terminate(), Some(0));
    let mut waiting =
        TcpStream::connect(manager.tcp.local_addr().expect("an address")).expect("the socket is still open");
    waiting.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("there is room");
    let _second = manager.start(Duration::from_mins(1));
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).expect("a whole answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn the_supervisor_is_notified_of_start_life_and_stop() {
    let manager = Manager::new();
    let mut service = manager.start(Duration::from_secs(2));
    let ready = manager.notification();
    assert!(ready.starts_with("READY=1\nWATCHDOG=1\nSTATUS=serving"), "{ready}");
    let alive = manager.notification();
    assert!(alive.starts_with("WATCHDOG=1\nSTATUS=serving; 0 connections"), "{alive}");
    assert_eq!(service.terminate(), Some(0));
    let leaving =
        std::iter::repeat_with(|| manager.notification()).find(|message| !message.starts_with("WATCHDOG=1\n"));
    assert!(leaving.is_some_and(|message| message.starts_with("STOPPING=1\n")));
}

#[test]
fn sockets_for_another_process_are_ignored() {
    let mut service = command(&path());
    service.env("LISTEN_PID", "1").env("LISTEN_FDS", "1").args(["serve", "--listen", "127.0.0.1:0"]);
    let mut service = Service(spawn(service.stdout(Stdio::piped())));
    let mut stdout = service.0.stdout.take().expect("it is piped");
    let mut begin = [0; 64];
    let length = stdout.read(&mut begin).expect("it prints its address");
    assert!(String::from_utf8_lossy(&begin[..length]).contains("http://127.0.0.1:"));
}
