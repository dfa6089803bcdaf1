//! HTTP/2 with prior knowledge (RFC 9113 §3.3), by h2. An `Upgrade: h2c` is ignored, as that section says.
//!
//! h2 does the framing; this file decides when streams are written. Content stays in the pack until its stream has a window, so a
//! blocked stream holds little more than its state, and it is reset after the write time. Content that has to be inflated is
//! inflated in turns, one piece in each, for few streams at a time, and not while the client does not read. Floods close the connection or retain no
//! memory: resets are counted ([`Limits::resets`], [`ERROR_RESETS`]), h2 answers one PING and one SETTINGS before it reads on and
//! counts CONTINUATION frames, and [`crate::limits::FLOOD_BYTES`] limits what is sent without a request.
//!
//! h2 chooses the error code of a GOAWAY: `PROTOCOL_ERROR` for most malformed frames, where RFC 9113 §6 has `FRAME_SIZE_ERROR` or
//! `FLOW_CONTROL_ERROR` (`decode_frame` in h2 0.4's `codec/framed_read.rs` maps them all to one).

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::server::{Builder, Connection as Frames, SendResponse};
use h2::{Reason, SendStream};
use http::header::{CONNECTION, CONTENT_LENGTH, DATE};
use http::{HeaderMap, HeaderValue, Request, Response};

use super::gathered::{Gathered, Gathering};
use super::head::Content;
use super::slots::Phase;
use super::stream::{Connection, Progress, Stream};
use super::turns::Ticket;
use crate::clock::Moment;
use crate::limits::{
    ERROR_RESETS, HTTP2_BYTES, INFLATED_BYTES, INFLATED_STREAMS, LINGER_TIME, Limits, STREAM_BYTES, STREAM_WINDOW,
};
use crate::listen::socket::Socket;
use crate::observe::counters::Limit;
use crate::response::body::Body;
use crate::response::field_values::has_length;
use crate::time::effective_time;

/// The most content that is handed to h2 at a time. It costs no memory, since content is not copied.
const CHUNK_BYTES: usize = 64 * 1024;

/// h2's builder. Unlisted options keep their defaults.
pub(crate) fn builder(limits: &Limits) -> Builder {
    let mut builder = Builder::new();
    builder
        .max_concurrent_streams(limits.streams)
        .max_pending_accept_reset_streams(limits.resets)
        .max_local_error_reset_streams(Some(ERROR_RESETS))
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .initial_window_size(STREAM_WINDOW)
        .max_send_buffer_size(CHUNK_BYTES);
    builder
}

/// Answers requests until the connection closes.
pub(crate) async fn serve(socket: &mut Socket, ahead: Bytes, connection: Connection<'_>) {
    let progress = Progress::default();
    let stream = Stream::new(socket, ahead, Content::Some, connection, &progress);
    converse(&Gathered::new(stream, connection), connection, &progress).await;
    if progress.is_blocked.get() {
        socket.reset_on_close();
    }
}

async fn converse<'a>(gathered: &RefCell<Gathered<'a>>, connection: Connection<'a>, progress: &Progress) {
    let Connection { local, slot, observer, .. } = connection;
    let now = local.clock.now();
    progress.written.set(now);
    let phase = match connection.first_phase() {
        Phase::New => Phase::Head,
        of_tls => of_tls,
    };
    slot.enter(phase, now, now.after(local.limits.header_time));
    observer.charge(slot, connection.idle_bytes() + HTTP2_BYTES);
    let ticket = Ticket::default();
    poll_fn(|context| connection.poll_turn(&ticket, context)).await;
    let mut handshake = std::pin::pin!(local.http2.handshake(Gathering(gathered)));
    let frames = poll_fn(|context| {
        if let Poll::Ready(frames) = handshake.as_mut().poll(context) {
            return Poll::Ready(frames.ok());
        }
        let sent = gathered.borrow_mut().poll_send(context);
        if let Poll::Ready(Ok(())) = sent {
            // The server's SETTINGS are no answer.
            slot.enter(phase, now, now.after(local.limits.header_time));
        }
        let must_end = matches!(sent, Poll::Ready(Err(_))) || slot.is_evicted() || slot.is_expired(local.clock.now());
        if must_end { Poll::Ready(None) } else { Poll::Pending }
    });
    let Some(frames) = frames.await else { return };
    let mut session = Session {
        frames,
        gathered,
        connection,
        progress,
        sending: Vec::new(),
        inflation: Inflation::default(),
        active: now,
        closing: Closing::No,
    };
    // The turn of the handshake lasts for the first requests, which mostly arrive with it.
    let mut is_first = true;
    poll_fn(|context| {
        if !std::mem::take(&mut is_first) {
            ready!(connection.poll_turn(&ticket, context));
        }
        session.poll(context)
    })
    .await;
}

