//! Counts and logs what happens on one connection.
//!
//! An answer of HTTP/1.1 is complete when the kernel has accepted its last byte. An answer of HTTP/2, where answers are
//! interleaved, is complete when h2 has it.

use std::cell::{Cell, RefCell};
use std::error::Error as _;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use http::StatusCode;
use http::request::Parts;

use super::head;
use super::local::WorkerLocal;
use super::slots::{Evicted, Phase, Slot};
use crate::listen::peer::Peer;
use crate::listen::socket::Socket;
use crate::observe::access_log::{Line, Logged, Record};
use crate::observe::counters::{ConnectionState, Limit};
use crate::request::plain::PlainFields;
use crate::response::plain::PlainResponse;
use crate::site::route_class::RouteClass;

/// Observes one connection.
pub(crate) struct Observer {
    local: Rc<WorkerLocal>,
    /// False for the watchdog's request, which is neither counted nor logged.
    is_counted: bool,
    state: Cell<ConnectionState>,
    /// When the current request arrived; `None` between requests, and if durations are not measured.
    began: Cell<Option<Instant>>,
    /// The connection's part of the access log, if there is one.
    entry: Option<Box<Entry>>,
}

/// What the access log needs to know of a connection.
struct Entry {
    peer: Peer,
    /// The current request, and the bytes written since.
    record: RefCell<Option<(Record, u64)>>,
}

impl Observer {
    /// Observes an accepted connection.
    pub(crate) fn new(local: &Rc<WorkerLocal>, socket: &Socket, peer: Peer) -> Self {
        let is_counted = !matches!(socket, Socket::Probe(_));
        if is_counted {
            local.state.counters.open();
        }
        let is_logged = is_counted && local.logger.is_some();
        let entry = is_logged.then(|| Box::new(Entry { peer, record: RefCell::new(None) }));
        Observer {
            local: Rc::clone(local),
            is_counted,
            state: Cell::new(ConnectionState::New),
            began: Cell::new(None),
            entry,
        }
    }

    /// Records that a request's head has arrived.
    pub(crate) fn begin(&self, head: &Parts) {
        self.begin_plain();
        if let (Some(entry), Some(logger)) = (&self.entry, &self.local.logger) {
            let record = Record::of(head, logger.client(entry.peer, &head.headers));
            *entry.record.borrow_mut() = Some((record, 0));
        }
    }

    /// Records that a plain request has arrived.
    pub(crate) fn begin_plain(&self) {
        self.change(ConnectionState::Busy);
        if self.is_counted && (self.local.is_timed || self.entry.is_some()) {
            self.began.set(Some(Instant::now()));
        }
    }

    /// Records the answer to a plain request, and how much of it the kernel has accepted.
    pub(crate) fn answer_plain(
        &self,
        reply: &PlainResponse<'_>,
        fields: &PlainFields<'_>,
        now: SystemTime,
        (written, sent): (usize, Sent),
    ) {
        if !self.is_counted {
            return;
        }
        self.local.state.counters.count_request(reply.status, reply.route);
        self.local.state.counters.count_sent(written);
        if let (Some(entry), Some(logger)) = (&self.entry, &self.local.logger) {
            let client = logger.client(entry.peer, fields);
            let line = Line::of_plain(reply, fields, client, now);
            match sent {
                Sent::Whole => self.log(&line, self.began.get().map_or(Duration::ZERO, |began| began.elapsed())),
                Sent::Part => *entry.record.borrow_mut() = Some((Record::of_line(&line), written as u64)),
            }
        }
        if sent == Sent::Whole {
            self.flushed();
        }
    }

