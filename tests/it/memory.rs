//! The memory of connections: no more than they are charged with, and the same numbers wherever they are stated.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use graven_serve::limits;
use graven_serve::{Memory, MemorySource};

use crate::executable::{Server, command, emulator, output, path, routes};

/// How many connections of a kind are held: so many that rounding by the allocator and by the kernel's count of pages is small per connection.
const HELD: usize = 200;

/// Longer than the server takes to read what was sent.
const SETTLED: Duration = Duration::from_millis(300);

/// The path of the page that is longest in a coding.
fn longest(coding: &str) -> String {
    let longest = routes().iter().filter(|route| route.sizes().iter().any(|(stored, _)| stored == coding));
    longest.max_by_key(|route| route.size(coding)).expect("the site has pages").path.clone()
}

/// Opens a connection and sends bytes; with `answered`, waits for the beginning of an answer.
fn open(server: &Server, bytes: &[u8], answered: bool) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).expect("it listens");
    stream.write_all(bytes).expect("it reads");
    if answered {
        assert!(stream.read(&mut [0; 64]).expect("it answers") > 0);
    }
    stream
}

/// What an HTTP/2 client sends that opens windows of so many bytes for content and asks for so many pages.
fn http2(window: u16, requests: u32) -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x06\x04\0\0\0\0\0".to_vec();
    // SETTINGS_INITIAL_WINDOW_SIZE
    bytes.extend([0, 4, 0, 0]);
    bytes.extend(window.to_be_bytes());
    for number in 0..requests {
        // HEADERS: GET, http, `:path` `/notes`, `:authority` `a`.
        bytes.extend(b"\0\0\x0d\x01\x05");
        bytes.extend((2 * number + 1).to_be_bytes());
        bytes.extend(b"\x82\x86\x04\x06/notes\x01\x01a");
    }
    bytes
}

#[test]
fn no_connection_holds_more_than_it_is_charged_with() {
    if let Some(emulator) = emulator() {
        return println!("skipped: the memory of {emulator} is not that of the executable");
    }
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes();
    let get_gzip =
        |target: &str| format!("GET {target} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n").into_bytes();
    let (idle, longest) = (limits::IDLE_BYTES, longest("gzip"));
    let by_hyper = idle + limits::HTTP1_BYTES;
    let head = |length: usize| [&b"GET / HTTP/1.1\r\nHost: a\r\nX: "[..], &vec![b'x'; length]].concat();
    let streams = usize::try_from(limits::STREAMS).expect("few");
    let all_streams = idle + limits::HTTP2_BYTES + streams * limits::STREAM_BYTES;
    let inflated = limits::INFLATED_STREAMS * limits::INFLATED_BYTES;
    for (kind, bytes, answered, charged) in [
        ("new", Vec::new(), false, idle),
        ("idle, answered plainly", get_gzip("/notes"), true, idle),
        ("idle, answered by hyper", get_gzip("/notes?x"), true, idle),
        ("idle, inflated for", get("/notes"), true, idle),
        ("a head of a byte", head(1)[..1].to_vec(), false, idle),
        ("a head of 15 KiB", head(15 * 1024), false, idle + limits::HEADER_BYTES),
        ("plain and unread", get_gzip(&longest).repeat(30), false, idle + limits::RECEIVE_BYTES),
        ("by hyper and unread", get_gzip(&format!("{longest}?x")).repeat(30), false, by_hyper),
        ("inflated and unread", get(&longest).repeat(30), false, by_hyper + limits::INFLATED_BYTES),
        ("HTTP/2", http2(0, 0), true, idle + limits::HTTP2_BYTES),
        ("HTTP/2, all streams", http2(0, limits::STREAMS), true, all_streams),
        ("HTTP/2, all streams, inflated", http2(100, limits::STREAMS), true, all_streams + inflated),
    ] {
        let server = Server::start_by(command(&path()).args(["--workers", "1"]));
        // Memory that is allocated once, with the first connections, is not counted.
        let _first: Vec<_> = (0..10).map(|_| open(&server, &bytes, answered)).collect();
        thread::sleep(SETTLED);
        let before = server.resident();
        let _held: Vec<_> = (0..HELD).map(|_| open(&server, &bytes, answered)).collect();
        thread::sleep(SETTLED);
        let each = server.resident().saturating_sub(before) / HELD;
        println!("{kind}: {each} of {charged} bytes");
        assert!(each <= charged, "{kind}: {each} of {charged} bytes");
    }
}

/// A number as the documents write it: `16,384`.
fn written(number: usize) -> String {
    let (thousands, rest) = (number / 1000, number % 1000);
    if thousands == 0 { rest.to_string() } else { format!("{thousands},{rest:03}") }
}

#[test]
fn the_limit_on_connections_is_the_same_wherever_it_is_stated() {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let idle = |mebibytes: u64| {
        let memory = Memory { bytes: mebibytes << 20, source: MemorySource::ControlGroup };
        written(memory.idle_connections().min(limits::CONNECTIONS))
    };
    let fitting = |mebibytes: u64, each: usize| {
        let memory = Memory { bytes: mebibytes << 20, source: MemorySource::ControlGroup };
        written(memory.for_connections() / each)
    };
    let unread_bytes = limits::IDLE_BYTES + limits::STALLED_BYTES;
    let unread = |mebibytes: u64| fitting(mebibytes, unread_bytes);
    let inflated = |mebibytes: u64| fitting(mebibytes, unread_bytes + limits::HTTP1_BYTES + limits::INFLATED_BYTES);
    let (unit, manifest) = (read("deploy/systemd/notes.service"), read("deploy/k3s/deployment.yaml"));
    assert!(
        unit.contains("\nMemoryHigh=192M\n") && manifest.contains("memory: 64Mi\n"),
        "the figures below are for these"
    );
    let manual = read("docs/pages/operating.md");
    for (place, text, expected) in [
        ("the unit", &unit, format!("{} idle", idle(192))),
        ("the manifest", &manifest, format!("{} idle", idle(64))),
        ("docs/pages/k3s.md", &read("docs/pages/k3s.md"), format!("{} idle", idle(64))),
        ("docs/pages/raspberry-pi.md", &read("docs/pages/raspberry-pi.md"), format!("{} idle", idle(192))),
        ("operating.md", &manual, format!("| idle, HTTP/1.1 | 6 | {} | {} |", idle(64), idle(192))),
        (
            "operating.md",
            &manual,
            format!("| an answer that the client does not read | 102 | {} | {} |", unread(64), unread(192)),
        ),
        (
            "operating.md",
            &manual,
            format!("because the client accepts no coding | 206 | {} | {} |", inflated(64), inflated(192)),
        ),
        ("--help", &output(&["--help"]), format!("[default: {} idle connections", limits::CONNECTIONS)),
        ("--help", &output(&["--help"]), format!("[default: {}]", limits::STREAMS)),
        ("--help", &output(&["--help"]), format!("(431 if exceeded) [default: {}]", limits::HEADER_BYTES)),
        ("operating.md", &manual, format!("with {} KiB", limits::HEADER_BYTES / 1024)),
    ] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&expected), "{place} does not contain {expected:?}");
    }
}
