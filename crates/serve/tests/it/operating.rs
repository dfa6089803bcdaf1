//! The server as its operator sees it: the admin listener and the access log.

use std::collections::BTreeMap;
use std::io::{self, PipeReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use graven_pack::{Coding, Pack};
use graven_serve::limits::Limits;
use graven_serve::{AccessLog, Address, Config, LogFormat, Server};
use tokio::sync::oneshot;

use crate::site::{pack, small, stored};

/// Longer than any operation here should take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A server in this process, with an admin listener.
struct Running {
    address: SocketAddr,
    admin: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    stopped: Receiver<()>,
}

impl Running {
    fn start(config: Config) -> Self {
        Running::start_with(config, pack())
    }

    fn start_with(config: Config, pack: Pack<'static>) -> Self {
        let anywhere = Address::Tcp(([127, 0, 0, 1], 0).into());
        let workers = NonZeroUsize::new(2).expect("two");
        let config = Config { listen: vec![anywhere.clone()], admin: Some(anywhere), workers, ..config };
        let server = Server::bind(config).expect("free ports");
        let Some(Address::Tcp(address)) = server.addresses().next().cloned() else { panic!("it listens on TCP") };
        let Some(Address::Tcp(admin)) = server.admin_address().cloned() else { panic!("it listens on TCP") };
        let (stop, stopping) = oneshot::channel();
        let (done, stopped) = channel();
        thread::spawn(move || {
            server.run(pack, async { stopping.await.unwrap_or_default() }).expect("the workers start");
            done.send(()).unwrap_or_default();
        });
        let running = Running { address, admin, stop: Some(stop), stopped };
        wait_until(|| ask(running.admin, "GET /readyz", "").starts_with("HTTP/1.1 200 "));
        running
    }

    /// Sends a request on a new connection and returns the status.
    fn status(&self, request: &str, fields: &str) -> u16 {
        ask(self.address, request, fields)[9..12].parse().expect("a status")
    }

    fn metrics(&self) -> Metrics {
        Metrics::of(content(&ask(self.admin, "GET /metrics", "")))
    }

    /// Stops the server and waits for its end.
    fn stop_and_wait(mut self) {
        self.stop();
        self.stopped.recv_timeout(TIMEOUT).expect("it stops");
    }

    fn stop(&mut self) {
        self.stop.take().expect("it was not stopped before").send(()).expect("it runs");
    }
}

/// Sends a request on a new connection and returns the response.
fn ask(address: SocketAddr, request: &str, fields: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
    let request = format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer, and a close without a reset");
    String::from_utf8_lossy(&answer).into_owned()
}

fn content(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("a head").1
}

/// Waits until a condition holds, for effects that follow a response shortly after.
fn wait_until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < TIMEOUT, "the condition is never met");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The Prometheus text format 0.0.4, parsed as strictly as its documentation defines it.
struct Metrics(BTreeMap<String, String>);

impl Metrics {
    fn of(text: &str) -> Self {
        assert!(text.ends_with('\n'));
        let (mut series, mut families) = (BTreeMap::new(), Vec::new());
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                let words: Vec<_> = comment.splitn(3, ' ').collect();
                match words[..] {
                    ["HELP", name, help] => {
                        assert!(is_name(name) && !help.is_empty() && !help.contains('\\'), "{line}");
                    }
                    ["TYPE", name, kind] => {
                        assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                        assert!(!families.contains(&(name, kind)), "{name} is repeated");
                        families.push((name, kind));
                    }
                    _ => panic!("neither help nor type: {line}"),
                }
            } else {
                let (name, value) = line.rsplit_once(' ').expect("a value");
                let &(family, kind) = families.last().expect("a type before the first sample");
                assert_sample(name, family, kind);
                assert!(value.parse::<f64>().is_ok(), "{line}");
                assert!(series.insert(name.to_owned(), value.to_owned()).is_none(), "{name} is repeated");
            }
        }
        Metrics(series)
    }

    /// Returns a count, or 0 if the series does not exist.
    fn get(&self, series: &str) -> u64 {
        self.0.get(series).map_or(0, |value| value.parse().expect("a whole number"))
    }

    fn seconds(&self, series: &str) -> f64 {
        self.0[series].parse().expect("a number")
    }

    fn requests(&self, status: u16, route: &str) -> u64 {
        self.get(&format!("graven_requests_total{{status=\"{status}\",route=\"{route}\"}}"))
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Checks a sample: its name is that of its family, with one of three suffixes for a histogram; its labels are names
/// and quoted values.
fn assert_sample(series: &str, family: &str, kind: &str) {
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let suffixes: &[&str] = if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
    assert!(suffixes.iter().any(|suffix| name == format!("{family}{suffix}")), "{series} in {family}");
    assert!(kind != "counter" || name.ends_with("_total"), "{series}");
    let labels = labels.strip_suffix('}').expect("closed");
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (name, value) = label.split_once('=').expect("a value");
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).expect("quotes");
        assert!(is_name(name) && !value.contains(['"', '\\']), "{series}");
    }
}

