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
    /// The hello, which is read ahead of TLS.
    ahead: Vec<u8>,
}

impl Metered {
    pub(crate) fn new(socket: TcpStream) -> Self {
        Metered { socket, left: TLS_UNREAD_BYTES, ahead: Vec::new() }
    }

    /// Reads the hello, or until it is plain that it is none. It is not parsed: its lists may need many times its length.
    pub(crate) fn poll_hello(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Small, since it is on the stack; a browser's hello has up to 2 KiB.
        let mut bytes = [0; 2048];
        loop {
            match look_at(&self.ahead) {
                Hello::Whole => return Poll::Ready(Ok(())),
                Hello::TooLong => return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into())),
                Hello::Part => {}
            }
            let mut buffer = ReadBuf::new(&mut bytes);
            ready!(self.poll_socket(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.ahead.extend_from_slice(buffer.filled());
        }
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

/// What the first bytes of a client are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hello {
    Part,
    /// It is all there, or is none, which TLS will say.
    Whole,
    /// It will be longer than [`TLS_UNREAD_BYTES`].
    TooLong,
}

/// Looks at a message in records of a handshake (RFC 8446 §4 and §5.1).
fn look_at(bytes: &[u8]) -> Hello {
    const HANDSHAKE: u8 = 22;
    /// RFC 5246 §6.2.3. TLS refuses what is longer.
    const LONGEST_RECORD: usize = (1 << 14) + 2048;
    // Its type and its length.
    let mut head = [0; 4];
    let (mut rest, mut read) = (bytes, 0);
    loop {
        let (length, content) = match rest {
            [HANDSHAKE, _, _, high, low, content @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), content),
            [HANDSHAKE, ..] | [] => return Hello::Part,
            _ => return Hello::Whole,
        };
        if length > LONGEST_RECORD {
            return Hello::Whole;
        }
        let content_here = &content[..content.len().min(length)];
        for (at, byte) in content_here.iter().enumerate().take(head.len().saturating_sub(read)) {
            head[read + at] = *byte;
        }
        read += content_here.len();
        let message =
            head.len() + usize::from(head[1]) * 0x1_0000 + usize::from(head[2]) * 0x100 + usize::from(head[3]);
        if read >= head.len() && message > TLS_UNREAD_BYTES {
            return Hello::TooLong;
        }
        if read >= head.len() && read >= message {
            return Hello::Whole;
        }
        if content.len() < length {
            return Hello::Part;
        }
        rest = &content[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::Hello::{Part, TooLong, Whole};
    use super::look_at;

    #[test]
    fn a_hello_is_whole_when_all_of_it_is_there_or_nothing_can_come_of_it() {
        for (bytes, expected) in [
            (&b""[..], Part),
            (&[22], Part),
            (&[22, 3, 1, 0], Part),
            (&[22, 3, 1, 0, 6, 1], Part),
            (&[22, 3, 1, 0, 6, 1, 0, 0, 2, 9], Part),
            (&[22, 3, 1, 0, 6, 1, 0, 0, 2, 9, 9], Whole),
            (&[22, 3, 1, 0, 6, 1, 0, 0, 2, 9, 9, 22], Whole),
            // In several records.
            (&[22, 3, 1, 0, 1, 1, 22, 3, 1, 0, 4, 0, 0, 2, 9], Part),
            (&[22, 3, 1, 0, 1, 1, 22, 3, 1, 0, 4, 0, 0, 2, 9, 22, 3, 1, 0, 1, 9], Whole),
            (&[22, 3, 1, 0, 0], Part),
            (&[22, 3, 1, 0, 6, 1, 0, 0xff, 0xff], TooLong),
            (&[22, 3, 1, 0x48, 0], Part),
            (&[22, 3, 1, 0x48, 1], Whole),
            (&[21], Whole),
            (&[0x80, 0x2e], Whole),
        ] {
            assert_eq!(look_at(bytes), expected, "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_a_panic(bytes in proptest::collection::vec(0_u8..25, 0..60)) {
            let _ = look_at(&bytes);
        }
    }
}
