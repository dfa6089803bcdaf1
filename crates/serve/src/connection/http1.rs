//! Reads requests from a connection, answers plain ones in place, and cuts out messages for hyper.
//!
//! 1. Reads what has arrived into the worker's buffer, which its connections share.
//! 2. Answers every complete plain request in it, in order ([`crate::response::plain`]).
//! 3. Hands over any other complete request, alone ([`super::message`]).
//! 4. Keeps the rest, the beginning of a head, in a buffer of exactly its length.
//!
//! An idle connection has neither a buffer nor a timer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::head::{self, Content};
use super::message::{Fragment, Message};
use super::observer::Sent;
use super::slots::Phase;
use super::stream::Connection;
use crate::clock::Moment;
use crate::config::PlainPath;
use crate::lifecycle::drain::DrainPhase;
use crate::limits::{FIRST_REQUEST_TIME, MIN_HEADER_BYTES};
use crate::listen::socket::Socket;
use crate::observe::counters::Limit;
use crate::request::plain::PlainFields;
use crate::response::plain::{PlainResponse, respond_plain};
use crate::time::effective_time;

/// How much is read at once: more than the heads of several pipelined requests.
pub(super) const READ_BYTES: usize = 8 * 1024;

/// The connection preface of HTTP/2 (RFC 9113 §3.4). No method of HTTP/1.1 is called `PRI`.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What the connection needs next.
#[derive(Debug)]
pub(super) enum Next {
    /// The connection is closed, or has to be.
    Closed,
    /// A head took too long: 408.
    Slow,
    /// HTTP/2, beginning with these bytes.
    Http2(Bytes),
    /// The answer to a message that is not a plain request.
    Message(Message),
}

/// Reads one connection.
pub(super) struct Reader<'a> {
    connection: Connection<'a>,
    is_plain_path: bool,
    /// No request has been answered yet.
    is_new: bool,
    reading: Reading,
    /// A request was answered since the last read.
    has_sent: bool,
    /// Bytes that were read and not answered yet.
    ahead: Vec<u8>,
    /// The length of `ahead` that was searched for the end of a head, without success; `None` if it has to be read anew.
    searched: Option<usize>,
    /// The part of an answer that the kernel has not accepted.
    rest: Option<Rest>,
}

/// How long to go on reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    On,
    /// The connection has to close, after requests that have arrived are answered.
    Once,
    Done,
}

/// The part of an answer that the kernel has not accepted.
#[derive(Debug)]
struct Rest {
    head: Vec<u8>,
    content: &'static [u8],
}

/// The result of reading the bytes at hand.
enum Step {
    /// Every complete request is answered.
    Answered,
    /// The client accepts no more for now.
    Blocked,
    Next(Next),
}

/// Both clocks, read once for all requests at hand.
type Time = (Moment, SystemTime);

impl<'a> Reader<'a> {
    pub(super) fn new(connection: Connection<'a>, socket: &Socket) -> Self {
        // The watchdog's request takes the longer way, through hyper, so that it tests all of it.
        let is_plain_path = connection.local.plain_path == PlainPath::On
            && !matches!(socket, Socket::Probe(_))
            && connection.serves_site();
        let (ahead, searched, rest, reading) = (Vec::new(), Some(0), None, Reading::On);
        let now = connection.local.clock.now();
        connection.slot.enter(connection.first_phase(), now, now.after(connection.local.limits.idle_time));
        Reader { connection, is_plain_path, is_new: true, reading, has_sent: false, ahead, searched, rest }
    }

    /// Goes on after hyper has answered a message: the bytes behind it are read next.
    pub(super) fn has_answered(&mut self) {
        self.is_new = false;
        self.searched = None;
        self.wait(self.connection.local.clock.now());
    }

