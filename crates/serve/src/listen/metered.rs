//! The TCP socket below TLS, with a bound on what a client may send before any of it is a message of HTTP.
//!
//! rustls collects a handshake message of up to 64 KiB, and reads records without content. The slots count plaintext alone, so without this
//! bound a client could hold several times the memory that its connection is charged with, or keep a worker busy for nothing.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::limits::TLS_UNREAD_BYTES;

/// A socket that reads only so much until [`Metered::renew`], and then fails with [`io::ErrorKind::QuotaExceeded`].
#[derive(Debug)]
pub(crate) struct Metered {
    pub(crate) socket: TcpStream,
    left: usize,
}

impl Metered {
    pub(crate) fn new(socket: TcpStream) -> Self {
        Metered { socket, left: TLS_UNREAD_BYTES }
    }

    /// Whether something was read that is not plaintext yet, such as half a record.
    pub(crate) fn holds_part(&self) -> bool {
        self.left < TLS_UNREAD_BYTES
    }

    /// Renews the bound, since what was read has become plaintext.
    pub(crate) fn renew(&mut self) {
        self.left = TLS_UNREAD_BYTES;
    }
}

impl AsyncRead for Metered {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let metered = self.get_mut();
        if metered.left == 0 {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut metered.socket).poll_read(context, buffer))?;
        metered.left = metered.left.saturating_sub(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
