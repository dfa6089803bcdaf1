//! Links against a server of the test, on this machine.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use ureq::tls::RootCerts;
use ureq::{Proxy, ProxyProtocol};

use super::fetch::{Judged, Network};
use super::*;

/// Short times, so that tests do not wait.
const LIMITS: Limits = Limits {
    answer: Duration::from_millis(500),
    pause: Duration::from_millis(5),
    backoff: Duration::from_millis(5),
    retry_after: Duration::from_secs(3),
};

/// A server with an odd page of each kind.
struct Server {
    url: String,
    /// The request lines that it got, without the version.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                thread::spawn(move || Self::answer(stream, &log));
            }
        });
        Self { url, asked }
    }

    fn answer(mut stream: TcpStream, asked: &Mutex<Vec<String>>) {
        let mut lines = BufReader::new(stream.try_clone().expect("a socket")).lines();
        let line = lines.next().and_then(Result::ok).unwrap_or_default();
        let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        if line.is_empty() {
            return;
        }
        assert!(head.iter().any(|field| field.to_lowercase().starts_with("user-agent: graven/")), "{head:?}");
        let line = line.trim_end_matches(" HTTP/1.1").to_owned();
        let earlier = {
            let mut asked = asked.lock().expect("the log");
            asked.push(line.clone());
            asked.iter().filter(|other| **other == line).count() - 1
        };
        if line.starts_with("CONNECT ") {
            // It is the host itself.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            return Self::answer(stream, asked);
        }
        let Some(answer) = response(&line, earlier) else { return };
        let page = page(&line);
        let length = page.len();
        let head = format!("HTTP/1.1 {answer}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        let _ = stream.write_all((head + &page).as_bytes());
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("the log").clone()
    }
}

/// Status and fields of an answer. `None` closes the connection without one.
fn response(line: &str, earlier: usize) -> Option<&'static str> {
    Some(match line {
        "HEAD /busy" if earlier == 0 => "429 Too Many Requests\r\nRetry-After: 1",
        "HEAD /broken" if earlier == 0 => "503 Service Unavailable",
        "HEAD /reset" if earlier < 2 => return None,
        "HEAD /"
        | "HEAD /good"
        | "HEAD /good?next=https://a.org/"
        | "HEAD /gr%C3%B6%C3%9Fe"
        | "GET /no-head"
        | "GET /robot"
        | "HEAD /busy"
        | "HEAD /broken"
        | "HEAD /reset" => "200 OK",
        "HEAD /no-head" => "405 Method Not Allowed",
        "HEAD /robot" | "HEAD /forbidden" | "GET /forbidden" => "403 Forbidden",
        "HEAD /gone" => "410 Gone",
        "HEAD /busy-for-long" => "429 Too Many Requests\r\nRetry-After: 3600",
        "HEAD /down" | "GET /down" => "500 Internal Server Error",
        "GET /page" | "GET /long" => "200 OK\r\nContent-Type: text/html; charset=utf-8",
        "GET /picture" => "200 OK\r\nContent-Type: image/png",
        "GET /refused" => "403 Forbidden\r\nContent-Type: text/html",
        "HEAD /always-reset" => return None,
        "HEAD /slow" => {
            thread::sleep(LIMITS.answer * 2);
            return None;
        }
        _ => redirect(line).unwrap_or("404 Not Found"),
    })
}

/// Status and fields of a redirect.
fn redirect(line: &str) -> Option<&'static str> {
    Some(match line {
        "HEAD /moved" => "301 Moved Permanently\r\nLocation: /moved-again",
        "HEAD /moved-again" => "308 Permanent Redirect\r\nLocation: good",
        "HEAD /then-found" => "301 Moved Permanently\r\nLocation: /found",
        "HEAD /found" => "302 Found\r\nLocation: /good",
        "HEAD /found-then-moved" => "302 Found\r\nLocation: /moved",
        "HEAD /moved-to-nothing" => "301 Moved Permanently\r\nLocation: /nothing",
        "HEAD /moved-to-part" => "301 Moved Permanently\r\nLocation: /moved-on#part",
        "HEAD /moved-on" => "301 Moved Permanently\r\nLocation: /good",
        "HEAD /moved-to-another-part" => "301 Moved Permanently\r\nLocation: /moved-to-part#other",
        "HEAD /found-part" => "302 Found\r\nLocation: /good#part",
        "HEAD /login" => "302 Found\r\nLocation: /good?next=https://a.org/",
        "HEAD /up/and/down" => "302 Found\r\nLocation: ../../good",
        "HEAD /utf-8" => "302 Found\r\nLocation: /größe",
        "HEAD /to-a-printer" => "302 Found\r\nLocation: http://printer/",
        "HEAD /nowhere" => "301 Moved Permanently",
        "HEAD /loop" => "302 Found\r\nLocation: /loop",
        "GET /page-moved" => "301 Moved Permanently\r\nLocation: /page",
        "GET /page-moved-to-part" => "301 Moved Permanently\r\nLocation: /page#two",
        _ => return None,
    })
}

