//! Limits, and what other clients notice when one is reached.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use graven_serve::limits::Limits;
use graven_serve::{Address, Config, Server, terminated};

use crate::running::{Client, Running, TIMEOUT, answers, is_over_tls};
use crate::site::{BIG, pack};

/// Longer than it takes until a connection counts as idle and its buffers are freed.
const QUIET: Duration = Duration::from_millis(1200);
const SHORT: Duration = Duration::from_millis(300);

fn closed_after(client: &mut Client) -> (String, Duration) {
    let start = Instant::now();
    let text = client.rest();
    (text, start.elapsed())
}

#[test]
fn a_head_that_arrives_too_slowly_is_a_408() {
    let server = Running::start_alone(Limits { header_time: SHORT, ..Limits::default() });
    let mut client = server.connect();
    let mut stream = client.stream.try_clone().expect("a socket");
    let dripping = thread::spawn(move || {
        for byte in b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: yes, and for quite some time to come" {
            if stream.write_all(&[*byte]).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
    });
    let (text, time) = closed_after(&mut client);
    assert!(text.starts_with("HTTP/1.1 408 ") && answers(&text) == 1, "{text}");
    assert!(time >= SHORT && time < Duration::from_secs(2), "{time:?}");
    dripping.join().expect("no panic");
}

