//! Clients that accept no coding: identity is inflated from gzip while it is sent, and nothing shows it.

use std::io::Read as _;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::{Duration, Instant};

use graven_pack::{Coding, Content, Source};
use graven_serve::limits::{INFLATED_PIECE, Limits};
use graven_serve::{Config, PlainPath};

use crate::running::{Answer, Running, is_over_tls};
use crate::site::{LONG, etag, pack, stored};

/// What makes a client one that is sent identity.
const ACCEPT: [&str; 5] = [
    "",
    "Accept-Encoding: identity\r\n",
    "Accept-Encoding:\r\n",
    "Accept-Encoding: gzip;q=0\r\n",
    "Accept-Encoding: identity, gzip;q=0.5\r\n",
];

/// Where pieces, windows of the inflater and the content begin and end.
const RANGES: [Range<usize>; 12] = [
    0..1,
    0..LONG,
    1..2,
    INFLATED_PIECE - 1..INFLATED_PIECE + 1,
    INFLATED_PIECE..2 * INFLATED_PIECE,
    2 * INFLATED_PIECE - 1..2 * INFLATED_PIECE,
    2 * INFLATED_PIECE - 5..5 * INFLATED_PIECE + 7,
    500_000..500_010,
    LONG - 100_000..LONG - 7,
    LONG - 1..LONG,
    LONG - INFLATED_PIECE..LONG,
    1..LONG,
];

fn servers() -> [Running; 2] {
    [PlainPath::On, PlainPath::Off].map(|plain_path| Running::start_on(1, &Config { plain_path, ..Config::default() }))
}

fn has(answer: &Answer, line: &str) -> bool {
    answer.head.lines().any(|other| other == line)
}

#[test]
fn the_pack_has_no_identity_where_it_has_gzip() {
    for (path, is_inflated) in
        [("/notes", true), ("/long", true), ("404", true), ("/image.png", false), ("/big", false)]
    {
        let edition = pack().route(path).expect("a valid pack").expect("the route exists").at(0).expect("a valid pack");
        let Some(Content::Page(page)) = edition.map(|edition| edition.content()) else { panic!("{path} is no page") };
        assert_eq!(matches!(page.identity().source(), Source::Inflated(_)), is_inflated, "{path}");
    }
}

#[test]
fn a_client_that_accepts_no_coding_gets_all_bytes_with_their_length_and_entity_tag() {
    for server in servers() {
        let mut client = server.connect();
        for (path, status) in [("/long", 200), ("/notes", 200), ("/blog/a.md", 200), ("/nothing", 404)] {
            let page = if status == 404 { "404" } else { path };
            let content = stored(page, Coding::Identity);
            for accept in ACCEPT {
                let answer = client.ask("GET", path, accept);
                assert_eq!((answer.status, answer.content == content), (status, true), "{path} {accept}");
                let head = client.ask("HEAD", path, accept);
                let undated = |answer: &Answer| {
                    answer
                        .head
                        .lines()
                        .filter(|line| !line.starts_with("date: "))
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                };
                assert_eq!(undated(&head), undated(&answer), "{path} {accept}");
                assert!(has(&answer, &format!("content-length: {}", content.len())), "{}", answer.head);
                assert!(!answer.head.contains("content-encoding"), "{}", answer.head);
                if status == 200 {
                    assert!(has(&answer, &format!("etag: {}", etag(path, Coding::Identity))), "{}", answer.head);
                }
            }
        }
    }
}

#[test]
fn ranges_begin_and_end_anywhere() {
    let content = stored("/long", Coding::Identity);
    for server in servers() {
        let mut client = server.connect();
        for range in RANGES {
            let answer = client.ask("GET", "/long", &format!("Range: bytes={}-{}\r\n", range.start, range.end - 1));
            let expected = format!("content-range: bytes {}-{}/{LONG}", range.start, range.end - 1);
            assert!(answer.status == 206 && has(&answer, &expected), "{range:?}: {}", answer.head);
            assert!(answer.content == content[range.clone()], "{range:?}");
        }
        for (range, start) in [("500000-", 500_000), ("-1", LONG - 1), ("-40000", LONG - 40_000)] {
            let answer = client.ask("GET", "/long", &format!("Range: bytes={range}\r\n"));
            assert!(answer.status == 206 && answer.content == content[start..], "{range}: {}", answer.head);
        }
        let beyond = client.ask("GET", "/long", &format!("Range: bytes={LONG}-\r\n"));
        assert!(beyond.status == 416 && has(&beyond, &format!("content-range: bytes */{LONG}")), "{}", beyond.head);
    }
}

