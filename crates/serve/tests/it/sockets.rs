//! The server as a client sees it: bytes in, bytes out.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use graven_pack::Coding;
use graven_serve::PlainPath;
use graven_serve::limits::DRAIN_DEADLINE;
use graven_serve::{Address, Config, Server};
use tokio::sync::oneshot;

use crate::requests;
use crate::running::{Running, TIMEOUT, answers, is_over_tls};
use crate::site::{BIG, pack, stored};

#[test]
fn a_connection_stays_open_for_the_next_request() {
    let server = Running::start();
    let mut client = server.connect();
    let first = client.ask("GET", "/notes", "Accept-Encoding: br\r\n");
    assert_eq!((first.status, first.content), (200, stored("/notes", Coding::Brotli)));
    assert!(first.head.contains("\r\ncontent-length: 50\r\n") && first.head.contains("\r\ndate: "), "{}", first.head);
    assert_eq!(client.ask("GET", "/nothing", "").status, 404);
    assert_eq!(client.ask("GET", "/notes/", "").status, 308);
    assert_eq!(client.ask("OPTIONS", "*", "").status, 204);
    assert_eq!(client.ask("GET", "/empty", "").status, 200);
    let last = client.ask("GET", "/", "Connection: close\r\n");
    assert_eq!(last.status, 200);
    assert_eq!(client.rest(), "");
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    let server = Running::start();
    let mut client = server.connect();
    let got = client.ask("GET", "/notes", "");
    let head = client.ask("HEAD", "/notes", "");
    let without_date =
        |head: &str| head.lines().filter(|line| !line.starts_with("date:")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_date(&got.head), without_date(&head.head));
    assert!(head.head.contains("\r\ncontent-length: 100\r\n"));
    // The next response begins right after the last head.
    assert_eq!(client.ask("HEAD", "/nothing", "").status, 404);
    assert_eq!(client.ask("GET", "/notes", "").content, stored("/notes", Coding::Identity));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Running::start();
    let mut client = server.connect();
    let paths = ["/", "/notes", "/blog/a", "/image.png"];
    let requests: Vec<_> = (0..100).map(|at| format!("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", paths[at % 4])).collect();
    client.send(requests.concat());
    for at in 0..100 {
        let answer = client.answer_to("GET");
        assert_eq!((answer.status, answer.content), (200, stored(paths[at % 4], Coding::Identity)), "request {at}");
    }
}

#[test]
fn http_1_0_is_supported() {
    let server = Running::start();
    let text = server.exchange(requests::OLD);
    assert!(text.starts_with("HTTP/1.0 200 OK\r\n"), "{text}");
    assert!(text.ends_with(&String::from_utf8(stored("/notes", Coding::Identity)).expect("ASCII")));
    let text = server.exchange(requests::OLD_AND_KEPT);
    assert_eq!(answers(&text), 2, "{text}");
}

#[test]
fn a_half_closed_client_is_answered() {
    let server = Running::start();
    let mut client = server.connect();
    client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    client.stream.shutdown(std::net::Shutdown::Write).expect("it is open");
    assert_eq!(client.answer_to("GET").content.len(), BIG);
    assert_eq!(client.rest(), "");
}

#[test]
fn content_is_not_waited_for() {
    let server = Running::start();
    let text = server.exchange(requests::EXPECTS_FOR_CONTENT);
    assert!(text.starts_with("HTTP/1.1 405 ") && answers(&text) == 1, "{text}");
    assert!(text.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{text}");
    let text = server.exchange(requests::EXPECTS_FOR_NOTHING);
    assert!(text.starts_with("HTTP/1.1 200 ") && answers(&text) == 1, "{text}");
}

#[test]
fn a_client_that_sends_content_gets_the_response_and_no_reset() {
    let server = Running::start();
    let mut client = server.connect();
    client.send(format!("GET /notes HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", 200_000));
    client.send(vec![b'x'; 200_000]);
    assert_eq!(client.answer_to("GET").status, 200);
    assert_eq!(client.rest(), "");
}

#[test]
fn endless_content_is_not_read() {
    let server = Running::start();
    let mut client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    let start = Instant::now();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let refused = (0..10_000).any(|_| client.stream.write_all(chunk.as_bytes()).is_err());
    assert!(refused, "all 640 MB were read");
    assert!(start.elapsed() < TIMEOUT);
}

#[test]
fn ambiguous_requests_are_refused_or_close_the_connection() {
    let server = Running::start();
    let hidden = "GET /notes HTTP/1.1\r\nHost: a\r\n\r\n";
    for (head, status) in requests::LAST {
        let text = server.exchange(format!("{head}{hidden}").as_bytes());
        assert!(text.starts_with("HTTP/1.") && text[9..].starts_with(&status.to_string()), "{head:?}: {text}");
        assert_eq!(answers(&text), 1, "what follows was parsed as a request: {head:?}: {text}");
    }
}

#[test]
fn unambiguous_requests_keep_the_connection_open() {
    let server = Running::start();
    let next = "GET /notes HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for head in requests::KEPT {
        let text = server.exchange(format!("{head}{next}").as_bytes());
        assert_eq!(text.matches(" 200 OK\r\n").count(), 2, "{head:?}: {text}");
    }
}

