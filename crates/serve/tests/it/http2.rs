//! HTTP/2 with prior knowledge. The client writes frames, so it can be well-behaved or hostile.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use graven_pack::Coding;
use graven_serve::Config;
use graven_serve::limits::{INFLATED_STREAMS, Limits};

use crate::running::{Running, TIMEOUT, is_over_tls};
use crate::site::{BIG, stored};

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Frame types (RFC 9113 §6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

#[derive(Debug)]
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is small").to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A literal field that is not indexed (RFC 7541 §6.2.2). Its name is an index or literal.
fn literal(index: u8, name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("it is short")], text.as_bytes()].concat();
    let name = if index == 0 { text(name) } else { Vec::new() };
    [vec![index], name, text(value)].concat()
}

/// The fields of a GET: `:method`, `:scheme`, `:path`, `:authority`.
fn fields(path: &str) -> Vec<u8> {
    [vec![0x82, 0x86], literal(4, "", path), literal(1, "", "localhost")].concat()
}

fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &fields(path))
}

/// A GET that accepts this coding.
#[cfg(feature = "tls")]
pub(crate) fn get_coded(stream: u32, path: &str, coding: &str) -> Vec<u8> {
    let fields = [fields(path), literal(0, "accept-encoding", coding)].concat();
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &fields)
}

/// A client that has sent its preface and settings.
struct Peer {
    socket: TcpStream,
}

impl Peer {
    fn connect(server: &Running) -> Self {
        Self::connect_with(server, &[])
    }

    fn connect_with(server: &Running, settings: &[u8]) -> Self {
        let mut peer = Peer { socket: server.connect().stream };
        peer.send([PREFACE, &frame(SETTINGS, 0, 0, settings)].concat());
        peer
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).expect("it reads");
    }

    fn try_next(&mut self) -> io::Result<Frame> {
        let mut head = [0; 9];
        self.socket.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).expect("it is small")];
        self.socket.read_exact(&mut payload)?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        Ok(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    fn next(&mut self) -> Frame {
        self.try_next().expect("a frame")
    }

    fn next_of(&mut self, kind: u8) -> Frame {
        loop {
            let frame = self.next();
            if frame.kind == kind {
                return frame;
            }
        }
    }

    /// Reads `count` complete responses. Returns the first byte of the fields, which is the status, and the content, by
    /// stream. Windows are kept open.
    fn answers(&mut self, count: usize) -> BTreeMap<u32, (u8, Vec<u8>)> {
        let mut answers = BTreeMap::<_, (u8, Vec<u8>)>::new();
        let mut whole = 0;
        while whole < count {
            let frame = self.next();
            match frame.kind {
                HEADERS => answers.entry(frame.stream).or_default().0 = frame.payload[0],
                DATA => self.take(&frame, &mut answers.entry(frame.stream).or_default().1),
                _ => continue,
            }
            whole += usize::from(frame.flags & END_STREAM);
        }
        answers
    }

    fn take(&mut self, frame: &Frame, content: &mut Vec<u8>) {
        content.extend(&frame.payload);
        let length = u32::try_from(frame.payload.len()).expect("it is small");
        if length > 0 {
            self.widen(0, length);
        }
        if length > 0 && frame.flags & END_STREAM == 0 {
            self.widen(frame.stream, length);
        }
    }

    fn answer(&mut self, stream: u32) -> (u8, Vec<u8>) {
        self.answers(1).remove(&stream).expect("only this stream was requested")
    }

    fn widen(&mut self, stream: u32, length: u32) {
        self.send(frame(WINDOW_UPDATE, 0, stream, &length.to_be_bytes()));
    }

    /// Sends up to `max` times until the server closes. Returns the last GOAWAY frame.
    fn flood(&mut self, bytes: &[u8], max: usize) -> Option<Frame> {
        let start = Instant::now();
        for _ in 0..max {
            if self.socket.write_all(bytes).is_err() {
                break;
            }
            assert!(start.elapsed() < TIMEOUT, "the server reads all of it");
        }
        let mut last = None;
        loop {
            match self.try_next() {
                Ok(frame) if frame.kind == GOAWAY => last = Some(frame),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => panic!("it does not close"),
                Err(_) => return last,
            }
        }
    }
}

