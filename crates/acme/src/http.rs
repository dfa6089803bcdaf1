//! A client for HTTP/1.1 (RFC 9112) over TLS: one request, one connection, one answer of bounded size and time.
//!
//! A certificate takes about fifteen requests in two months, and the question when to renew it two more a few times a day, so connections are not kept.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use graven_time::{DAY, Time};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::error::Error;
use crate::url::{Scheme, Url};

/// How long each address of a host is tried. A router that drops packets answers never.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// How long a read or a write may wait.
const STALL_TIME: Duration = Duration::from_secs(30);

/// How long a request and its answer may take as a whole, from the connection on. TLS's handshake is part of it.
const ANSWER_TIME: Duration = Duration::from_mins(1);

/// The largest answer in bytes. A chain has about 4 KB, and a directory less than 1 KB.
const MAX_ANSWER: usize = 256 * 1024;

/// The most fields of an answer. Let's Encrypt sends about ten.
const MAX_FIELDS: usize = 64;

/// The most interim responses (1xx) before an answer. A CA sends none.
const MAX_INTERIM: usize = 8;

/// Where systems keep the certificates of the CAs that they trust: Debian, Raspberry Pi OS, Alpine and Arch; Fedora; openSUSE; Alpine and OpenBSD.
const ROOTS: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// A client with the CAs that it trusts.
pub(crate) struct Client {
    config: Arc<ClientConfig>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case.
    fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    #[cfg(test)]
    pub(crate) fn for_test(status: u16, fields: &[(&str, &str)], body: &str) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { status, fields, body: body.as_bytes().to_vec() }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// RFC 9110, 10.2.3: a number of seconds, or a date. At most a week is believed.
    pub(crate) fn retry_after(&self, now: Time) -> Option<Time> {
        let value = self.field("retry-after")?.trim();
        let until = if let Ok(seconds) = value.parse() {
            now.plus(seconds)
        } else {
            let since = httpdate::parse_http_date(value).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            Time(i64::try_from(since.as_secs()).ok()?)
        };
        Some(until.clamp(now, now.plus(7 * DAY)))
    }
}

impl Client {
    /// A client that trusts the CAs of this system, or those of a file.
    pub(crate) fn new(root: Option<&Path>) -> Result<Self, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider has cipher suites for both versions")
            .with_root_certificates(roots(root)?)
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config) })
    }

    /// Sends a request and reads the answer, whatever its status. With content it is a POST, else a GET.
    pub(crate) fn send(&self, url: &Url, content: Option<&str>) -> Result<Response, Error> {
        let failed = |error: &io::Error| unreachable(url, error);
        let mut stream = connect(url).map_err(|error| failed(&error))?;
        let answer = match url.scheme {
            Scheme::Http => exchange(&mut stream, url, content),
            Scheme::Https => {
                let name = ServerName::try_from(url.host.clone())
                    .map_err(|_| Error::answer(format_args!("{url} has no valid host")))?;
                let connection = ClientConnection::new(Arc::clone(&self.config), name)
                    .map_err(|error| failed(&io::Error::other(error)))?;
                exchange(&mut StreamOwned::new(connection, stream), url, content)
            }
        };
        answer.map_err(|error| failed(&error))
    }
}

/// What to do about a host that does not answer, by what went wrong.
fn unreachable(url: &Url, error: &io::Error) -> Error {
    use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    let fix = match error.get_ref().and_then(|source| source.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(
            Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. },
        )) => "check this machine's clock (timedatectl)",
        Some(rustls::Error::InvalidCertificate(_)) => {
            "update this system's CA certificates (apt install ca-certificates), name the CA's own with --acme-root FILE, or find out who answers in its place"
        }
        _ => "check this machine's connection and DNS, and whether a firewall blocks the way out",
    };
    Error::Unreachable(format!("{} cannot be reached: {error}; {fix}", url.host_field()))
}

