//! The access log: a line for each answer, to standard output, in one of three forms.
//!
//! ```text
//! worker --Lane--.
//! worker --Lane---+--> writer thread --> standard output
//! ```
//!
//! A worker appends its line to a buffer of its own, its [`Lane`]; the writer exchanges full buffers for empty ones and writes
//! them. The lane's lock is held while a line is appended or two buffers are exchanged, and never over a system call: so a reader
//! that stalls stalls the writer alone. Meanwhile the lanes fill up to [`LANE_BYTES`]; lines beyond are dropped, and counted.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{HOST, REFERER, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri, Version};

use crate::forwarded::{Origin, Peer, TrustedProxy};

/// What waits in one worker for the writer: some thousand lines, a blink of a busy server, so that a pause of the reader is not felt.
const LANE_BYTES: usize = 256 * 1024;

/// How long a server that leaves waits for its last lines to be taken.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// How long the writer waits where standard output, made non-blocking by somebody else, takes nothing.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The Common Log Format of the first servers: client, time, request, status, bytes.
    Common,
    /// That, with `Referer` and `User-Agent`.
    Combined,
    /// A JSON object.
    Json,
}

/// Text that should name a form and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownForm;

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        match text {
            "common" => Ok(Form::Common),
            "combined" => Ok(Form::Combined),
            "json" => Ok(Form::Json),
            _ => Err(UnknownForm),
        }
    }
}

/// An access log that is asked for.
#[derive(Clone, Debug)]
pub struct AccessLog {
    form: Form,
    /// `None` is standard output.
    output: Option<Arc<OwnedFd>>,
}

impl AccessLog {
    /// To standard output.
    #[must_use]
    pub fn new(form: Form) -> Self {
        AccessLog { form, output: None }
    }

    /// To this descriptor.
    #[must_use]
    pub fn to(form: Form, output: OwnedFd) -> Self {
        AccessLog { form, output: Some(Arc::new(output)) }
    }

    /// A descriptor of our own: that of `std` has a lock, under which a stalled write would stall all others who print.
    fn open(&self) -> io::Result<File> {
        let output = match &self.output {
            Some(output) => output.try_clone()?,
            None => io::stdout().as_fd().try_clone_to_owned()?,
        };
        Ok(File::from(output))
    }
}

/// What a line tells, but for how long it took.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    time: SystemTime,
    origin: Origin,
    method: Method,
    target: Uri,
    version: Version,
    referer: Option<HeaderValue>,
    user_agent: Option<HeaderValue>,
    host: Option<HeaderValue>,
    /// Of the answer; 0 until there is one.
    pub(crate) status: u16,
    /// Of the answer's content.
    pub(crate) bytes: u64,
}

impl Record {
    /// Of a request, before it is answered. What it keeps of the head are references to the connection's buffer.
    pub(crate) fn of(head: &Parts, origin: Origin) -> Self {
        let field = |name| HeaderMap::get(&head.headers, name).cloned();
        Record {
            time: SystemTime::now(),
            origin,
            method: head.method.clone(),
            target: head.uri.clone(),
            version: head.version,
            referer: field(REFERER),
            user_agent: field(USER_AGENT),
            host: field(HOST),
            status: 0,
            bytes: 0,
        }
    }

    fn write(&self, form: Form, duration: Duration, line: &mut Vec<u8>) -> io::Result<()> {
        match form {
            Form::Common => self.write_common(line)?,
            Form::Combined => {
                self.write_common(line)?;
                line.write_all(b" \"")?;
                write_quoted(line, self.referer.as_ref().map_or(b"-", HeaderValue::as_bytes))?;
                line.write_all(b"\" \"")?;
                write_quoted(line, self.user_agent.as_ref().map_or(b"-", HeaderValue::as_bytes))?;
                line.push(b'"');
            }
            Form::Json => self.write_json(duration, line)?,
        }
        line.push(b'\n');
        Ok(())
    }

