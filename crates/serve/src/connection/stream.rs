//! The stream that hyper and h2 read and write: a socket behind bytes that were read before. It tracks progress, limits what a
//! client may send, and closes so that the last answer arrives.

use std::cell::{Cell, OnceCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::head::Content;
use super::local::WorkerLocal;
use super::observer::Observer;
use super::paced::Pace;
use super::slots::{Phase, Slot};
use super::turns::Ticket;
use crate::clock::Moment;
use crate::limits::{FLOOD_BYTES, IDLE_BYTES, LINGER_BYTES, LINGER_TIME, STALLED_BYTES};
#[cfg(feature = "tls")]
use crate::limits::{TLS_BUFFER_BYTES, TLS_BYTES};
use crate::listen::address::Service;
use crate::listen::socket::Socket;

/// A connection, as its stream and its protocol use it.
#[derive(Clone, Copy)]
pub(crate) struct Connection<'a> {
    pub(crate) local: &'a WorkerLocal,
    pub(crate) slot: &'a Slot,
    pub(crate) observer: &'a Observer,
    pub(crate) service: Service,
}

impl Connection<'_> {
    /// The phase in which it waits for its first request.
    pub(crate) fn first_phase(&self) -> Phase {
        match self.service {
            #[cfg(feature = "tls")]
            Service::Https => Phase::Handshake,
            _ => Phase::New,
        }
    }

    /// The memory that the connection is charged with while it waits for a request.
    pub(crate) fn idle_bytes(&self) -> usize {
        match self.service {
            #[cfg(feature = "tls")]
            Service::Https => IDLE_BYTES + TLS_BYTES,
            _ => IDLE_BYTES,
        }
    }

    /// The memory that it is charged with in addition while its client does not read.
    pub(crate) fn stalled_bytes(&self) -> usize {
        match self.service {
            #[cfg(feature = "tls")]
            Service::Https => STALLED_BYTES + TLS_BUFFER_BYTES,
            _ => STALLED_BYTES,
        }
    }

    /// Ready when it is the connection's turn for expensive work, or when it has to end.
    pub(crate) fn poll_turn(&self, ticket: &Ticket, context: &Context<'_>) -> Poll<()> {
        let must_end = self.slot.needs_attention(self.local.clock.now());
        if must_end { Poll::Ready(()) } else { self.local.turns.poll_take(ticket, context) }
    }
}

/// The progress of a stream, visible while hyper or h2 owns the stream.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The number of requests answered.
    pub(crate) answered: Cell<usize>,
    /// The status that was written before any request was answered: hyper's refusal of a malformed head.
    pub(crate) refusal: Cell<Option<u16>>,
    /// The kernel has accepted everything written.
    pub(crate) is_flushed: Cell<bool>,
    /// The kernel accepts no more, because the client does not read.
    pub(crate) is_blocked: Cell<bool>,
    /// Our half is closed.
    pub(crate) is_closing: Cell<bool>,
    /// When the kernel last accepted bytes.
    pub(crate) written: Cell<Moment>,
    /// The bytes that are allocated for content that may not be written yet.
    pub(crate) allocated: Cell<usize>,
    /// The memory of a part of a record that TLS keeps.
    pub(crate) part: Cell<usize>,
    /// The pace of a body that is inflated.
    pub(crate) pace: OnceCell<Rc<Pace>>,
}

/// A socket that hyper or h2 reads and writes.
pub(crate) struct Stream<'a> {
    socket: &'a mut Socket,
    connection: Connection<'a>,
    progress: &'a Progress,
    /// Bytes that were read before, and are read first.
    ahead: Bytes,
    /// Whether the socket is read after `ahead`.
    content: Content,
    flood: Flood,
    is_at_end: bool,
    /// How many more bytes are read and discarded after our half is closed.
    linger_bytes: Option<usize>,
}

/// How much more a client may send without asking for anything ([`FLOOD_BYTES`]).
#[derive(Debug)]
struct Flood {
    /// The allowance after a request.
    most: usize,
    left: usize,
    /// The number of requests answered when the allowance was last renewed.
    answered: usize,
}

impl<'a> Stream<'a> {
    /// Wraps a socket from which `ahead` was read. With [`Content::None`], the socket itself is not read.
    pub(crate) fn new(
        socket: &'a mut Socket,
        ahead: Bytes,
        content: Content,
        connection: Connection<'a>,
        progress: &'a Progress,
    ) -> Self {
        let most = connection.local.limits.header_bytes.saturating_add(FLOOD_BYTES);
        let flood = Flood { most, left: most, answered: 0 };
        Stream { socket, connection, progress, ahead, content, flood, is_at_end: false, linger_bytes: None }
    }