/// The certificates of the CAs. Those of the system are updated with it, also when this executable is not; so none are built in.
fn roots(root: Option<&Path>) -> Result<RootCertStore, Error> {
    let from_environment = || std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()).map(PathBuf::from);
    let of_system = || ROOTS.iter().map(PathBuf::from).find(|file| file.is_file());
    let Some(file) = root.map(Path::to_owned).or_else(from_environment).or_else(of_system) else {
        let message = "this system has no CA certificates; install them (apt install ca-certificates), or name a file with --acme-root";
        return Err(Error::Local(message.to_owned()));
    };
    let text = fs::read(&file).map_err(|error| Error::file(&file, &error))?;
    let mut store = RootCertStore::empty();
    // One damaged certificate of a hundred is no reason to stop.
    let (added, _) = store.add_parsable_certificates(CertificateDer::pem_slice_iter(&text).filter_map(Result::ok));
    if added == 0 {
        return Err(Error::Local(format!("{}: no CA certificate in it; expected PEM", file.display())));
    }
    Ok(store)
}

/// Connects to the first address that answers.
fn connect(url: &Url) -> io::Result<Timed> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    for address in (url.host.as_str(), url.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIME) {
            Ok(stream) => {
                stream.set_write_timeout(Some(STALL_TIME))?;
                stream.set_nodelay(true)?;
                return Ok(Timed { stream, deadline: Instant::now() + ANSWER_TIME });
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A connection with an end. Beneath TLS, so that a handshake that drips is ended too.
struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left.min(STALL_TIME)))?;
        self.stream.read(buffer).map_err(|error| match error.kind() {
            // What Linux calls the end of a socket's time.
            io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
            _ => error,
        })
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A connection of either scheme: the rest is compiled once for both.
trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

fn exchange(stream: &mut dyn Stream, url: &Url, content: Option<&str>) -> io::Result<Response> {
    let method = if content.is_some() { "POST" } else { "GET" };
    let of_content = content.map(|content| {
        // RFC 8555, 6.2.
        format!("content-type: application/jose+json\r\ncontent-length: {}\r\n", content.len())
    });
    let request = format!(
        "{method} {} HTTP/1.1\r\nhost: {}\r\nuser-agent: graven/{}\r\naccept: */*\r\nconnection: close\r\n{}\r\n{}",
        url.target,
        url.host_field(),
        env!("CARGO_PKG_VERSION"),
        of_content.unwrap_or_default(),
        content.unwrap_or_default()
    );
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    read(stream)
}

/// Reads an answer until it is complete.
fn read(stream: &mut dyn Stream) -> io::Result<Response> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        // A server that closes without TLS's own end is an error here: an answer without a length could have been cut off.
        let read = match stream.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        bytes.extend_from_slice(&buffer[..read]);
        match parse(&bytes, read == 0)? {
            Some(response) => return Ok(response),
            None if read == 0 => return Err(malformed("it ended early")),
            None if bytes.len() > MAX_ANSWER => return Err(malformed("it is too long")),
            None => {}
        }
    }
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("its answer is no HTTP: {what}"))
}

/// The answer, if these bytes are all of it.
fn parse(bytes: &[u8], at_end: bool) -> io::Result<Option<Response>> {
    let mut rest = bytes;
    for _ in 0..=MAX_INTERIM {
        let Some((mut response, content)) = parse_head(rest)? else { return Ok(None) };
        // RFC 9110, 15.2: an interim response is followed by the final one.
        if (100..200).contains(&response.status) {
            rest = content;
            continue;
        }
        let Some(body) = body(&response, content, at_end)? else { return Ok(None) };
        response.body = body;
        return Ok(Some(response));
    }
    Err(malformed("too many interim responses"))
}

/// Status and fields, and what follows them.
fn parse_head(bytes: &[u8]) -> io::Result<Option<(Response, &[u8])>> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let length = match head.parse(bytes).map_err(|error| malformed(&error.to_string()))? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return Ok(None),
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let fields = head.headers.iter().map(|field| (field.name.to_ascii_lowercase(), text(field.value))).collect();
    let response = Response { status: head.code.unwrap_or(0), fields, body: Vec::new() };
    Ok(Some((response, &bytes[length..])))
}

/// RFC 9112, 6.3: the content, if all of it is there.
fn body(response: &Response, rest: &[u8], at_end: bool) -> io::Result<Option<Vec<u8>>> {
    if response.status == 204 || response.status == 304 {
        return Ok(Some(Vec::new()));
    }
    if response.field("transfer-encoding").is_some_and(|coding| coding.trim().eq_ignore_ascii_case("chunked")) {
        return unchunk(rest);
    }
    let Some(length) = response.field("content-length") else { return Ok(at_end.then(|| rest.to_vec())) };
    let length: usize = length.trim().parse().map_err(|_| malformed("its length is no number"))?;
    Ok(rest.get(..length).map(<[u8]>::to_vec))
}