/// The content of an answer.
fn page(line: &str) -> String {
    let page = "<h1 id=\"one\">One</h1><p id=\"two\">";
    match line {
        "GET /page" => page.to_owned(),
        "GET /long" => page.to_owned() + &" ".repeat(3 * 1024 * 1024),
        _ => String::new(),
    }
}

/// What is found for the page alone.
fn judge(checker: &Checker, address: &Address) -> Verdict {
    checker.judge(address, &BTreeSet::new()).page
}

fn is_here(ip: IpAddr) -> bool {
    ip.is_loopback()
}

#[test]
fn each_kind_of_answer_has_its_verdict_and_its_requests() {
    let server = Server::start();
    let checker = Checker::new(LIMITS, is_here);
    let moved = |path: &str| Verdict::Moved(format!("{}{path}", server.url));
    let dead = |why: &str| Verdict::Dead(why.to_owned());
    for (path, expected, requests) in [
        ("/good", Verdict::Good, 1),
        ("/no-head", Verdict::Good, 2),
        ("/robot", Verdict::Good, 2),
        ("/forbidden", Verdict::Unclear, 2),
        ("/nothing", dead("404 Not Found"), 1),
        ("/gone", dead("410 Gone"), 1),
        ("/moved", moved("/good"), 3),
        ("/then-found", moved("/found"), 3),
        ("/found", Verdict::Good, 2),
        ("/found-then-moved", Verdict::Good, 4),
        ("/moved-to-nothing", dead("404 Not Found"), 2),
        ("/moved-to-part", moved("/good#part"), 3),
        ("/moved-to-another-part", moved("/good#part"), 4),
        ("/found-part", Verdict::Good, 2),
        ("/login", Verdict::Good, 2),
        ("/up/and/down", Verdict::Good, 2),
        ("/utf-8", Verdict::Good, 2),
        ("/größe", Verdict::Good, 1),
        ("/to-a-printer", Verdict::Unclear, 1),
        ("/nowhere", dead("it redirects to no address"), 1),
        ("/loop", dead("its redirects do not end"), 21),
        ("/busy", Verdict::Good, 2),
        ("/busy-for-long", Verdict::Unclear, 1),
        ("/broken", Verdict::Good, 2),
        ("/down", dead("500 Internal Server Error"), 4),
        ("/reset", Verdict::Good, 3),
    ] {
        let before = server.asked().len();
        let address = Address::parse(&format!("{}{path}#part", server.url)).expect("an address");
        assert_eq!(judge(&checker, &address), expected, "{path}");
        assert_eq!(server.asked().len() - before, requests, "{path}: {:?}", &server.asked()[before..]);
    }
}

#[test]
fn a_server_that_does_not_answer_is_dead_after_three_attempts() {
    let server = Server::start();
    let checker = Checker::new(LIMITS, is_here);
    for path in ["/always-reset", "/slow"] {
        let address = Address::parse(&format!("{}{path}", server.url)).expect("an address");
        let Verdict::Dead(why) = judge(&checker, &address) else { panic!("{path} is dead") };
        assert!(why.starts_with("no answer"), "{why}");
        let asked = server.asked().iter().filter(|line| line.ends_with(path)).count();
        assert_eq!(asked, 3, "{path}");
    }
}

