//! Links against a server of the test, on this machine.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

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
        let Some(answer) = response(&line, earlier) else { return };
        let _ =
            stream.write_all(format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes());
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
        "HEAD /good" | "GET /no-head" | "GET /robot" | "HEAD /busy" | "HEAD /broken" | "HEAD /reset" => "200 OK",
        "HEAD /no-head" => "405 Method Not Allowed",
        "HEAD /robot" | "HEAD /forbidden" | "GET /forbidden" => "403 Forbidden",
        "HEAD /gone" => "410 Gone",
        "HEAD /moved" => "301 Moved Permanently\r\nLocation: /moved-again",
        "HEAD /moved-again" => "308 Permanent Redirect\r\nLocation: good",
        "HEAD /then-found" => "301 Moved Permanently\r\nLocation: /found",
        "HEAD /found" => "302 Found\r\nLocation: /good",
        "HEAD /found-then-moved" => "302 Found\r\nLocation: /moved",
        "HEAD /moved-to-nothing" => "301 Moved Permanently\r\nLocation: /nothing",
        "HEAD /nowhere" => "301 Moved Permanently",
        "HEAD /loop" => "302 Found\r\nLocation: /loop",
        "HEAD /busy-for-long" => "429 Too Many Requests\r\nRetry-After: 3600",
        "HEAD /down" | "GET /down" => "500 Internal Server Error",
        "HEAD /always-reset" => return None,
        "HEAD /slow" => {
            thread::sleep(LIMITS.answer * 2);
            return None;
        }
        _ => "404 Not Found",
    })
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
        assert_eq!(checker.judge(&address), expected, "{path}");
        assert_eq!(server.asked().len() - before, requests, "{path}: {:?}", &server.asked()[before..]);
    }
}

#[test]
fn a_server_that_does_not_answer_is_dead_after_three_attempts() {
    let server = Server::start();
    let checker = Checker::new(LIMITS, is_here);
    for path in ["/always-reset", "/slow"] {
        let address = Address::parse(&format!("{}{path}", server.url)).expect("an address");
        let Verdict::Dead(why) = checker.judge(&address) else { panic!("{path} is dead") };
        assert!(why.starts_with("no answer"), "{why}");
        let asked = server.asked().iter().filter(|line| line.ends_with(path)).count();
        assert_eq!(asked, 3, "{path}");
    }
}

#[test]
fn tls_with_a_server_that_has_none_is_a_fault_of_the_link() {
    let server = Server::start();
    let url = server.url.replace("http:", "https:");
    let verdict = Checker::new(LIMITS, is_here).judge(&Address::parse(&url).expect("an address"));
    assert!(matches!(&verdict, Verdict::Dead(why) if why.starts_with("no answer")), "{verdict:?}");
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_time_that_a_server_names_is_waited_for() {
    let server = Server::start();
    let start = Instant::now();
    let address = Address::parse(&format!("{}/busy", server.url)).expect("an address");
    assert_eq!(Checker::new(LIMITS, is_here).judge(&address), Verdict::Good);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn nothing_private_is_connected_to_not_even_by_a_redirect() {
    let server = Server::start();
    let address = Address::parse(&format!("{}/good", server.url)).expect("an address");
    assert_eq!(Checker::new(LIMITS, address::is_public).judge(&address), Verdict::Unclear);
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_host_without_an_address_is_told_from_a_machine_without_a_network() {
    // RFC 1035 §2.3.4: at most 63 letters between two dots. No resolver is asked for this one.
    let address = Address::parse(&format!("http://{}.invalid/", "a".repeat(64))).expect("an address");
    assert_eq!(Checker::new(LIMITS, is_here).judge(&address), Verdict::NoHost);
    let found = |verdicts: &[Verdict]| verdicts.iter().enumerate().map(|(at, v)| (at.to_string(), v.clone())).collect();
    assert!(is_offline(&found(&[Verdict::NoHost, Verdict::NoHost])));
    assert!(!is_offline(&found(&[Verdict::NoHost, Verdict::Good])));
    assert!(!is_offline(&found(&[Verdict::NoHost])));
}

#[test]
fn each_link_is_asked_for_once_and_warned_of_at_each_place() {
    let server = Server::start();
    // As the addresses of a public host would be.
    let hosts = ["/good", "/moved", "/nothing"].map(|path| Address::parse(&format!("{}{path}", server.url)));
    let hosts = BTreeMap::from([("a".to_owned(), hosts.into_iter().flatten().collect())]);
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
        link("https://a.org/good#x", 1),
        link("https://a.org/moved#x", 2),
        link("https://a.org/nothing", 3),
        link("https://a.org/nothing#y", 4),
        link("https://example.org/nothing", 5),
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
            ("moved-link", Some(2..3), "link to \"https://a.org/good#x\"".to_owned()),
            ("dead-link", Some(3..4), correct.clone()),
            ("dead-link", Some(4..5), correct),
        ]
    );
    assert_eq!(server.asked(), ["HEAD /good", "HEAD /moved", "HEAD /moved-again", "HEAD /good", "HEAD /nothing"]);
}