    /// `client - - [time] "request line" status bytes`. Who the client says it is, and which user, we do not ask.
    fn write_common(&self, line: &mut Vec<u8>) -> io::Result<()> {
        let Date { year, month, day, hour, minute, second, .. } = Date::of(self.time);
        let month = month_name(month);
        write!(
            line,
            "{} - - [{day:02}/{month}/{year:04}:{hour:02}:{minute:02}:{second:02} +0000] \"",
            self.origin.client
        )?;
        write_quoted(line, self.method.as_str().as_bytes())?;
        line.push(b' ');
        write_target(line, &self.target, write_quoted)?;
        write!(line, " {:?}\" {} ", self.version, self.status)?;
        // Common Log Format has no zero here.
        if self.bytes == 0 { line.write_all(b"-") } else { write!(line, "{}", self.bytes) }
    }

    fn write_json(&self, duration: Duration, line: &mut Vec<u8>) -> io::Result<()> {
        let Date { year, month, day, hour, minute, second, millisecond } = Date::of(self.time);
        write!(
            line,
            "{{\"time\":\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z\""
        )?;
        write!(line, ",\"client\":\"{}\",\"method\":\"", self.origin.client)?;
        write_json_text(line, self.method.as_str().as_bytes())?;
        line.write_all(b"\",\"target\":\"")?;
        write_target(line, &self.target, write_json_text)?;
        let (status, bytes, microseconds) = (self.status, self.bytes, duration.as_micros());
        write!(line, "\",\"protocol\":\"{:?}\",\"status\":{status},\"bytes\":{bytes}", self.version)?;
        write!(line, ",\"duration_us\":{microseconds}")?;
        // In HTTP/2 the authority of the target takes the place of `Host` (RFC 9113 §8.3.1).
        let host = self.host.as_ref().map(HeaderValue::as_bytes);
        let host = host.or_else(|| self.target.authority().map(|authority| authority.as_str().as_bytes()));
        let referer = self.referer.as_ref().map(HeaderValue::as_bytes);
        let user_agent = self.user_agent.as_ref().map(HeaderValue::as_bytes);
        for (name, value) in [("referer", referer), ("user_agent", user_agent), ("host", host)] {
            match value {
                Some(value) => {
                    write!(line, ",\"{name}\":\"")?;
                    write_json_text(line, value)?;
                    line.push(b'"');
                }
                None => write!(line, ",\"{name}\":null")?,
            }
        }
        write!(line, ",\"scheme\":\"{}\"}}", self.origin.scheme.as_str())
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

/// The target as it was sent, but for a scheme and an authority: those of HTTP/2 are no part of its `:path`, and in HTTP/1.1 they
/// are the site's own (RFC 9112 §3.2.2).
fn write_target(line: &mut Vec<u8>, target: &Uri, write: fn(&mut Vec<u8>, &[u8]) -> io::Result<()>) -> io::Result<()> {
    match (target.path_and_query(), target.authority()) {
        (Some(path), _) => write(line, path.as_str().as_bytes()),
        // `CONNECT`.
        (None, Some(authority)) => write(line, authority.as_str().as_bytes()),
        (None, None) => line.write_all(b"-"),
    }
}

/// Within quotes: what could end them, what is no printable ASCII, and the backslash itself, as `\xHH`, like nginx: so a line is a
/// line, a field is a field, and a terminal stays as it is.
fn write_quoted(line: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    for &byte in bytes {
        match byte {
            b'"' | b'\\' | ..=0x1f | 0x7f.. => write!(line, "\\x{byte:02X}")?,
            _ => line.push(byte),
        }
    }
    Ok(())
}

/// Within a JSON string (RFC 8259 §7): the same; what is no UTF-8 becomes the replacement character.
fn write_json_text(line: &mut Vec<u8>, bytes: &[u8]) -> io::Result<()> {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => write!(line, "\\{character}")?,
                control if control.is_control() => write!(line, "\\u{:04x}", u32::from(control))?,
                other => write!(line, "{other}")?,
            }
        }
        if !chunk.invalid().is_empty() {
            write!(line, "{}", char::REPLACEMENT_CHARACTER)?;
        }
    }
    Ok(())
}

/// Of a month from 1 on.
fn month_name(month: u64) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.iter().zip(1..).find_map(|(name, number)| (number == month).then_some(*name)).unwrap_or("Jan")
}