#[test]
fn tls_with_a_server_that_has_none_is_a_fault_of_the_link() {
    let server = Server::start();
    let url = server.url.replace("http:", "https:");
    let verdict = judge(&Checker::new(LIMITS, is_here), &Address::parse(&url).expect("an address"));
    assert!(matches!(&verdict, Verdict::Dead(why) if why.starts_with("no answer")), "{verdict:?}");
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_time_that_a_server_names_is_waited_for() {
    let server = Server::start();
    let start = Instant::now();
    let address = Address::parse(&format!("{}/busy", server.url)).expect("an address");
    assert_eq!(judge(&Checker::new(LIMITS, is_here), &address), Verdict::Good);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn nothing_private_is_connected_to_not_even_by_a_redirect() {
    let server = Server::start();
    let address = Address::parse(&format!("{}/good", server.url)).expect("an address");
    assert_eq!(judge(&Checker::new(LIMITS, address::is_public), &address), Verdict::Unclear);
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn behind_a_proxy_nothing_private_is_asked_for_nor_connected_to() {
    let (server, proxy) = (Server::start(), Server::start());
    let authority = |server: &Server| server.url.trim_start_matches("http://").to_owned();
    let port = authority(&proxy).rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
    let behind = |no_proxy: &str| {
        let proxy = Proxy::builder(ProxyProtocol::Http).host("127.0.0.1").port(port).no_proxy(no_proxy);
        let proxy = Some(proxy.build().expect("a proxy"));
        Checker::over(Network { proxy, ..Network::default() }, LIMITS, address::is_public)
    };
    let judge = |checker: &Checker, url: &str| judge(checker, &Address::parse(url).expect("an address"));
    // The proxy is on this machine, and is asked for hosts that are not.
    assert_eq!(judge(&behind("b.org"), "http://a.org/"), Verdict::Good);
    assert_eq!(proxy.asked(), ["CONNECT a.org:80", "HEAD /"]);
    // A host that is to be connected to without it, by its address and by a name.
    for host in ["127.0.0.1", "localhost"] {
        let url = server.url.replace("127.0.0.1", host) + "/good";
        assert_eq!(judge(&behind(host), &url), Verdict::Unclear, "{host}");
    }
    // An address of a private network, which the proxy could reach.
    assert_eq!(judge(&behind("b.org"), &format!("{}/good", server.url)), Verdict::Unclear);
    assert_eq!((server.asked(), proxy.asked().len()), (Vec::new(), 2));
}

#[test]
fn a_host_without_an_address_is_told_from_a_machine_without_a_network() {
    // RFC 1035 §2.3.4: at most 63 letters between two dots. No resolver is asked for this one.
    let address = Address::parse(&format!("http://{}.invalid/", "a".repeat(64))).expect("an address");
    assert_eq!(judge(&Checker::new(LIMITS, is_here), &address), Verdict::NoHost);
    let found = |verdicts: &[Verdict]| verdicts.iter().enumerate().map(|(at, v)| (at.to_string(), v.clone())).collect();
    assert!(is_offline(&found(&[Verdict::NoHost, Verdict::NoHost])));
    assert!(!is_offline(&found(&[Verdict::NoHost, Verdict::Good])));
    assert!(!is_offline(&found(&[Verdict::NoHost])));
}

#[test]
fn the_parts_of_a_page_are_looked_for_with_one_get() {
    let server = Server::start();
    let checker = Checker::new(LIMITS, is_here);
    let no_part = |near: Option<&str>| Verdict::NoPart(near.map(str::to_owned));
    let moved = Verdict::Moved(format!("{}/page", server.url));
    let moved_to_part = Verdict::Moved(format!("{}/page#two", server.url));
    for (path, page, parts, requests) in [
        ("/page", Verdict::Good, [("one", Verdict::Good), ("tow", no_part(Some("two"))), ("zebra", no_part(None))], 1),
        ("/page-moved", moved, [("one", Verdict::Good), ("two", Verdict::Good), ("zebra", no_part(None))], 2),
        // Browsers look for the part that the redirect names.
        ("/page-moved-to-part", moved_to_part, ["one", "tow", "zebra"].map(|part| (part, Verdict::Good)), 2),
        ("/picture", Verdict::Good, ["a", "b", "c"].map(|part| (part, Verdict::Good)), 1),
        ("/long", Verdict::Good, ["one", "tow", "zebra"].map(|part| (part, Verdict::Unclear)), 1),
        ("/refused", Verdict::Unclear, ["a", "b", "c"].map(|part| (part, Verdict::Unclear)), 1),
        (
            "/nothing",
            Verdict::Dead("404 Not Found".to_owned()),
            ["a", "b", "c"].map(|part| (part, Verdict::Unclear)),
            1,
        ),
    ] {
        let before = server.asked().len();
        let address = Address::parse(&format!("{}{path}", server.url)).expect("an address");
        let wanted = parts.iter().map(|(part, _)| (*part).to_owned()).collect();
        let judged = checker.judge(&address, &wanted);
        let expected =
            Judged { page, parts: parts.into_iter().map(|(part, found)| (part.to_owned(), found)).collect() };
        assert_eq!(judged, expected, "{path}");
        let asked = &server.asked()[before..];
        assert!(asked.len() == requests && asked.iter().all(|line| line.starts_with("GET ")), "{path}: {asked:?}");
    }
}

#[test]
fn a_missing_part_is_a_warning_with_the_nearest_one() {
    let mut known = Known::default();
    let verdicts = [
        ("https://a.org/", Verdict::Good),
        ("https://a.org/#tow", Verdict::NoPart(Some("two".to_owned()))),
        ("https://a.org/#zebra", Verdict::NoPart(None)),
        ("https://a.org/#one", Verdict::Good),
    ];
    known.add(verdicts.map(|(url, verdict)| (url.to_owned(), verdict)).into(), SystemTime::now());
    let link = |url: &str, at| OutsideLink { url: url.to_owned(), path: "posts/a.md".to_owned(), span: at..at + 1 };
    let links = [
        link("https://a.org/#tow", 1),
        link("https://a.org/#zebra", 2),
        link("https://a.org/#one", 3),
        link("https://a.org/#tow:~:text=b", 4),
        link("https://a.org/", 5),
    ];
    assert!(unknown(&links, &known).is_empty());
    // The page is asked for again, once, for all parts that are not known.
    let more = [link("https://a.org/#three", 6), link("https://a.org/#four", 7), link("https://a.org/#/five", 8)];
    let hosts = unknown(&more, &known);
    let parts: Vec<_> = hosts["a.org"].iter().map(|asked| asked.parts.iter().collect::<Vec<_>>()).collect();
    assert_eq!(parts, [["four", "three"]]);
    let mut report = Report::default();
    for link in &links {
        warn_of(link, &known, &mut report);
    }
    let said: Vec<_> = report.diagnostics().iter().map(|found| (found.code, found.help.concat())).collect();
    let near = ("missing-part", "did you mean \"#two\"?".to_owned());
    let none = ("missing-part", "link to the page, or to a part that it has".to_owned());
    assert_eq!(said, [near.clone(), none, near]);
}

/// A server with TLS, and one of the certificates in `tests/`, which are all of one key. They are signed by themselves.
fn start_with_tls(certificate: &[u8]) -> String {
    let certificate = CertificateDer::from_pem_slice(certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tests/key.pem")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions of ring")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map(Arc::new)
        .expect("they belong together");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}/", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("it can be made");
            let mut stream = StreamOwned::new(connection, stream);
            // A client that refuses the certificate says so, and sends no request.
            if stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        }
    });
    url
}

