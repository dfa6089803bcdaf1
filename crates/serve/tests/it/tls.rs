//! TLS: handshakes, certificates, redirects to HTTPS, and what ends a session.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use graven_pack::Coding;
use graven_serve::limits::Limits;
use graven_serve::{Address, Config, Hsts, Server, TlsConfig};
use rustls::{ALL_VERSIONS, ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion, StreamOwned, version};

use crate::bridge::{Identity, client_config, identity, new_identity, server_name, tls_config};
use crate::http2::{PREFACE, SETTINGS, frame, get_coded};
use crate::running::{Client, Running, TIMEOUT};
use crate::site::{BIG, pack, stored};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// The type of a record (RFC 5246 §6.2.1).
const APPLICATION_DATA: u8 = 23;

/// A server with an address for HTTPS, one that redirects, and one for HTTP.
struct Secure {
    running: Running,
    redirect: SocketAddr,
    plain: SocketAddr,
    admin: SocketAddr,
}

impl Secure {
    fn start(config: &Config) -> Self {
        let listen = vec![Address::Https(ANYWHERE), Address::Redirect(ANYWHERE), Address::Tcp(ANYWHERE)];
        let admin = Some(Address::Tcp(ANYWHERE));
        let server = Server::bind(Config { listen, admin, ..config.clone() }).expect("free ports");
        let addresses: Vec<_> = server.addresses().filter_map(Address::tcp).collect();
        let admin = server.admin_address().and_then(Address::tcp).expect("a port");
        Secure { redirect: addresses[1], plain: addresses[2], admin, running: Running::run(server, pack()) }
    }

    fn https(&self) -> SocketAddr {
        self.running.address
    }

    fn metric(&self, series: &str) -> String {
        let text = get(self.admin, "/metrics");
        let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("{series} in {text}")).to_owned()
    }
}

fn config() -> Config {
    Config { tls: tls_config(), workers: NonZeroUsize::new(2).expect("two"), ..Config::default() }
}

fn in_folder(folder: &Path) -> Config {
    let tls = TlsConfig { state: Some(folder.to_owned()), hsts: Hsts::Off, ..TlsConfig::default() };
    Config { tls, ..config() }
}

/// A folder of one test, empty at first.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("graven-tls-{}-{name}", std::process::id()));
    std::fs::remove_dir_all(&folder).unwrap_or_default();
    std::fs::create_dir_all(folder.join("challenges")).expect("a folder");
    folder
}

/// Puts a chain and its key into the one file that `notes certificate` writes.
fn join(identity: &Identity, file: &Path) {
    let both = [&identity.key, &identity.certificate].map(|file| std::fs::read(file).expect("a file")).concat();
    std::fs::write(file, both).expect("a file");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("a file");
}

type Session = StreamOwned<ClientConnection, TcpStream>;

fn connect(address: SocketAddr, config: &Arc<ClientConfig>) -> Session {
    let socket = TcpStream::connect(address).expect("it listens");
    socket.set_read_timeout(Some(TIMEOUT)).expect("a socket");
    let session = ClientConnection::new(Arc::clone(config), server_name()).expect("a configuration");
    StreamOwned::new(session, socket)
}

fn client() -> Arc<ClientConfig> {
    Arc::new(client_config(identity(), &[], ALL_VERSIONS))
}

