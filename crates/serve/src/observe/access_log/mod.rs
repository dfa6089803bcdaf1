//! The access log: one line for each response, on standard output, in one of three formats ([`mod@line`]).
//!
//! ```text
//! worker --LineBuffer--.
//! worker --LineBuffer---+--> writer thread --> standard output
//! ```
//!
//! A worker appends lines to a [`LineBuffer`] that it shares with the writer. The writer swaps full buffers for empty
//! ones and writes them. The lock of a buffer is held while a line is appended or two buffers are swapped, never during
//! a system call, so a reader that stalls blocks only the writer. Meanwhile the buffers fill up to [`BUFFER_BYTES`];
//! further lines are dropped and counted.

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

use self::line::TimestampCache;
pub(crate) use self::line::{Line, Record};
pub use self::line::{LogFormat, UnknownLogFormat};
use crate::listen::peer::Peer;
use crate::observe::client::{Client, Proxies};
use crate::request::fields::Fields;

/// Maximum size of a worker's buffer, in bytes: some thousand lines, which absorbs a short pause of the reader on a
/// busy server.
const BUFFER_BYTES: usize = 256 * 1024;

/// How long the writer collects lines after it has written some. Waking it and writing cost more than a request, so
/// lines share that cost. A buffer has room for what a worker can log in this time.
const BATCH_TIME: Duration = Duration::from_millis(5);

/// How long a stopping server waits for its last lines to be written.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// How long the writer waits if standard output is full and non-blocking, which another process may have made it.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// The configuration of an access log.
///
/// ```
/// use std::io::{self, Read};
///
/// use graven_serve::{AccessLog, Config, LogFormat};
///
/// # fn main() -> io::Result<()> {
/// // To standard output.
/// let config = Config { access_log: Some(AccessLog::new(LogFormat::Combined)), ..Config::default() };
///
/// // To a file, a pipe or a socket.
/// let (reader, writer) = io::pipe()?;
/// let config = Config { access_log: Some(AccessLog::to(LogFormat::Json, writer.into())), ..config };
/// # assert!(config.access_log.is_some());
/// # drop(reader);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AccessLog {
    format: LogFormat,
    /// `None` is standard output.
    output: Option<Arc<OwnedFd>>,
}

impl AccessLog {
    /// Logs to standard output.
    #[must_use]
    pub fn new(format: LogFormat) -> Self {
        AccessLog { format, output: None }
    }

    /// Logs to a file descriptor.
    #[must_use]
    pub fn to(format: LogFormat, output: OwnedFd) -> Self {
        AccessLog { format, output: Some(Arc::new(output)) }
    }

    /// Duplicates the descriptor. std's handle has a lock, and a stalled write would block every other use of standard
    /// output.
    fn open(&self) -> io::Result<File> {
        let output = match &self.output {
            Some(output) => output.try_clone()?,
            None => io::stdout().as_fd().try_clone_to_owned()?,
        };
        Ok(File::from(output))
    }
}

/// The lines of a worker that the writer has not taken yet.
#[derive(Debug, Default)]
struct LineBuffer(Mutex<Vec<u8>>);

impl LineBuffer {
    /// Swaps the content for an empty buffer.
    fn swap(&self, empty: &mut Vec<u8>) {
        std::mem::swap(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), empty);
    }
}

/// A worker's handle of the log.
#[derive(Debug)]
pub(crate) struct Logger {
    format: LogFormat,
    proxies: Proxies,
    buffer: Arc<LineBuffer>,
    writer: Thread,
    timestamps: RefCell<TimestampCache>,
}

/// Whether a line was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logged {
    Kept,
    Dropped,
}

impl Logger {
    /// Returns the client of a request.
    pub(crate) fn client(&self, peer: Peer, fields: &impl Fields) -> Client {
        self.proxies.client(peer, fields)
    }

    /// Appends a line if there is room for it.
    pub(crate) fn log(&self, line: &Line<'_>, duration: Duration) -> Logged {
        let mut lines = self.buffer.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lines.len();
        line.write(self.format, duration, &mut self.timestamps.borrow_mut(), &mut lines);
        if lines.len() > BUFFER_BYTES {
            lines.truncate(before);
            return Logged::Dropped;
        }
        drop(lines);
        // If there were lines already, the writer has been woken for them.
        if before == 0 {
            self.writer.unpark();
        }
        Logged::Kept
    }
}

/// The state that the writer thread shares with the workers and the server.
#[derive(Debug, Default)]
struct Shared {
    buffers: Vec<Arc<LineBuffer>>,
    is_closing: AtomicBool,
    lost: AtomicU64,
}