#[test]
fn slow_heads_do_not_delay_other_clients() {
    let server = Running::start();
    let dripping: Vec<_> = (0..400)
        .map(|_| {
            let mut client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
            client
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        for client in &dripping {
            client.send_byte();
        }
        let start = Instant::now();
        assert_eq!(server.connect().ask("GET", "/notes", "").status, 200);
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

#[test]
fn an_idle_connection_is_closed_without_a_response() {
    let server = Running::start_alone(Limits { idle_time: SHORT, ..Limits::default() });
    let (text, time) = closed_after(&mut server.connect());
    assert_eq!(text, "");
    assert!(time >= SHORT && time < Duration::from_secs(5), "{time:?}");
    let mut kept = server.connect();
    assert_eq!(kept.ask("GET", "/notes", "").status, 200);
    let (text, time) = closed_after(&mut kept);
    assert_eq!(text, "");
    assert!(time >= SHORT / 2 && time < Duration::from_secs(5), "{time:?}");
}

#[test]
fn a_connection_is_answered_after_a_pause() {
    let server = Running::start();
    let mut client = server.connect();
    for _ in 0..3 {
        assert_eq!(client.ask("GET", "/notes", "").status, 200);
        thread::sleep(QUIET);
    }
    // A head that began in the same packet as the previous request is continued.
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHo");
    assert_eq!(client.answer_to("GET").status, 200);
    thread::sleep(QUIET);
    client.send("st: a\r\n\r\n");
    assert_eq!(client.answer_to("GET").status, 404);
    assert_eq!(client.ask("GET", "/notes", "Connection: close\r\n").status, 200);
    assert_eq!(client.rest(), "");
}

#[test]
fn an_unfinished_head_after_a_response_is_a_408() {
    let server = Running::start_alone(Limits { header_time: SHORT, ..Limits::default() });
    let mut client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHo");
    assert_eq!(client.answer_to("GET").status, 200);
    assert!(client.rest().starts_with("HTTP/1.1 408 "));
}

#[test]
fn only_a_client_that_reads_nothing_is_disconnected() {
    let server = Running::start_alone(Limits { write_time: SHORT, ..Limits::default() });
    let mut stuck = server.connect();
    stuck.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut slow = server.connect();
    slow.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut buffer = vec![0; 400_000];
    let mut taken = 0;
    while taken < BIG {
        taken += slow.stream.read(&mut buffer).expect("it goes on");
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(4 * SHORT);
    let mut got = 0;
    while let Ok(length @ 1..) = stuck.stream.read(&mut buffer) {
        got += length;
    }
    assert!(got < BIG, "everything arrived, although nobody read it in time");
}

#[test]
fn at_the_limit_the_connection_that_is_idle_longest_is_closed() {
    let server = Running::start_alone(Limits { connections: NonZeroUsize::new(3), ..Limits::default() });
    let mut clients: Vec<_> = (0..3).map(|_| server.connect()).collect();
    for client in &mut clients {
        assert_eq!(client.ask("GET", "/notes", "").status, 200);
    }
    thread::sleep(QUIET);
    // The first is no longer the one that is idle longest.
    assert_eq!(clients[0].ask("GET", "/notes", "").status, 200);
    let mut fresh = server.connect();
    assert_eq!(fresh.ask("GET", "/notes", "").status, 200);
    assert_eq!(clients[0].ask("GET", "/notes", "").status, 200);
    let gone: Vec<_> = clients[1..].iter_mut().map(Client::is_closed).collect();
    assert_eq!(gone, [true, false]);
}

#[test]
fn at_the_limit_unfinished_heads_are_closed_oldest_first() {
    let server = Running::start_alone(Limits { connections: NonZeroUsize::new(3), ..Limits::default() });
    let mut busy: Vec<_> = (0..3).map(|_| server.connect()).collect();
    for client in &mut busy {
        client.send("GET /notes HTTP/1.1\r\nHost: a\r\n");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.connect().ask("GET", "/notes", "").status, 200);
    assert!(busy[0].is_closed());
    for client in &mut busy[1..] {
        client.send("\r\n");
        assert_eq!(client.answer_to("GET").status, 200);
    }
}

#[test]
fn at_the_limit_stalled_clients_are_closed_and_reading_ones_are_not() {
    let server = Running::start_alone(Limits { connections: NonZeroUsize::new(3), ..Limits::default() });
    let mut slow: Vec<_> = (0..3).map(|_| server.connect()).collect();
    for client in &mut slow {
        client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    // Two clients read, one does not. Together they must read less than the whole response, or they would wait for more
    // than is left.
    let mut buffer = vec![0; BIG / 32];
    for _ in 0..15 {
        for client in &mut slow[1..] {
            let length = client.stream.read(&mut buffer).expect("it goes on");
            assert!(length > 0);
        }
        thread::sleep(Duration::from_millis(100));
    }
    let mut fresh = server.connect();
    assert_eq!(fresh.ask("GET", "/notes", "").status, 200);
    drop(fresh);
    let _third = server.connect().ask("GET", "/notes", "");
    slow.remove(0);
    for client in &mut slow {
        assert!(client.stream.read(&mut buffer).expect("it goes on") > 0);
    }
}

#[test]
fn a_connection_without_a_slot_is_a_503_with_a_date() {
    if is_over_tls() {
        return;
    }
    let server = Running::start_alone(Limits { connections: NonZeroUsize::new(2), ..Limits::default() });
    let mut busy: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for client in &mut busy {
        client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        client.more().expect("it answers");
    }
    let text = server.connect().rest();
    assert!(text.starts_with("HTTP/1.1 503 ") && text.contains("\r\nretry-after: "), "{text}");
    assert!(text.contains("\r\ndate: ") && text.ends_with(" GMT\r\n\r\n"), "{text}");
    for client in &mut busy {
        assert_eq!(client.answer_to("GET").content.len(), BIG);
    }
}

/// A client with this source address.
fn connect_from(address: [u8; 4], server: &Running) -> Client {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.bind(&std::net::SocketAddr::from((address, 0)).into()).expect("an address of this computer");
    socket.connect(&server.address.into()).expect("it listens");
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
    Client { stream, read: Vec::new() }
}

#[test]
fn at_the_limit_the_address_with_the_most_connections_loses_first() {
    if is_over_tls() {
        return;
    }
    let server = Running::start_alone(Limits { connections: NonZeroUsize::new(8), ..Limits::default() });
    let mut reader = connect_from([127, 0, 0, 2], &server);
    assert_eq!(reader.ask("GET", "/notes", "").status, 200);
    // Another address repeatedly takes all remaining slots, with connections that are more valuable than an idle one.
    let mut held = Vec::new();
    for _ in 0..40 {
        let mut client = connect_from([127, 0, 0, 3], &server);
        client.send("GET /notes HTTP/1.1\r\n");
        held.push(client);
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(reader.ask("GET", "/notes", "").status, 200, "it was closed");
    assert_eq!(connect_from([127, 0, 0, 4], &server).ask("GET", "/notes", "").status, 200);
}

/// This test in another process, as a server that runs until it gets a signal.
struct Process {
    child: Child,
    address: String,
    /// Keeps standard output open.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// `before` is a shell command that runs before the server.
    fn start(test: &str, before: &str) -> Self {
        let exe = std::env::current_exe().expect("this test");
        let mut child = Command::new("sh")
            .args(["-c", &format!("{before} exec \"$0\" --exact limits::{test} --nocapture")])
            .arg(exe)
            .env("GRAVEN_TEST_SERVES", "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address = lines.find_map(|line| line.ok()?.strip_prefix("serving ").map(str::to_owned));
        Process { child, address: address.expect("it says where"), _output: lines }
    }

    fn connect(&self) -> Client {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
        Client { stream, read: Vec::new() }
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(status.expect("kill").success());
    }

    /// Suspends the process. The kernel stops its threads one after another, so this waits for each of them.
    fn suspend(&self) {
        self.signal("-STOP");
        let tasks = format!("/proc/{}/task", self.child.id());
        let is_stopped = |task: std::fs::DirEntry| {
            let stat = std::fs::read_to_string(task.path().join("stat")).expect("a thread");
            stat.rsplit(')').next().is_some_and(|fields| fields.trim_start().starts_with('T'))
        };
        while !std::fs::read_dir(&tasks).expect("threads").all(|task| is_stopped(task.expect("a thread"))) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Returns the processor time that it has used, in clock ticks.
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        fields[11].parse::<u64>().expect("user time") + fields[12].parse::<u64>().expect("system time")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().expect("it was started here");
    }
}

/// Serves and returns true if this is the server process.
fn has_served(config: Config) -> bool {
    if std::env::var_os("GRAVEN_TEST_SERVES").is_none() {
        return false;
    }
    let listen = vec![Address::Tcp(([127, 0, 0, 1], 0).into())];
    let server = Server::bind(Config { listen, workers: NonZeroUsize::MIN, ..config }).expect("a free port");
    let address = server.addresses().next().expect("one").to_string();
    println!("\nserving {address}");
    server.run(pack(), terminated()).expect("the worker starts");
    true
}

#[test]
fn without_free_descriptors_accepting_does_not_spin_and_new_clients_are_answered() {
    let limits = Limits { connections: NonZeroUsize::new(1000), ..Limits::default() };
    if has_served(Config { limits, ..Config::default() }) {
        return;
    }
    let server = Process::start(
        "without_free_descriptors_accepting_does_not_spin_and_new_clients_are_answered",
        "ulimit -n 64;",
    );
    // Each is being answered and its client reads, so none is closed to make room at first.
    let mut busy: Vec<_> = (0..100).map(|_| server.connect()).collect();
    for client in &mut busy {
        client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    // A busy machine takes a while to answer them; then the server rests. One that spins does not, before it may close the first of them after a second.
    let rests = |_| {
        let before = server.ticks();
        thread::sleep(Duration::from_millis(300));
        server.ticks() - before < 8
    };
    assert!((0..3).any(rests), "it spins");
    // By now they have read nothing for more than a second.
    thread::sleep(Duration::from_secs(1));
    drop(busy.split_off(64));
    assert_eq!(server.connect().ask("GET", "/notes", "").status, 200);
}

#[test]
fn with_few_descriptors_idle_connections_are_closed() {
    if has_served(Config::default()) {
        return;
    }
    let server = Process::start("with_few_descriptors_idle_connections_are_closed", "ulimit -n 64;");
    let mut held = Vec::new();
    for _ in 0..200 {
        let mut client = server.connect();
        assert_eq!(client.ask("GET", "/notes", "").status, 200);
        held.push(client);
        thread::sleep(Duration::from_millis(40));
    }
}

#[test]
fn the_first_signal_drains_and_the_second_stops() {
    if has_served(Config { drain_delay: Duration::from_mins(1), ..Config::default() }) {
        return;
    }
    for (first, second) in [("-TERM", "-INT"), ("-INT", "-TERM"), ("-TERM", "-TERM")] {
        let mut server = Process::start("the_first_signal_drains_and_the_second_stops", "");
        assert_eq!(server.connect().ask("GET", "/notes", "").status, 200);
        server.signal(first);
        thread::sleep(Duration::from_millis(200));
        let answer = server.connect().ask("GET", "/notes", "");
        assert!(answer.status == 200 && answer.head.contains("\r\nconnection: close\r\n"), "{}", answer.head);
        let start = Instant::now();
        server.signal(second);
        assert!(server.child.wait().expect("it was started here").success());
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_request_on_an_accepted_connection_is_not_lost() {
    let mut server = Running::start_with(&Config { drain_delay: Duration::from_millis(300), ..Config::default() });
    let connect = |address| {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(TIMEOUT)).ok()?;
        Some(Client { stream, read: Vec::new() })
    };
    let address = server.address;
    // Each client sends requests on a connection until a response says that it is the last, and then opens another.
    let clients: Vec<_> = (0..8)
        .map(|_| {
            thread::spawn(move || {
                let mut asked = 0;
                while let Some(mut client) = connect(address) {
                    for number in 0.. {
                        let Some(answer) = client.try_ask("/notes") else {
                            // A connection that was not accepted is reset when the listener is closed.
                            assert_eq!(number, 0, "an accepted connection was closed without notice");
                            return asked;
                        };
                        assert_eq!(answer.status, 200);
                        asked += 1;
                        if answer.head.contains("\r\nconnection: close\r\n") {
                            assert_eq!(client.rest(), "");
                            break;
                        }
                    }
                }
                asked
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    let kept: Vec<_> = (0..50).map(|_| server.connect()).collect();
    server.stop();
    thread::sleep(Duration::from_millis(400));
    for mut client in kept {
        assert_eq!(client.ask("GET", "/notes", "").status, 200, "accepted before the shutdown");
    }
    server.wait();
    let asked: usize = clients.into_iter().map(|client| client.join().expect("nothing lost")).sum();
    assert!(asked > if is_over_tls() { 10 } else { 100 }, "{asked}");
}

/// Returns whether the server has closed. Reads what it has sent.
fn has_closed(client: &mut Client) -> bool {
    client.stream.set_nonblocking(true).expect("a socket");
    loop {
        match client.more() {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn clients_that_read_nothing_do_not_exceed_the_limit() {
    let server = Running::start_alone(Limits { connections: NonZeroUsize::new(4), ..Limits::default() });
    let mut clients: Vec<_> = (0..60)
        .map(|_| {
            let mut client = server.connect();
            client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
            client
        })
        .collect();
    thread::sleep(Duration::from_millis(500));
    let open = clients.iter_mut().filter_map(|client| (!has_closed(client)).then_some(())).count();
    assert!(open <= 4, "{open} are open");
}

#[test]
fn requests_received_on_a_connection_are_answered_before_it_is_closed() {
    let limits = Limits { connections: NonZeroUsize::new(3), ..Limits::default() };
    if has_served(Config { limits, ..Config::default() }) {
        return;
    }
    for request in ["GET /notes HTTP/1.1\r\nHost: a\r\n\r\n", "GET /notes?x HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let server = Process::start("requests_received_on_a_connection_are_answered_before_it_is_closed", "");
        let mut held: Vec<_> = (0..3).map(|_| server.connect()).collect();
        for client in &mut held {
            assert_eq!(client.ask("GET", "/notes", "").status, 200);
        }
        // While the server is suspended, new clients connect, and the earlier ones send requests.
        server.suspend();
        let _fresh: Vec<_> = (0..3).map(|_| server.connect()).collect();
        for client in &mut held {
            client.send(request.repeat(4));
            client.stream.shutdown(std::net::Shutdown::Write).expect("it is open");
        }
        server.signal("-CONT");
        for client in &mut held {
            assert_eq!(answers(&client.rest()), 4, "{request}");
        }
    }
}

#[test]
fn empty_lines_do_not_keep_a_connection_open() {
    let server = Running::start_alone(Limits { idle_time: SHORT, header_time: SHORT, ..Limits::default() });
    let mut client = server.connect();
    assert_eq!(client.ask("GET", "/notes", "").status, 200);
    let start = Instant::now();
    while client.stream.write_all(b"\r\n").is_ok() {
        assert!(start.elapsed() < Duration::from_secs(5), "it is still open");
        thread::sleep(SHORT / 3);
    }
}
