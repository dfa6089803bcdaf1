//! The two HTTP/1 paths give the same bytes: plain requests are answered without hyper, and all others by hyper. The
//! same input goes to servers that differ only in whether plain requests go to hyper, and in whether they log. Their
//! output may differ only in the value of `Date`.
//!
//! Each response is also the one that its request gets on a connection of its own, wherever the input is split, so no
//! response is lost or belongs to another request.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::Shutdown;
use std::num::NonZeroUsize;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use graven_pack::Coding;
use graven_serve::PlainPath;
use graven_serve::limits::Limits;
use graven_serve::{AccessLog, Config, LogFormat};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use crate::negotiation;
use crate::requests::{self, PATHS};
use crate::running::{Client, Running, answers, is_over_tls};
use crate::site::etag;

/// Longer than a server takes to read what was sent. If it takes longer, two pieces arrive as one, and the responses
/// are the same.
const PAUSE: Duration = Duration::from_millis(1);

/// Servers of the same site: with plain requests answered with and without hyper, each with and without an access log.
struct Variants {
    all: Vec<Variant>,
    /// Responses to single requests so far.
    single: RefCell<HashMap<Vec<u8>, Vec<u8>>>,
    /// The number of responses that each server has sent.
    answered: RefCell<usize>,
}

struct Variant {
    plain_path: PlainPath,
    server: Running,
    /// Reads the log until the server has stopped.
    log: Option<JoinHandle<Vec<String>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Log {
    Off,
    On,
}

impl Variant {
    fn start(plain_path: PlainPath, log: Log, limits: &Limits) -> Self {
        let (access_log, log) = match log {
            Log::Off => (None, None),
            Log::On => {
                let (reader, writer) = io::pipe().expect("a pipe");
                let reading =
                    thread::spawn(|| BufReader::new(reader).lines().map(|line| line.expect("UTF-8")).collect());
                (Some(AccessLog::to(LogFormat::Json, writer.into())), Some(reading))
            }
        };
        let config = Config { plain_path, access_log, limits: limits.clone(), ..Config::default() };
        Variant { plain_path, server: Running::start_on(1, &config), log }
    }

    /// Stops the server. Returns the lines of its log, without what depends on time.
    fn stop(mut self) -> Vec<String> {
        self.server.stop();
        self.server.wait();
        let lines = self.log.map(|log| log.join().expect("it reads")).unwrap_or_default();
        lines.iter().map(|line| timeless(line)).collect()
    }
}

impl Variants {
    fn start(limits: &Limits) -> Self {
        let paths = [PlainPath::On, PlainPath::Off].into_iter();
        let all = paths
            .flat_map(|plain_path| [Log::Off, Log::On].map(|log| Variant::start(plain_path, log, limits)))
            .collect();
        Variants { all, single: RefCell::default(), answered: RefCell::default() }
    }

    /// Sends these bytes to all servers, split at these positions, and returns what they answer until they close.
    fn answer(&self, bytes: &[u8], cuts: &[usize]) -> Vec<u8> {
        let mut clients: Vec<_> = self.all.iter().map(|variant| variant.server.connect()).collect();
        send(&mut clients, bytes, cuts);
        let mut given = clients.iter_mut().map(all_of);
        let expected = given.next().expect("a server");
        for (variant, given) in self.all[1..].iter().zip(given) {
            assert_same(&given, &expected, || format!("{:?}, {}, split at {cuts:?}", variant.plain_path, shown(bytes)));
        }
        *self.answered.borrow_mut() += answers(&String::from_utf8_lossy(&expected));
        expected
    }

    /// Returns the response to a request that is alone on its connection.
    fn single(&self, request: &[u8]) -> Vec<u8> {
        if let Some(known) = self.single.borrow().get(request) {
            return known.clone();
        }
        let answer = self.answer(request, &[]);
        self.single.borrow_mut().insert(request.to_vec(), answer.clone());
        answer
    }

