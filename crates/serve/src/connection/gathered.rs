//! What h2 writes in a turn of a connection, sent together.
//!
//! h2 writes and flushes the frames of each response on their own: over TLS that is a record and a system call for each. Gathered, the responses
//! of a turn need few of both. So a flush by h2 sends nothing; [`super::http2`] sends at the end of the turn.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::stream::{Connection, Stream};
use crate::limits::GATHERED_BYTES;

/// A stream, and what is to be written to it.
pub(super) struct Gathered<'a> {
    stream: Stream<'a>,
    connection: Connection<'a>,
    /// Borrowed from the worker while there is something to send.
    bytes: Vec<u8>,
    /// How many of them are sent.
    sent: usize,
}

/// What h2 reads and writes.
pub(super) struct Gathering<'g, 'a>(pub(super) &'g RefCell<Gathered<'a>>);

impl<'a> Gathered<'a> {
    pub(super) fn new(stream: Stream<'a>, connection: Connection<'a>) -> RefCell<Self> {
        RefCell::new(Gathered { stream, connection, bytes: Vec::new(), sent: 0 })
    }

    /// Sends what was gathered. Ready when the kernel has accepted all of it.
    pub(super) fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.bytes.len() {
            match ready!(Pin::new(&mut self.stream).poll_write(context, &self.bytes[self.sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                length => self.sent += length,
            }
        }
        if self.sent > 0 {
            self.sent = 0;
            self.bytes.clear();
            self.connection.local.gathered.set(std::mem::take(&mut self.bytes));
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Returns the memory that waits for the client.
    pub(super) fn allocated(&self) -> usize {
        self.bytes.capacity()
    }

    /// Takes what there is room for. Returns its length.
    fn gather(&mut self, bytes: &[u8]) -> usize {
        if self.bytes.capacity() == 0 {
            self.bytes = self.connection.local.gathered.take();
            self.bytes.reserve_exact(GATHERED_BYTES);
        }
        let length = bytes.len().min(GATHERED_BYTES - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..length]);
        length
    }
}

impl AsyncRead for Gathering<'_, '_> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0.borrow_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Gathering<'_, '_> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut gathered = self.0.borrow_mut();
        if gathered.bytes.len() == GATHERED_BYTES {
            ready!(gathered.poll_send(context))?;
        }
        Poll::Ready(Ok(gathered.gather(bytes)))
    }

    /// Sends nothing: the turn is not over.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut gathered = self.0.borrow_mut();
        ready!(gathered.poll_send(context))?;
        Pin::new(&mut gathered.stream).poll_shutdown(context)
    }
}
