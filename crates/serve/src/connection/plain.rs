//! A connection that is busy with plain requests: read, answered by [`crate::express`], written, without a buffer of its own.
//!
//! 1. what is there is read into the worker's buffer, which all its connections share, since none keeps anything in it;
//! 2. every whole and plain request in it is answered, in their order;
//! 3. the rest, if there is one, is handed over with all that was read of it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, IoSlice, Write as _};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use httpdate::HttpDate;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{sleep, timeout};

use crate::connection::Shared;
use crate::express::{Reply, reply};
use crate::meter::Meter;
use crate::metrics::Limit;
use crate::stream::Socket;
use crate::time::later;
use crate::waiting::Past;
use crate::watch::{self, Tick};

/// How much is read at once: more than the heads of several pipelined requests.
const READ_BYTES: usize = 8 * 1024;

/// The fields that end a head: `date: Sun, 06 Nov 1994 08:49:37 GMT`, and the empty line.
const DATE_BYTES: usize = 39;

/// What a connection is afterwards.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has nothing to ask for the moment.
    Quiet,
    /// These bytes were read, and are no plain request.
    HandOver(Bytes),
    /// It is over.
    Closed,
}

/// What ends a turn.
enum Turn {
    Over(Outcome),
    /// The client takes no more for now; this is still to be written, and that to be answered.
    Blocked {
        rest: Rest,
        ahead: Bytes,
    },
}

/// What the kernel has not taken of an answer.
#[derive(Debug)]
struct Rest {
    head: Vec<u8>,
    content: &'static [u8],
}

/// What the connections of a worker use in turn.
struct Desk {
    read: Box<[u8]>,
    date: Date,
}

/// The fields that end a head, for one second: `date: Sun, 06 Nov 1994 08:49:37 GMT`, and the empty line.
struct Date {
    second: Option<u64>,
    text: [u8; DATE_BYTES],
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::new(Desk {
        read: vec![0; READ_BYTES].into_boxed_slice(),
        date: Date { second: None, text: [b' '; DATE_BYTES] },
    });
}

impl Date {
    /// The text for this time. It is written once a second.
    fn at(&mut self, now: SystemTime) -> &[u8] {
        // A clock before 1970 is as good as none, and HTTP dates begin there.
        let now = now.max(UNIX_EPOCH);
        let second = now.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        if second != self.second {
            self.second = second;
            // An HTTP date has a fixed length (RFC 9110 §5.6.7), so it fits.
            let written = write!(&mut self.text[..], "date: {}\r\n\r\n", HttpDate::from(now));
            debug_assert!(written.is_ok());
        }
        &self.text
    }
}

/// A connection, and what it is answered from.
struct Busy<'a> {
    socket: &'a mut Socket,
    shared: &'a Shared,
    meter: &'a Meter,
    past: &'a mut Past,
    /// Whether there was a request since it was last asked.
    has_answered: bool,
}

/// Answers plain requests until there is none for a moment, or something else. From the first on, the connection is kept.
pub(crate) async fn converse(socket: &mut Socket, shared: &Shared, meter: &Meter, past: &mut Past) -> Outcome {
    let mut busy = Busy { socket, shared, meter, past, has_answered: false };
    loop {
        match busy.turn().await {
            Turn::Over(outcome) => return outcome,
            Turn::Blocked { rest, ahead } => {
                if let Err(error) = rest.write(busy.socket, shared.limits.write_time, meter).await {
                    if error.kind() == io::ErrorKind::TimedOut {
                        meter.limit(Limit::WriteTime);
                    }
                    busy.socket.abandon();
                    return Outcome::Closed;
                }
                if !ahead.is_empty() {
                    return Outcome::HandOver(ahead);
                }
            }
        }
    }
}

