//! The access log: a line for each answer, to standard output, in one of three forms ([`line`]).
//!
//! ```text
//! worker --Lane--.
//! worker --Lane---+--> writer thread --> standard output
//! ```
//!
//! A worker appends its line to a buffer that it shares with the writer, its [`Lane`]; the writer exchanges full buffers for empty
//! ones and writes them. The lane's lock is held while a line is appended or two buffers are exchanged, and never over a system
//! call: so a reader that stalls stalls the writer alone. Meanwhile the lanes fill up to [`LANE_BYTES`]; lines beyond are dropped,
//! and counted.

mod line;

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use self::line::Stamp;
pub(crate) use self::line::{Line, Record};
pub use self::line::{LogFormat, UnknownLogFormat};
use crate::listen::peer::Peer;
use crate::observe::client::{Client, Proxies};
use crate::request::fields::Fields;

/// What waits in one worker for the writer: some thousand lines, a blink of a busy server, so that a pause of the reader is not felt.
const LANE_BYTES: usize = 256 * 1024;

/// How long the writer lets lines gather once it has written some: waking it and writing cost more than a request, and so many lines
/// share them. A lane holds what a worker can log in this time.
const GATHER_TIME: Duration = Duration::from_millis(5);

/// How long a server that leaves waits for its last lines to be taken.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// How long the writer waits where standard output, made non-blocking by somebody else, takes nothing.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// An access log that is asked for.
#[derive(Clone, Debug)]
pub struct AccessLog {
    form: LogFormat,
    /// `None` is standard output.
    output: Option<Arc<OwnedFd>>,
}

impl AccessLog {
    /// To standard output.
    #[must_use]
    pub fn new(form: LogFormat) -> Self {
        AccessLog { form, output: None }
    }

    /// To this descriptor.
    #[must_use]
    pub fn to(form: LogFormat, output: OwnedFd) -> Self {
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
    form: LogFormat,
    proxies: Proxies,
    lane: Arc<Lane>,
    writer: Thread,
    stamp: RefCell<Stamp>,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logged {
    Kept,
    Dropped,
}

impl Logger {
    /// Whom a request is from, as far as it can be believed.
    pub(crate) fn client(&self, peer: Peer, fields: &impl Fields) -> Client {
        self.proxies.client(peer, fields)
    }

    /// Appends a line, if there is room for it.
    pub(crate) fn log(&self, line: &Line<'_>, duration: Duration) -> Logged {
        let mut lines = self.lane.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lines.len();
        line.write(self.form, duration, &mut self.stamp.borrow_mut(), &mut lines);
        if lines.len() > LANE_BYTES {
            lines.truncate(before);
            return Logged::Dropped;
        }
        drop(lines);
        // Otherwise the writer was woken for the lines before, and has not come yet.
        if before == 0 {
            self.writer.unpark();
        }
        Logged::Kept
    }
}

/// What the writer shares with who started it.
#[derive(Debug, Default)]
struct Queue {
    lanes: Vec<Arc<Lane>>,
    is_closing: AtomicBool,
    lost: AtomicU64,
}

/// How many lines could not be written.
#[derive(Debug, Default)]
pub(crate) struct LostLines(Arc<Queue>);

impl LostLines {
    pub(crate) fn get(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }
}

/// The thread that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    form: LogFormat,
    shared: Arc<Queue>,
    thread: Thread,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
}

impl Writer {
    /// Starts the thread, with a lane for each of so many workers.
    pub(crate) fn start(log: &AccessLog, workers: usize) -> io::Result<Self> {
        let mut output = log.open()?;
        let lanes = (0..workers).map(|_| Arc::default()).collect();
        let shared = Arc::new(Queue { lanes, ..Queue::default() });
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
    pub(crate) fn loggers(&self, proxies: &Proxies) -> impl Iterator<Item = Logger> {
        let logger = |lane| {
            let (form, proxies, writer) = (self.form, proxies.clone(), self.thread.clone());
            Logger { form, proxies, lane, writer, stamp: RefCell::default() }
        };
        self.shared.lanes.iter().cloned().map(logger)
    }

    /// The count of lines that could not be written.
    pub(crate) fn lost(&self) -> LostLines {
        LostLines(Arc::clone(&self.shared))
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

impl Queue {
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
                // Not parked, or the next line would end it.
                (false, false) => thread::sleep(GATHER_TIME),
                (false, true) => {}
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

    use super::*;
    use crate::observe::client::CLIENT_ADDRESS_FIELD;

    fn proxies() -> Proxies {
        Proxies { trusted: Vec::new(), field: CLIENT_ADDRESS_FIELD }
    }

    /// A line of this length in the common form.
    fn line(target: &str) -> Line<'_> {
        Line::of_refusal(200, target.as_bytes(), Peer::Unix)
    }

    #[test]
    fn lines_of_all_workers_are_written_before_the_writer_ends() {
        let (mut reader, output) = io::pipe().expect("a pipe");
        let writer = Writer::start(&AccessLog::to(LogFormat::Common, output.into()), 2).expect("a thread");
        let loggers: Vec<_> = writer.loggers(&proxies()).collect();
        for at in 0..100 {
            assert_eq!(loggers[at % 2].log(&line("/"), Duration::ZERO), Logged::Kept);
        }
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("text");
        assert_eq!(text.lines().filter(|line| line.ends_with("\"/\" 200 -")).count(), 100, "{text}");
    }

    #[test]
    fn where_nobody_reads_lines_are_dropped_and_the_worker_goes_on() {
        let (_reader, output) = io::pipe().expect("a pipe");
        let writer = Writer::start(&AccessLog::to(LogFormat::Common, output.into()), 1).expect("a thread");
        let logger = writer.loggers(&proxies()).next().expect("a worker");
        let target = format!("/{}", "a".repeat(10_000));
        let long = line(&target);
        let kept = (0..200).filter(|_| logger.log(&long, Duration::ZERO) == Logged::Kept).count();
        // A lane, a lane that the writer has in hand, and what a pipe holds.
        assert!((LANE_BYTES / 10_100..=(2 * LANE_BYTES + (1 << 16)) / 10_000).contains(&kept), "{kept}");
        drop(writer);
    }

    #[test]
    fn where_the_reader_is_gone_lines_are_counted_as_lost() {
        let (reader, output) = io::pipe().expect("a pipe");
        drop(reader);
        let writer = Writer::start(&AccessLog::to(LogFormat::Common, output.into()), 1).expect("a thread");
        let lost = writer.lost();
        let logger = writer.loggers(&proxies()).next().expect("a worker");
        for _ in 0..3 {
            assert_eq!(logger.log(&line("/"), Duration::ZERO), Logged::Kept);
        }
        drop(writer);
        assert_eq!(lost.get(), 3);
    }
}
