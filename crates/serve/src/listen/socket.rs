//! An accepted TCP or Unix socket, with TLS or without, or a health probe in its place.

use std::io::{self, Read as _};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
#[cfg(feature = "tls")]
use tokio_rustls::server::TlsStream;

use crate::lifecycle::probe::Probe;
#[cfg(feature = "tls")]
use crate::limits::TLS_PART_BYTES;
use crate::listen::Listener;
#[cfg(feature = "tls")]
use crate::listen::metered::Metered;
use crate::listen::peer::Peer;

/// An accepted socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    /// A TCP socket after its TLS handshake. Boxed, since its session is large.
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<Metered>>),
    Unix(UnixStream),
    /// A health probe instead of a socket.
    Probe(Probe),
}

impl Socket {
    /// Accepts a connection without waiting.
    pub(crate) fn accept(listener: &Listener) -> io::Result<(Self, Peer)> {
        match listener {
            Listener::Tcp(listener) => {
                let (socket, peer) = listener.accept()?;
                socket.set_nonblocking(true)?;
                Ok((Socket::Tcp(TcpStream::from_std(socket)?), Peer::of(peer)))
            }
            Listener::Unix(listener) => {
                let (socket, _) = listener.accept()?;
                socket.set_nonblocking(true)?;
                Ok((Socket::Unix(UnixStream::from_std(socket)?), Peer::Unix))
            }
        }
    }

    /// Sends a response without waiting, closes the connection, and returns the bytes that had arrived. A server
    /// without free slots has no time for a lingering close, so a client whose request arrives later may see a reset.
    pub(crate) fn refuse(self, answer: &[u8]) -> Vec<u8> {
        /// Enough for most request lines.
        const READ_BYTES: usize = 1024;
        let socket = match &self {
            Socket::Tcp(socket) => SockRef::from(socket),
            Socket::Unix(socket) => SockRef::from(socket),
            // Nothing is refused after its handshake.
            #[cfg(feature = "tls")]
            Socket::Tls(_) => return Vec::new(),
            Socket::Probe(_) => return Vec::new(),
        };
        // Closing with unread bytes would reset the connection. Errors are ignored: the connection ends here.
        let mut bytes = vec![0; READ_BYTES];
        let length = (&*socket).read(&mut bytes).unwrap_or_default();
        bytes.truncate(length);
        let _ = socket.send(answer);
        let _ = socket.shutdown(std::net::Shutdown::Write);
        bytes
    }

    /// Returns whether unread bytes wait in the kernel, or decrypted. The runtime's own readiness may be out of date.
    pub(crate) fn has_unread(&self) -> bool {
        let peeked = match self {
            Socket::Tcp(socket) => peek(&SockRef::from(socket)),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => {
                let (metered, session) = stream.get_ref();
                // A session that holds decrypted bytes does not want to read.
                if session.wants_read() { peek(&SockRef::from(&metered.socket)) } else { Ok(1) }
            }
            Socket::Unix(socket) => peek(&SockRef::from(socket)),
            Socket::Probe(_) => Ok(0),
        };
        peeked.is_ok_and(|length| length > 0)
    }

    /// Returns the memory that TLS may use for what is not plaintext yet: 0 unless the client has sent a part of a record, or of a message of TLS.
    pub(crate) fn part_bytes(&self) -> usize {
        match self {
            #[cfg(feature = "tls")]
            Socket::Tls(stream) if stream.get_ref().0.holds_part() => TLS_PART_BYTES,
            #[cfg(feature = "tls")]
            Socket::Tls(_) => 0,
            Socket::Tcp(_) | Socket::Unix(_) | Socket::Probe(_) => 0,
        }
    }

    /// Returns whether the kernel has accepted all that was written. TLS encrypts whole records, and holds what the kernel does not accept.
    pub(crate) fn is_flushed(&self) -> bool {
        match self {
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => !stream.get_ref().1.wants_write(),
            Socket::Tcp(_) | Socket::Unix(_) | Socket::Probe(_) => true,
        }
    }

    /// Tells the client that nothing follows, without waiting (RFC 8446 §6.1). Without TLS, closing the socket says so.
    #[cfg(feature = "tls")]
    pub(crate) fn notify_close(&mut self) {
        if let Socket::Tls(stream) = self {
            let mut context = Context::from_waker(std::task::Waker::noop());
            // The connection ends whether the client learns of it or not.
            let _ = Pin::new(stream).poll_shutdown(&mut context);
        }
    }

    /// Makes the kernel discard unsent data and reset the connection when the socket is closed. Otherwise the kernel
    /// would retransmit for a quarter of an hour.
    pub(crate) fn reset_on_close(&self) {
        let linger = Some(Duration::ZERO);
        // This fails only if the connection has already ended.
        match self {
            Socket::Tcp(socket) => SockRef::from(socket).set_linger(linger).unwrap_or_default(),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => SockRef::from(&stream.get_ref().0.socket).set_linger(linger).unwrap_or_default(),
            Socket::Unix(_) | Socket::Probe(_) => {}
        }
    }
}

/// Returns 1 if a byte waits to be read, or 0.
fn peek(socket: &SockRef<'_>) -> io::Result<usize> {
    socket.peek(&mut [MaybeUninit::uninit()])
}

/// Reads plaintext. The answer of TLS itself to what it has read goes out at once: nobody may write for a while. It is the refusal of a
/// renegotiation, for which the client waits (RFC 5246 §7.2.2).
#[cfg(feature = "tls")]
fn poll_read_tls(
    stream: &mut TlsStream<Metered>,
    context: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    let (before, is_owed) = (buffer.filled().len(), stream.get_ref().1.wants_write());
    let polled = Pin::new(&mut *stream).poll_read(context, buffer);
    if buffer.filled().len() > before {
        stream.get_mut().0.renew();
    }
    if !is_owed && stream.get_ref().1.wants_write() {
        // What the kernel does not accept now goes out with the next response.
        let _ = Pin::new(stream).poll_flush(context);
    }
    polled
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_read(context, buffer),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => poll_read_tls(stream, context, buffer),
            Socket::Unix(socket) => Pin::new(socket).poll_read(context, buffer),
            Socket::Probe(probe) => Pin::new(probe).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_write(context, bytes),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
            Socket::Unix(socket) => Pin::new(socket).poll_write(context, bytes),
            Socket::Probe(probe) => Pin::new(probe).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_flush(context),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => Pin::new(stream).poll_flush(context),
            Socket::Unix(socket) => Pin::new(socket).poll_flush(context),
            Socket::Probe(probe) => Pin::new(probe).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_shutdown(context),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => Pin::new(stream).poll_shutdown(context),
            Socket::Unix(socket) => Pin::new(socket).poll_shutdown(context),
            Socket::Probe(probe) => Pin::new(probe).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_write_vectored(context, slices),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Socket::Unix(socket) => Pin::new(socket).poll_write_vectored(context, slices),
            Socket::Probe(probe) => Pin::new(probe).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Socket::Tcp(socket) => socket.is_write_vectored(),
            #[cfg(feature = "tls")]
            Socket::Tls(stream) => stream.is_write_vectored(),
            Socket::Unix(socket) => socket.is_write_vectored(),
            Socket::Probe(probe) => probe.is_write_vectored(),
        }
    }
}