impl Busy<'_> {
    async fn turn(&mut self) -> Turn {
        let shared = self.shared;
        let period = watch::period(&shared.limits);
        let timer = pin!(sleep(period));
        let mut tick = Tick::new(timer, period);
        let work = pin!(poll_fn(|context| {
            if let Poll::Ready(turn) = self.poll_turn(context) {
                return Poll::Ready(turn);
            }
            // Where places are scarce, one that could give way is not waited for.
            if shared.capacity.is_pressed() {
                return Poll::Ready(Turn::Over(Outcome::Quiet));
            }
            while tick.poll(context).is_ready() {
                if !std::mem::take(&mut self.has_answered) {
                    return Poll::Ready(Turn::Over(Outcome::Quiet));
                }
            }
            Poll::Pending
        }));
        shared.drain.unless_stopping(work).await.unwrap_or(Turn::Over(Outcome::Quiet))
    }

    /// Reads and answers until there is nothing more to read.
    fn poll_turn(&mut self, context: &mut Context<'_>) -> Poll<Turn> {
        DESK.with_borrow_mut(|Desk { read, date }| {
            loop {
                let mut buffer = ReadBuf::new(read);
                let polled = ready!(Pin::new(&mut *self.socket).poll_read(context, &mut buffer));
                if polled.is_err() || buffer.filled().is_empty() {
                    return Poll::Ready(Turn::Over(Outcome::Closed));
                }
                if let Some(turn) = self.answer_all(buffer.filled(), date, context) {
                    return Poll::Ready(turn);
                }
            }
        })
    }

    /// Answers the plain requests in `bytes`; `None` where that was all of them.
    fn answer_all(&mut self, mut bytes: &[u8], date: &mut Date, context: &mut Context<'_>) -> Option<Turn> {
        let clock = SystemTime::now();
        let now = later(clock, self.shared.site.pack().time());
        let date = date.at(clock);
        while !bytes.is_empty() {
            // Who is leaving says so in each answer, and not in the heads that were made ahead.
            let reply = if self.shared.drain.is_leaving() { None } else { reply(&self.shared.site, now, bytes) };
            let Some(reply) = reply else {
                return Some(Turn::Over(Outcome::HandOver(Bytes::copy_from_slice(bytes))));
            };
            bytes = &bytes[reply.length..];
            self.meter.begin_plain();
            let written = match self.poll_write(&reply, date, context) {
                Poll::Ready(Ok(written)) => written,
                Poll::Ready(Err(_)) => return Some(Turn::Over(Outcome::Closed)),
                Poll::Pending => 0,
            };
            (*self.past, self.has_answered) = (Past::Kept, true);
            self.meter.answer_plain(reply.status, reply.route, written);
            if let Some(rest) = Rest::of(&reply, date, written) {
                return Some(Turn::Blocked { rest, ahead: Bytes::copy_from_slice(bytes) });
            }
            self.meter.flushed(bytes.is_empty());
        }
        None
    }

    fn poll_write(&mut self, reply: &Reply<'_>, date: &[u8], context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let slices = [IoSlice::new(reply.head), IoSlice::new(date), IoSlice::new(reply.content)];
        let used = if reply.content.is_empty() { 2 } else { 3 };
        Pin::new(&mut *self.socket).poll_write_vectored(context, &slices[..used])
    }
}

impl Rest {
    /// What is left of an answer of which so many bytes are written; `None` where nothing is.
    fn of(reply: &Reply<'_>, date: &[u8], written: usize) -> Option<Self> {
        let head_bytes = reply.head.len() + date.len();
        if written == head_bytes + reply.content.len() {
            return None;
        }
        let mut head = [reply.head, date].concat();
        head.drain(..written.min(head_bytes));
        Some(Rest { head, content: &reply.content[written.saturating_sub(head_bytes)..] })
    }

    /// Writes it, as fast as the client takes it, but no slower than a write in `time`.
    async fn write(mut self, socket: &mut Socket, time: Duration, meter: &Meter) -> io::Result<()> {
        while !self.head.is_empty() || !self.content.is_empty() {
            let slices = [IoSlice::new(&self.head), IoSlice::new(self.content)];
            let write = poll_fn(|context| Pin::new(&mut *socket).poll_write_vectored(context, &slices));
            let written = timeout(time, write).await.map_err(|_| io::ErrorKind::TimedOut)??;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            meter.wrote(written);
            let of_head = written.min(self.head.len());
            self.head.drain(..of_head);
            self.content = &self.content[written - of_head..];
        }
        meter.flushed(true);
        Ok(())
    }
}
