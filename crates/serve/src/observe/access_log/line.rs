//! A line of the access log and its three formats.
//!
//! A [`Line`] borrows from its request. If the response ends later than the request, a [`Record`] keeps what the line
//! needs.

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

/// The format of the access log.
///
/// ```
/// use graven_serve::LogFormat;
///
/// assert_eq!("json".parse(), Ok(LogFormat::Json));
/// let error = "xml".parse::<LogFormat>().expect_err("not a format");
/// assert_eq!(error.to_string(), "unknown log format: expected `common`, `combined` or `json`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// The Common Log Format: client, time, request, status, bytes.
    Common,
    /// The common format, and `Referer` and `User-Agent`.
    Combined,
    /// One JSON object per line.
    Json,
}

/// The error of parsing a [`LogFormat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLogFormat;

impl fmt::Display for UnknownLogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown log format: expected `common`, `combined` or `json`")
    }
}

impl std::error::Error for UnknownLogFormat {}

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

/// The content of a line, except the duration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    time: SystemTime,
    client: Client,
    request: RequestLine<'a>,
    referer: Option<&'a [u8]>,
    user_agent: Option<&'a [u8]>,
    host: Option<&'a [u8]>,
    status: u16,
    /// The length of the response's content.
    bytes: u64,
}

/// The request line.
#[derive(Clone, Copy, Debug)]
enum RequestLine<'a> {
    Parsed {
        method: &'a [u8],
        target: &'a [u8],
        version: Version,
    },
    /// The bytes received instead of a valid request line. They may be empty.
    Raw(&'a [u8]),
}

/// The data of a [`Line`], kept until the response is complete.
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
    /// The status of the response; 0 until there is one.
    pub(crate) status: u16,
    /// The length of the response's content.
    pub(crate) bytes: u64,
}

/// The current second, formatted once for all lines in it.
#[derive(Debug, Default)]
pub(crate) struct TimestampCache {
    second: Option<u64>,
    /// `28/Nov/2025:11:07:03 +0000`
    common: String,
    /// `2025-11-28T11:07:03`
    iso: String,
}

impl TimestampCache {
    /// Returns the timestamps of this time. A clock without a battery may be before 1970, which an HTTP date cannot
    /// express.
    fn at(&mut self, time: SystemTime) -> &Self {
        let second = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        if self.second != Some(second) {
            // `Fri, 28 Nov 2025 11:07:03 GMT`: the parts have fixed positions (RFC 9110 §5.6.7).
            let date = HttpDate::from(UNIX_EPOCH + Duration::from_secs(second)).to_string();
            let (day, month, year, time) = (&date[5..7], &date[8..11], &date[12..16], &date[17..25]);
            self.common = format!("{day}/{month}/{year}:{time} +0000");
            self.iso = format!("{year}-{:02}-{day}T{time}", month_number(month));
            self.second = Some(second);
        }
        self
    }
}

/// Returns the number of a month, starting at 1.
fn month_number(name: &str) -> usize {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.iter().position(|month| *month == name).unwrap_or_default() + 1
}