/// A moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    millisecond: u32,
}

impl Date {
    /// What a clock without a battery says before 1970 is 1970.
    fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let second = since.as_secs();
        let (year, month, day) = civil_from_days(second / 86_400);
        let (hour, minute) = (second / 3600 % 24, second / 60 % 60);
        Date { year, month, day, hour, minute, second: second % 60, millisecond: since.subsec_millis() }
    }
}

/// Year, month and day of a day since 1970, by Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>): years begin in March, so that a leap day is the last of its year, and
/// 400 of them are an era, all of the same length.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    // The 1st of March of year 0 is 719,468 days before 1970.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// What a worker has written, and the writer has not taken.
#[derive(Debug, Default)]
struct Lane(Mutex<Vec<u8>>);

impl Lane {
    /// Exchanges what is there for an empty buffer.
    fn take(&self, empty: &mut Vec<u8>) {
        std::mem::swap(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), empty);
    }
}

/// A worker's end of the log.
#[derive(Debug)]
pub(crate) struct Logger {
    form: Form,
    trusted: Vec<TrustedProxy>,
    lane: Arc<Lane>,
    writer: Thread,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logged {
    Kept,
    Dropped,
}

impl Logger {
    /// Whom a request is from, as far as it can be believed.
    pub(crate) fn origin(&self, peer: Peer, headers: &HeaderMap) -> Origin {
        Origin::of(peer, headers, &self.trusted)
    }

    /// Appends a line, if there is room for it.
    pub(crate) fn log(&self, record: &Record, duration: Duration) -> Logged {
        let mut lines = self.lane.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lines.len();
        let written = record.write(self.form, duration, &mut lines);
        if written.is_err() || lines.len() > LANE_BYTES {
            lines.truncate(before);
            return Logged::Dropped;
        }
        drop(lines);
        // Else the writer was woken for the lines before, and has not come yet.
        if before == 0 {
            self.writer.unpark();
        }
        Logged::Kept
    }
}

/// What the writer shares with who started it.
#[derive(Debug, Default)]
struct Shared {
    lanes: Vec<Arc<Lane>>,
    is_closing: AtomicBool,
    lost: AtomicU64,
}

/// How many lines could not be written.
#[derive(Debug, Default)]
pub(crate) struct Lost(Arc<Shared>);

impl Lost {
    pub(crate) fn get(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }
}

/// The thread that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    form: Form,
    shared: Arc<Shared>,
    thread: Thread,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

impl Writer {
    /// Starts the thread, with a lane for each of so many workers.
    pub(crate) fn start(log: &AccessLog, workers: usize) -> io::Result<Self> {
        let mut output = log.open()?;
        let lanes = (0..workers).map(|_| Arc::default()).collect();
        let shared = Arc::new(Shared { lanes, ..Shared::default() });
        let (ending, ended) = sync_channel::<()>(0);
        let thread = thread::Builder::new().name("access log".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || {
                shared.write_all(&mut output);
                drop(ending);
            }
        })?;
        Ok(Writer { form: log.form, shared, thread: thread.thread().clone(), ended })
    }

    /// The end of each worker.
    pub(crate) fn loggers(&self, trusted: &[TrustedProxy]) -> impl Iterator<Item = Logger> {
        let logger = |lane| Logger { form: self.form, trusted: trusted.to_vec(), lane, writer: self.thread.clone() };
        self.shared.lanes.iter().cloned().map(logger)
    }

    /// The count of lines that could not be written.
    pub(crate) fn lost(&self) -> Lost {
        Lost(Arc::clone(&self.shared))
    }
}

impl Drop for Writer {
    /// Waits until the last lines are written, and not for long: a stalled reader must not keep a server from leaving.
    fn drop(&mut self) {
        self.shared.is_closing.store(true, Ordering::Release);
        self.thread.unpark();
        // An error either way: it has ended, or time is up.
        self.ended.recv_timeout(CLOSE_TIME).unwrap_or_default();
    }
}