    /// Reads from `ahead`, then from the socket.
    fn poll_fill(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return match self.content {
                Content::Some => Pin::new(&mut *self.socket).poll_read(context, buffer),
                // The task that drives the stream goes on when the answer is written, and needs no wake-up.
                Content::None => Poll::Pending,
            };
        }
        buffer.put_slice(&self.ahead.split_to(self.ahead.len().min(buffer.remaining())));
        if self.ahead.is_empty() {
            self.ahead = Bytes::new();
        }
        Poll::Ready(Ok(()))
    }

    fn wrote(&mut self, result: &Poll<io::Result<usize>>) {
        let Connection { local, slot, observer, .. } = self.connection;
        let now = local.clock.now();
        self.progress.is_blocked.set(result.is_pending());
        match result {
            Poll::Ready(Ok(length)) => {
                self.progress.written.set(now);
                self.flood.wrote(*length);
                observer.wrote(*length);
                slot.enter(Phase::Writing, now, now.after(local.limits.write_time));
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                self.progress.is_flushed.set(false);
                slot.enter_once(Phase::Writing, now, now.after(local.limits.write_time));
            }
        }
    }

    /// Returns whether the client may still be sending. Closing the socket would then reset the connection, and the client might
    /// never see the answer.
    fn expects_more(&self) -> bool {
        let is_refused = self.progress.answered.get() == 0;
        !self.is_at_end && (self.content == Content::Some || is_refused || self.socket.has_unread())
    }

    /// Reads and discards until the peer closes, an error, the deadline, or the limit (RFC 9112 §9.6).
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // Small, since it is on the stack.
        let mut waste = [0; 4096];
        while let Some(left @ 1..) = self.linger_bytes {
            if self.connection.slot.is_expired(self.connection.local.clock.now()) {
                break;
            }
            let mut buffer = ReadBuf::new(&mut waste);
            match ready!(Pin::new(&mut *self.socket).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    self.linger_bytes = Some(left.saturating_sub(buffer.filled().len()));
                }
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl Flood {
    fn read(&mut self, length: usize, answered: usize) -> io::Result<()> {
        if answered != self.answered {
            (self.answered, self.left) = (answered, self.most);
        }
        self.left = self.left.checked_sub(length).ok_or(io::ErrorKind::QuotaExceeded)?;
        Ok(())
    }

    fn wrote(&mut self, length: usize) {
        self.left = self.left.saturating_add(length / 8).min(self.most);
    }
}

/// Returns the status of a response that starts with these bytes.
fn status(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

impl AsyncRead for Stream<'_> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let before = buffer.filled().len();
        let filled = stream.poll_fill(context, buffer);
        stream.progress.part.set(stream.socket.part_bytes());
        ready!(filled).inspect_err(|error| stream.connection.observer.fail_read(error))?;
        let length = buffer.filled().len() - before;
        stream.is_at_end = length == 0;
        if length > 0 {
            stream.connection.observer.read();
            let flood = stream.flood.read(length, stream.progress.answered.get());
            flood.inspect_err(|error| stream.connection.observer.fail_read(error))?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream<'_> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    /// Called when everything is written. TLS may hold the last of it.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let flushed = Pin::new(&mut *stream.socket).poll_flush(context);
        if flushed.is_pending() {
            stream.wrote(&Poll::Pending);
        } else {
            stream.progress.is_blocked.set(false);
            stream.progress.is_flushed.set(true);
        }
        flushed
    }

    /// Closes our half, and waits for the peer if it may still be sending.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let Connection { local, slot, observer, .. } = stream.connection;
        if slot.is_evicted() {
            // The socket is closed next, without waiting.
            return Poll::Ready(Ok(()));
        }
        if !stream.progress.is_closing.replace(true) {
            let now = local.clock.now();
            observer.closing();
            slot.enter(Phase::Closing, now, now.after(LINGER_TIME));
            stream.linger_bytes = stream.expects_more().then_some(LINGER_BYTES);
            ready!(Pin::new(&mut *stream.socket).poll_shutdown(context))?;
        }
        stream.poll_linger(context).map(Ok)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        if stream.progress.answered.get() == 0 && stream.progress.refusal.get().is_none() {
            stream.progress.refusal.set(slices.first().and_then(|slice| status(slice)));
        }
        let result = Pin::new(&mut *stream.socket).poll_write_vectored(context, slices);
        stream.wrote(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