/// The number of lines that could not be written.
#[derive(Debug, Default)]
pub(crate) struct LostLines(Arc<Shared>);

impl LostLines {
    pub(crate) fn get(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }
}

/// The writer thread. Dropping it writes the remaining lines.
#[derive(Debug)]
pub(crate) struct Writer {
    format: LogFormat,
    shared: Arc<Shared>,
    thread: Thread,
    /// Disconnected when the thread has ended.
    ended: Receiver<()>,
}

impl Writer {
    /// Starts the thread, with a buffer for each of `workers` workers.
    pub(crate) fn start(log: &AccessLog, workers: usize) -> io::Result<Self> {
        let mut output = log.open()?;
        let buffers = (0..workers).map(|_| Arc::default()).collect();
        let shared = Arc::new(Shared { buffers, ..Shared::default() });
        let (ended_sender, ended) = sync_channel::<()>(0);
        let thread = thread::Builder::new().name("access log".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || {
                shared.write_all(&mut output);
                drop(ended_sender);
            }
        })?;
        Ok(Writer { format: log.format, shared, thread: thread.thread().clone(), ended })
    }

    /// Returns the handle of each worker.
    pub(crate) fn loggers(&self, proxies: &Proxies) -> impl Iterator<Item = Logger> {
        let logger = |buffer| {
            let (format, proxies, writer) = (self.format, proxies.clone(), self.thread.clone());
            Logger { format, proxies, buffer, writer, timestamps: RefCell::default() }
        };
        self.shared.buffers.iter().cloned().map(logger)
    }

    /// Returns the count of lines that could not be written.
    pub(crate) fn lost_lines(&self) -> LostLines {
        LostLines(Arc::clone(&self.shared))
    }
}

impl Drop for Writer {
    /// Waits until the last lines are written, but not longer than [`CLOSE_TIME`]: a stalled reader must not keep the
    /// server from stopping.
    fn drop(&mut self) {
        self.shared.is_closing.store(true, Ordering::Release);
        self.thread.unpark();
        // Both errors end the wait: the thread has ended, or the time is up.
        self.ended.recv_timeout(CLOSE_TIME).unwrap_or_default();
    }
}

impl Shared {
    /// Writes lines until closing, and then the remaining ones.
    fn write_all(&self, output: &mut impl Write) {
        let mut lines = Vec::new();
        loop {
            // Read before the buffers, so that lines appended before closing are seen.
            let is_closing = self.is_closing.load(Ordering::Acquire);
            let mut is_idle = true;
            for buffer in &self.buffers {
                buffer.swap(&mut lines);
                is_idle &= lines.is_empty();
                let lost = write(output, &lines);
                self.lost.fetch_add(lost, Ordering::Relaxed);
                lines.clear();
            }
            match (is_idle, is_closing) {
                // Sleeps instead of parking, because the next line would unpark the thread.
                (false, false) => thread::sleep(BATCH_TIME),
                (false, true) => {}
                (true, false) => thread::park(),
                (true, true) => break,
            }
        }
    }
}

/// Writes lines. Returns how many could not be written: all that remain after an error.
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

    /// A line with this target.
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
    fn lines_are_dropped_and_the_worker_continues_if_nobody_reads() {
        let (_reader, output) = io::pipe().expect("a pipe");
        let writer = Writer::start(&AccessLog::to(LogFormat::Common, output.into()), 1).expect("a thread");
        let logger = writer.loggers(&proxies()).next().expect("a worker");
        let target = format!("/{}", "a".repeat(10_000));
        let long = line(&target);
        let kept = (0..200).filter(|_| logger.log(&long, Duration::ZERO) == Logged::Kept).count();
        // One buffer, one that the writer is writing, and the content of a pipe.
        assert!((BUFFER_BYTES / 10_100..=(2 * BUFFER_BYTES + (1 << 16)) / 10_000).contains(&kept), "{kept}");
        drop(writer);
    }

    #[test]
    fn lines_are_counted_as_lost_if_the_reader_is_gone() {
        let (reader, output) = io::pipe().expect("a pipe");
        drop(reader);
        let writer = Writer::start(&AccessLog::to(LogFormat::Common, output.into()), 1).expect("a thread");
        let lost = writer.lost_lines();
        let logger = writer.loggers(&proxies()).next().expect("a worker");
        for _ in 0..3 {
            assert_eq!(logger.log(&line("/"), Duration::ZERO), Logged::Kept);
        }
        drop(writer);
        assert_eq!(lost.get(), 3);
    }
}
