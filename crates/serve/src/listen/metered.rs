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
    /// What was read ahead of TLS: the first record.
    ahead: Vec<u8>,
}

impl Metered {
    pub(crate) fn new(socket: TcpStream) -> Self {
        Metered { socket, left: TLS_UNREAD_BYTES, ahead: Vec::new() }
    }

    /// Reads the first record, which is the hello, or until it is plain that it is none. It is not parsed: its lists may need many times its length.
    pub(crate) fn poll_first_record(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Small, since it is on the stack; a browser's hello has up to 2 KiB.
        let mut bytes = [0; 2048];
        while !is_whole(&self.ahead) {
            let mut buffer = ReadBuf::new(&mut bytes);
            ready!(self.poll_socket(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.ahead.extend_from_slice(buffer.filled());
        }
        Poll::Ready(Ok(()))
    }

    fn poll_socket(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, buffer))?;
        self.left = self.left.saturating_sub(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
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
        if metered.ahead.is_empty() {
            return metered.poll_socket(context, buffer);
        }
        let length = metered.ahead.len().min(buffer.remaining());
        buffer.put_slice(&metered.ahead[..length]);
        metered.ahead.drain(..length);
        if metered.ahead.is_empty() {
            metered.ahead = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

/// Whether bytes begin with a whole record of a handshake (RFC 8446 §5.1), or cannot.
fn is_whole(bytes: &[u8]) -> bool {
    const HANDSHAKE: u8 = 22;
    /// RFC 5246 §6.2.3. TLS refuses what is longer.
    const MOST: usize = (1 << 14) + 2048;
    match bytes {
        [HANDSHAKE, _, _, high, low, content @ ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            length > MOST || content.len() >= length
        }
        [HANDSHAKE, ..] | [] => false,
        _ => true,
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

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn a_record_is_whole_when_all_of_it_is_there_or_nothing_can_come_of_it() {
        for (bytes, expected) in [
            (&b""[..], false),
            (&[22], false),
            (&[22, 3, 1, 0], false),
            (&[22, 3, 1, 0, 2, 1], false),
            (&[22, 3, 1, 0, 2, 1, 0], true),
            (&[22, 3, 1, 0, 2, 1, 0, 22], true),
            (&[22, 3, 1, 0, 0], true),
            (&[22, 3, 1, 0x48, 0], false),
            (&[22, 3, 1, 0x48, 1], true),
            (&[21], true),
            (&[0x80, 0x2e], true),
        ] {
            assert_eq!(is_whole(bytes), expected, "{bytes:?}");
        }
    }
}