#[test]
fn metrics_agree_with_the_requests() {
    let server = Running::start(Config::default());
    for (request, fields, status) in [
        ("GET /notes", "", 200),
        ("GET /notes", "", 200),
        ("HEAD /notes", "", 200),
        ("GET /notes", "If-None-Match: *\r\n", 304),
        ("GET /notes", "Range: bytes=0-9\r\n", 206),
        ("GET /notes/", "", 308),
        ("GET /nothing", "", 404),
        ("POST /notes", "", 405),
    ] {
        assert_eq!(server.status(request, fields), status, "{request}");
    }
    wait_until(|| server.metrics().get("graven_request_duration_seconds_count") >= 8);
    let metrics = server.metrics();
    for (status, route, number) in
        [(200, "page", 3), (304, "page", 1), (206, "page", 1), (308, "redirect", 1), (404, "none", 1), (405, "none", 1)]
    {
        assert_eq!(metrics.requests(status, route), number, "{status} {route}");
    }
    assert_eq!(metrics.get("graven_connections_total"), 8);
    assert_eq!(metrics.get("graven_request_duration_seconds_count"), 8);
    assert_eq!(metrics.get("graven_request_duration_seconds_bucket{le=\"+Inf\"}"), 8);
    assert!(metrics.seconds("graven_request_duration_seconds_sum") > 0.0);
    // Two whole pages and a 404 page of 100 bytes each, a part of 10 bytes, and eight heads.
    assert!((1_000..10_000).contains(&metrics.get("graven_sent_bytes_total")));
    assert!(metrics.0.keys().any(|series| series.starts_with("graven_build_info{version=\"")));
    assert!(metrics.seconds("process_start_time_seconds") > 1_700_000_000.0);
}

#[test]
fn buckets_are_cumulative() {
    let server = Running::start(Config::default());
    assert_eq!(server.status("GET /big", ""), 200);
    wait_until(|| server.metrics().get("graven_request_duration_seconds_count") >= 1);
    let text = ask(server.admin, "GET /metrics", "");
    let buckets = text.lines().filter_map(|line| line.strip_prefix("graven_request_duration_seconds_bucket{le=\""));
    let buckets = buckets.map(|bucket| bucket.split_once("\"} ").expect("a value"));
    let buckets: Vec<(f64, u64)> = buckets
        .map(|(bound, number)| {
            (bound.replace("+Inf", "inf").parse().expect("a bound"), number.parse().expect("a number"))
        })
        .collect();
    assert!(buckets.len() > 10 && buckets.is_sorted(), "{buckets:?}");
    assert_eq!(buckets.last(), Some(&(f64::INFINITY, 1)));
}

#[test]
fn connections_are_counted_by_state() {
    let server = Running::start(Config::default());
    let state = |state: &str| server.metrics().get(&format!("graven_connections{{state=\"{state}\"}}"));
    let silent = TcpStream::connect(server.address).expect("it listens");
    wait_until(|| state("new") == 1);
    let mut kept = TcpStream::connect(server.address).expect("it listens");
    kept.write_all(b"GET /empty HTTP/1.1\r\nHost: a\r\n\r\n").expect("it reads");
    wait_until(|| state("idle") == 1);
    kept.write_all(b"GET /").expect("it reads");
    wait_until(|| state("busy") == 1 && state("idle") == 0);
    let mut slow = TcpStream::connect(server.address).expect("it listens");
    slow.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").expect("it reads");
    wait_until(|| state("busy") == 2);
    drop((silent, kept, slow));
    wait_until(|| ["new", "idle", "busy", "closing"].iter().all(|&name| state(name) == 0));
    assert_eq!(server.metrics().get("graven_connections_total"), 3);
}

