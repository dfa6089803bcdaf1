//! A line of the access log: what it says, and its three forms.
//!
//! A line is written from where its request lies ([`Line`]). Where the answer ends later than its request, a [`Record`] keeps what
//! the line needs.

use std::fmt;
use std::io::Write as _;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{HOST, REFERER, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Uri, Version};
use httpdate::HttpDate;

use crate::listen::peer::Peer;
use crate::observe::client::{Client, Scheme};
use crate::request::fields::Fields as _;
use crate::request::plain::PlainFields;
use crate::response::plain::PlainResponse;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// The Common Log Format of the first servers: client, time, request, status, bytes.
    Common,
    /// That, with `Referer` and `User-Agent`.
    Combined,
    /// A JSON object.
    Json,
}

/// Text that should name a form and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLogFormat;

impl FromStr for LogFormat {
    type Err = UnknownLogFormat;

    fn from_str(text: &str) -> Result<Self, UnknownLogFormat> {
        match text {
            "common" => Ok(LogFormat::Common),
            "combined" => Ok(LogFormat::Combined),
            "json" => Ok(LogFormat::Json),
            _ => Err(UnknownLogFormat),
        }
    }
}

/// What a line says, but for how long the answer took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    time: SystemTime,
    client: Client,
    request: RequestLine<'a>,
    referer: Option<&'a [u8]>,
    user_agent: Option<&'a [u8]>,
    host: Option<&'a [u8]>,
    status: u16,
    /// Of the answer's content.
    bytes: u64,
}

/// The request line, as far as it is known.
#[derive(Clone, Copy, Debug)]
enum RequestLine<'a> {
    Read {
        method: &'a [u8],
        target: &'a [u8],
        version: Version,
    },
    /// What was sent in its place, or nothing.
    Raw(&'a [u8]),
}

/// What a [`Line`] needs, kept until its answer has been given.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    time: SystemTime,
    client: Client,
    method: Box<[u8]>,
    target: Box<[u8]>,
    version: Version,
    referer: Option<Box<[u8]>>,
    user_agent: Option<Box<[u8]>>,
    host: Option<Box<[u8]>>,
    /// Of the answer; 0 until there is one.
    pub(crate) status: u16,
    /// Of the answer's content.
    pub(crate) bytes: u64,
}

/// The current second as it stands in lines: it is written once, and not for each of them.
#[derive(Debug, Default)]
pub(crate) struct Stamp {
    second: Option<u64>,
    /// `28/Nov/2025:11:07:03 +0000`
    common: String,
    /// `2025-11-28T11:07:03`
    iso: String,
}

impl Stamp {
    /// The stamp of this time. A clock without a battery may be before 1970, where HTTP dates begin.
    fn at(&mut self, time: SystemTime) -> &Self {
        let second = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if self.second != Some(second) {
            // `Fri, 28 Nov 2025 11:07:03 GMT`, whose parts stand at fixed places (RFC 9110 §5.6.7).
            let date = HttpDate::from(UNIX_EPOCH + Duration::from_secs(second)).to_string();
            let (day, month, year, time) = (&date[5..7], &date[8..11], &date[12..16], &date[17..25]);
            self.common = format!("{day}/{month}/{year}:{time} +0000");
            self.iso = format!("{year}-{:02}-{day}T{time}", month_number(month));
            self.second = Some(second);
        }
        self
    }
}

/// From 1 on.
fn month_number(name: &str) -> usize {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.iter().position(|month| *month == name).unwrap_or_default() + 1
}

impl Record {
    /// Of a request, before it is answered.
    pub(crate) fn of(head: &Parts, client: Client) -> Self {
        let field = |name| HeaderMap::get(&head.headers, name).map(|value| Box::from(value.as_bytes()));
        // In HTTP/2 the authority of the target takes the place of `Host` (RFC 9113 §8.3.1).
        let authority = || head.uri.authority().map(|authority| Box::from(authority.as_str().as_bytes()));
        Record {
            time: SystemTime::now(),
            client,
            method: head.method.as_str().as_bytes().into(),
            target: target(&head.uri).into(),
            version: head.version,
            referer: field(REFERER),
            user_agent: field(USER_AGENT),
            host: field(HOST).or_else(authority),
            status: 0,
            bytes: 0,
        }
    }

