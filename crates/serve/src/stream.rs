//! An accepted socket of either family, and its lingering close.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Sleep, sleep};

use crate::config::{LINGER_BYTES, LINGER_TIME};

/// An accepted socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// What a connection's stream and its service tell each other.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Bytes have arrived that no request without content has accounted for: there may be more to come.
    unanswered: AtomicBool,
    /// At least one request was answered.
    answered: AtomicBool,
}

impl Progress {
    /// A request was answered; `complete` says whether all of it was read.
    pub(crate) fn answer(&self, content: Content) {
        self.answered.store(true, Ordering::Relaxed);
        self.unanswered.store(content == Content::Unread, Ordering::Relaxed);
    }

    pub(crate) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }
}

/// What became of a request's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// There was none.
    None,
    /// There was some, and it was not read.
    Unread,
}

/// A socket that hyper reads and writes, and that closes so that the last answer arrives.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: Socket,
    progress: Arc<Progress>,
    /// The peer has closed its half.
    is_at_end: bool,
    linger: Option<Linger>,
}

/// A close in progress: our half is closed, the peer's is read and thrown away.
#[derive(Debug)]
struct Linger {
    deadline: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Stream {
    pub(crate) fn new(socket: Socket, progress: Arc<Progress>) -> Self {
        Stream { socket, progress, is_at_end: false, linger: None }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut stream.socket).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            stream.progress.unanswered.store(true, Ordering::Relaxed);
        } else {
            stream.is_at_end = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().socket).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    /// Closes our half, and where the peer may still be sending waits until it has seen that (RFC 9112 §9.6).
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        if stream.linger.is_none() {
            ready!(Pin::new(&mut stream.socket).poll_shutdown(context))?;
            if stream.is_at_end || !stream.progress.unanswered.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        let linger =
            stream.linger.get_or_insert_with(|| Linger { deadline: Box::pin(sleep(LINGER_TIME)), bytes: LINGER_BYTES });
        linger.poll(&mut stream.socket, context).map(Ok)
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

impl Linger {
    /// Ready at the peer's end, at an error, at the deadline, or when enough was read.
    fn poll(&mut self, socket: &mut Socket, context: &mut Context<'_>) -> Poll<()> {
        // Small, since it stands on the stack; what arrives is thrown away.
        let mut waste = [0; 4096];
        while self.bytes > 0 && self.deadline.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut waste);
            match ready!(Pin::new(&mut *socket).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.bytes = self.bytes.saturating_sub(buffer.filled().len()),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_read(context, buffer),
            Socket::Unix(socket) => Pin::new(socket).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_write(context, bytes),
            Socket::Unix(socket) => Pin::new(socket).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_flush(context),
            Socket::Unix(socket) => Pin::new(socket).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_shutdown(context),
            Socket::Unix(socket) => Pin::new(socket).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_write_vectored(context, slices),
            Socket::Unix(socket) => Pin::new(socket).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Socket::Tcp(socket) => socket.is_write_vectored(),
            Socket::Unix(socket) => socket.is_write_vectored(),
        }
    }
}