#[test]
fn limits_that_are_reached_are_counted() {
    let limits = Limits { header_time: Duration::from_millis(50), ..Limits::default() };
    let server = Running::start(Config { limits, ..Config::default() });
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    for (limit, bytes) in [
        ("malformed", "GET\r\n\r\n"),
        ("header_bytes", &long),
        ("header_time", "GET / HTTP/1.1\r\nHost: "),
        ("protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nthese are not frames"),
    ] {
        let hits = || server.metrics().get(&format!("graven_limit_hits_total{{limit=\"{limit}\"}}"));
        assert_eq!(hits(), 0, "{limit}");
        let mut client = TcpStream::connect(server.address).expect("it listens");
        // The server may close before it has read everything.
        client.write_all(bytes.as_bytes()).unwrap_or_default();
        wait_until(|| hits() == 1);
    }
}

/// The site's pack, with one bit of this page's gzip variant flipped.
fn damaged(path: &str) -> Pack<'static> {
    let mut bytes = small();
    let body = stored(path, Coding::Gzip);
    let at = bytes.windows(body.len()).position(|window| window == body).expect("it is stored");
    bytes[at + 7] ^= 0x10;
    Pack::open(bytes.leak()).expect("its index is valid")
}

#[test]
fn a_damaged_page_is_a_500_is_counted_and_makes_the_server_unready() {
    let server = Running::start_with(Config::default(), damaged("/notes"));
    assert_eq!(server.status("GET /blog/a", ""), 200);
    assert_eq!(server.metrics().get("graven_damaged_pages"), 0);
    for request in ["GET /notes", "HEAD /notes", "GET /notes"] {
        assert_eq!(server.status(request, "Accept-Encoding: br\r\n"), 500, "{request}");
    }
    let mut plain = TcpStream::connect(server.address).expect("it listens");
    plain.write_all(b"GET /notes HTTP/1.1\r\nHost: a\r\n\r\n").expect("it reads");
    let mut begin = [0; 12];
    plain.read_exact(&mut begin).expect("an answer");
    assert_eq!(&begin, b"HTTP/1.1 500");
    assert_eq!(server.status("GET /blog/a", ""), 200);
    assert_eq!(server.metrics().get("graven_damaged_pages"), 1);
    wait_until(|| server.metrics().requests(500, "none") == 4);
    let ready = ask(server.admin, "GET /readyz", "");
    assert!(ready.starts_with("HTTP/1.1 503 "), "{ready}");
    assert!(content(&ready).starts_with("damaged: /notes: record ") && content(&ready).contains("copy"), "{ready}");
    // Another process would read the same bytes, so a restart would not help.
    assert!(ask(server.admin, "GET /healthz", "").starts_with("HTTP/1.1 200 "));
    server.stop_and_wait();
}

#[test]
fn a_server_does_not_start_with_a_damaged_index() {
    let mut bytes = small();
    bytes[300] ^= 1;
    let pack = Pack::open(bytes.leak()).expect("its header is valid");
    let anywhere = Address::Tcp(([127, 0, 0, 1], 0).into());
    let server = Server::bind(Config { listen: vec![anywhere], ..Config::default() }).expect("a free port");
    let error = server.run(pack, std::future::pending()).expect_err("it is damaged").to_string();
    assert!(error.contains("the index is damaged") && error.ends_with("copy the executable again"), "{error}");
}