impl Record {
    /// Creates the record of a request before it is answered.
    pub(crate) fn of(head: &Parts, client: Client) -> Self {
        let field = |name| HeaderMap::get(&head.headers, name).map(|value| Box::from(value.as_bytes()));
        // In HTTP/2, `:authority` replaces `Host` (RFC 9113 §8.3.1).
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

    /// Creates the record of a line whose response is not complete.
    pub(crate) fn of_line(line: &Line<'_>) -> Self {
        let (method, target, version) = match line.request {
            RequestLine::Parsed { method, target, version } => (method, target, version),
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
            request: RequestLine::Parsed { method: &self.method, target: &self.target, version: self.version },
            referer: self.referer.as_deref(),
            user_agent: self.user_agent.as_deref(),
            host: self.host.as_deref(),
            status: self.status,
            bytes: self.bytes,
        }
    }
}

/// Returns the target without scheme and authority. In HTTP/2 they are not part of `:path`; in HTTP/1.1 they are the
/// site's own (RFC 9112 §3.2.2).
fn target(target: &Uri) -> &[u8] {
    match (target.path_and_query(), target.authority()) {
        (Some(path), _) => path.as_str().as_bytes(),
        // `CONNECT`.
        (None, Some(authority)) => authority.as_str().as_bytes(),
        (None, None) => b"-",
    }
}

impl<'a> Line<'a> {
    /// Creates the line of a plain request and its response.
    pub(crate) fn of_plain(
        reply: &PlainResponse<'a>,
        fields: &'a PlainFields<'a>,
        client: Client,
        time: SystemTime,
    ) -> Self {
        Line {
            time,
            client,
            request: RequestLine::Parsed {
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

    /// Creates the line of bytes that were refused without being parsed as a request.
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

    /// Appends the line to `out`.
    pub(crate) fn write(
        &self,
        format: LogFormat,
        duration: Duration,
        timestamps: &mut TimestampCache,
        out: &mut Vec<u8>,
    ) {
        let timestamps = timestamps.at(self.time);
        match format {
            LogFormat::Common => self.write_common(timestamps, out),
            LogFormat::Combined => {
                self.write_common(timestamps, out);
                out.extend(b" \"");
                write_quoted(out, self.referer.unwrap_or(b"-"));
                out.extend(b"\" \"");
                write_quoted(out, self.user_agent.unwrap_or(b"-"));
                out.push(b'"');
            }
            LogFormat::Json => self.write_json(timestamps, duration, out),
        }
        out.push(b'\n');
    }

    /// Writes `client - - [time] "request line" status bytes`. The two dashes are the identity and the user, which are
    /// never known.
    fn write_common(&self, timestamps: &TimestampCache, out: &mut Vec<u8>) {
        put(out, format_args!("{}", self.client.address));
        out.extend(b" - - [");
        out.extend(timestamps.common.as_bytes());
        out.extend(b"] \"");
        match self.request {
            RequestLine::Parsed { method, target, version } => {
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
        // The Common Log Format writes `-` instead of 0.
        if self.bytes == 0 { out.push(b'-') } else { put(out, format_args!("{}", self.bytes)) }
    }

    fn write_json(&self, timestamps: &TimestampCache, duration: Duration, out: &mut Vec<u8>) {
        let millisecond = self.time.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_millis();
        put(
            out,
            format_args!("{{\"time\":\"{}.{millisecond:03}Z\",\"client\":\"{}\"", timestamps.iso, self.client.address),
        );
        let (method, target, version) = match self.request {
            RequestLine::Parsed { method, target, version } => (Some(method), Some(target), Some(protocol(version))),
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

/// Writes the inside of a quoted text. Quotes, backslashes, and bytes that are not printable ASCII become `\xHH`, as in
/// nginx. A line is then always one line, a field one field, and nothing controls a terminal.
fn write_quoted(out: &mut Vec<u8>, bytes: &[u8]) {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if bytes.iter().all(is_plain) {
        return out.extend_from_slice(bytes);
    }
    for byte in bytes {
        if is_plain(byte) { out.push(*byte) } else { put(out, format_args!("\\x{byte:02X}")) }
    }
}

/// Writes the inside of a JSON string (RFC 8259 §7). Invalid UTF-8 becomes the replacement character.
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

    /// 28 November 2025, 11:07:03.045.
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

    fn line(record: &Record, format: LogFormat) -> String {
        let mut line = Vec::new();
        record.line().write(format, Duration::from_nanos(123_456), &mut TimestampCache::default(), &mut line);
        String::from_utf8(line).expect("UTF-8 in every format")
    }

    #[test]
    fn a_line_in_each_format() {
        let record = record(
            "/notes?q=1",
            &[("referer", b"https://example.org/"), ("user-agent", b"curl/8"), ("host", b"notes.example")],
        );
        for (format, expected) in [
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
            assert_eq!(line(&record, format), format!("{expected}\n"));
        }
    }

    #[test]
    fn a_line_without_optional_fields() {
        let mut record = record("http://notes.example", &[]);
        record.client = Client { address: Peer::Unix, scheme: Scheme::Http };
        (record.version, record.status, record.bytes) = (Version::HTTP_2, 304, 0);
        for (format, expected) in [
            (LogFormat::Common, r#"unix - - [28/Nov/2025:11:07:03 +0000] "GET / HTTP/2.0" 304 -"#),
            (LogFormat::Combined, r#"unix - - [28/Nov/2025:11:07:03 +0000] "GET / HTTP/2.0" 304 - "-" "-""#),
            (
                LogFormat::Json,
                r#"{"time":"2025-11-28T11:07:03.045Z","client":"unix","method":"GET","target":"/","protocol":"HTTP/2.0","status":304,"bytes":0,"duration_us":123,"referer":null,"user_agent":null,"host":"notes.example","scheme":"http"}"#,
            ),
        ] {
            assert_eq!(line(&record, format), format!("{expected}\n"));
        }
    }

    #[test]
    fn hostile_bytes_are_escaped_in_every_format() {
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
