//! Signals: two drain the server, and those that mean "reload" elsewhere are ignored.

use std::io::{BufRead as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use crate::executable::{Server, command, path};

/// Starts a server whose standard error is read.
fn start(options: &[&str]) -> Server {
    let mut command = command(&path());
    Server::start_by(command.args(options).stderr(Stdio::piped()))
}

#[test]
fn signals_that_mean_reload_elsewhere_print_a_line_and_end_nothing() {
    let mut site = start(&[]);
    let mut lines = site.stderr().lines();
    let mut kept = site.connect();
    for name in ["HUP", "USR1", "USR2", "HUP"] {
        site.signal(name);
        let line = lines.next().expect("it prints a line").expect("UTF-8");
        assert_eq!(line, format!("SIG{name}: ignored, there is nothing to reload or reopen; SIGTERM stops the server"));
        assert_eq!(kept.get("/", &[]).status, 200);
        assert_eq!(site.get("/notes", &[]).status, 200);
    }
    assert_eq!(site.terminate(), Some(0));
}

#[test]
fn a_server_survives_its_terminal() {
    let mut site = start(&[]);
    drop(site.stderr());
    for name in ["HUP", "USR1", "USR2"] {
        site.signal(name);
        assert_eq!(site.get("/", &[]).status, 200);
    }
    assert_eq!(site.terminate(), Some(0));
}

#[test]
fn ignored_signals_do_not_end_a_drain() {
    let mut site = start(&["--drain-delay", "30s"]);
    let mut lines = site.stderr().lines();
    site.signal("TERM");
    site.signal("HUP");
    assert!(lines.next().is_some_and(|line| line.expect("UTF-8").starts_with("SIGHUP: ")));
    assert_eq!(site.get("/", &[]).status, 200);
    assert_eq!(site.terminate(), Some(0));
}

#[test]
fn an_interrupt_lets_requests_in_flight_finish() {
    let site = start(&["--drain-delay", "500ms"]);
    let mut slow = TcpStream::connect(site.address()).expect("it listens");
    slow.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    slow.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n").expect("it reads");
    site.signal("INT");
    slow.write_all(b"Connection: close\r\n\r\n").expect("it reads");
    let mut answer = Vec::new();
    std::io::Read::read_to_end(&mut slow, &mut answer).expect("a whole answer");
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!(site.wait(), Some(0));
}
