//! An accepted socket of either family; and the stream that hyper makes of it, which keeps count and closes lingeringly.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Sleep, sleep};

use crate::config::{FLOOD_BYTES, LINGER_BYTES, LINGER_TIME};
use crate::forwarded::Peer;
use crate::listen::Listener;
use crate::meter::Meter;
use crate::metrics::Limit;
use crate::watchdog::Probe;

/// What a client is told for whom there is no place (RFC 9110 §15.6.4).
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// An accepted socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
    /// No socket, but the watchdog's own request.
    Probe(Probe),
}

/// What a connection's stream and its service tell each other, and those who watch over it. One task writes all of it, so that
/// a load and a store do where several writers would need more.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Bytes have arrived that no request without content has accounted for: there may be more to come.
    unanswered: AtomicBool,
    /// All that was to be written is with the kernel.
    flushed: AtomicBool,
    /// The kernel takes no more, since the client does not.
    blocked: AtomicBool,
    /// Our half is closed, or will be with the next write.
    closing: AtomicBool,
    /// The client has had its time: the next write fails, and takes the connection down.
    abandoned: AtomicBool,
    /// Requests answered.
    answered: AtomicUsize,
    /// Bytes read.
    read: AtomicUsize,
    /// Bytes written.
    written: AtomicUsize,
    /// Who counts and logs.
    pub(crate) meter: Arc<Meter>,
}

/// [`Progress`] at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) state: State,
    pub(crate) answered: usize,
    pub(crate) read: usize,
    pub(crate) written: usize,
}

/// What a connection is doing, as its stream sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// A request has begun or is being answered.
    #[default]
    Busy,
    /// The client takes no more of its answer for now.
    Blocked,
    /// There is neither a request to be answered nor an answer to be sent.
    Idle,
    /// Our half is closed.
    Closing,
}

impl Progress {
    /// Of a connection that begins, or goes on after a quiet moment.
    pub(crate) fn new(meter: &Arc<Meter>) -> Self {
        Progress {
            unanswered: AtomicBool::default(),
            flushed: AtomicBool::default(),
            blocked: AtomicBool::default(),
            closing: AtomicBool::default(),
            abandoned: AtomicBool::default(),
            answered: AtomicUsize::default(),
            read: AtomicUsize::default(),
            written: AtomicUsize::default(),
            meter: Arc::clone(meter),
        }
    }

    /// A request was answered; `content` says whether all of it was read.
    pub(crate) fn answer(&self, content: Content) {
        add(&self.answered, 1);
        self.unanswered.store(content == Content::Unread, Relaxed);
        self.flushed.store(false, Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            state: self.state(),
            answered: self.answered.load(Relaxed),
            read: self.read.load(Relaxed),
            written: self.written.load(Relaxed),
        }
    }

    pub(crate) fn state(&self) -> State {
        if self.closing.load(Relaxed) {
            State::Closing
        } else if self.blocked.load(Relaxed) {
            State::Blocked
        } else if self.flushed.load(Relaxed) && !self.unanswered.load(Relaxed) {
            State::Idle
        } else {
            State::Busy
        }
    }

    /// Gives the client up.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Relaxed);
    }

    fn written(&self, result: &Poll<io::Result<usize>>) {
        self.blocked.store(result.is_pending(), Relaxed);
        if let Poll::Ready(Ok(length)) = result {
            add(&self.written, *length);
            self.meter.wrote(*length);
        }
    }
}

fn add(count: &AtomicUsize, more: usize) {
    count.store(count.load(Relaxed).wrapping_add(more), Relaxed);
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
    /// What was read before, and is to be read again.
    ahead: Bytes,
    progress: Arc<Progress>,
    flood: Flood,
    /// The peer has closed its half.
    is_at_end: bool,
    linger: Option<Linger>,
}

/// How much more a client may send without asking for anything ([`FLOOD_BYTES`]).
#[derive(Debug)]
struct Flood {
    /// What it may send at most, after a request.
    most: usize,
    left: usize,
    /// Requests answered when it was last all that is allowed.
    answered: usize,
}

/// A close in progress: our half is closed, the peer's is read and thrown away.
#[derive(Debug)]
struct Linger {
    deadline: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Stream {
    /// Of a socket from which these bytes were read already.
    pub(crate) fn new(socket: Socket, ahead: Bytes, progress: Arc<Progress>, header_bytes: usize) -> Self {
        let most = header_bytes.saturating_add(FLOOD_BYTES);
        let flood = Flood { most, left: most, answered: 0 };
        Stream { socket, ahead, progress, flood, is_at_end: false, linger: None }
    }

    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }

    /// What is there is read, of what was read ahead and of the socket.
    fn poll_fill(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.ahead.is_empty() {
            return Pin::new(&mut self.socket).poll_read(context, buffer);
        }
        buffer.put_slice(&self.ahead.split_to(self.ahead.len().min(buffer.remaining())));
        if self.ahead.is_empty() {
            self.ahead = Bytes::new();
            if buffer.remaining() > 0 {
                // Whether there was more, none or an error: what was read ahead is there, and the rest shows the next time.
                let _ = Pin::new(&mut self.socket).poll_read(context, buffer);
            }
        }
        Poll::Ready(Ok(()))
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

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        let before = buffer.filled().len();
        ready!(stream.poll_fill(context, buffer))?;
        let length = buffer.filled().len() - before;
        stream.is_at_end = length == 0;
        if length > 0 {
            stream.progress.unanswered.store(true, Relaxed);
            add(&stream.progress.read, length);
            stream.progress.meter.read();
            let flood = stream.flood.read(length, stream.progress.answered.load(Relaxed));
            flood.inspect_err(|_| stream.progress.meter.limit(Limit::Flood))?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    /// hyper calls this when it has nothing more to write.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        stream.progress.flushed.store(true, Relaxed);
        stream.progress.meter.flushed(!stream.progress.unanswered.load(Relaxed));
        Pin::new(&mut stream.socket).poll_flush(context)
    }

    /// Closes our half, and where the peer may still be sending waits until it has seen that (RFC 9112 §9.6).
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        if stream.linger.is_none() {
            stream.progress.closing.store(true, Relaxed);
            stream.progress.meter.closing();
            ready!(Pin::new(&mut stream.socket).poll_shutdown(context))?;
            if stream.is_at_end || !stream.progress.unanswered.load(Relaxed) {
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
        let stream = self.get_mut();
        if stream.progress.abandoned.load(Relaxed) {
            stream.socket.abandon();
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let result = Pin::new(&mut stream.socket).poll_write_vectored(context, slices);
        stream.progress.written(&result);
        if let Poll::Ready(Ok(length)) = result {
            stream.flood.wrote(length);
        }
        result
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

impl Socket {
    /// Who is at the other end; nobody where that has gone already.
    pub(crate) fn peer(&self) -> Option<Peer> {
        match self {
            Socket::Tcp(socket) => socket.peer_addr().ok().map(|peer| Peer::Address(peer.ip().to_canonical())),
            Socket::Unix(_) => Some(Peer::Unix),
            Socket::Probe(_) => None,
        }
    }

    /// Accepts without waiting.
    pub(crate) fn accept(listener: &Listener) -> io::Result<Self> {
        match listener {
            Listener::Tcp(listener) => {
                let (socket, _) = listener.accept()?;
                socket.set_nonblocking(true)?;
                TcpStream::from_std(socket).map(Socket::Tcp)
            }
            Listener::Unix(listener) => {
                let (socket, _) = listener.accept()?;
                socket.set_nonblocking(true)?;
                UnixStream::from_std(socket).map(Socket::Unix)
            }
        }
    }

    /// Says that there are too many connections, and closes. Who has too many has no time to do it with more care: a client whose
    /// request arrives later may see a reset.
    pub(crate) fn refuse(self) {
        let socket = match &self {
            Socket::Tcp(socket) => SockRef::from(socket),
            Socket::Unix(socket) => SockRef::from(socket),
            Socket::Probe(_) => return,
        };
        // A close with unread bytes would be a reset. Each may fail, and then there is nobody to tell.
        let mut waste = [MaybeUninit::uninit(); 4096];
        let _ = socket.recv(&mut waste);
        let _ = socket.send(REFUSAL);
        let _ = socket.shutdown(std::net::Shutdown::Write);
    }

    /// Ready when bytes wait to be read, or when none will: then it is false.
    pub(crate) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<bool> {
        // The runtime may take a socket for readable that is not, such as one that was just accepted; the kernel is asked.
        loop {
            let (is_ready, peeked) = match self {
                Socket::Tcp(socket) => {
                    let is_ready = ready!(socket.poll_read_ready(context));
                    (is_ready, socket.try_io(Interest::READABLE, || peek(&SockRef::from(socket))))
                }
                Socket::Unix(socket) => {
                    let is_ready = ready!(socket.poll_read_ready(context));
                    (is_ready, socket.try_io(Interest::READABLE, || peek(&SockRef::from(socket))))
                }
                Socket::Probe(_) => return Poll::Ready(true),
            };
            match peeked {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && is_ready.is_ok() => {}
                peeked => return Poll::Ready(peeked.is_ok_and(|length| length > 0)),
            }
        }
    }

    /// Whether bytes wait to be read, as the kernel knows it now, and not as the runtime knew it a moment ago.
    pub(crate) fn has_unread(&self) -> bool {
        let peeked = match self {
            Socket::Tcp(socket) => peek(&SockRef::from(socket)),
            Socket::Unix(socket) => peek(&SockRef::from(socket)),
            Socket::Probe(_) => Ok(0),
        };
        peeked.is_ok_and(|length| length > 0)
    }

    /// Has the kernel drop what the client did not take, and reset the connection, when the socket is closed. Otherwise it would
    /// go on trying for a quarter of an hour.
    pub(crate) fn abandon(&self) {
        let linger = Some(Duration::ZERO);
        // A connection that has ended already cannot be told so, and need not.
        match self {
            Socket::Tcp(socket) => SockRef::from(socket).set_linger(linger).unwrap_or_default(),
            Socket::Unix(_) | Socket::Probe(_) => {}
        }
    }
}

/// How many bytes wait, of one.
fn peek(socket: &SockRef<'_>) -> io::Result<usize> {
    socket.peek(&mut [MaybeUninit::uninit()])
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_read(context, buffer),
            Socket::Unix(socket) => Pin::new(socket).poll_read(context, buffer),
            Socket::Probe(probe) => Pin::new(probe).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_write(context, bytes),
            Socket::Unix(socket) => Pin::new(socket).poll_write(context, bytes),
            Socket::Probe(probe) => Pin::new(probe).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_flush(context),
            Socket::Unix(socket) => Pin::new(socket).poll_flush(context),
            Socket::Probe(probe) => Pin::new(probe).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(socket) => Pin::new(socket).poll_shutdown(context),
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
            Socket::Unix(socket) => Pin::new(socket).poll_write_vectored(context, slices),
            Socket::Probe(probe) => Pin::new(probe).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Socket::Tcp(socket) => socket.is_write_vectored(),
            Socket::Unix(socket) => socket.is_write_vectored(),
            Socket::Probe(probe) => probe.is_write_vectored(),
        }
    }
}