    /// Checks that a pipeline gets the responses that its requests get alone, up to the last response of the
    /// connection.
    fn check(&self, requests: &[Vec<u8>], cuts: &[usize]) {
        let mut expected = Vec::new();
        for request in requests {
            let answer = self.single(request);
            expected.extend_from_slice(&answer);
            if is_last(&answer) {
                break;
            }
        }
        let bytes = requests.concat();
        assert_same(&self.answer(&bytes, cuts), &expected, || format!("{}, split at {cuts:?}", shown(&bytes)));
    }

    /// Checks that the logs have the same lines, one for each response.
    fn assert_same_logs(self) {
        let answered = self.answered.take();
        let mut logs =
            self.all.into_iter().filter(|variant| variant.log.is_some()).map(Variant::stop).map(|mut lines| {
                // A refused connection is logged when its client has closed; the next one may have been answered by then.
                lines.sort_unstable();
                lines
            });
        let expected = logs.next().expect("one logs");
        assert_eq!(expected.len(), answered, "one line for each response");
        for log in logs {
            assert_eq!(log.len(), answered, "one line for each response");
            for (line, expected) in log.iter().zip(&expected) {
                assert_eq!(line, expected);
            }
        }
    }
}

/// Sends the same pieces to all clients at the same time, and then closes the sending side.
fn send(clients: &mut [Client], bytes: &[u8], cuts: &[usize]) {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % bytes.len()).collect();
    cuts.sort_unstable();
    let mut begin = 0;
    for end in cuts.into_iter().chain([bytes.len()]) {
        for client in &mut *clients {
            client.stream.set_nodelay(true).expect("a socket");
            // The server may already have closed after its last response.
            client.stream.write_all(&bytes[begin..end]).unwrap_or_default();
        }
        if end < bytes.len() {
            thread::sleep(PAUSE);
        }
        begin = end;
    }
    for client in clients {
        client.stream.shutdown(Shutdown::Write).unwrap_or_default();
    }
}

/// Reads until the server closes, and makes all `Date` values equal. A reset is an error.
fn all_of(client: &mut Client) -> Vec<u8> {
    while client.more().expect("a close without a reset") > 0 {}
    undated(std::mem::take(&mut client.read))
}

fn undated(mut bytes: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"\r\ndate: ";
    const VALUE: &[u8] = b"Sun, 06 Nov 1994 08:49:37 GMT";
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(NAME.len()).position(|window| window == NAME) {
        at += found + NAME.len();
        let value = &mut bytes[at..at + VALUE.len()];
        assert!(value.ends_with(b" GMT"), "{value:?}");
        value.copy_from_slice(VALUE);
    }
    bytes
}

fn assert_same(given: &[u8], expected: &[u8], asked: impl FnOnce() -> String) {
    if given != expected {
        let [given, expected] = [given, expected].map(String::from_utf8_lossy);
        panic!("{}: found\n{given}\n--- expected\n{expected}", asked());
    }
}

/// The bytes as text, with long runs shortened.
fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string().replace(&"x".repeat(100), "x(100)").replace(&"a".repeat(100), "a(100)")
}

/// Returns whether the connection ends with this response, or had none.
fn is_last(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let has = |field: &str| head.lines().any(|line| line == field);
    head.is_empty() || has("connection: close") || (head.starts_with("HTTP/1.0") && !has("connection: keep-alive"))
}

/// A JSON line without time and duration. A request line that could not be parsed is removed, because how much of it
/// had arrived depends on time as well.
fn timeless(line: &str) -> String {
    const UNREAD: &str = ",\"method\":null,\"target\":\"";
    let (_, line) = line.split_once(",\"client\":").expect("a time in front");
    let (before, after) = line.split_once(",\"duration_us\":").expect("a duration");
    let (_, after) = after.split_once(',').expect("a field after it");
    let before = match before.split_once(UNREAD) {
        Some((client, rest)) => {
            format!("{client}{UNREAD}{}", &rest[rest.find("\",\"protocol\":").expect("a protocol")..])
        }
        None => before.to_owned(),
    };
    format!("{before},{after}")
}