const OK: u8 = 0x88;
const BAD_REQUEST: u8 = 0x8c;
const NOT_FOUND: u8 = 0x8d;

#[test]
fn concurrent_streams_are_answered() {
    let server = Running::start();
    let mut peer = Peer::connect(&server);
    let asked = [(1, "/notes", OK), (3, "/nothing", NOT_FOUND), (5, "/blog/a", OK)];
    peer.send(asked.iter().flat_map(|(stream, path, _)| get(*stream, path)).collect::<Vec<_>>());
    let answers = peer.answers(asked.len());
    for (stream, path, expected) in asked {
        let (status, content) = &answers[&stream];
        assert_eq!(*status, expected, "{path}");
        if expected == OK {
            assert_eq!(*content, stored(path, Coding::Identity));
        }
    }
    peer.send(get(7, "/big"));
    assert_eq!(peer.answer(7), (OK, stored("/big", Coding::Identity)));
}

#[test]
fn inflated_content_is_sent_on_many_streams() {
    let server = Running::start_on(1, &Config::default());
    let mut peer = Peer::connect(&server);
    let asked = [(1, "/long"), (3, "/notes"), (5, "/long"), (7, "/long"), (9, "/blog/a"), (11, "/long"), (13, "/long")];
    peer.send(asked.iter().flat_map(|(stream, path)| get(*stream, path)).collect::<Vec<_>>());
    let answers = peer.answers(asked.len());
    for (stream, path) in asked {
        assert!(answers[&stream] == (OK, stored(path, Coding::Identity)), "{path}");
    }
    peer.send([get(15, "/long"), frame(RST_STREAM, 0, 15, &[0; 4]), get(17, "/notes")].concat());
    let next = loop {
        let frame = peer.next_of(DATA);
        if frame.stream == 17 {
            break frame;
        }
        peer.take(&frame, &mut Vec::new());
    };
    assert_eq!(next.payload, stored("/notes", Coding::Identity));
}

#[test]
fn inflated_content_goes_on_after_a_pause_without_a_word_from_the_client() {
    let server = Running::start();
    // SETTINGS_INITIAL_WINDOW_SIZE = 2^31 - 1
    let mut peer = Peer::connect_with(&server, &[0, 4, 0x7f, 0xff, 0xff, 0xff]);
    peer.widen(0, 1 << 30);
    let streams = [1, 3, 5, 7];
    peer.send(streams.iter().flat_map(|stream| get(*stream, "/long")).collect::<Vec<_>>());
    // Until the kernel takes no more.
    std::thread::sleep(Duration::from_millis(300));
    let (mut read, mut whole) = (0, 0);
    while whole < streams.len() {
        let frame = peer.next_of(DATA);
        read += frame.payload.len();
        whole += usize::from(frame.flags & END_STREAM);
    }
    assert_eq!(read, streams.len() * stored("/long", Coding::Identity).len());
}

#[test]
fn inflated_streams_without_a_window_are_reset_and_no_others() {
    let short = Duration::from_millis(300);
    let server = Running::start_alone(Limits { write_time: short, ..Limits::default() });
    // SETTINGS_INITIAL_WINDOW_SIZE = 1000
    let mut peer = Peer::connect_with(&server, &[0, 4, 0, 0, 3, 232]);
    let stalled = (0..8).map(|n| 2 * n + 1);
    peer.send(stalled.clone().flat_map(|stream| get(stream, "/long")).collect::<Vec<_>>());
    let mut given = BTreeMap::<u32, Vec<u8>>::new();
    let mut reset = Vec::new();
    while reset.len() < 8 {
        let frame = peer.next();
        match frame.kind {
            DATA => given.entry(frame.stream).or_default().extend(frame.payload),
            RST_STREAM => {
                if reset.is_empty() {
                    // Few have an inflater, whatever windows are open. The others wait for them, and are not stalled.
                    assert_eq!(given.len(), INFLATED_STREAMS);
                }
                reset.push(frame.stream);
            }
            _ => {}
        }
    }
    assert_eq!(reset, stalled.collect::<Vec<_>>());
    assert_eq!(given.len(), 8);
    assert!(given.values().all(|bytes| *bytes == stored("/long", Coding::Identity)[..1000]));
    peer.send(get(17, "/notes"));
    assert_eq!(peer.answer(17), (OK, stored("/notes", Coding::Identity)));
}