#[test]
fn conditions_apply_to_the_entity_tag_of_identity() {
    let (identity, gzip) = (etag("/long", Coding::Identity), etag("/long", Coding::Gzip));
    for server in servers() {
        let mut client = server.connect();
        for (fields, status, length) in [
            (format!("If-None-Match: {identity}\r\n"), 304, 0),
            (format!("If-None-Match: {gzip}\r\n"), 200, LONG),
            (format!("If-Match: {identity}\r\n"), 200, LONG),
            (format!("If-Range: {identity}\r\nRange: bytes=5-9\r\n"), 206, 5),
            (format!("If-Range: {gzip}\r\nRange: bytes=5-9\r\n"), 200, LONG),
            (format!("If-None-Match: {identity}\r\nRange: bytes=5-9\r\n"), 304, 0),
        ] {
            let answer = client.ask("GET", "/long", &fields);
            assert_eq!((answer.status, answer.content.len()), (status, length), "{fields}");
        }
    }
}

#[test]
fn pipelined_requests_are_answered_in_order_whatever_their_coding() {
    let asked = [
        ("/long", "", Coding::Identity),
        ("/notes", "Accept-Encoding: br\r\n", Coding::Brotli),
        ("/notes", "", Coding::Identity),
        ("/long", "Accept-Encoding: gzip\r\n", Coding::Gzip),
        ("/image.png", "", Coding::Identity),
        ("/long", "Range: bytes=0-\r\n", Coding::Identity),
    ];
    for server in servers() {
        let mut client = server.connect();
        let get = |(path, fields, _): (&str, &str, Coding)| format!("GET {path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        client.send(asked.map(get).concat());
        for (path, fields, coding) in asked {
            assert!(client.answer_to("GET").content == stored(path, coding), "{path} {fields}");
        }
    }
}

#[test]
fn http_1_0_gets_the_same() {
    let expected = String::from_utf8(stored("/long", Coding::Identity)).expect("ASCII");
    for server in servers() {
        let text = server.exchange("GET /long HTTP/1.0\r\n\r\n".as_bytes());
        assert!(text.starts_with("HTTP/1.0 200 OK\r\n") && text.ends_with(&format!("\r\n\r\n{expected}")));
    }
}

/// Asks for `/long` on so many connections, and reads nothing.
fn stalled(server: &Running, count: usize) -> Vec<crate::running::Client> {
    let mut clients: Vec<_> = (0..count).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
    }
    clients
}

#[test]
fn a_client_that_reads_slowly_gets_all_bytes() {
    let server = Running::start();
    let mut client = stalled(&server, 1).remove(0);
    std::thread::sleep(Duration::from_millis(300));
    for _ in 0..3 {
        assert!(client.answer_to("GET").content == stored("/long", Coding::Identity));
    }
}

#[test]
fn a_client_that_reads_nothing_is_disconnected_at_the_deadline() {
    if is_over_tls() {
        return;
    }
    let limits = Limits { write_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start_alone(limits);
    let mut client = stalled(&server, 1).remove(0);
    std::thread::sleep(Duration::from_millis(1_500));
    let mut read = Vec::new();
    let end = client.stream.read_to_end(&mut read);
    assert!(end.is_err() && read.len() < 3 * LONG, "{end:?} after {}", read.len());
}

#[test]
fn a_crowd_that_is_inflated_for_delays_nobody() {
    let server = Running::start_on(1, &Config::default());
    let mut crowd: Vec<_> = (0..60).map(|_| server.connect()).collect();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut slowest = Duration::ZERO;
    std::thread::scope(|scope| {
        for part in crowd.chunks_mut(20) {
            let stop = &stop;
            scope.spawn(move || {
                let content = stored("/long", Coding::Identity);
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    for client in &mut *part {
                        client.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
                    }
                    for client in &mut *part {
                        assert!(client.answer_to("GET").content == content);
                    }
                }
            });
        }
        for _ in 0..50 {
            let start = Instant::now();
            assert_eq!(server.connect().ask("GET", "/notes", "Accept-Encoding: br\r\n").status, 200);
            slowest = slowest.max(start.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    println!("slowest: {slowest:?}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

#[test]
fn a_crowd_that_reads_nothing_takes_no_memory_from_others() {
    let limits = Limits { connections: NonZeroUsize::new(200), ..Limits::default() };
    let server = Running::start_alone(limits);
    let mut reading = server.connect();
    let _crowd = stalled(&server, 150);
    assert!(reading.ask("GET", "/long", "").content == stored("/long", Coding::Identity));
    assert_eq!(server.connect().ask("GET", "/notes", "").content, stored("/notes", Coding::Identity));
}