#[test]
fn unix_sockets_are_served_and_can_be_trusted() {
    let folder = std::env::temp_dir().join(format!("graven-operating-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let [site, admin] = ["site", "admin"].map(|name| folder.join(name));
    let (reader, access_log) = log(LogFormat::Common);
    let server = Server::bind(Config {
        listen: vec![Address::Unix(site.clone())],
        admin: Some(Address::Unix(admin.clone())),
        access_log,
        trusted_proxies: vec!["unix".parse().expect("a proxy")],
        client_address_field: "forwarded".parse().expect("a name"),
        ..Config::default()
    });
    let (stop, stopping) = oneshot::channel();
    let run =
        thread::spawn(move || server.expect("free paths").run(pack(), async { stopping.await.unwrap_or_default() }));
    let ask = |path, fields: &str| {
        let mut answer = String::new();
        let mut stream = UnixStream::connect(path).ok()?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n").ok()?;
        stream.read_to_string(&mut answer).ok().map(|_| answer)
    };
    wait_until(|| ask(&admin, "").is_some_and(|answer| answer.starts_with("HTTP/1.1 200 ")));
    for fields in ["", "Forwarded: for=192.0.2.9\r\n"] {
        assert!(ask(&site, fields).is_some_and(|answer| answer.starts_with("HTTP/1.1 404 ")));
    }
    stop.send(()).expect("it runs");
    run.join().expect("it ends").expect("the workers start");
    let lines = lines(reader);
    let mut clients: Vec<_> = lines.iter().map(|line| timeless(line).0).collect();
    clients.sort_unstable();
    assert_eq!(clients, ["192.0.2.9", "unix"]);
    std::fs::remove_dir_all(&folder).expect("the folder exists");
}

#[test]
fn the_admin_listener_has_three_paths() {
    let server = Running::start(Config::default());
    for (request, expected) in [
        ("GET /healthz", "HTTP/1.1 200 OK"),
        ("GET /readyz", "HTTP/1.1 200 OK"),
        ("GET /metrics?x=1", "HTTP/1.1 200 OK"),
        ("GET /", "HTTP/1.1 404 Not Found"),
        ("GET /notes", "HTTP/1.1 404 Not Found"),
        ("POST /healthz", "HTTP/1.1 405 Method Not Allowed"),
        ("DELETE /metrics", "HTTP/1.1 405 Method Not Allowed"),
    ] {
        let answer = ask(server.admin, request, "").to_ascii_lowercase();
        assert!(answer.starts_with(&expected.to_ascii_lowercase()), "{request}: {answer}");
        assert_eq!(answer.contains("\r\nallow: get, head\r\n"), answer.starts_with("http/1.1 405"), "{answer}");
    }
    let head = ask(server.admin, "HEAD /metrics", "");
    assert!(head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{head}");
    assert!(content(&head).is_empty() && !head.contains("content-length: 0"), "{head}");
    // Requests to the admin listener and health probes are not counted as requests to the site.
    let metrics = server.metrics();
    assert!(!metrics.0.keys().any(|series| series.starts_with("graven_requests_total")));
    assert_eq!(metrics.get("graven_connections_total"), 0);
}

#[test]
fn a_draining_server_is_healthy_and_not_ready() {
    let mut server = Running::start(Config { drain_delay: Duration::from_millis(300), ..Config::default() });
    server.stop();
    wait_until(|| ask(server.admin, "GET /readyz", "").starts_with("HTTP/1.1 503 "));
    assert!(ask(server.admin, "GET /healthz", "").starts_with("HTTP/1.1 200 "));
    assert_eq!(server.status("GET /notes", ""), 200, "it still accepts");
    server.stopped.recv_timeout(TIMEOUT).expect("it stops");
    assert!(TcpStream::connect(server.admin).is_err(), "the admin listener stops too");
}

/// Returns a log and the reader of its output.
fn log(form: LogFormat) -> (PipeReader, Option<AccessLog>) {
    let (reader, writer) = io::pipe().expect("a pipe");
    (reader, Some(AccessLog::to(form, writer.into())))
}

fn lines(mut reader: PipeReader) -> Vec<String> {
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("UTF-8");
    text.lines().map(str::to_owned).collect()
}

/// Returns what does not depend on time in a line in the common format: the client, and everything from the request
/// line on.
fn timeless(line: &str) -> (&str, &str) {
    (line.split_once(' ').expect("a client").0, line.split_once("] ").expect("a time").1)
}

#[test]
fn each_response_has_a_log_line() {
    let (reader, access_log) = log(LogFormat::Combined);
    let server = Running::start(Config { access_log, ..Config::default() });
    for (request, fields) in [
        ("GET /notes", "Referer: https://a.example/\"\r\nUser-Agent: a\\b\r\n"),
        ("HEAD /notes?q=1", ""),
        ("GET /big", ""),
        ("GET /nothing", "User-Agent: \u{e4}\r\n"),
    ] {
        server.status(request, fields);
    }
    server.stop_and_wait();
    let lines = lines(reader);
    let mut found: Vec<_> = lines.iter().map(|line| timeless(line)).collect();
    // Lines of different workers have no order.
    found.sort_unstable();
    let expected = [
        r#""GET /big HTTP/1.1" 200 8388608 "-" "-""#,
        r#""GET /notes HTTP/1.1" 200 100 "https://a.example/\x22" "a\x5Cb""#,
        r#""GET /nothing HTTP/1.1" 404 100 "-" "\xC3\xA4""#,
        r#""HEAD /notes?q=1 HTTP/1.1" 200 - "-" "-""#,
    ];
    assert_eq!(found, expected.map(|line| ("127.0.0.1", line)));
}

#[test]
fn the_log_line_of_an_interrupted_response_has_the_length_sent() {
    let (reader, access_log) = log(LogFormat::Common);
    let server = Running::start(Config { access_log, ..Config::default() });
    let mut client = TcpStream::connect(server.address).expect("it listens");
    client.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").expect("it reads");
    client.read_exact(&mut [0; 100]).expect("an answer");
    drop(client);
    wait_until(|| server.metrics().get("graven_connections{state=\"busy\"}") == 0);
    server.stop_and_wait();
    let lines = lines(reader);
    let (_, rest) = timeless(&lines[0]);
    let bytes: u64 = rest.rsplit_once(' ').and_then(|(_, bytes)| bytes.parse().ok()).expect("a number");
    assert!((100..8_388_608).contains(&bytes), "{rest}");
}

#[test]
fn only_a_trusted_proxy_can_name_the_client() {
    let spoofed = "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\n";
    for (trusted, client, scheme) in [
        (vec![], "127.0.0.1", "http"),
        (vec!["10.0.0.0/8", "unix"], "127.0.0.1", "http"),
        (vec!["127.0.0.0/8"], "198.51.100.1", "https"),
    ] {
        let (reader, access_log) = log(LogFormat::Json);
        let trusted_proxies = trusted.iter().map(|text| text.parse().expect("a proxy")).collect();
        let server = Running::start(Config { access_log, trusted_proxies, ..Config::default() });
        server.status("GET /notes", spoofed);
        server.stop_and_wait();
        let line = lines(reader).concat();
        assert!(line.contains(&format!(",\"client\":\"{client}\",")), "{line}");
        assert!(line.ends_with(&format!(",\"host\":\"localhost\",\"scheme\":\"{scheme}\"}}")), "{line}");
    }
}

#[test]
fn if_nobody_reads_the_log_lines_are_dropped_and_requests_are_answered() {
    const REQUESTS: usize = 300;
    let (reader, access_log) = log(LogFormat::Combined);
    let server = Running::start(Config { access_log, ..Config::default() });
    let agent = format!("User-Agent: {}\r\n", "a".repeat(7_000));
    // Two buffers, two more that the writer is writing, and the pipe hold 1.1 MiB; this is twice as much.
    for _ in 0..REQUESTS {
        assert_eq!(server.status("GET /empty", &agent), 200);
    }
    let dropped = || server.metrics().get("graven_access_log_dropped_lines_total");
    wait_until(|| server.metrics().get("graven_request_duration_seconds_count") >= 300);
    assert!(dropped() > 0);
    assert_eq!(server.metrics().requests(200, "page"), 300);
    let dropped = dropped();
    let reading = thread::spawn(move || lines(reader));
    server.stop_and_wait();
    let kept = reading.join().expect("it read");
    assert_eq!((REQUESTS - kept.len()) as u64, dropped);
    assert!(kept.iter().all(|line| line.len() > 7_000 && line.ends_with('"')));
}

#[test]
fn a_stalled_log_does_not_keep_a_server_from_stopping() {
    let (reader, access_log) = log(LogFormat::Combined);
    let server = Running::start(Config { access_log, ..Config::default() });
    let agent = format!("User-Agent: {}\r\n", "a".repeat(7_000));
    for _ in 0..50 {
        server.status("GET /empty", &agent);
    }
    server.stop_and_wait();
    drop(reader);
}

#[test]
fn a_client_that_reads_nothing_is_counted_by_both_http1_paths() {
    let limits = Limits { write_time: Duration::from_millis(300), ..Limits::default() };
    let server = Running::start(Config { limits, ..Config::default() });
    let hits = || server.metrics().get("graven_limit_hits_total{limit=\"write_time\"}");
    // A request with a query is not plain.
    for (before, target) in [(0, "/big"), (1, "/big?x")] {
        assert_eq!(hits(), before, "{target}");
        let mut client = TcpStream::connect(server.address).expect("it listens");
        client.write_all(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).expect("it reads");
        wait_until(|| hits() == before + 1);
    }
}