#[test]
fn a_stream_that_waits_for_an_inflater_gets_that_of_one_that_is_reset() {
    let server = Running::start();
    // SETTINGS_INITIAL_WINDOW_SIZE = 1000
    let mut peer = Peer::connect_with(&server, &[0, 4, 0, 0, 3, 232]);
    let streams: Vec<u32> = (0..=INFLATED_STREAMS).map(|n| 2 * u32::try_from(n).expect("few") + 1).collect();
    peer.send(streams.iter().flat_map(|stream| get(*stream, "/long")).collect::<Vec<_>>());
    let mut given = BTreeSet::new();
    while given.len() < INFLATED_STREAMS {
        let frame = peer.next();
        given.extend((frame.kind == DATA).then_some(frame.stream));
    }
    let waiting = *streams.last().expect("there are some");
    assert!(!given.contains(&waiting));
    peer.send(frame(RST_STREAM, 0, streams[0], &8_u32.to_be_bytes()));
    while !given.contains(&waiting) {
        let frame = peer.next();
        given.extend((frame.kind == DATA).then_some(frame.stream));
    }
}

#[test]
fn the_preface_may_arrive_byte_by_byte() {
    let server = Running::start();
    let mut peer = Peer { socket: server.connect().stream };
    peer.socket.set_nodelay(true).expect("a socket");
    for byte in [PREFACE, &frame(SETTINGS, 0, 0, &[]), &get(1, "/notes")].concat() {
        peer.send([byte]);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(peer.answer(1).0, OK);
}

#[test]
fn an_incomplete_preface_times_out() {
    let limits = Limits { header_time: Duration::from_millis(200), ..Limits::default() };
    let server = Running::start_alone(limits);
    let mut client = server.connect();
    client.send(&PREFACE[..10]);
    let start = Instant::now();
    assert_eq!(client.rest(), "");
    assert!(start.elapsed() < Duration::from_secs(5));
    let mut client = server.connect();
    client.send("PRI / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(client.rest().starts_with("HTTP/1.1 501 "), "another protocol's method");
}

#[test]
fn an_upgrade_to_h2c_is_ignored() {
    let server = Running::start();
    let text = server.exchange(
        b"GET /notes HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
    );
    assert!(text.starts_with("HTTP/1.1 200 "), "{text}");
}

#[test]
fn content_is_refused_and_the_connection_stays_open() {
    let server = Running::start();
    let mut peer = Peer::connect(&server);
    let post = [vec![0x83, 0x86, 0x84], literal(1, "", "localhost")].concat();
    peer.send(frame(HEADERS, END_HEADERS, 1, &post));
    peer.send(frame(DATA, 0, 1, &[0; 10_000]));
    let (status, _) = peer.answer(1);
    assert_ne!(status, OK);
    peer.send(get(3, "/notes"));
    assert_eq!(peer.answer(3).0, OK);
}

#[test]
fn a_draining_server_sends_goaway_and_finishes_its_streams() {
    let mut server = Running::start();
    let mut idle = Peer::connect(&server);
    idle.send(get(1, "/notes"));
    assert_eq!(idle.answer(1).0, OK);
    let mut busy = Peer::connect(&server);
    busy.send(get(1, "/big"));
    busy.next_of(HEADERS);
    server.stop();
    idle.next_of(GOAWAY);
    // The client answers the PING that follows; then no stream can be in flight.
    let ping = idle.next_of(PING);
    idle.send(frame(PING, ACK, 0, &ping.payload));
    assert!(idle.flood(&[], 0).is_some(), "a GOAWAY frame names the last stream");
    assert_eq!(busy.answers(1)[&1].1.len(), BIG);
    server.wait();
}

#[test]
fn an_idle_connection_gets_goaway_and_is_closed() {
    let limits = Limits { idle_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start_alone(limits);
    let mut peer = Peer::connect(&server);
    peer.send(get(1, "/notes"));
    assert_eq!(peer.answer(1).0, OK);
    let start = Instant::now();
    peer.next_of(GOAWAY);
    assert!(start.elapsed() >= Duration::from_millis(150));
    // The client does not answer the PING that follows, either.
    peer.flood(&[], 0);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_stream_without_a_window_is_reset_and_the_connection_closed() {
    let short = Duration::from_millis(300);
    let server = Running::start_alone(Limits { write_time: short, idle_time: short, ..Limits::default() });
    // SETTINGS_INITIAL_WINDOW_SIZE = 0
    let mut peer = Peer::connect_with(&server, &[0, 4, 0, 0, 0, 0]);
    peer.send([get(1, "/big"), get(3, "/notes")].concat());
    let start = Instant::now();
    let mut pings = peer.socket.try_clone().expect("a socket");
    let pinging = std::thread::spawn(move || {
        // Sending PING does not help.
        while pings.write_all(&frame(PING, 0, 0, &[0; 8])).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    for stream in [1, 3] {
        let reset = peer.next_of(RST_STREAM);
        // CANCEL
        assert_eq!((reset.stream, &reset.payload[..]), (stream, &[0, 0, 0, 8][..]));
    }
    assert!(start.elapsed() >= short, "{:?}", start.elapsed());
    peer.next_of(GOAWAY);
    peer.flood(&[], 0);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    pinging.join().expect("no panic");
}

#[test]
fn idle_connections_are_closed_for_new_clients() {
    if is_over_tls() {
        return;
    }
    let server = Running::start_alone(Limits { connections: NonZeroUsize::new(3), ..Limits::default() });
    // Some have not sent a request yet, others were answered.
    let mut held: Vec<_> = (0..6).map(|_| Peer::connect(&server)).collect();
    for (stream, peer) in [1, 3].into_iter().zip(&mut held[3..]) {
        peer.send(get(stream, "/notes"));
    }
    let start = Instant::now();
    for _ in 0..3 {
        assert_eq!(server.connect().ask("GET", "/notes", "").status, 200);
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    // The first was closed to make room, and its GOAWAY says that no stream was processed.
    let goaway = held[0].next_of(GOAWAY);
    assert_eq!(goaway.payload[..8], [0; 8]);
}

#[test]
fn an_authority_that_differs_from_host_is_a_bad_request() {
    let server = Running::start();
    let mut peer = Peer::connect(&server);
    for (stream, host, expected) in [(1, "localhost", OK), (3, "elsewhere.example", BAD_REQUEST)] {
        let block = [fields("/notes"), literal(0, "host", host)].concat();
        peer.send(frame(HEADERS, END_STREAM | END_HEADERS, stream, &block));
        assert_eq!(peer.answer(stream).0, expected, "{host}");
    }
}

#[test]
fn a_client_that_reads_nothing_is_disconnected() {
    if is_over_tls() {
        return;
    }
    let limits = Limits { write_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start_alone(limits);
    // SETTINGS_INITIAL_WINDOW_SIZE = 2^31 - 1
    let mut peer = Peer::connect_with(&server, &[0, 4, 0x7f, 0xff, 0xff, 0xff]);
    peer.widen(0, 1 << 30);
    peer.send([get(1, "/big"), get(3, "/big"), get(5, "/big")].concat());
    std::thread::sleep(Duration::from_millis(1500));
    let mut buffer = vec![0; 1 << 20];
    let mut taken = 0;
    while let Ok(length @ 1..) = peer.socket.read(&mut buffer) {
        taken += length;
    }
    assert!(taken < 3 * BIG, "everything arrived, although nobody read it in time");
}

#[test]
fn only_streams_beyond_the_limit_are_refused() {
    let server = Running::start_alone(Limits { streams: 10, ..Limits::default() });
    let mut peer = Peer::connect_with(&server, &[0, 4, 0, 0, 0, 0]);
    peer.send((0..20).flat_map(|at| get(2 * at + 1, "/big")).collect::<Vec<_>>());
    let refused = peer.next_of(RST_STREAM);
    assert_eq!((refused.stream, &refused.payload[..]), (21, &[0, 0, 0, 7][..]));
    peer.widen(1, 1 << 24);
    peer.widen(0, 1 << 24);
    assert_eq!(peer.next_of(DATA).stream, 1);
}

#[test]
fn endless_fields_are_refused() {
    let server = Running::start();
    let mut peer = Peer::connect(&server);
    // An HPACK bomb: name and value once, and then one byte for each repetition.
    let mut block = fields("/notes");
    block.extend([vec![0x40, 1, b'x', 100], vec![b'y'; 100]].concat());
    block.extend([0xbe; 10_000]);
    peer.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, &block));
    let goaway = peer.flood(&[], 0).expect("a GOAWAY frame");
    // ENHANCE_YOUR_CALM
    assert_eq!(goaway.payload[4..8], [0, 0, 0, 11]);
}

/// Checks that other clients are answered during a flood, and that it ends. Returns the last GOAWAY frame.
fn check_flood(settings: &[u8], bytes: &[u8], max: usize) -> Option<Frame> {
    let server = Running::start_alone(Limits::default());
    let mut peer = Peer::connect_with(&server, settings);
    let flooding = std::thread::spawn({
        let bytes = bytes.to_vec();
        move || peer.flood(&bytes, max)
    });
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(server.connect().ask("GET", "/notes", "").status, 200);
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "other clients waited for {slowest:?}");
    flooding.join().expect("it is closed")
}

#[test]
fn a_rapid_reset_ends_the_connection() {
    let pairs = |range: std::ops::Range<u32>| -> Vec<u8> {
        let pair = |at| [get(2 * at + 1, "/notes"), frame(RST_STREAM, 0, 2 * at + 1, &[0, 0, 0, 8])].concat();
        range.flat_map(pair).collect()
    };
    let goaway = check_flood(&[], &pairs(0..100_000), 1).expect("a GOAWAY frame");
    // ENHANCE_YOUR_CALM
    assert_eq!(goaway.payload[4..8], [0, 0, 0, 11]);
}

#[test]
fn a_flood_of_continuation_ends_the_connection() {
    let server = Running::start_alone(Limits::default());
    let mut peer = Peer::connect(&server);
    peer.send(frame(HEADERS, END_STREAM, 1, &fields("/notes")));
    let empty = frame(CONTINUATION, 0, 1, &[]);
    peer.flood(&empty.repeat(1000), 100_000);
    let full = frame(CONTINUATION, 0, 1, &literal(0, "x", &"y".repeat(100)).repeat(100));
    check_flood(&[], &[frame(HEADERS, END_STREAM, 1, &fields("/notes")), full.repeat(100)].concat(), 1);
}

#[test]
fn floods_without_a_request_end_the_connection() {
    for (name, bytes) in [
        ("PING", frame(PING, 0, 0, &[0; 8])),
        ("SETTINGS", frame(SETTINGS, 0, 0, &[])),
        ("SETTINGS that change something", frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0x10, 0, 0, 1, 0, 0, 1, 0])),
        ("PRIORITY", frame(PRIORITY, 0, 1, &[0, 0, 0, 3, 16])),
        ("WINDOW_UPDATE", frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1])),
        ("a frame of an unknown type", frame(0xee, 0, 0, &[0; 1000])),
    ] {
        println!("{name}");
        check_flood(&[], &bytes.repeat(100), 100_000);
    }
}

#[test]
fn endless_content_ends_the_connection() {
    let post = [vec![0x83, 0x86, 0x84], literal(1, "", "localhost")].concat();
    let empty = frame(DATA, 0, 1, &[]).repeat(100_000);
    check_flood(&[], &[frame(HEADERS, END_HEADERS, 1, &post), empty].concat(), 1);
}

#[test]
fn a_client_that_floods_and_reads_nothing_is_disconnected() {
    if is_over_tls() {
        return;
    }
    let config =
        Config { limits: Limits { write_time: Duration::from_millis(300), ..Limits::default() }, ..Config::default() };
    let server = Running::start_with(&config);
    let mut peer = Peer::connect(&server);
    let requests: Vec<_> = (0..200_000).flat_map(|at| get(2 * at + 1, "/notes")).collect();
    // The client reads nothing, so the server stops reading, and then closes.
    let sent = peer.socket.write_all(&requests);
    assert!(sent.is_err(), "all requests were read, although no response was");
}