    /// Of a line whose answer has not ended.
    pub(crate) fn of_line(line: &Line<'_>) -> Self {
        let (method, target, version) = match line.request {
            RequestLine::Read { method, target, version } => (method, target, version),
            RequestLine::Raw(raw) => (&[][..], raw, Version::HTTP_11),
        };
        Record {
            time: line.time,
            client: line.client,
            method: method.into(),
            target: target.into(),
            version,
            referer: line.referer.map(Box::from),
            user_agent: line.user_agent.map(Box::from),
            host: line.host.map(Box::from),
            status: line.status,
            bytes: line.bytes,
        }
    }

    pub(crate) fn line(&self) -> Line<'_> {
        Line {
            time: self.time,
            client: self.client,
            request: RequestLine::Read { method: &self.method, target: &self.target, version: self.version },
            referer: self.referer.as_deref(),
            user_agent: self.user_agent.as_deref(),
            host: self.host.as_deref(),
            status: self.status,
            bytes: self.bytes,
        }
    }
}

/// The target as it was sent, but for a scheme and an authority: those of HTTP/2 are no part of its `:path`, and in HTTP/1.1 they
/// are the site's own (RFC 9112 §3.2.2).
fn target(target: &Uri) -> &[u8] {
    match (target.path_and_query(), target.authority()) {
        (Some(path), _) => path.as_str().as_bytes(),
        // `CONNECT`.
        (None, Some(authority)) => authority.as_str().as_bytes(),
        (None, None) => b"-",
    }
}

impl<'a> Line<'a> {
    /// Of a plain request and its answer.
    pub(crate) fn of_plain(
        reply: &PlainResponse<'a>,
        fields: &'a PlainFields<'a>,
        client: Client,
        time: SystemTime,
    ) -> Self {
        Line {
            time,
            client,
            request: RequestLine::Read {
                method: reply.method.as_bytes(),
                target: reply.path.as_bytes(),
                version: Version::HTTP_11,
            },
            referer: fields.first(&REFERER),
            user_agent: fields.first(&USER_AGENT),
            host: fields.first(&HOST),
            status: reply.status.as_u16(),
            bytes: reply.content.len() as u64,
        }
    }

    /// Of what was refused without being read as a request.
    pub(crate) fn of_refusal(status: u16, request_line: &'a [u8], peer: Peer) -> Self {
        Line {
            time: SystemTime::now(),
            client: Client { address: peer, scheme: Scheme::Http },
            request: RequestLine::Raw(request_line),
            referer: None,
            user_agent: None,
            host: None,
            status,
            bytes: 0,
        }
    }

    /// Appends the line.
    pub(crate) fn write(&self, form: LogFormat, duration: Duration, stamp: &mut Stamp, out: &mut Vec<u8>) {
        let stamp = stamp.at(self.time);
        match form {
            LogFormat::Common => self.write_common(stamp, out),
            LogFormat::Combined => {
                self.write_common(stamp, out);
                out.extend(b" \"");
                write_quoted(out, self.referer.unwrap_or(b"-"));
                out.extend(b"\" \"");
                write_quoted(out, self.user_agent.unwrap_or(b"-"));
                out.push(b'"');
            }
            LogFormat::Json => self.write_json(stamp, duration, out),
        }
        out.push(b'\n');
    }