#[test]
fn a_certificate_is_refused_with_the_reason_or_accepted() {
    let certificates: [&[u8]; 3] = [
        include_bytes!("tests/valid.pem"),
        include_bytes!("tests/expired.pem"),
        include_bytes!("tests/other-host.pem"),
    ];
    let trusted = certificates.map(|pem| ureq::tls::Certificate::from_pem(pem).expect("a certificate"));
    let roots = RootCerts::new_with_certs(&trusted);
    let known = Checker::over(Network { roots, ..Network::default() }, LIMITS, is_here);
    let public = Checker::new(LIMITS, is_here);
    let dead = |why: &str| Verdict::Dead(format!("its certificate {why}"));
    for (checker, certificate, expected) in [
        (&known, certificates[0], Verdict::Good),
        (&public, certificates[0], dead("is signed by nobody that browsers trust")),
        (&known, certificates[1], dead("has expired")),
        (&known, certificates[2], dead("is for another host")),
    ] {
        let address = Address::parse(&start_with_tls(certificate)).expect("an address");
        assert_eq!(judge(checker, &address), expected);
    }
}

#[test]
fn each_link_is_asked_for_once_and_warned_of_at_each_place() {
    let server = Server::start();
    // As the addresses of a public host would be.
    let hosts = ["/good", "/moved", "/nothing"].map(|path| Address::parse(&format!("{}{path}", server.url)));
    let asked = |address| Asked { address, parts: BTreeSet::new() };
    let hosts = BTreeMap::from([("a".to_owned(), hosts.into_iter().flatten().map(asked).collect())]);
    let found = check(hosts, &Checker::new(LIMITS, is_here));
    let public = |text: &str| text.replace(&server.url, "https://a.org");
    let found = found.into_iter().map(|(url, verdict)| match verdict {
        Verdict::Moved(to) => (public(&url), Verdict::Moved(public(&to))),
        verdict => (public(&url), verdict),
    });
    let mut known = Known::default();
    known.add(found.collect(), SystemTime::now());
    let link = |url: &str, at| OutsideLink { url: url.to_owned(), path: "posts/a.md".to_owned(), span: at..at + 1 };
    let links = [
        link("https://a.org/good#:~:text=x", 1),
        link("https://a.org/moved#top", 2),
        link("https://a.org/nothing", 3),
        link("https://a.org/nothing#/y", 4),
        link("https://example.org/nothing", 5),
        link("https://a b.org/", 6),
    ];
    assert!(unknown(&links, &known).is_empty());
    let mut report = Report::default();
    for link in &links {
        warn_of(link, &known, &mut report);
    }
    let said: Vec<_> =
        report.diagnostics().iter().map(|found| (found.code, found.span.clone(), found.help.concat())).collect();
    let correct = "correct or remove it".to_owned();
    assert_eq!(
        said,
        [
            ("moved-link", Some(2..3), "link to \"https://a.org/good#top\"".to_owned()),
            ("dead-link", Some(3..4), correct.clone()),
            ("dead-link", Some(4..5), correct),
            ("unchecked-link", Some(6..7), "correct it, or try it in a browser".to_owned()),
        ]
    );
    assert_eq!(server.asked(), ["HEAD /good", "HEAD /moved", "HEAD /moved-again", "HEAD /good", "HEAD /nothing"]);
}