/// An HTTP/2 connection.
struct Session<'g, 'a> {
    frames: Frames<Gathering<'g, 'a>, Bytes>,
    gathered: &'g RefCell<Gathered<'a>>,
    connection: Connection<'a>,
    progress: &'g Progress,
    /// Streams whose content h2 does not have yet.
    sending: Vec<Sending>,
    inflation: Inflation,
    /// When there was last a request, or a stream to write.
    active: Moment,
    closing: Closing,
}

/// A stream whose content h2 does not have yet.
struct Sending {
    stream: SendStream<Bytes>,
    content: Body,
    /// When it last had a window.
    since: Moment,
}

/// What may be inflated in a turn: one piece.
#[derive(Default)]
struct Inflation {
    /// How many streams had an inflater when the turn began.
    streams: usize,
    is_used: bool,
    /// The client does not read.
    is_blocked: bool,
    /// A stream waits for the next turn.
    is_wanted: bool,
}

/// How far the connection has closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    No,
    /// A GOAWAY is sent (RFC 9113 §6.8); open streams are finished.
    Gracefully,
    /// The connection is idle after its GOAWAY, and closes at this time.
    By(Moment),
}

impl Session<'_, '_> {
    /// Ready when the connection is closed.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Connection { local, slot, .. } = self.connection;
        if slot.is_evicted() {
            return self.close_at_once(context);
        }
        let now = local.clock.now();
        if self.closing == Closing::No && local.state.drain.is_draining() {
            self.close_gracefully();
        }
        self.inflation = Inflation { streams: self.inflated_streams(), ..Inflation::default() };
        // What the socket takes now, streams need not wait for: nothing else would wake them.
        if self.progress.is_blocked.get()
            && let Poll::Ready(Err(_)) = self.gathered.borrow_mut().poll_send(context)
        {
            return Poll::Ready(());
        }
        loop {
            if let Poll::Ready(()) = self.poll_requests(now, context) {
                return Poll::Ready(());
            }
            if !self.send_all(now, context) {
                break;
            }
        }
        if self.inflation.is_wanted {
            context.waker().wake_by_ref();
        }
        if let Poll::Ready(Err(_)) = self.gathered.borrow_mut().poll_send(context) {
            return Poll::Ready(());
        }
        self.look(now, context)
    }

    /// Reads frames, answers requests, and writes what is ready. Ready when the connection is closed.
    fn poll_requests(&mut self, now: Moment, context: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.frames.poll_accept(context) {
                Poll::Ready(Some(Ok((request, response)))) => {
                    self.active = now;
                    self.answer(request, response, now, context);
                }
                Poll::Ready(Some(Err(error))) => {
                    // An error of the socket ends the connection; any other is a protocol error of the client.
                    if !error.is_io() {
                        self.connection.observer.limit(Limit::Protocol);
                    }
                    return Poll::Ready(());
                }
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Answers a request. Content that fits the windows is handed over with the fields, so that one write sends both.
    fn answer<T>(
        &mut self,
        request: Request<T>,
        mut respond: SendResponse<Bytes>,
        now: Moment,
        task: &mut Context<'_>,
    ) {
        let Connection { local, observer, .. } = self.connection;
        let (head, _unread) = request.into_parts();
        observer.begin(&head);
        let (_, clock) = local.clock.read();
        let time = effective_time(clock, local.site.pack().time());
        let (response, route) = self.connection.respond(time, head);
        self.progress.answered.set(self.progress.answered.get() + 1);
        let status = response.status();
        if !response.body().is_inflated() {
            self.progress.allocated.set(self.progress.allocated.get() + response.body().allocated());
        }
        let (response, content) = fields_of(response, &local.clock.date(clock));
        // It fails only if the client has reset the stream or the connection has ended.
        let Ok(stream) = respond.send_response(response, content.left() == 0) else { return observer.forget() };
        observer.answer(status, content.left(), route);
        observer.flushed();
        let mut sending = Sending { stream, content, since: now };
        self.inflation.is_blocked = self.progress.is_blocked.get();
        if sending.content.left() > 0
            && !matches!(sending.poll(now, &mut self.inflation, task), Poll::Ready(Sent::Whole | Sent::Reset))
        {
            self.sending.push(sending);
        }
    }

    /// Hands content to h2 as far as the windows allow. Returns whether there was any.
    fn send_all(&mut self, now: Moment, context: &mut Context<'_>) -> bool {
        let (mut has_sent, mut has_reset) = (false, false);
        self.inflation.is_blocked = self.progress.is_blocked.get();
        self.sending.retain_mut(|sending| match sending.poll(now, &mut self.inflation, context) {
            Poll::Ready(Sent::Whole) => {
                has_sent = true;
                false
            }
            Poll::Ready(Sent::Reset) => {
                has_reset = true;
                false
            }
            Poll::Ready(Sent::Part) => {
                has_sent = true;
                true
            }
            Poll::Pending => true,
        });
        if has_sent {
            self.active = now;
        }
        // Another stream may take the place of an inflater.
        self.inflation.is_wanted |= has_reset;
        has_sent
    }

    /// Applies the time limits to streams and to the connection, and sets the next deadline.
    fn look(&mut self, now: Moment, context: &mut Context<'_>) -> Poll<()> {
        let Connection { local, slot, observer, .. } = self.connection;
        if self.progress.is_closing.get() {
            return if slot.is_expired(now) { Poll::Ready(()) } else { Poll::Pending };
        }
        let is_blocked = self.progress.is_blocked.get();
        let written = self.progress.written.get();
        let blocked_until = if is_blocked { written.after(local.limits.write_time) } else { Moment::NEVER };
        if blocked_until <= now {
            observer.limit(Limit::WriteTime);
            return Poll::Ready(());
        }
        if self.reset_stalled(now) {
            self.active = now;
            return self.poll(context);
        }
        if matches!(self.closing, Closing::By(end) if end <= now) {
            return Poll::Ready(());
        }
        let idle = self.connection.idle_bytes() + HTTP2_BYTES + self.progress.part.get();
        if is_blocked || !self.sending.is_empty() {
            let since = self.sending.iter().map(|sending| sending.since);
            let (first, last) = (since.clone().min(), since.max());
            let stalled = first.map_or(Moment::NEVER, |first| first.after(local.limits.write_time));
            slot.enter(Phase::Writing, last.unwrap_or(written), stalled.min(blocked_until));
            let stalled = if is_blocked { self.connection.stalled_bytes() } else { 0 };
            let inflated = self.inflated_streams() * INFLATED_BYTES;
            let streams = self.progress.allocated.get() + self.sending.len() * STREAM_BYTES + inflated;
            let gathered = self.gathered.borrow().allocated();
            observer.charge(slot, idle + stalled + gathered + streams);
            return Poll::Pending;
        }
        // Everything is written.
        self.progress.allocated.set(0);
        observer.charge(slot, idle);
        observer.idle();
        self.look_at_idle(now, context)
    }

    /// Returns how many streams have an inflater.
    fn inflated_streams(&self) -> usize {
        self.sending.iter().filter(|sending| sending.content.has_inflater()).count()
    }

    /// Applies the idle time, and before the first request the header time.
    fn look_at_idle(&mut self, now: Moment, context: &mut Context<'_>) -> Poll<()> {
        let Connection { local, slot, observer, .. } = self.connection;
        let limits = &local.limits;
        let is_new = self.progress.answered.get() == 0;
        let time = if is_new { limits.header_time } else { limits.idle_time };
        let deadline = self.active.after(time);
        match self.closing {
            Closing::By(end) => slot.enter(Phase::Closing, self.active, end),
            Closing::Gracefully => {
                self.closing = Closing::By(now.after(LINGER_TIME));
                slot.enter(Phase::Closing, self.active, now.after(LINGER_TIME));
            }
            Closing::No if deadline <= now => {
                observer.limit(if is_new { Limit::HeaderTime } else { Limit::IdleTime });
                self.close_gracefully();
                return self.poll(context);
            }
            Closing::No => {
                slot.enter(if is_new { self.connection.first_phase() } else { Phase::Idle }, self.active, deadline);
            }
        }
        Poll::Pending
    }

    /// Resets streams that were not written for the write time. Returns whether there were any.
    fn reset_stalled(&mut self, now: Moment) -> bool {
        let Connection { local, observer, .. } = self.connection;
        let before = self.sending.len();
        self.sending.retain_mut(|sending| {
            let is_stalled = sending.since.after(local.limits.write_time) <= now;
            if is_stalled {
                observer.limit(Limit::WriteTime);
                sending.stream.send_reset(Reason::CANCEL);
            }
            !is_stalled
        });
        self.sending.len() < before
    }

    fn close_gracefully(&mut self) {
        self.closing = Closing::Gracefully;
        self.frames.graceful_shutdown();
    }

    /// Sends a GOAWAY if the kernel accepts it at once, and closes.
    fn close_at_once(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.frames.abrupt_shutdown(Reason::NO_ERROR);
        let _ = self.frames.poll_closed(context);
        Poll::Ready(())
    }
}

/// How much of a stream's content was handed to h2.
enum Sent {
    Whole,
    Part,
    Reset,
}

impl Sending {
    /// Hands over what the window allows.
    fn poll(&mut self, now: Moment, inflation: &mut Inflation, context: &mut Context<'_>) -> Poll<Sent> {
        if self.content.is_inflated() {
            if self.stream.poll_reset(context).is_ready() {
                return Poll::Ready(Sent::Reset);
            }
            ready!(self.poll_inflation(now, inflation));
        }
        self.stream.reserve_capacity(self.content.left().min(CHUNK_BYTES));
        let mut capacity = self.stream.capacity();
        while capacity == 0 {
            capacity = match ready!(self.stream.poll_capacity(context)) {
                Some(Ok(capacity)) => capacity,
                Some(Err(_)) | None => return Poll::Ready(Sent::Reset),
            };
        }
        if self.content.is_inflated() {
            inflation.is_used = true;
        }
        let chunk = match self.content.next(capacity) {
            Ok(Some(chunk)) => chunk,
            Ok(None) => {
                inflation.is_wanted = true;
                self.since = now;
                return Poll::Pending;
            }
            Err(_) => {
                self.stream.send_reset(Reason::INTERNAL_ERROR);
                return Poll::Ready(Sent::Reset);
            }
        };
        let is_whole = self.content.left() == 0;
        self.since = now;
        match self.stream.send_data(chunk, is_whole) {
            Ok(()) if is_whole => Poll::Ready(Sent::Whole),
            Ok(()) => Poll::Ready(Sent::Part),
            Err(_) => Poll::Ready(Sent::Reset),
        }
    }

    /// Ready when a piece may be inflated. A stream that waits for others is not stalled.
    fn poll_inflation(&mut self, now: Moment, inflation: &mut Inflation) -> Poll<()> {
        if inflation.is_blocked {
            // The socket wakes the connection. Until then the connection is stalled, and not this stream.
            self.since = now;
            return Poll::Pending;
        }
        if inflation.is_used {
            inflation.is_wanted = true;
            self.since = now;
            return Poll::Pending;
        }
        if self.content.has_inflater() || inflation.streams < INFLATED_STREAMS {
            return Poll::Ready(());
        }
        // Others get its share of the connection's window, or it could wait for them and they for it.
        self.stream.reserve_capacity(0);
        self.since = now;
        Poll::Pending
    }
}

/// Splits a response into its head and its content.
fn fields_of(response: Response<Body>, date: &[u8]) -> (Response<()>, Body) {
    let (mut head, body) = response.into_parts();
    let fields: &mut HeaderMap = &mut head.headers;
    // Connection-specific fields are not allowed in HTTP/2 (RFC 9113 §8.2.2).
    fields.remove(CONNECTION);
    if let Ok(date) = HeaderValue::from_bytes(date) {
        fields.insert(DATE, date);
    }
    if has_length(head.status) {
        fields.insert(CONTENT_LENGTH, HeaderValue::from(body.length()));
    }
    (Response::from_parts(head, ()), body)
}