    /// Records the answer to the current request.
    pub(crate) fn answer(&self, status: StatusCode, bytes: usize, route: RouteClass) {
        if !self.is_counted {
            return;
        }
        self.local.state.counters.count_request(status, route);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            // Only a search is answered with this status.
            self.limit(Limit::Searches);
        }
        if let Some(entry) = &self.entry
            && let Some((record, _)) = entry.record.borrow_mut().as_mut()
        {
            record.status = status.as_u16();
            record.bytes = bytes as u64;
        }
    }

    /// Forgets a request that was withdrawn before its answer.
    pub(crate) fn forget(&self) {
        self.began.set(None);
        if let Some(entry) = &self.entry {
            entry.record.take();
        }
    }

    /// Records a refusal of bytes that could not be read as a request.
    pub(crate) fn refused(&self, status: u16, received: &[u8]) {
        if !self.is_counted {
            return;
        }
        count_refusal(&self.local, status);
        if let Some(entry) = &self.entry {
            let line = Line::of_refusal(status, head::request_line(received), entry.peer);
            self.log(&line, Duration::ZERO);
        }
    }

    /// Records that bytes have arrived.
    pub(crate) fn read(&self) {
        self.change(ConnectionState::Busy);
    }

    /// Records bytes that the kernel has accepted.
    pub(crate) fn wrote(&self, bytes: usize) {
        if !self.is_counted {
            return;
        }
        self.local.state.counters.count_sent(bytes);
        if let Some(entry) = &self.entry
            && let Some((_, written)) = entry.record.borrow_mut().as_mut()
        {
            *written += bytes as u64;
        }
    }

    /// Records that the kernel has accepted the whole answer.
    pub(crate) fn flushed(&self) {
        self.finish(Sent::Whole);
        self.idle();
    }

    /// Records that the connection is idle.
    pub(crate) fn idle(&self) {
        if self.state.get() == ConnectionState::Busy {
            self.change(ConnectionState::Idle);
        }
    }

    /// Records that our half is closing.
    pub(crate) fn closing(&self) {
        self.change(ConnectionState::Closing);
    }

    /// Counts a limit that was hit.
    pub(crate) fn limit(&self, limit: Limit) {
        self.local.state.counters.count_limit(limit);
    }

    /// Counts an error that ended reading, if a limit is its reason: the client has sent much that is no request, or over TLS no message.
    pub(crate) fn fail_read(&self, error: &io::Error) {
        if error.kind() == io::ErrorKind::QuotaExceeded {
            self.limit(Limit::Flood);
        }
    }

    /// Charges the connection's slot with `bytes`, and counts what is evicted for it.
    pub(crate) fn charge(&self, slot: &Slot, bytes: usize) {
        count_evicted(&self.local, &slot.charge(bytes, self.local.clock.now()));
    }

    /// Counts an error that ended HTTP/1.1, which may be a malformed head.
    pub(crate) fn fail_http1(&self, error: &hyper::Error) {
        if error.is_parse_too_large() {
            self.limit(Limit::HeaderBytes);
        } else if error.is_parse() {
            self.limit(Limit::Malformed);
        } else if error.source().is_some_and(|source| !source.is::<io::Error>() && !source.is::<graven_pack::Error>()) {
            self.limit(Limit::Protocol);
        }
    }

    fn finish(&self, sent: Sent) {
        let began = self.began.take();
        let duration = began.map_or(Duration::ZERO, |began| began.elapsed());
        if began.is_some() && self.local.is_timed {
            self.local.state.counters.count_latency(duration);
        }
        if let Some(entry) = &self.entry
            && let Some((mut record, written)) = entry.record.take()
        {
            if sent == Sent::Part {
                record.bytes = record.bytes.min(written);
            }
            self.log(&record.line(), duration);
        }
    }

    fn log(&self, line: &Line<'_>, duration: Duration) {
        log(&self.local, line, duration);
    }

    fn change(&self, to: ConnectionState) {
        let from = self.state.replace(to);
        if self.is_counted && from != to {
            self.local.state.counters.change(from, to);
        }
    }
}

/// How much of an answer the kernel has accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Whole,
    Part,
}

/// Records that a connection was refused for lack of a slot.
pub(crate) fn refused_connection(local: &WorkerLocal, status: u16, received: &[u8], peer: Peer) {
    count_refusal(local, status);
    log(local, &Line::of_refusal(status, head::request_line(received), peer), Duration::ZERO);
}

/// Counts the connections that were closed to make room.
pub(crate) fn count_evicted(local: &WorkerLocal, evicted: &Evicted) {
    for phase in evicted {
        local.state.counters.count_limit(match phase {
            Phase::New | Phase::Idle | Phase::Closing => Limit::IdleConnections,
            Phase::Head | Phase::Handshake => Limit::UnfinishedHeads,
            Phase::Writing => Limit::StalledConnections,
        });
    }
}

fn count_refusal(local: &WorkerLocal, status: u16) {
    if let Ok(status) = StatusCode::from_u16(status) {
        local.state.counters.count_request(status, RouteClass::None);
    }
}

fn log(local: &WorkerLocal, line: &Line<'_>, duration: Duration) {
    if let Some(logger) = &local.logger
        && logger.log(line, duration) == Logged::Dropped
    {
        local.state.counters.count_dropped_line();
    }
}

impl Drop for Observer {
    /// Logs an answer that the end of the connection cut off.
    fn drop(&mut self) {
        self.finish(Sent::Part);
        if self.is_counted {
            self.local.state.counters.close(self.state.get());
        }
    }
}