/// RFC 9112, 7.1: the content of all chunks, once the last has arrived.
fn unchunk(mut rest: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    loop {
        let size = httparse::parse_chunk_size(rest).map_err(|_| malformed("the size of a chunk"))?;
        let httparse::Status::Complete((start, size)) = size else { return Ok(None) };
        if size == 0 {
            return Ok(Some(content));
        }
        let size =
            usize::try_from(size).ok().filter(|size| *size <= MAX_ANSWER).ok_or_else(|| malformed("it is too long"))?;
        let Some(chunk) = rest.get(start..start + size) else { return Ok(None) };
        content.extend_from_slice(chunk);
        rest = rest.get(start + size..).unwrap_or_default();
        match rest {
            [b'\r', b'\n', after @ ..] => rest = after,
            [] | [b'\r'] => return Ok(None),
            _ => return Err(malformed("the end of a chunk")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_when_its_framing_says_so() {
        for (text, expected) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", Some("ab")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", None),
            ("HTTP/1.1 204 No Content\r\n\r\n", Some("")),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na", Some("a")),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n", Some("abc")),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\n", None),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab", None),
            ("HTTP/1.1 200 OK\r\n\r\nab", None),
            ("HTTP/1.1 200 O", None),
        ] {
            let parsed = parse(text.as_bytes(), false).expect(text);
            assert_eq!(
                parsed.map(|response| String::from_utf8(response.body).expect("UTF-8")).as_deref(),
                expected,
                "{text}"
            );
        }
        let unframed = parse(b"HTTP/1.1 200 OK\r\n\r\nab", true).expect("HTTP").expect("it has ended");
        assert_eq!(unframed.body, b"ab");
        for wrong in [
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        ] {
            assert!(parse(wrong.as_bytes(), false).is_err(), "{wrong}");
        }
    }

    #[test]
    fn interim_responses_without_end_are_refused() {
        let interim = |count| "HTTP/1.1 100\r\n\r\n".repeat(count) + "HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(parse(interim(8).as_bytes(), false).expect("few").map(|response| response.status), Some(204));
        // As many as fit into the largest answer.
        for count in [9, 15_000] {
            let error = parse(interim(count).as_bytes(), false).expect_err("many").to_string();
            assert!(error.contains("too many interim responses"), "{error}");
        }
    }

    #[test]
    fn an_answer_that_ends_early_or_is_too_long_is_refused() {
        let cut = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab";
        assert!(
            read(&mut io::Cursor::new(cut.as_bytes().to_vec()))
                .expect_err("it is cut off")
                .to_string()
                .contains("ended early")
        );
        let long = ["HTTP/1.1 200 OK\r\n\r\n", &"x".repeat(2 * MAX_ANSWER)].concat();
        assert!(
            read(&mut io::Cursor::new(long.into_bytes()))
                .expect_err("it has no length")
                .to_string()
                .contains("too long")
        );
    }

    #[test]
    fn a_peer_that_drips_is_left_when_the_time_is_over() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let stream = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
        let (mut peer, _) = listener.accept().expect("a client");
        let dripping = std::thread::spawn(move || while peer.write_all(b"x").is_ok() {});
        let mut timed = Timed { stream, deadline: Instant::now() + Duration::from_millis(50) };
        let mut buffer = [0; 64];
        let error = loop {
            if let Err(error) = timed.read(&mut buffer) {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(timed);
        dripping.join().expect("it ends with the connection");
    }

    #[test]
    fn retry_after_is_a_number_or_a_date_and_at_most_a_week() {
        let now = Time::from_rfc3339("2026-11-28T13:55:00Z").expect("a time");
        for (value, expected) in [
            ("120", Some("2026-11-28T13:57:00Z")),
            ("Sat, 28 Nov 2026 14:00:00 GMT", Some("2026-11-28T14:00:00Z")),
            ("Sat, 28 Nov 2020 14:00:00 GMT", Some("2026-11-28T13:55:00Z")),
            ("99999999999", Some("2026-12-05T13:55:00Z")),
            ("-5", Some("2026-11-28T13:55:00Z")),
            ("soon", None),
        ] {
            let response = Response::for_test(429, &[("retry-after", value)], "");
            assert_eq!(response.retry_after(now), expected.and_then(Time::from_rfc3339), "{value}");
        }
    }
}