/// Sends a request that is the last, and returns what is answered, up to a proper end of the session.
fn ask(session: &mut Session, target: &str) -> String {
    write!(session, "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut text = Vec::new();
    session.read_to_end(&mut text).expect("a close_notify");
    String::from_utf8_lossy(&text).into_owned()
}

fn ask_plain(address: SocketAddr, request: &str) -> String {
    let mut client = Client::connect(address);
    client.send(request);
    client.rest()
}

fn get(address: SocketAddr, target: &str) -> String {
    ask_plain(address, &format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
}

#[test]
fn both_versions_are_spoken_and_the_session_ends_properly() {
    let server = Secure::start(&config());
    for (version, expected) in
        [(&version::TLS13, ProtocolVersion::TLSv1_3), (&version::TLS12, ProtocolVersion::TLSv1_2)]
    {
        let client = Arc::new(client_config(identity(), &["http/1.1"], &[version]));
        let mut session = connect(server.https(), &client);
        let answer = ask(&mut session, "/notes");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert_eq!(session.conn.protocol_version(), Some(expected));
    }
    assert_eq!(server.metric("graven_tls_handshakes_total{version=\"1.3\",result=\"full\"}"), "1");
    assert_eq!(server.metric("graven_tls_handshakes_total{version=\"1.2\",result=\"full\"}"), "1");
    let days = server.metric("graven_tls_certificate_days_left").parse::<i64>().expect("a number");
    assert!(days > 365, "{days}");
}

#[test]
fn the_protocol_is_negotiated() {
    let server = Secure::start(&config());
    for (offered, expected) in [
        (&["h2", "http/1.1"][..], Some(&b"h2"[..])),
        (&["http/1.1", "h2"], Some(b"h2")),
        (&["http/1.1"], Some(b"http/1.1")),
        (&["http/1.0"], Some(b"http/1.0")),
        (&[], None),
    ] {
        let mut session = connect(server.https(), &Arc::new(client_config(identity(), offered, ALL_VERSIONS)));
        session.conn.complete_io(&mut session.sock).expect("a handshake");
        assert_eq!(session.conn.alpn_protocol(), expected, "{offered:?}");
    }
    // RFC 7301 §3.2: without a common protocol, there is no session.
    let mut session = connect(server.https(), &Arc::new(client_config(identity(), &["smtp"], ALL_VERSIONS)));
    let error = session.conn.complete_io(&mut session.sock).expect_err("nothing in common").to_string();
    assert!(error.contains("NoApplicationProtocol"), "{error}");
}

#[test]
fn a_client_that_negotiated_http_2_has_to_speak_it() {
    let server = Secure::start(&config());
    let mut session = connect(server.https(), &Arc::new(client_config(identity(), &["h2"], ALL_VERSIONS)));
    write!(session, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
    let mut bytes = Vec::new();
    let _closed = session.read_to_end(&mut bytes);
    assert!(!bytes.starts_with(b"HTTP/1.1"), "{bytes:?}");
}

#[test]
fn the_settings_of_http_2_are_sent_before_the_client_says_anything() {
    let server = Secure::start(&config());
    let mut session = connect(server.https(), &Arc::new(client_config(identity(), &["h2"], ALL_VERSIONS)));
    let mut head = [0; 9];
    session.read_exact(&mut head).expect("a frame");
    assert_eq!(head[3], SETTINGS);
}

#[test]
fn an_answer_needs_few_records_and_so_do_the_answers_of_a_turn() {
    let server = Secure::start(&config());
    let session = |protocol| {
        // In TLS 1.2 the type of a record says whether it is of the handshake.
        let client = client_config(identity(), &[protocol], &[&version::TLS12]);
        connect(server.https(), &Arc::new(client))
    };
    for (coding, name) in [(Coding::Identity, "identity"), (Coding::Brotli, "br")] {
        let content = stored("/notes", coding);
        let request = format!("GET /notes?q HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {name}\r\n\r\n");
        let is_whole = |plain: &[u8]| plain.ends_with(&content);
        assert_eq!(records(&mut session("http/1.1"), request.as_bytes(), is_whole), 1, "{name}");
    }
    let content = stored("/notes", Coding::Brotli);
    let streams = (0..20).map(|at| 2 * at + 1);
    let requests = streams.flat_map(|stream| get_coded(stream, "/notes", "br"));
    let request: Vec<u8> = PREFACE.iter().copied().chain(frame(SETTINGS, 0, 0, &[])).chain(requests).collect();
    let is_whole = |plain: &[u8]| plain.windows(content.len()).filter(|window| *window == content).count() == 20;
    // The server's settings may have one of their own.
    let count = records(&mut session("h2"), &request, is_whole);
    assert!((1..=2).contains(&count), "{count}");
}

/// Sends a request, and counts the records of the answer, up to where it is whole.
fn records(session: &mut Session, request: &[u8], is_whole: impl Fn(&[u8]) -> bool) -> usize {
    session.write_all(request).expect("it reads");
    let (mut plain, mut count) = (Vec::new(), 0);
    while !is_whole(&plain) {
        let mut record = vec![0; 5];
        session.sock.read_exact(&mut record).expect("a record");
        record.resize(5 + usize::from(u16::from_be_bytes([record[3], record[4]])), 0);
        session.sock.read_exact(&mut record[5..]).expect("a record");
        count += usize::from(record[0] == APPLICATION_DATA);
        session.conn.read_tls(&mut &record[..]).expect("a buffer");
        session.conn.process_new_packets().expect("a proper record");
        let _end = session.conn.reader().read_to_end(&mut plain);
    }
    count
}

#[test]
fn sessions_are_resumed_by_any_worker() {
    let server = Secure::start(&Config { workers: NonZeroUsize::new(4).expect("four"), ..config() });
    for version in ALL_VERSIONS {
        let client = Arc::new(client_config(identity(), &[], &[version]));
        ask(&mut connect(server.https(), &client), "/notes");
        for _ in 0..8 {
            let mut session = connect(server.https(), &client);
            ask(&mut session, "/notes");
            assert_eq!(session.conn.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
        }
    }
}

#[test]
fn hsts_is_sent_over_https_alone() {
    let hsts = "max-age=63072000; includeSubDomains; preload";
    let tls = TlsConfig { hsts: hsts.parse().expect("a value"), ..tls_config() };
    let server = Secure::start(&Config { tls, ..config() });
    let line = format!("\r\nstrict-transport-security: {hsts}\r\n");
    // By hyper, an error, a redirect.
    for target in ["/notes", "/notes?q", "/none", "/old"] {
        let answer = ask(&mut connect(server.https(), &client()), target);
        assert_eq!(answer.matches(&line).count(), 1, "{target}: {answer}");
        for address in [server.plain, server.redirect] {
            let answer = get(address, target);
            assert!(!answer.contains("strict-transport"), "{target}: {answer}");
        }
    }
    // From a prepared head.
    let mut prepared = connect(server.https(), &client());
    write!(prepared, "GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
    let mut buffer = [0; 4096];
    let length = prepared.read(&mut buffer).expect("an answer");
    let head = String::from_utf8_lossy(&buffer[..length]).into_owned();
    assert_eq!(head.matches(&line).count(), 1, "{head}");
}

#[test]
fn requests_for_the_hosts_of_the_certificate_are_redirected() {
    let folder = folder("redirect");
    let names = ["example.org", "a", "*.b.example", "127.0.0.1", "::1"].map(str::to_owned);
    let hosts = new_identity(&folder, |params| *params = rcgen::CertificateParams::new(names).expect("names"));
    let tls = TlsConfig { certificate: Some(hosts.certificate), key: Some(hosts.key), ..TlsConfig::default() };
    let server = Secure::start(&Config { tls, ..config() });
    let port = server.https().port();
    let [direct, v6] = ["example.org", "[::1]"].map(|host| format!("https://{host}:{port}/"));
    for (request, status, expected) in [
        ("GET /notes?a=b HTTP/1.1\r\nHost: example.org", "308", Some("https://example.org/notes?a=b")),
        ("GET / HTTP/1.1\r\nHost: example.org:8080", "308", Some(&*direct)),
        ("GET / HTTP/1.1\r\nHost: [::1]:8080", "308", Some(&*v6)),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1", "308", Some("https://127.0.0.1/")),
        ("GET / HTTP/1.1\r\nHost: EXAMPLE.org.", "308", Some("https://EXAMPLE.org./")),
        ("HEAD /none HTTP/1.1\r\nHost: a", "308", Some("https://a/none")),
        ("POST /notes HTTP/1.1\r\nHost: a\r\nContent-Length: 0", "308", Some("https://a/notes")),
        ("GET http://c.b.example/notes HTTP/1.1\r\nHost: c.b.example", "308", Some("https://c.b.example/notes")),
        ("GET //evil.example/x HTTP/1.1\r\nHost: a", "308", Some("https://a//evil.example/x")),
        (
            "GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: a",
            "308",
            Some("https://a/.well-known/acme-challenge/x"),
        ),
        ("GET /a%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: a", "308", Some("https://a/a%0d%0aSet-Cookie:x")),
        // A redirect would lead to a warning of the browser.
        ("GET /notes HTTP/1.1\r\nHost: raspberrypi.local", "200", None),
        ("GET /notes HTTP/1.1\r\nHost: 192.168.1.2", "200", None),
        ("GET /notes HTTP/1.1\r\nHost: b.example", "200", None),
        ("GET /notes HTTP/1.1\r\nHost:", "200", None),
        ("GET /notes HTTP/1.1\r\nHost: [::1", "200", None),
        ("GET /notes HTTP/1.0\r\nX: y", "200", None),
        ("GET / HTTP/1.1\r\nHost: a/b", "400", None),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b", "400", None),
        ("GET / HTTP/1.1\r\nX: y", "400", None),
    ] {
        let answer = ask_plain(server.redirect, &format!("{request}\r\nConnection: close\r\n\r\n"));
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        assert_eq!((answer.get(9..12), location), (Some(status), expected), "{request}: {answer}");
    }
    assert!(get(server.plain, "/notes").starts_with("HTTP/1.1 200 "));
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn http_without_tls_on_the_port_of_https_is_refused_with_the_right_address() {
    let limits = Limits { header_time: Duration::from_millis(300), ..Limits::default() };
    let server = Secure::start(&Config { limits, ..config() });
    let port = server.https().port();
    for (request, expected) in [
        (
            "GET /notes?a=b HTTP/1.1\r\nHost: example.org\r\n\r\n",
            format!(" Use https://example.org:{port}/notes?a=b\n"),
        ),
        ("POST / HTTP/1.1\r\nHost: [::1]:8443\r\nContent-Length: 0\r\n\r\n", format!(" Use https://[::1]:{port}/\n")),
        ("HEAD /notes HTTP/1.1\r\nHost: a\r\n\r\n", String::new()),
        ("GET /notes HTTP/1.0\r\n\r\n", "came without it.\n".to_owned()),
        ("GET / HTTP/1.1\r\nHost: a/<b>\r\n\r\n", "came without it.\n".to_owned()),
    ] {
        let answer = ask_plain(server.https(), request);
        let (head, text) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n") || head.starts_with("HTTP/1.0 400 "), "{answer}");
        assert!(head.contains("content-type: text/plain") && head.contains("nosniff"), "{answer}");
        assert!(!head.contains("strict-transport"), "{answer}");
        assert!(text.ends_with(&expected) && text.is_empty() == expected.is_empty(), "{answer}");
    }
    // Half a head has the time limit that it has elsewhere.
    let start = Instant::now();
    assert!(ask_plain(server.https(), "GET / HTTP/1.1\r\n").starts_with("HTTP/1.1 408 "));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // No handshake has failed, and the next one succeeds.
    assert!(ask(&mut connect(server.https(), &client()), "/notes").starts_with("HTTP/1.1 200 "));
    assert_eq!(server.metric("graven_tls_handshakes_total{version=\"\",result=\"failed\"}"), "0");
}

#[test]
fn a_challenge_is_answered_by_the_file_with_its_token() {
    let folder = folder("challenge");
    let token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";
    std::fs::write(folder.join("challenges").join(token), "the answer").expect("a file");
    std::fs::write(folder.join("secret"), "a secret").expect("a file");
    join(identity(), &folder.join("certificate.pem"));
    let server = Secure::start(&in_folder(&folder));
    for (path, expected) in [
        (token, true),
        ("..%2fsecret", false),
        ("../secret", false),
        ("%2e%2e/secret", false),
        ("", false),
        ("other", false),
    ] {
        let answer = get(server.redirect, &format!("/.well-known/acme-challenge/{path}"));
        // An authority that was redirected asks over HTTPS.
        let target = format!("/.well-known/acme-challenge/{path}");
        let secure = ask(&mut connect(server.https(), &client()), &target);
        for answer in [answer, secure] {
            let is_answered = answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nthe answer");
            assert_eq!(is_answered, expected, "{path}: {answer}");
            assert!(!answer.contains("a secret"), "{path}");
        }
    }
    // An address of HTTP alone has nothing of it.
    assert!(get(server.plain, &format!("/.well-known/acme-challenge/{token}")).starts_with("HTTP/1.1 404 "));
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn until_there_is_a_certificate_the_site_is_served_without_it() {
    let folder = folder("first");
    let server = Secure::start(&in_folder(&folder));
    let answer = get(server.redirect, "/notes");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let mut session = connect(server.https(), &client());
    session.conn.complete_io(&mut session.sock).expect_err("no certificate");
    let ready = get(server.admin, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains("no certificate yet"), "{ready}");
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn with_a_damaged_certificate_it_starts_and_answers_the_challenge_for_another() {
    let folder = folder("damaged");
    let file = folder.join("certificate.pem");
    std::fs::write(folder.join("challenges/token"), "token.digest").expect("a file");
    for damage in [&b""[..], b"\0\xff", b"-----BEGIN CERTIFICATE-----\nMIIB"] {
        std::fs::write(&file, damage).expect("a file");
        let server = Secure::start(&in_folder(&folder));
        let answer = get(server.redirect, "/.well-known/acme-challenge/token");
        assert!(answer.ends_with("token.digest"), "{answer}");
        assert!(get(server.redirect, "/notes").starts_with("HTTP/1.1 200 "));
        assert!(get(server.admin, "/readyz").starts_with("HTTP/1.1 503 "));
    }
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn a_handshake_for_a_challenge_is_shown_its_own_certificate() {
    let folder = folder("alpn");
    join(identity(), &folder.join("certificate.pem"));
    let other = new_identity(&folder.join("other"), |params| {
        let extension = rcgen::CustomExtension::new_acme_identifier(&[7; 32]);
        params.custom_extensions.push(extension);
    });
    join(&other, &folder.join("challenges/alpn-localhost.pem"));
    let server = Secure::start(&in_folder(&folder));
    // An authority looks at the extension that other clients refuse: the alert of this one says that it was shown.
    let challenge = Arc::new(client_config(&other, &["acme-tls/1"], ALL_VERSIONS));
    let mut session = connect(server.https(), &challenge);
    let error = session.conn.complete_io(&mut session.sock).expect_err("an unknown extension").to_string();
    assert!(error.contains("UnsupportedCriticalExtension"), "{error}");
    // Nothing is served in it.
    let _closed = write!(session, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut bytes = Vec::new();
    let _closed = session.read_to_end(&mut bytes);
    assert_eq!(bytes, b"");
    assert!(ask(&mut connect(server.https(), &client()), "/notes").starts_with("HTTP/1.1 200 "));
    std::fs::remove_dir_all(folder).expect("a folder");
}

/// A server whose certificate is valid from January to March of a year.
fn valid_in(folder: &Path, year: i32) -> Secure {
    let identity = new_identity(folder, |params| {
        params.not_before = rcgen::date_time_ymd(year, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 4, 1);
    });
    Secure::start(&Config { tls: files(&identity.certificate, &identity.key), ..config() })
}

#[test]
fn a_clock_that_is_behind_does_not_make_the_site_unready() {
    let folder = folder("early");
    let server = valid_in(&folder, 4000);
    let (start, mut ready) = (Instant::now(), get(server.admin, "/readyz"));
    while ready.ends_with("starting\n") && start.elapsed() < TIMEOUT {
        ready = get(server.admin, "/readyz");
    }
    assert!(ready.starts_with("HTTP/1.1 200 "), "{ready}");
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn the_folder_may_be_the_state_or_the_part_of_it_that_is_served() {
    let folder = folder("state");
    let part = folder.join("served");
    let tls = TlsConfig { state: Some(folder.clone()), ..TlsConfig::default() };
    assert_eq!(tls.folders(), [&*folder]);
    let server = Secure::start(&in_folder(&folder));
    let ready = get(server.admin, "/readyz");
    let hint = format!("`notes certificate obtain --domain NAME --state {}`", folder.display());
    assert!(ready.contains(&hint), "{ready}");
    // What `notes certificate --state` does while the server runs.
    std::fs::create_dir_all(part.join("challenges")).expect("a folder");
    std::fs::write(part.join("challenges/token"), "token.digest").expect("a file");
    assert!(get(server.redirect, "/.well-known/acme-challenge/token").ends_with("token.digest"));
    join(identity(), &part.join("certificate.pem"));
    drop(server);
    for folder in [&folder, &part] {
        let tls = TlsConfig { state: Some(folder.clone()), ..TlsConfig::default() };
        assert_eq!(tls.folders(), [&*part]);
        let server = Secure::start(&in_folder(folder));
        assert!(ask(&mut connect(server.https(), &client()), "/notes").starts_with("HTTP/1.1 200 "));
    }
    std::fs::remove_file(part.join("certificate.pem")).expect("a file");
    let ready = get(Secure::start(&in_folder(&part)).admin, "/readyz");
    assert!(ready.contains(&hint), "{ready}");
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn an_expired_certificate_is_served_and_readyz_says_so() {
    let folder = folder("expired");
    let server = valid_in(&folder, 2024);
    let ready = get(server.admin, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains("expired at 2024-04-01T00:00:00Z"), "{ready}");
    assert!(server.metric("graven_tls_certificate_days_left").starts_with('-'));
    std::fs::remove_dir_all(folder).expect("a folder");
}

/// What the server says when it cannot start with these files.
fn refusal(tls: TlsConfig, listen: Vec<Address>) -> String {
    Server::bind(Config { tls, listen, ..Config::default() }).expect_err("it cannot start").to_string()
}

fn files(certificate: &Path, key: &Path) -> TlsConfig {
    TlsConfig { certificate: Some(certificate.to_owned()), key: Some(key.to_owned()), ..TlsConfig::default() }
}

#[test]
fn a_certificate_that_cannot_work_is_refused_with_the_fix() {
    let folder = folder("refused");
    let good = new_identity(&folder.join("good"), |_| ());
    let other = new_identity(&folder.join("other"), |_| ());
    let (empty, open, big) = (folder.join("empty.pem"), folder.join("open.pem"), folder.join("big.pem"));
    std::fs::write(&empty, "").expect("a file");
    std::fs::copy(&good.key, &open).expect("a file");
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).expect("a file");
    std::fs::write(&big, vec![b'a'; 300 * 1024]).expect("a file");
    for (tls, expected) in [
        (files(&good.certificate, &other.key), "it is not the key of the certificate in"),
        (files(&empty, &good.key), "it has no `BEGIN CERTIFICATE`"),
        (files(&good.key, &good.key), "it has no `BEGIN CERTIFICATE`"),
        (files(&good.certificate, &open), "every user of this machine can read"),
        (files(&good.certificate, &open), "chmod 600"),
        (files(&good.certificate, &folder), "it is no file"),
        (files(&folder, &good.key), "it is no file"),
        (files(&big, &good.key), "larger than 256 KiB"),
        (files(&folder.join("none"), &good.key), "No such file"),
        (TlsConfig { key: None, ..files(&good.certificate, &good.key) }, "--tls-key is missing"),
        (TlsConfig { certificate: None, ..files(&good.certificate, &good.key) }, "--tls-certificate is missing"),
        (TlsConfig { state: Some(folder.clone()), ..files(&good.certificate, &good.key) }, "leave out either"),
        (TlsConfig::default(), "HTTPS needs a certificate"),
        (TlsConfig { state: Some(folder.join("none")), ..TlsConfig::default() }, "there is no such folder: create it"),
    ] {
        let error = refusal(tls, vec![Address::Https(ANYWHERE)]);
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
    for (tls, listen, expected) in [
        (tls_config(), Address::Tcp(ANYWHERE), "no address that uses it"),
        (tls_config(), Address::Redirect(ANYWHERE), "no address that uses it"),
        (TlsConfig::default(), Address::Redirect(ANYWHERE), "redirects to HTTPS, and none is for HTTPS"),
    ] {
        let error = refusal(tls, vec![listen]);
        assert!(error.contains(expected), "{error}");
    }
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn pem_as_people_come_to_have_it_is_read_or_the_reason_is_said() {
    let folder = folder("pem");
    let good = new_identity(&folder.join("good"), |_| ());
    let other = new_identity(&folder.join("other"), |_| ());
    let [certificate, key, foreign] =
        [&good.certificate, &good.key, &other.certificate].map(|file| std::fs::read_to_string(file).expect("a file"));
    let (file, key_file) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let chain = certificate.clone() + &foreign;
    // An editor of Windows begins a file with a byte order mark, and ends lines with two characters.
    let windows = format!("\u{feff}{}", certificate.replace('\n', "\r\n"));
    for (certificate, key, expected) in [
        (&*windows, &*key, None),
        (&*chain, &*key, None),
        (&format!("subject=CN = localhost\n{certificate}"), &key, None),
        (
            &certificate.replace("-----END CERTIFICATE-----", ""),
            &key,
            Some("the line `-----END CERTIFICATE-----` is missing"),
        ),
        (
            &certificate,
            &key.replace("-----END PRIVATE KEY-----", ""),
            Some("the line `-----END PRIVATE KEY-----` is missing"),
        ),
        (
            &certificate,
            &key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            Some("has a password, which nobody could enter"),
        ),
        (
            &(foreign + &certificate),
            &key,
            Some("the key is that of certificate 2 in it: the certificate of the site must come first"),
        ),
    ] {
        std::fs::write(&file, certificate).expect("a file");
        std::fs::write(&key_file, key).expect("a file");
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).expect("a file");
        let tls = files(&file, &key_file);
        let bound = Server::bind(Config { tls, listen: vec![Address::Https(ANYWHERE)], ..Config::default() });
        let error = bound.err().map(|error| error.to_string());
        let is_expected = error.as_deref().is_some_and(|error| expected.is_some_and(|text| error.contains(text)));
        assert!(is_expected || (error.is_none() && expected.is_none()), "expected {expected:?}, found {error:?}");
    }
    std::fs::remove_dir_all(folder).expect("a folder");
}

#[test]
fn a_large_request_may_come_with_the_end_of_the_handshake() {
    let server = Secure::start(&config());
    for versions in [&[&version::TLS13][..], &[&version::TLS12]] {
        let mut session = connect(server.https(), &Arc::new(client_config(identity(), &[], versions)));
        let long = format!("X-Long: {}\r\n", "x".repeat(400)).repeat(38);
        let request = format!("GET /notes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{long}\r\n");
        assert!((15_500..16_384).contains(&request.len()), "one record, and within the limit of a head");
        // It is sent as soon as there are keys for it.
        session.conn.writer().write_all(request.as_bytes()).expect("a buffer");
        let mut answer = Vec::new();
        session.read_to_end(&mut answer).expect("a close_notify");
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    }
}

#[test]
fn half_a_handshake_ends_after_the_header_time() {
    let limits = Limits { header_time: Duration::from_millis(300), ..Limits::default() };
    let server = Secure::start(&Config { limits, ..config() });
    // Nothing; the beginning of a hello; a record that never ends; what is neither TLS nor HTTP.
    let beginnings: [&[u8]; 5] = [
        b"",
        &[22, 3, 1, 2, 0, 1, 0],
        &[23, 3, 3, 0x40, 0],
        b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        &[0x80, 0x2e, 1, 0, 2],
    ];
    for bytes in beginnings {
        let start = Instant::now();
        let mut client = Client::connect(server.https());
        client.send(bytes);
        let mut rest = Vec::new();
        let _end = client.stream.read_to_end(&mut rest);
        assert!(start.elapsed() < Duration::from_secs(5), "{bytes:?}: {:?}", start.elapsed());
        assert!(!rest.starts_with(b"HTTP"), "{bytes:?}");
    }
    let failed = || server.metric("graven_tls_handshakes_total{version=\"\",result=\"failed\"}");
    // It is counted after the socket is closed.
    let start = Instant::now();
    while failed() != "5" {
        assert!(start.elapsed() < TIMEOUT, "{}", failed());
    }
}

#[test]
fn a_client_that_reads_nothing_over_tls_is_disconnected() {
    let limits = Limits { write_time: Duration::from_millis(300), ..Limits::default() };
    let server = Secure::start(&Config { limits, ..config() });
    let mut session = connect(server.https(), &client());
    for _ in 0..20 {
        write!(session, "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
    }
    std::thread::sleep(Duration::from_millis(1_500));
    let mut read = Vec::new();
    let end = session.read_to_end(&mut read);
    assert!(end.is_err() && read.len() < 20 * BIG, "{end:?} after {}", read.len());
    assert_eq!(server.metric("graven_limit_hits_total{limit=\"write_time\"}"), "1");
}

#[test]
fn a_crowd_of_handshakes_does_not_delay_an_open_session() {
    let server = Secure::start(&Config { workers: NonZeroUsize::MIN, ..config() });
    let client = client();
    let mut open = connect(server.https(), &client);
    open.conn.complete_io(&mut open.sock).expect("a handshake");
    let hello = hello(&client);
    // For each the server signs, and then the client says no more.
    let crowd: Vec<_> = (0..300)
        .map(|_| {
            let mut client = Client::connect(server.https());
            client.send(&hello);
            client
        })
        .collect();
    let start = Instant::now();
    write!(open, "GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
    assert!(open.read(&mut [0; 1024]).expect("an answer") > 0);
    // In a build without optimisation all of them take some seconds together.
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    drop(crowd);
}

#[test]
fn a_hello_longer_than_any_ends_before_the_header_time() {
    let server = Secure::start(&config());
    let mut client = Client::connect(server.https());
    // A record with the beginning of a hello of 60,000 bytes, and more of it in a second one.
    let record = |content: &[u8]| [&[22, 3, 1, 0x40, 0], content, &vec![0; 0x4000 - content.len()]].concat();
    let start = Instant::now();
    client.send(record(&[1, 0, 0xea, 0x60]));
    client.send(record(&[]));
    let mut rest = Vec::new();
    let _reset = client.stream.read_to_end(&mut rest);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert!(rest.is_empty(), "{rest:?}");
}

#[test]
fn half_a_record_is_waited_for_as_half_a_head_is() {
    let limits = Limits { header_time: Duration::from_millis(300), ..Limits::default() };
    let server = Secure::start(&Config { limits, ..config() });
    let mut session = connect(server.https(), &client());
    session.conn.complete_io(&mut session.sock).expect("a handshake");
    session.conn.writer().write_all(b"GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it is buffered");
    let mut record = Vec::new();
    session.conn.write_tls(&mut record).expect("a record");
    session.sock.write_all(&record[..record.len() / 2]).expect("it reads");
    let mut answer = String::new();
    session.read_to_string(&mut answer).expect("the end");
    assert_eq!(answer, "");
    assert_eq!(server.metric("graven_limit_hits_total{limit=\"header_time\"}"), "1");
}

/// The first bytes of a handshake.
fn hello(config: &Arc<ClientConfig>) -> Vec<u8> {
    let mut session = ClientConnection::new(Arc::clone(config), server_name()).expect("a configuration");
    let mut bytes = Vec::new();
    session.write_tls(&mut bytes).expect("a buffer");
    bytes
}