fn get(target: &str, fields: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n").into_bytes()
}

/// The requests of all tables.
fn tabled() -> Vec<Vec<u8>> {
    let targets =
        [requests::EXACT.as_slice(), &requests::SPELLINGS, &requests::REDIRECTS, &requests::OTHER_WAYS].concat();
    let targets = targets.into_iter().map(|(target, ..)| target).chain(requests::OTHER_HOSTS).chain(PATHS);
    let methods = requests::NOT_ALLOWED.into_iter().chain(requests::UNKNOWN).chain(["HEAD", "OPTIONS", "CONNECT"]);
    let mut all: Vec<Vec<u8>> = targets.map(|target| get(target, "")).collect();
    for target in PATHS.into_iter().chain(["*", "/image.png", "/empty"]) {
        for method in methods.clone() {
            all.push(format!("{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes());
        }
        all.push(get(target, "If-Match: \"x\"\r\nIf-None-Match: *\r\nRange: bytes=0-1\r\n"));
        all.push(get(target, "Range: bytes=3-\r\n"));
        all.push(get(target, "Accept: text/markdown\r\n"));
        for (accepted, _) in requests::CODINGS {
            all.push(get(target, &accepted.map(|value| format!("Accept-Encoding: {value}\r\n")).unwrap_or_default()));
        }
    }
    for (accept, ..) in requests::TYPES {
        all.push(get("/blog/a", &format!("Accept: {accept}\r\nAccept-Encoding: gzip\r\n")));
    }
    all.extend(requests::LAST.map(|(request, _)| request.into()));
    all.extend(requests::KEPT.map(Into::into));
    all.extend(
        [
            requests::OLD,
            requests::OLD_AND_KEPT,
            requests::EXPECTS_FOR_CONTENT,
            requests::EXPECTS_FOR_NOTHING,
            requests::BARE_LINE_FEEDS,
            // Without the preface of HTTP/2, which has only one path.
            requests::NO_HTTP[0],
            requests::NO_HTTP[2],
        ]
        .map(Into::into),
    );
    all
}

#[test]
fn all_tabled_requests_get_the_same_response() {
    let variants = Variants::start(&Limits::default());
    let mut number = 0;
    for request in tabled() {
        let (length, whole) = (request.len(), variants.answer(&request, &[]));
        for cuts in [&[length / 2][..], &[1, length / 4, length - 1]] {
            assert_same(&variants.answer(&request, cuts), &whole, || format!("{}, split at {cuts:?}", shown(&request)));
        }
        number += 1;
    }
    assert!(number > 400, "{number}");
    variants.assert_same_logs();
}

#[test]
fn all_preconditions_and_ranges_get_the_same_response() {
    let variants = Variants::start(&Limits::default());
    let requests: Vec<_> = negotiation::cases()
        .flat_map(|case| {
            let fields = case.fields();
            let fields: String = fields.iter().flat_map(|(name, value)| [name, ": ", value.as_str(), "\r\n"]).collect();
            ["GET", "HEAD"]
                .map(|method| format!("{method} {} HTTP/1.1\r\nhost: a\r\n{fields}\r\n", case.path).into_bytes())
        })
        .collect();
    assert!(requests.len() > 2_000, "{}", requests.len());
    for pipeline in requests.chunks(54) {
        let answer = variants.answer(&pipeline.concat(), &[]);
        assert_eq!(answers(&String::from_utf8_lossy(&answer)), pipeline.len());
    }
    variants.assert_same_logs();
}

/// Well-formed field lines that affect the response.
fn common_field() -> impl Strategy<Value = String> {
    let tags = ["/", "/notes", "/blog/a", "/blog/a.md", "/image.png", "/empty"]
        .into_iter()
        .flat_map(|path| Coding::ALL.map(|coding| etag(path, coding)))
        .chain(["*", "W/\"x\"", "\"x\", \"y\"", "x", ""].map(str::to_owned))
        .collect::<Vec<_>>();
    let accepts: Vec<_> = requests::TYPES.into_iter().map(|(accept, ..)| accept).collect();
    let codings: Vec<_> = requests::CODINGS.into_iter().filter_map(|(accepted, _)| accepted).collect();
    let ranges = vec!["bytes=0-9", "bytes=-7", "bytes=90-", "bytes=500-", "bytes=0-1,3-4", "bytes=9-1", "nonsense"];
    let whole = vec![
        "Connection: keep-alive",
        "Connection: Keep-Alive",
        "Expect: 100-continue",
        "Upgrade: h2c",
        "Connection: Upgrade",
        "TE: trailers",
        "Keep-Alive: timeout=5",
        "Content-Length: 0",
        "Cache-Control: no-cache",
        "X-Forwarded-For: 192.0.2.1",
        "Forwarded: for=192.0.2.1",
        "X-Empty:",
        "x-spaces: \t a \t ",
    ];
    prop_oneof![
        4 => (select(vec!["If-None-Match", "if-match", "If-Range"]), select(tags)).prop_map(|(name, tag)| format!("{name}: {tag}")),
        3 => select(accepts).prop_map(|accept| format!("Accept: {accept}")),
        4 => select(codings).prop_map(|codings| format!("Accept-Encoding: {codings}")),
        2 => (0_u16..=1000, 0_u16..=1000).prop_map(|(one, other)| {
            format!("accept-encoding: gzip;q={}.{:03}, br;q=0.{:03}", one / 1000, one % 1000, other % 1000)
        }),
        2 => select(ranges).prop_map(|range| format!("Range: {range}")),
        5 => select(whole).prop_map(str::to_owned),
        2 => "(User-Agent|Referer|Cookie): [ -~]{0,60}",
        1 => (1_usize..4_000).prop_map(|length| format!("X-Padding: {}", "x".repeat(length))),
    ]
}

/// Field lines that close the connection, or for which the head is refused.
fn last_field() -> impl Strategy<Value = String> {
    let lines = [
        "Connection: close",
        "Connection: close, upgrade",
        "Host: a",
        "Host: b c",
        "A: b\r\n folded",
        "no colon",
        ": no name",
        "Na me: a",
        "Transfer-Encoding: identity",
        "Content-Length: 1, 2",
        "Content-Length: x",
        "A: b\rC: d",
        "A: \u{1}",
        "A: \u{e4}",
    ];
    prop_oneof![
        9 => select(lines.to_vec()).prop_map(str::to_owned),
        1 => Just(format!("X-Long: {}", "x".repeat(20_000))),
        1 => Just(["A: b"; 101].join("\r\n")),
    ]
}

fn target() -> impl Strategy<Value = String> {
    let tabled =
        [requests::EXACT.as_slice(), &requests::SPELLINGS, &requests::REDIRECTS, &requests::OTHER_WAYS].concat();
    let tabled: Vec<_> = tabled.into_iter().map(|(target, ..)| target).chain(requests::OTHER_HOSTS).collect();
    prop_oneof![
        8 => select(vec!["/", "/notes", "/blog/a", "/blog/a.md", "/image.png", "/empty", "/nothing", "/404"]).prop_map(str::to_owned),
        4 => select(PATHS.to_vec()).prop_map(|path| format!("{path}?q")),
        4 => select(tabled).prop_map(str::to_owned),
        1 => select(vec!["*", "http://a/notes", "http://a", "/#a", "/notes#a", "a:80", "/n%6Ftes", "/./notes"]).prop_map(str::to_owned),
        1 => "/[a-z/.%0-9A-F?&=~-]{0,24}",
        1 => (1_usize..9_000).prop_map(|length| format!("/{}", "a".repeat(length))),
    ]
}

/// Any request, with its content.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let method = prop_oneof![
        12 => Just("GET"),
        4 => Just("HEAD"),
        2 => select(vec!["OPTIONS", "POST", "DELETE", "get", "PROPFIND"]),
        1 => select(vec!["CONNECT", "G@T(", ""]),
    ];
    let version = prop_oneof![
        24 => Just("HTTP/1.1"),
        3 => select(vec!["HTTP/1.2", "HTTP/1.9"]),
        1 => select(vec!["HTTP/1.0", "HTTP/2.0", "HTTP/1.10", "http/1.1", "HTTP/1.1 "]),
    ];
    let host = prop_oneof![30 => Just(Some("a")), 2 => Just(Some("")), 1 => Just(None)];
    let last = prop_oneof![12 => Just(None), 1 => last_field().prop_map(Some)];
    let content = prop_oneof![
        20 => Just(("", "")),
        1 => select(vec![
            ("Content-Length: 5", "abcde"),
            ("Content-Length: 33", "GET /notes HTTP/1.1\r\nHost: a\r\n\r\n"),
            ("Transfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n"),
            ("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ]),
    ];
    let line_end = prop_oneof![12 => Just("\r\n"), 1 => Just("\n")];
    let before = prop_oneof![9 => Just(""), 1 => select(vec!["\r\n", "\n", "\r\n\r\n", "\n\r\n"])];
    let fields = prop::collection::vec(common_field(), 0..5);
    (before, (method, target(), version), host, fields, last, content, line_end).prop_map(
        |(before, (method, target, version), host, fields, last, (framing, content), line_end)| {
            let mut lines = vec![format!("{method} {target} {version}")];
            lines.extend(host.map(|host| format!("Host: {host}")));
            lines.extend(fields.into_iter().chain(last).chain((!framing.is_empty()).then(|| framing.to_owned())));
            let lines: String = lines.iter().flat_map(|line| [line, line_end]).collect();
            format!("{before}{lines}{line_end}{content}").into_bytes()
        },
    )
}

#[test]
fn generated_pipelines_get_the_same_responses_as_single_requests() {
    let variants = Variants::start(&Limits::default());
    let pipelines = (prop::collection::vec(request(), 1..=8), prop::collection::vec(any::<usize>(), 0..=3));
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) });
    runner
        .run(&pipelines, |(requests, cuts)| {
            variants.check(&requests, &cuts);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    variants.assert_same_logs();
}

/// `number` requests that keep the connection open, each with a response that differs from the previous one.
fn different(number: usize) -> Vec<Vec<u8>> {
    let tag = etag("/notes", Coding::Gzip);
    let requests = [
        get("/", ""),
        get("/notes?1", ""),
        get("/nothing", ""),
        b"HEAD /notes HTTP/1.1\r\nHost:a\r\n\r\n".to_vec(),
        get("/blog/a", ""),
        get("/old?a", ""),
        get("/notes", &format!("Accept-Encoding: gzip\r\nIf-None-Match: {tag}\r\n")),
        b"GET /notes HTTP/1.2\r\nHost: a\r\nRange: bytes=1-2\r\n\r\n".to_vec(),
        b"\r\nGET / HTTP/1.1\nHost: a\n\n".to_vec(),
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
    ];
    requests.iter().cycle().take(number).cloned().collect()
}

#[test]
fn a_pipeline_is_answered_correctly_wherever_it_is_split() {
    let variants = Variants::start(&Limits::default());
    let requests = different(40);
    let expected: Vec<u8> = requests.iter().flat_map(|request| variants.single(request)).collect();
    assert_eq!(answers(&String::from_utf8_lossy(&expected)), requests.len());
    let bytes = requests.concat();
    // One split in each exchange. The exchanges with a server are sequential, and the two servers run in parallel.
    thread::scope(|scope| {
        for variant in variants.all.iter().filter(|variant| variant.log.is_none()) {
            let (bytes, expected) = (&bytes, &expected);
            let (address, name) = (variant.server.address, variant.plain_path);
            scope.spawn(move || {
                for cut in 1..bytes.len() {
                    let mut client = Client::connect(address);
                    send(std::slice::from_mut(&mut client), bytes, &[cut]);
                    assert_same(&all_of(&mut client), expected, || format!("{name:?}, split at {cut}"));
                }
            });
        }
    });
    // All splits in one exchange.
    let all: Vec<_> = (1..bytes.len()).collect();
    assert_same(&variants.answer(&bytes, &all), &expected, || "split at each byte".to_owned());
    variants.assert_same_logs();
}

#[test]
fn a_burst_after_a_long_head_is_answered_at_the_connection_limit() {
    const NUMBER: usize = 600;
    let variants = Variants::start(&Limits { connections: NonZeroUsize::new(4), ..Limits::default() });
    let long = get("/notes", &format!("X-Padding: {}\r\n", "x".repeat(7_940)));
    assert!((7_980..8_020).contains(&long.len()), "{}", long.len());
    let alike = vec![get("/?x", ""); NUMBER];
    let changing: Vec<_> = ["/?x", "/notes?x", "/nothing?x", "/blog/a?x", "/notes", "/old?x"]
        .into_iter()
        .cycle()
        .take(NUMBER)
        .map(|target| get(target, ""))
        .collect();
    for burst in [alike, changing] {
        let requests: Vec<_> = std::iter::once(long.clone()).chain(burst).collect();
        let expected: Vec<u8> = requests.iter().flat_map(|request| variants.single(request)).collect();
        assert_eq!(answers(&String::from_utf8_lossy(&expected)), 1 + NUMBER);
        let bytes = requests.concat();
        let ends = requests.iter().scan(0, |end, request| {
            *end += request.len();
            Some(*end)
        });
        let between: Vec<_> = ends.filter(|end| *end < bytes.len()).collect();
        let of_buffers: Vec<_> = (8_192..bytes.len()).step_by(8_192).collect();
        let around: Vec<_> = of_buffers.iter().flat_map(|cut| [cut - 1, cut + 1]).collect();
        for cuts in [&[][..], &[bytes.len() / 2], &[long.len()], &[long.len() - 1], &between, &of_buffers, &around] {
            let mut idle: Vec<_> = variants
                .all
                .iter()
                .flat_map(|variant| [variant.server.connect(), variant.server.connect(), variant.server.connect()])
                .collect();
            for client in &mut idle {
                assert_eq!(client.ask("GET", "/notes", "").status, 200);
            }
            assert_same(&variants.answer(&bytes, cuts), &expected, || format!("split at {cuts:?}"));
            *variants.answered.borrow_mut() += 3;
            for client in &mut idle {
                assert_eq!(client.ask("GET", "/notes", "").status, 200, "an idle connection was closed");
            }
            *variants.answered.borrow_mut() += 3;
        }
    }
    variants.assert_same_logs();
}

/// Bytes that are refused without being parsed as a request.
struct Refusal {
    bytes: String,
    /// The status of the last response.
    status: u16,
    /// The request line in the log, in the common format.
    line: String,
}

#[test]
fn a_refusal_has_a_date_and_a_log_line() {
    let long = "a".repeat(66_000);
    let refusal = |bytes: &str, status, line: &str| Refusal { bytes: bytes.to_owned(), status, line: line.to_owned() };
    let cases = [
        refusal("GET / HTTP/3.1\r\nHost: a\r\n\r\n", 400, "GET / HTTP/3.1"),
        refusal("GET /a HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400, "GET /a HTTP/1.1"),
        refusal("\r\n\r\nGET /\u{1}\"b HTTP/1.1\r\n\r\n", 400, "GET /\\x01\\x22b HTTP/1.1"),
        refusal("\u{16}\u{3}\u{1}", 400, "\\x16\\x03\\x01"),
        refusal("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "GET / HTTP/1.1"),
        refusal("GET /notes HTTP/1.1\r\nHost: a\r\n\r\nGET /\r\n\r\n", 400, "GET /"),
        refusal("GET /slow HTTP/1.1\r\nHo", 408, "GET /slow HTTP/1.1"),
        refusal("\r\nGE", 408, "GE"),
        refusal("GET /notes HTTP/1.1\r\nHost: a\r\n\r\nGET /next HT", 408, "GET /next HT"),
        refusal(&format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"), 414, &format!("GET /{long} HTTP/1.1")),
        refusal(&format!("GET /long HTTP/1.1\r\nX-Long: {long}{long}\r\n\r\n"), 431, "GET /long HTTP/1.1"),
        refusal(&format!("GET /many HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(101)), 431, "GET /many HTTP/1.1"),
        refusal("", 503, "-"),
    ];
    for plain_path in [PlainPath::On, PlainPath::Off] {
        for refusal in cases.iter().filter(|refusal| refusal.status != 503 || !is_over_tls()) {
            check_refusal(plain_path, refusal);
        }
    }
}

fn check_refusal(plain_path: PlainPath, Refusal { bytes, status, line }: &Refusal) {
    let (reader, writer) = io::pipe().expect("a pipe");
    let reading = thread::spawn(|| io::read_to_string(reader).expect("UTF-8"));
    let limits = Limits {
        connections: NonZeroUsize::new(1),
        header_bytes: 100_000,
        header_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let access_log = Some(AccessLog::to(LogFormat::Common, writer.into()));
    let mut server = Running::start_on(1, &Config { plain_path, access_log, limits, ..Config::default() });
    let busy = (*status == 503).then(|| {
        let mut busy = server.connect();
        busy.send(get("/big", ""));
        busy.more().expect("it answers");
        busy
    });
    let mut client = server.connect();
    client.send(bytes);
    let text = client.rest().to_ascii_lowercase();
    let name = format!("{plain_path:?}, {status}, {:.60}", shown(bytes.as_bytes()));
    let (_, last) = text.rsplit_once("http/1.1 ").expect("an answer");
    assert!(last.starts_with(&format!("{status} ")), "{name}: {text}");
    assert!(last.contains("\r\nconnection: close\r\n"), "{name}: {text}");
    assert!(last.contains("\r\ndate: ") && last.contains(" gmt\r\n"), "{name}: {text}");
    drop((client, busy));
    server.stop();
    server.wait();
    drop(server);
    let written = reading.join().expect("it reads");
    let lines: Vec<_> = written.lines().map(|line| line.split_once("] ").expect("a time").1).collect();
    let of_busy = usize::from(*status == 503);
    assert_eq!(lines.len(), answers(&text.to_ascii_uppercase()) + of_busy, "{name}: {lines:?}");
    let expected = format!("\"{line}\" {status} -");
    assert_eq!(lines.iter().filter(|line| **line == expected).count(), 1, "{name}: {lines:?}");
}

#[test]
fn both_paths_have_the_same_limits_on_length() {
    const TARGET_BYTES: usize = 65_534;
    let limits = Limits { header_bytes: 70_000, ..Limits::default() };
    let variants = Variants::start(&limits);
    let check = |request: &[u8], status| {
        for cuts in [&[][..], &[request.len() - 1], &[8_192, 16_384, request.len() - 3]] {
            let answer = String::from_utf8_lossy(&variants.answer(request, cuts)).into_owned();
            assert_eq!(answer.get(9..12), Some(status), "{}, split at {cuts:?}: {answer}", shown(request));
        }
    };
    for (length, status) in [(TARGET_BYTES - 1, "404"), (TARGET_BYTES, "404"), (TARGET_BYTES + 1, "414")] {
        check(&get(&format!("/{}", "a".repeat(length - 1)), ""), status);
    }
    let rest = get("/notes", "A: \r\n").len();
    for (length, status) in
        [(limits.header_bytes - 1, "200"), (limits.header_bytes, "200"), (limits.header_bytes + 1, "431")]
    {
        check(&get("/notes", &format!("A: {}\r\n", "x".repeat(length - rest))), status);
    }
    variants.assert_same_logs();
}