    /// Returns the 408 for a head that took too long (RFC 9110 §15.5.9), and counts and logs it.
    pub(super) fn refuse_slow(&mut self) -> Vec<u8> {
        let Connection { local, observer, .. } = self.connection;
        observer.refused(408, &self.ahead);
        let (_, clock) = local.clock.read();
        let date = local.clock.date_lines(clock);
        [b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n", &date[..]].concat()
    }

    /// Reads and answers until the connection needs something else.
    pub(super) fn poll(&mut self, socket: &mut Socket, context: &mut Context<'_>) -> Poll<Next> {
        let time = self.connection.local.clock.read();
        if let Some(next) = self.ending(socket, time.0) {
            return Poll::Ready(next);
        }
        loop {
            if self.rest.is_some() {
                // An evicted connection does not wait: its memory is no longer accounted for.
                let written = match self.poll_rest(socket, time.0, context) {
                    Poll::Pending if !self.connection.slot.is_evicted() => return Poll::Pending,
                    written => written,
                };
                if !matches!(written, Poll::Ready(Ok(()))) {
                    socket.reset_on_close();
                    return Poll::Ready(Next::Closed);
                }
            } else if self.searched.is_none() {
                let bytes = std::mem::take(&mut self.ahead);
                if let Step::Next(next) = self.answer_kept(bytes, socket, time, context) {
                    return Poll::Ready(next);
                }
            } else if self.reading == Reading::Done {
                return Poll::Ready(Next::Closed);
            } else {
                match self.poll_read(socket, time, context) {
                    Poll::Ready(Step::Next(next)) => return Poll::Ready(next),
                    Poll::Ready(Step::Answered | Step::Blocked) => {}
                    Poll::Pending if self.is_left_over(socket) => return Poll::Ready(Next::Closed),
                    Poll::Pending => {
                        self.wait_for_part(socket, time.0);
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    /// Returns whether and how the connection has to end. Requests that have arrived on an idle connection are answered first.
    fn ending(&mut self, socket: &Socket, now: Moment) -> Option<Next> {
        let Connection { local, slot, observer, .. } = self.connection;
        let is_stopping = local.state.drain.has_reached(DrainPhase::Stopping);
        if !is_stopping && !slot.needs_attention(now) {
            return None;
        }
        let is_waiting = self.rest.is_none() && self.ahead.is_empty() && socket.part_bytes() == 0;
        let is_expired = slot.is_expired(now);
        if slot.is_evicted() && self.rest.is_none() && self.searched.is_none() {
            // Requests that were read are answered, and none after them.
            self.reading = Reading::Done;
            return None;
        }
        if slot.is_evicted() || (is_expired && is_waiting) {
            if is_expired && !slot.is_evicted() {
                observer.limit(Limit::IdleTime);
            }
            return self.end(is_waiting, socket);
        }
        if is_expired && self.rest.is_some() {
            observer.limit(Limit::WriteTime);
            return self.end(is_waiting, socket);
        }
        if is_expired {
            observer.limit(Limit::HeaderTime);
            return Some(if self.is_preface(&self.ahead) { Next::Closed } else { Next::Slow });
        }
        if is_waiting && is_stopping {
            if !self.is_new {
                return self.end(is_waiting, socket);
            }
            // An accepted connection gets the chance to send its first request.
            slot.enter_once(Phase::Head, now, now.after(FIRST_REQUEST_TIME));
        }
        None
    }

    fn end(&mut self, is_waiting: bool, socket: &Socket) -> Option<Next> {
        if is_waiting && self.reading != Reading::Done && socket.has_unread() {
            if self.connection.slot.is_evicted() {
                self.reading = Reading::Once;
            }
            return None;
        }
        if self.rest.is_some() {
            socket.reset_on_close();
        }
        Some(Next::Closed)
    }

    /// Returns whether the server is stopping and the connection is idle: it was busy when all connections were woken.
    fn is_left_over(&self, socket: &Socket) -> bool {
        let is_waiting = !self.is_new && self.rest.is_none() && self.ahead.is_empty();
        is_waiting && self.connection.local.state.drain.has_reached(DrainPhase::Stopping) && !socket.has_unread()
    }

    /// Writes the rest of an answer. Ready when the kernel has accepted all of it.
    fn poll_rest(&mut self, socket: &mut Socket, now: Moment, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Connection { local, slot, observer, .. } = self.connection;
        while let Some(rest) = &mut self.rest {
            match rest.poll_write(socket, context) {
                Poll::Ready(written) => {
                    observer.wrote(written?);
                    slot.enter(Phase::Writing, now, now.after(local.limits.write_time));
                    if rest.is_empty() && socket.is_flushed() {
                        self.rest = None;
                    }
                }
                Poll::Pending => {
                    slot.enter_once(Phase::Writing, now, now.after(local.limits.write_time));
                    let stalled = self.connection.idle_bytes() + self.connection.stalled_bytes();
                    observer.charge(slot, stalled + self.ahead.capacity());
                    return Poll::Pending;
                }
            }
        }
        observer.flushed();
        self.wait(now);
        observer.charge(slot, self.connection.idle_bytes() + self.ahead.capacity());
        Poll::Ready(Ok(()))
    }

    /// Reads once, and answers.
    fn poll_read(&mut self, socket: &mut Socket, time: Time, context: &mut Context<'_>) -> Poll<Step> {
        let local = self.connection.local;
        let mut buffer = local.buffer.borrow_mut();
        let mut read = ReadBuf::new(&mut buffer);
        let polled = Pin::new(&mut *socket).poll_read(context, &mut read);
        if self.reading == Reading::Once {
            // The runtime may learn of new bytes later than the kernel.
            if polled.is_pending() && !socket.has_unread() {
                return Poll::Ready(Step::Next(Next::Closed));
            }
            if polled.is_ready() {
                self.reading = Reading::Done;
            }
        }
        let length = read.filled().len();
        if let Err(error) = ready!(polled) {
            self.connection.observer.fail_read(&error);
            return Poll::Ready(Step::Next(Next::Closed));
        }
        if length == 0 {
            return Poll::Ready(self.at_end());
        }
        let bytes = &mut buffer[..length];
        if self.ahead.is_empty() {
            let (used, step) = self.answer_all(bytes, socket, time, context);
            self.keep(bytes[used..].to_vec(), &step, time.0);
            return Poll::Ready(step);
        }
        let mut ahead = std::mem::take(&mut self.ahead);
        ahead.reserve_exact(length);
        ahead.extend_from_slice(bytes);
        drop(buffer);
        Poll::Ready(self.answer_kept(ahead, socket, time, context))
    }

    /// Ends after the client has closed its half. Bytes that cannot become a head are refused now, so that the answer does not
    /// depend on how the network split them.
    fn at_end(&mut self) -> Step {
        let bytes = std::mem::take(&mut self.ahead);
        if self.is_preface(&bytes) || !head::is_malformed(&bytes) {
            return Step::Next(Next::Closed);
        }
        message(&bytes, bytes.len()).1
    }

    fn answer_kept(&mut self, mut bytes: Vec<u8>, socket: &mut Socket, time: Time, context: &mut Context<'_>) -> Step {
        let (used, step) = self.answer_all(&mut bytes, socket, time, context);
        if used > 0 {
            bytes.drain(..used);
            bytes.shrink_to_fit();
        }
        self.keep(bytes, &step, time.0);
        step
    }

    /// Keeps unused bytes until more arrive, or until the client accepts its answer.
    fn keep(&mut self, bytes: Vec<u8>, step: &Step, now: Moment) {
        let Connection { local, slot, observer, .. } = self.connection;
        self.ahead = bytes;
        match step {
            Step::Answered if self.ahead.is_empty() => {
                self.searched = Some(0);
                // Empty lines alone do not keep a connection open.
                if std::mem::take(&mut self.has_sent) && self.wait(now) == Phase::Head {
                    observer.charge(slot, self.connection.idle_bytes());
                }
            }
            Step::Answered => {
                // The preface of HTTP/2 starts with lines that look like a complete head.
                self.searched = Some(if self.is_preface(&self.ahead) { 0 } else { self.ahead.len() });
                slot.enter_once(Phase::Head, now, now.after(local.limits.header_time));
                observer.read();
                observer.charge(slot, self.connection.idle_bytes() + self.ahead.capacity());
            }
            Step::Blocked | Step::Next(_) => self.searched = None,
        }
    }

    /// Waits for the rest of a record as for the rest of a head.
    fn wait_for_part(&self, socket: &Socket, now: Moment) {
        let Connection { local, slot, observer, .. } = self.connection;
        let part = socket.part_bytes();
        if part > 0 {
            slot.enter_once(Phase::Head, now, now.after(local.limits.header_time));
            observer.charge(slot, self.connection.idle_bytes() + self.ahead.capacity() + part);
        }
    }

    /// Waits for the next request, or for the first. Returns the phase before.
    fn wait(&self, now: Moment) -> Phase {
        let Connection { local, slot, .. } = self.connection;
        let phase = if self.is_new { self.connection.first_phase() } else { Phase::Idle };
        slot.replace(phase, now, now.after(local.limits.idle_time))
    }

    /// Answers the plain requests at the front of `bytes`. Returns how many bytes they used, and the next step.
    fn answer_all(
        &mut self,
        bytes: &mut [u8],
        socket: &mut Socket,
        (now, clock): Time,
        context: &mut Context<'_>,
    ) -> (usize, Step) {
        let pack_time = self.connection.local.site.pack().time();
        let mut used = 0;
        loop {
            let mut fields = PlainFields::new();
            let skipped = head::empty_lines(&bytes[used..]);
            used += skipped;
            if used == bytes.len() {
                return (used, Step::Answered);
            }
            if skipped > 0 {
                self.searched = None;
            }
            let Some(reply) = self.plain_reply(&bytes[used..], effective_time(clock, pack_time), &mut fields) else {
                let Some((length, step)) = self.not_plain(&mut bytes[used..]) else { continue };
                return (used + length, step);
            };
            used += reply.length;
            self.searched = None;
            if let Some(step) = self.send(&reply, &fields, socket, (now, clock), context) {
                return (used, step);
            }
        }
    }

    /// Returns the response to the plain request at the front, if there is one.
    fn plain_reply<'b>(&self, bytes: &'b [u8], time: i64, fields: &mut PlainFields<'b>) -> Option<PlainResponse<'b>>
    where
        'a: 'b,
    {
        let local = self.connection.local;
        // While the server drains, each answer says `Connection: close`, which prepared heads do not.
        if !self.is_plain_path || local.state.drain.is_draining() || !self.may_be_whole(bytes) {
            return None;
        }
        respond_plain(&local.site, time, bytes, fields).filter(|reply| reply.length <= self.most_of_a_head())
    }

    /// Writes an answer. Returns the next step if the connection cannot simply go on.
    fn send(
        &mut self,
        reply: &PlainResponse<'_>,
        fields: &PlainFields<'_>,
        socket: &mut Socket,
        (now, clock): Time,
        context: &mut Context<'_>,
    ) -> Option<Step> {
        let Connection { local, slot, observer, .. } = self.connection;
        observer.begin_plain();
        let lines = (self.connection.hsts_line(), &local.clock.date_lines(clock)[..]);
        let result = write(socket, reply, lines, context);
        let written = if let Poll::Ready(Ok(written)) = &result { *written } else { 0 };
        (self.is_new, self.has_sent) = (false, true);
        self.rest = Rest::of(reply, lines, written, socket);
        let sent = if self.rest.is_none() { Sent::Whole } else { Sent::Part };
        observer.answer_plain(reply, fields, clock, (written, sent));
        if let Poll::Ready(Err(_)) = result {
            return Some(Step::Next(Next::Closed));
        }
        self.rest.as_ref().map(|_| {
            slot.enter(Phase::Writing, now, now.after(local.limits.write_time));
            Step::Blocked
        })
    }

    /// Returns whether the head at the front may be complete, so that a head arriving byte by byte is not parsed each time.
    fn may_be_whole(&self, bytes: &[u8]) -> bool {
        match self.searched {
            None | Some(0) => true,
            Some(searched) => head::end(bytes, searched).is_some(),
        }
    }

    /// Classifies bytes that do not start with a plain request. Returns how many it used; `None` if they start with one now.
    fn not_plain(&mut self, bytes: &mut [u8]) -> Option<(usize, Step)> {
        if self.is_preface(bytes) {
            let is_whole = bytes.len() >= PREFACE.len();
            let next = || Step::Next(Next::Http2(Bytes::copy_from_slice(bytes)));
            return Some(if is_whole { (bytes.len(), next()) } else { (0, Step::Answered) });
        }
        let most = self.most_of_a_head();
        let Some(end) = head::end(bytes, self.searched.unwrap_or(0)) else {
            let is_first_look = self.searched.is_none_or(|searched| searched == 0);
            if bytes.len() >= most || (is_first_look && head::is_malformed(bytes)) {
                head::lower_version(bytes);
                return Some(message(bytes, bytes.len()));
            }
            return Some((0, Step::Answered));
        };
        self.searched = None;
        if head::lower_version(&mut bytes[..end]) {
            return None;
        }
        // hyper refuses a head that does not end within the limit.
        Some(message(bytes, if end > most { most } else { end }))
    }

    /// The length limit of a head, the same on both paths.
    fn most_of_a_head(&self) -> usize {
        self.connection.local.limits.header_bytes.max(MIN_HEADER_BYTES)
    }

    /// Returns whether the bytes are the preface of HTTP/2, or its beginning.
    fn is_preface(&self, bytes: &[u8]) -> bool {
        let length = bytes.len().min(PREFACE.len());
        self.is_new && bytes[..length] == PREFACE[..length]
    }
}

/// Cuts out the message whose head ends at `end`. Returns its length and the next step.
fn message(bytes: &[u8], end: usize) -> (usize, Step) {
    let head = &bytes[..end];
    let content = head::content(head);
    let length = if content == Content::Some { bytes.len() } else { end };
    let target = if head::has_fragment(head) { Fragment::Some } else { Fragment::None };
    let message = Message { bytes: Bytes::copy_from_slice(&bytes[..length]), content, target };
    (length, Step::Next(Next::Message(message)))
}

/// Writes an answer, whose head ends in `lines`: that of HSTS, which may be empty, and those of [`Clock::date_lines`].
///
/// [`Clock::date_lines`]: crate::clock::Clock::date_lines
fn write(
    socket: &mut Socket,
    reply: &PlainResponse<'_>,
    (hsts, date): (&[u8], &[u8]),
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let slices = [reply.head, hsts, date, reply.content].map(IoSlice::new);
    let used = if reply.content.is_empty() { 3 } else { 4 };
    Pin::new(socket).poll_write_vectored(context, &slices[..used])
}

impl Rest {
    /// Returns the part of an answer that remains after `written` bytes; `None` if the kernel has accepted all.
    fn of(reply: &PlainResponse<'_>, (hsts, date): (&[u8], &[u8]), written: usize, socket: &Socket) -> Option<Self> {
        let head_bytes = reply.head.len() + hsts.len() + date.len();
        if written == head_bytes + reply.content.len() && socket.is_flushed() {
            return None;
        }
        let mut head = [reply.head, hsts, date].concat();
        head.drain(..written.min(head_bytes));
        Some(Rest { head, content: &reply.content[written.saturating_sub(head_bytes)..] })
    }

    fn is_empty(&self) -> bool {
        self.head.is_empty() && self.content.is_empty()
    }

    /// Writes what the kernel accepts, at least one byte; or what TLS still holds of the last ones.
    fn poll_write(&mut self, socket: &mut Socket, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.is_empty() {
            return Pin::new(socket).poll_flush(context).map_ok(|()| 0);
        }
        let slices = [IoSlice::new(&self.head), IoSlice::new(self.content)];
        let written = ready!(Pin::new(socket).poll_write_vectored(context, &slices))?;
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        let of_head = written.min(self.head.len());
        self.head.drain(..of_head);
        self.content = &self.content[written - of_head..];
        Poll::Ready(Ok(written))
    }
}