#[test]
fn an_ignored_upgrade_does_not_truncate_the_response() {
    let server = Running::start();
    for fields in
        ["Upgrade: h2c\r\nContent-Length: 100000\r\n\r\nabcd", "Upgrade: websocket\r\nConnection: close\r\n\r\n"]
    {
        let mut client = server.connect();
        client.send(format!("GET /big HTTP/1.1\r\nHost: a\r\n{fields}"));
        // The server cannot write all of it at once.
        thread::sleep(Duration::from_millis(300));
        assert_eq!(client.answer_to("GET").content.len(), BIG);
        assert_eq!(client.rest(), "");
    }
}

#[test]
fn an_endless_chunk_extension_closes_the_connection() {
    let server = Running::start();
    let mut client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    client.send(vec![b'x'; 100_000]);
    assert_eq!(client.answer_to("POST").status, 405);
    client.send("\r\nx\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.rest(), "");
}

#[test]
fn a_bare_line_feed_ends_a_line() {
    // RFC 9112 §2.2: a recipient may recognize a bare LF as a line end, but not a bare CR.
    let server = Running::start();
    let text = server.exchange(requests::BARE_LINE_FEEDS);
    assert!(text.starts_with("HTTP/1.1 200 ") && answers(&text) == 1, "{text}");
}

#[test]
fn an_endless_head_is_refused() {
    let server = Running::start();
    let mut client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    let field = format!("X-Padding: {}\r\n", "x".repeat(1000));
    (0..17).for_each(|_| client.send(&field));
    assert_eq!(client.answer_to("GET").status, 431);
    assert_eq!(client.rest(), "");
}

#[test]
fn bytes_that_are_not_http_do_not_hang() {
    let server = Running::start();
    for bytes in requests::NO_HTTP {
        let mut client = server.connect();
        client.send(bytes);
        client.stream.shutdown(std::net::Shutdown::Write).expect("it is open");
        assert!(!client.rest().contains("HTTP/1.1 200"), "{bytes:?}");
    }
}

#[test]
fn a_draining_server_finishes_requests_in_flight() {
    if is_over_tls() {
        return;
    }
    for plain_path in [PlainPath::On, PlainPath::Off] {
        let mut server = Running::start_with(&Config { plain_path, ..Config::default() });
        let mut idle = server.connect();
        assert_eq!(idle.ask("GET", "/notes", "").status, 200);
        let mut busy = server.connect();
        busy.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        while busy.read.is_empty() {
            busy.more().expect("it answers");
        }
        let mut fresh = server.connect();
        let start = Instant::now();
        server.stop();
        assert_eq!(idle.rest(), "", "an idle connection is closed");
        // By now, a connection without a pending request would be closed too.
        thread::sleep(Duration::from_millis(100));
        assert_eq!(fresh.ask("GET", "/notes", "").status, 200, "an accepted connection gets one response");
        assert_eq!(busy.answer_to("GET").content.len(), BIG);
        assert_eq!(busy.rest(), "");
        server.wait();
        assert!(TcpStream::connect(server.address).is_err(), "it no longer listens");
        assert!(start.elapsed() < DRAIN_DEADLINE / 2, "it waited for a client");
    }
}

#[test]
fn a_draining_server_accepts_and_sends_connection_close() {
    let mut server = Running::start_with(&Config { drain_delay: Duration::from_secs(1), ..Config::default() });
    let mut kept = server.connect();
    assert_eq!(kept.ask("GET", "/notes", "").status, 200);
    server.stop();
    let deadline = Instant::now() + TIMEOUT;
    let mut fresh = server.connect();
    let mut answer = fresh.ask("GET", "/notes", "");
    while !answer.head.contains("\r\nconnection: close\r\n") {
        assert!(Instant::now() < deadline, "no response says so");
        answer = fresh.ask("GET", "/notes", "");
    }
    assert_eq!(fresh.rest(), "");
    assert!(kept.ask("GET", "/notes", "").head.contains("\r\nconnection: close\r\n"));
    assert_eq!(kept.rest(), "");
    server.wait();
}

#[test]
fn a_client_that_does_not_read_is_disconnected_at_the_deadline() {
    let mut server = Running::start_with(&Config { drain_deadline: Duration::from_millis(200), ..Config::default() });
    let mut stuck = server.connect();
    stuck.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    stuck.more().expect("it answers");
    let start = Instant::now();
    server.stop();
    server.wait();
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn unix_sockets_are_served() {
    let path = std::env::temp_dir().join(format!("graven-serve-{}.sock", std::process::id()));
    let listen = vec![Address::Unix(path.clone())];
    let workers = NonZeroUsize::new(2).expect("two");
    let server = Server::bind(Config { listen, workers, ..Config::default() }).expect("a free path");
    let (stop, stopping) = oneshot::channel();
    let running = thread::spawn(move || server.run(pack(), async { stopping.await.unwrap_or_default() }));
    let mut stream = std::os::unix::net::UnixStream::connect(&path).expect("it listens");
    stream.write_all(b"GET /notes HTTP/1.0\r\n\r\n").expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    assert!(text.starts_with("HTTP/1.0 200 OK"), "{text}");
    stop.send(()).expect("it runs");
    running.join().expect("no panic").expect("the workers start");
    std::fs::remove_file(path).expect("the socket exists");
}
