//! A connection's end of the counters and of the access log: told by its stream and its service what happens, and when.
//!
//! In HTTP/1.1 one answer follows another, and one has been given when its last byte is with the kernel. In HTTP/2, where answers
//! are interleaved, it has been given when it was handed to the frames.

use std::error::Error as _;
use std::io;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::request::Parts;
use http::{Response, StatusCode, Version};

use crate::access_log::{Logged, Logger, Record};
use crate::body::Body;
use crate::forwarded::Peer;
use crate::metrics::{Counters, Limit, Route, State};
use crate::stream::Socket;

/// What all connections of a worker count in and log to.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) counters: Counters,
    /// Whether somebody wants to know how long answers take.
    pub(crate) is_timed: bool,
    pub(crate) logger: Option<Logger>,
    /// What times are counted from: an [`Instant`] fits no atomic number.
    epoch: Instant,
}

impl Tally {
    pub(crate) fn new(is_timed: bool, logger: Option<Logger>) -> Self {
        Tally { counters: Counters::default(), is_timed, logger, epoch: Instant::now() }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// One connection. One task writes all of it.
#[derive(Debug)]
pub(crate) struct Meter {
    tally: Arc<Tally>,
    state: AtomicU8,
    /// When the request that is being answered had arrived; [`NOTHING`] between requests, and where nobody wants to know.
    began: AtomicU64,
    /// For the access log, where there is one.
    entry: Option<Box<Entry>>,
}

/// No time: a server has not run for 584 years.
const NOTHING: u64 = u64::MAX;

/// What the access log needs to know of a connection.
#[derive(Debug)]
struct Entry {
    peer: Peer,
    /// The request that is being answered, and what was written since. Nobody else ever locks it.
    record: Mutex<Option<(Record, u64)>>,
}

impl Meter {
    /// Of a connection that was just accepted. Who is at its other end is asked where there is a log.
    pub(crate) fn new(tally: &Arc<Tally>, socket: &Socket) -> Arc<Self> {
        let tally = match socket {
            Socket::Tcp(_) | Socket::Unix(_) => Arc::clone(tally),
            // The watchdog's request is none, and is forgotten.
            Socket::Probe(_) => Arc::new(Tally::new(false, None)),
        };
        tally.counters.open();
        // Whoever has gone already has no address any more, and will ask for nothing.
        let peer = tally.logger.as_ref().and_then(|_| socket.peer());
        let entry = peer.map(|peer| Box::new(Entry { peer, record: Mutex::new(None) }));
        let state = AtomicU8::new(State::New as u8);
        Arc::new(Meter { tally, state, began: AtomicU64::new(NOTHING), entry })
    }

    /// A request's head has arrived.
    pub(crate) fn begin(&self, head: &Parts) {
        self.change(State::Busy);
        if self.tally.is_timed || self.entry.is_some() {
            self.began.store(self.tally.now(), Ordering::Relaxed);
        }
        if let (Some(entry), Some(logger)) = (&self.entry, &self.tally.logger) {
            let record = Record::of(head, logger.origin(entry.peer, &head.headers));
            *entry.lock() = Some((record, 0));
        }
    }

    /// A plain request has arrived. There is no log, or it would not have been taken for one.
    pub(crate) fn begin_plain(&self) {
        self.change(State::Busy);
        if self.tally.is_timed {
            self.began.store(self.tally.now(), Ordering::Relaxed);
        }
    }

    /// This is what a plain request is answered, and so much of it the kernel has taken.
    pub(crate) fn answer_plain(&self, status: StatusCode, route: Route, written: usize) {
        self.tally.counters.count_request(status, route);
        self.tally.counters.count_sent(written);
    }

    /// Whether the log wants to know of every request's fields.
    pub(crate) fn is_logged(&self) -> bool {
        self.entry.is_some()
    }

    /// This is what it is answered.
    pub(crate) fn answer(&self, version: Version, response: &Response<Body>, route: Route) {
        self.tally.counters.count_request(response.status(), route);
        if let Some((record, _)) = self.lock().as_deref_mut().and_then(Option::as_mut) {
            record.status = response.status().as_u16();
            record.bytes = response.body().content().len() as u64;
        }
        if version == Version::HTTP_2 {
            self.finish(Sent::Whole);
        }
    }

    /// Bytes have arrived.
    pub(crate) fn read(&self) {
        self.change(State::Busy);
    }

    /// The kernel has taken so many bytes.
    pub(crate) fn wrote(&self, bytes: usize) {
        self.tally.counters.count_sent(bytes);
        if let Some((_, written)) = self.lock().as_deref_mut().and_then(Option::as_mut) {
            *written += bytes as u64;
        }
    }

    /// The kernel has taken all that was to be written; `is_idle` says whether no request has begun to arrive.
    pub(crate) fn flushed(&self, is_idle: bool) {
        self.finish(Sent::Whole);
        if is_idle && self.state() == State::Busy as u8 {
            self.change(State::Idle);
        }
    }

    /// We are closing.
    pub(crate) fn closing(&self) {
        self.change(State::Closing);
    }

    /// A limit was hit.
    pub(crate) fn limit(&self, limit: Limit) {
        self.tally.counters.count_limit(limit);
    }

    /// HTTP/1.1 has ended in an error, which may be a head that was none.
    pub(crate) fn fail_http1(&self, error: &hyper::Error) {
        if error.is_parse_too_large() {
            self.limit(Limit::HeaderBytes);
        } else if error.is_parse() {
            self.limit(Limit::Malformed);
        }
    }

    /// HTTP/2 has ended in an error, which is one of the protocol where it is none of the socket.
    pub(crate) fn fail_http2(&self, error: &hyper::Error) {
        match error.source() {
            Some(source) if source.is::<io::Error>() => {}
            _ => self.limit(Limit::Protocol),
        }
    }

    fn finish(&self, sent: Sent) {
        let began = self.began.load(Ordering::Relaxed);
        if began == NOTHING {
            return;
        }
        self.began.store(NOTHING, Ordering::Relaxed);
        let duration = Duration::from_nanos(self.tally.now().saturating_sub(began));
        if self.tally.is_timed {
            self.tally.counters.count_latency(duration);
        }
        if let (Some(entry), Some(logger)) = (&self.entry, &self.tally.logger) {
            let Some((mut record, written)) = entry.lock().take() else { return };
            if sent == Sent::Part {
                record.bytes = record.bytes.min(written);
            }
            if logger.log(&record, duration) == Logged::Dropped {
                self.tally.counters.count_dropped_line();
            }
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, Option<(Record, u64)>>> {
        self.entry.as_deref().map(Entry::lock)
    }

    fn state(&self) -> u8 {
        self.state.load(Ordering::Relaxed)
    }

    fn change(&self, to: State) {
        let from = self.state();
        if from != to as u8 {
            self.state.store(to as u8, Ordering::Relaxed);
            self.tally.counters.change(State::of(from), to);
        }
    }
}

/// How much of an answer the kernel has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Whole,
    Part,
}

impl Entry {
    fn lock(&self) -> MutexGuard<'_, Option<(Record, u64)>> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Meter {
    /// The connection has ended, maybe within an answer.
    fn drop(&mut self) {
        self.finish(Sent::Part);
        self.tally.counters.close(State::of(self.state()));
    }
}