    /// `client - - [time] "request line" status bytes`. Who the client says it is, and which user, we do not ask.
    fn write_common(&self, stamp: &Stamp, out: &mut Vec<u8>) {
        put(out, format_args!("{}", self.client.address));
        out.extend(b" - - [");
        out.extend(stamp.common.as_bytes());
        out.extend(b"] \"");
        match self.request {
            RequestLine::Read { method, target, version } => {
                write_quoted(out, method);
                out.push(b' ');
                write_quoted(out, target);
                out.push(b' ');
                out.extend(protocol(version).as_bytes());
            }
            RequestLine::Raw(b"") => out.push(b'-'),
            RequestLine::Raw(raw) => write_quoted(out, raw),
        }
        out.extend(b"\" ");
        put(out, format_args!("{} ", self.status));
        // Common Log Format has no zero here.
        if self.bytes == 0 { out.push(b'-') } else { put(out, format_args!("{}", self.bytes)) }
    }

    fn write_json(&self, stamp: &Stamp, duration: Duration, out: &mut Vec<u8>) {
        let millisecond = self.time.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_millis();
        put(out, format_args!("{{\"time\":\"{}.{millisecond:03}Z\",\"client\":\"{}\"", stamp.iso, self.client.address));
        let (method, target, version) = match self.request {
            RequestLine::Read { method, target, version } => (Some(method), Some(target), Some(protocol(version))),
            RequestLine::Raw(raw) => (None, Some(raw).filter(|raw| !raw.is_empty()), None),
        };
        write_member(out, "method", method);
        write_member(out, "target", target);
        write_member(out, "protocol", version.map(str::as_bytes));
        let (status, bytes, microseconds) = (self.status, self.bytes, duration.as_micros());
        put(out, format_args!(",\"status\":{status},\"bytes\":{bytes},\"duration_us\":{microseconds}"));
        write_member(out, "referer", self.referer);
        write_member(out, "user_agent", self.user_agent);
        write_member(out, "host", self.host);
        put(out, format_args!(",\"scheme\":\"{}\"}}", self.client.scheme.as_str()));
    }
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

fn put(out: &mut Vec<u8>, arguments: fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("writing to a vector cannot fail");
}

fn write_member(out: &mut Vec<u8>, name: &str, value: Option<&[u8]>) {
    match value {
        Some(value) => {
            put(out, format_args!(",\"{name}\":\""));
            write_json_text(out, value);
            out.push(b'"');
        }
        None => put(out, format_args!(",\"{name}\":null")),
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Address(IpAddr::V4(address)) => address.fmt(f),
            Peer::Address(IpAddr::V6(address)) => address.fmt(f),
            Peer::Unix => f.write_str("unix"),
        }
    }
}

/// Within quotes: what could end them, what is no printable ASCII, and the backslash itself, as `\xHH`, like nginx: so a line is a
/// line, a field is a field, and a terminal stays as it is.
fn write_quoted(out: &mut Vec<u8>, bytes: &[u8]) {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if bytes.iter().all(is_plain) {
        return out.extend_from_slice(bytes);
    }
    for byte in bytes {
        if is_plain(byte) { out.push(*byte) } else { put(out, format_args!("\\x{byte:02X}")) }
    }
}