impl Shared {
    /// Writes until closing, and then what is left.
    fn write_all(&self, output: &mut impl Write) {
        let mut lines = Vec::new();
        loop {
            // Before the lanes are looked at: what was appended before closing is seen.
            let is_closing = self.is_closing.load(Ordering::Acquire);
            let mut is_idle = true;
            for lane in &self.lanes {
                lane.take(&mut lines);
                is_idle &= lines.is_empty();
                let lost = write(output, &lines);
                self.lost.fetch_add(lost, Ordering::Relaxed);
                lines.clear();
            }
            match (is_idle, is_closing) {
                (false, _) => {}
                (true, false) => thread::park(),
                (true, true) => break,
            }
        }
    }
}

/// Writes lines; says how many could not be written, which is all that are left once there is an error.
fn write(output: &mut impl Write, mut lines: &[u8]) -> u64 {
    while !lines.is_empty() {
        match output.write(lines) {
            Ok(length @ 1..) => lines = &lines[length.min(lines.len())..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY_PAUSE),
            Ok(0) | Err(_) => return lines.split_inclusive(|&byte| byte == b'\n').count() as u64,
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use http::Request;
    use proptest::prelude::*;

    use super::*;
    use crate::forwarded::Scheme;

    /// The 28th of November 2025, at three seconds past 11:07, and a bit.
    const TIME: Duration = Duration::from_millis(1_764_328_023_045);

    fn record(target: &str, fields: &[(&str, &[u8])]) -> Record {
        let mut request = Request::builder().uri(target);
        for &(name, value) in fields {
            request = request.header(name, value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        let origin = Origin { client: Peer::Address([192, 0, 2, 7].into()), scheme: Scheme::Https };
        Record { time: UNIX_EPOCH + TIME, status: 200, bytes: 4711, ..Record::of(&head, origin) }
    }

    fn line(record: &Record, form: Form) -> String {
        let mut line = Vec::new();
        record.write(form, Duration::from_nanos(123_456), &mut line).expect("writing to a vector cannot fail");
        String::from_utf8(line).expect("UTF-8 in every form")
    }

    #[test]
    fn a_line_of_each_form() {
        let record = record(
            "/notes?q=1",
            &[("referer", b"https://example.org/"), ("user-agent", b"curl/8"), ("host", b"notes.example")],
        );
        for (form, expected) in [
            (Form::Common, r#"192.0.2.7 - - [28/Nov/2025:11:07:03 +0000] "GET /notes?q=1 HTTP/1.1" 200 4711"#),
            (
                Form::Combined,
                r#"192.0.2.7 - - [28/Nov/2025:11:07:03 +0000] "GET /notes?q=1 HTTP/1.1" 200 4711 "https://example.org/" "curl/8""#,
            ),
            (
                Form::Json,
                r#"{"time":"2025-11-28T11:07:03.045Z","client":"192.0.2.7","method":"GET","target":"/notes?q=1","protocol":"HTTP/1.1","status":200,"bytes":4711,"duration_us":123,"referer":"https://example.org/","user_agent":"curl/8","host":"notes.example","scheme":"https"}"#,
            ),
        ] {
            assert_eq!(line(&record, form), format!("{expected}\n"));
        }
    }

    #[test]
    fn a_line_of_what_is_not_there() {
        let mut record = record("http://notes.example", &[]);
        record.origin = Origin { client: Peer::Unix, scheme: Scheme::Http };
        (record.version, record.status, record.bytes) = (Version::HTTP_2, 304, 0);
        for (form, expected) in [
            (Form::Common, r#"unix - - [28/Nov/2025:11:07:03 +0000] "GET / HTTP/2.0" 304 -"#),
            (Form::Combined, r#"unix - - [28/Nov/2025:11:07:03 +0000] "GET / HTTP/2.0" 304 - "-" "-""#),
            (
                Form::Json,
                r#"{"time":"2025-11-28T11:07:03.045Z","client":"unix","method":"GET","target":"/","protocol":"HTTP/2.0","status":304,"bytes":0,"duration_us":123,"referer":null,"user_agent":null,"host":"notes.example","scheme":"http"}"#,
            ),
        ] {
            assert_eq!(line(&record, form), format!("{expected}\n"));
        }
    }

    #[test]
    fn hostile_bytes_are_escaped_in_every_form() {
        let record = record("/a\"b", &[("referer", b"\"\\\t\x80\xff"), ("user-agent", "\u{9b}ü".as_bytes())]);
        assert!(line(&record, Form::Common).contains(r#""GET /a\x22b HTTP/1.1""#));
        assert!(line(&record, Form::Combined).ends_with("\"\\x22\\x5C\\x09\\x80\\xFF\" \"\\xC2\\x9B\\xC3\\xBC\"\n"));
        let json = line(&record, Form::Json);
        assert!(json.contains(r#""target":"/a\"b""#), "{json}");
        assert!(json.contains(r#""referer":"\"\\\u0009��","user_agent":"\u009bü""#), "{json}");
    }

    #[test]
    fn days_have_the_dates_of_the_calendar() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (789, (1972, 2, 29)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_420, (2025, 11, 28)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(civil_from_days(days), expected, "{days}");
        }
    }

    #[test]
    fn lines_of_all_workers_are_written_before_the_writer_ends() {
        let (mut reader, output) = io::pipe().expect("a pipe");
        let writer = Writer::start(&AccessLog::to(Form::Common, output.into()), 2).expect("a thread");
        let loggers: Vec<_> = writer.loggers(&[]).collect();
        for at in 0..100 {
            assert_eq!(loggers[at % 2].log(&record("/", &[]), Duration::ZERO), Logged::Kept);
        }
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("text");
        assert_eq!(text, line(&record("/", &[]), Form::Common).repeat(100));
    }

    #[test]
    fn where_nobody_reads_lines_are_dropped_and_the_worker_goes_on() {
        let (_reader, output) = io::pipe().expect("a pipe");
        let writer = Writer::start(&AccessLog::to(Form::Common, output.into()), 1).expect("a thread");
        let logger = writer.loggers(&[]).next().expect("a worker");
        let long = record(&format!("/{}", "a".repeat(10_000)), &[]);
        let kept = (0..200).filter(|_| logger.log(&long, Duration::ZERO) == Logged::Kept).count();
        // A lane, a lane that the writer has in hand, and what a pipe holds.
        assert!((LANE_BYTES / 10_100..=(2 * LANE_BYTES + (1 << 16)) / 10_000).contains(&kept), "{kept}");
        drop(writer);
    }

    #[test]
    fn where_the_reader_is_gone_lines_are_counted_as_lost() {
        let (reader, output) = io::pipe().expect("a pipe");
        drop(reader);
        let writer = Writer::start(&AccessLog::to(Form::Common, output.into()), 1).expect("a thread");
        let lost = writer.lost();
        let logger = writer.loggers(&[]).next().expect("a worker");
        for _ in 0..3 {
            assert_eq!(logger.log(&record("/", &[]), Duration::ZERO), Logged::Kept);
        }
        drop(writer);
        assert_eq!(lost.get(), 3);
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_of_printable_text(bytes in prop::collection::vec(any::<u8>().prop_filter("a field", |&byte| byte == 9 || byte >= 32 && byte != 127), 0..64)) {
            let record = record("/", &[("referer", &bytes), ("user-agent", &bytes), ("host", &bytes)]);
            let combined = line(&record, Form::Combined);
            prop_assert!(combined.trim_end_matches('\n').bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", combined);
            prop_assert_eq!(combined.matches('"').count(), 6);
            let json = line(&record, Form::Json);
            prop_assert!(!json.trim_end_matches('\n').chars().any(char::is_control), "{}", json);
            let unescaped = json.replace("\\\\", "").replace("\\\"", "");
            let (names, texts) = (12, 9);
            prop_assert_eq!(unescaped.matches('"').count(), 2 * (names + texts));
        }

        #[test]
        fn each_day_follows_the_one_before(days in 0..1_000_000_u64) {
            let (year, month, day) = civil_from_days(days);
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month { 4 | 6 | 9 | 11 => 30, 2 if is_leap => 29, 2 => 28, _ => 31 };
            let next = if day < length { (year, month, day + 1) } else if month < 12 { (year, month + 1, 1) } else { (year + 1, 1, 1) };
            prop_assert_eq!(civil_from_days(days + 1), next);
        }
    }
}