/// Within a JSON string (RFC 8259 §7): the same; what is no UTF-8 becomes the replacement character.
fn write_json_text(out: &mut Vec<u8>, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => put(out, format_args!("\\{character}")),
                control if control.is_control() => put(out, format_args!("\\u{:04x}", u32::from(control))),
                other => put(out, format_args!("{other}")),
            }
        }
        if !chunk.invalid().is_empty() {
            put(out, format_args!("{}", char::REPLACEMENT_CHARACTER));
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use proptest::prelude::*;

    use super::*;
    use crate::observe::client::Scheme;

    /// The 28th of November 2025, at three seconds past 11:07, and a bit.
    const TIME: Duration = Duration::from_millis(1_764_328_023_045);

    fn record(target: &str, fields: &[(&str, &[u8])]) -> Record {
        let mut request = Request::builder().uri(target);
        for &(name, value) in fields {
            request = request.header(name, value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        let client = Client { address: Peer::Address([192, 0, 2, 7].into()), scheme: Scheme::Https };
        Record { time: UNIX_EPOCH + TIME, status: 200, bytes: 4711, ..Record::of(&head, client) }
    }

    fn line(record: &Record, form: LogFormat) -> String {
        let mut line = Vec::new();
        record.line().write(form, Duration::from_nanos(123_456), &mut Stamp::default(), &mut line);
        String::from_utf8(line).expect("UTF-8 in every form")
    }

    #[test]
    fn a_line_of_each_form() {
        let record = record(
            "/notes?q=1",
            &[("referer", b"https://example.org/"), ("user-agent", b"curl/8"), ("host", b"notes.example")],
        );
        for (form, expected) in [
            (LogFormat::Common, r#"192.0.2.7 - - [28/Nov/2025:11:07:03 +0000] "GET /notes?q=1 HTTP/1.1" 200 4711"#),
            (
                LogFormat::Combined,
                r#"192.0.2.7 - - [28/Nov/2025:11:07:03 +0000] "GET /notes?q=1 HTTP/1.1" 200 4711 "https://example.org/" "curl/8""#,
            ),
            (
                LogFormat::Json,
                r#"{"time":"2025-11-28T11:07:03.045Z","client":"192.0.2.7","method":"GET","target":"/notes?q=1","protocol":"HTTP/1.1","status":200,"bytes":4711,"duration_us":123,"referer":"https://example.org/","user_agent":"curl/8","host":"notes.example","scheme":"https"}"#,
            ),
        ] {
            assert_eq!(line(&record, form), format!("{expected}\n"));
        }
    }

    #[test]
    fn a_line_of_what_is_not_there() {
        let mut record = record("http://notes.example", &[]);
        record.client = Client { address: Peer::Unix, scheme: Scheme::Http };
        (record.version, record.status, record.bytes) = (Version::HTTP_2, 304, 0);
        for (form, expected) in [
            (LogFormat::Common, r#"unix - - [28/Nov/2025:11:07:03 +0000] "GET / HTTP/2.0" 304 -"#),
            (LogFormat::Combined, r#"unix - - [28/Nov/2025:11:07:03 +0000] "GET / HTTP/2.0" 304 - "-" "-""#),
            (
                LogFormat::Json,
                r#"{"time":"2025-11-28T11:07:03.045Z","client":"unix","method":"GET","target":"/","protocol":"HTTP/2.0","status":304,"bytes":0,"duration_us":123,"referer":null,"user_agent":null,"host":"notes.example","scheme":"http"}"#,
            ),
        ] {
            assert_eq!(line(&record, form), format!("{expected}\n"));
        }
    }

    #[test]
    fn hostile_bytes_are_escaped_in_every_form() {
        let record = record("/a\"b", &[("referer", b"\"\\\t\x80\xff"), ("user-agent", "\u{9b}ü".as_bytes())]);
        assert!(line(&record, LogFormat::Common).contains(r#""GET /a\x22b HTTP/1.1""#));
        assert!(
            line(&record, LogFormat::Combined).ends_with("\"\\x22\\x5C\\x09\\x80\\xFF\" \"\\xC2\\x9B\\xC3\\xBC\"\n")
        );
        let json = line(&record, LogFormat::Json);
        assert!(json.contains(r#""target":"/a\"b""#), "{json}");
        assert!(json.contains(r#""referer":"\"\\\u0009��","user_agent":"\u009bü""#), "{json}");
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_of_printable_text(bytes in prop::collection::vec(any::<u8>().prop_filter("a field", |&byte| byte == 9 || byte >= 32 && byte != 127), 0..64)) {
            let record = record("/", &[("referer", &bytes), ("user-agent", &bytes), ("host", &bytes)]);
            let combined = line(&record, LogFormat::Combined);
            prop_assert!(combined.trim_end_matches('\n').bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", combined);
            prop_assert_eq!(combined.matches('"').count(), 6);
            let json = line(&record, LogFormat::Json);
            prop_assert!(!json.trim_end_matches('\n').chars().any(char::is_control), "{}", json);
            let unescaped = json.replace("\\\\", "").replace("\\\"", "");
            let (names, texts) = (12, 9);
            prop_assert_eq!(unescaped.matches('"').count(), 2 * (names + texts));
        }
    }
}
