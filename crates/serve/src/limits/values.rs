//! The limits and the measured sizes that they follow from, each with its unit and the reason for its value.

use std::num::NonZeroUsize;
use std::time::Duration;

use graven_pack::Inflater;

/// Maximum size of a request's head, in bytes. Browsers send less than 2 KiB. Proxies that add cookies and tokens of
/// other sites rarely exceed 8 KiB.
pub const HEADER_BYTES: usize = 16 * 1024;

/// Minimum value of the limit on a request's head, in bytes: the size of one read from the socket.
pub const MIN_HEADER_BYTES: usize = 8 * 1024;

/// Maximum time from the first byte of a head to its last. A head fits into one or two packets; ten seconds allow for
/// three lost packets in a row.
pub const HEADER_TIME: Duration = Duration::from_secs(10);

/// Maximum time that a connection may be idle. Proxies keep idle connections for 60 seconds; a server that closes
/// earlier than they do loses a request now and then. An idle connection costs little more than its socket.
pub const IDLE_TIME: Duration = Duration::from_secs(75);

/// Maximum time that a client may read nothing of its response. TCP retransmits several times within it, so a client
/// that is back within seconds continues.
pub const WRITE_TIME: Duration = Duration::from_secs(30);

/// Time without progress after which a connection that is being written may be closed for a new client, once all slots
/// are taken. It is longer than the retransmission of a lost packet takes.
pub const STALLED_TIME: Duration = Duration::from_secs(1);

/// Interval at which time limits are checked. A limit is enforced late by at most this.
pub const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// Maximum number of connections of a server if memory and descriptors would allow more. See [`MEMORY_DIVISOR`] and
/// [`IDLE_BYTES`].
pub const CONNECTIONS: usize = 16_384;

/// Divisor that gives the connections' share of the process's memory: 2 is one half. The other half is for the
/// executable, for what the allocator cannot give back, and for the site's pages that the kernel caches.
pub const MEMORY_DIVISOR: u64 = 2;

/// Memory of a connection that waits for a request, in bytes: 1.6 KiB in this process and about 4 KiB in the kernel
/// (socket, file, epoll entry). Measured by `bench/idle` and `tests/attack`.
pub const IDLE_BYTES: usize = 6 * 1024;

/// Memory of a TLS session that waits for a request, in bytes: its keys, and rustls' read buffer. It is in addition to [`IDLE_BYTES`].
/// Measured by `bench/tls`.
#[cfg(feature = "tls")]
pub const TLS_BYTES: usize = 12 * 1024;

/// Memory of a TLS handshake, in bytes: the session, what was read of a hello, and the certificates that are sent.
#[cfg(feature = "tls")]
pub const TLS_HANDSHAKE_BYTES: usize = 40 * 1024;

/// Maximum number of encrypted bytes that wait for a client to read, beyond those in the kernel: two records.
#[cfg(feature = "tls")]
pub const TLS_BUFFER_BYTES: usize = 32 * 1024;

/// Maximum number of bytes that a client may send over TLS before they are a handshake, or a message of HTTP: the longest record (RFC 5246
/// §6.2.3), and a read beyond it. Hellos have 2 KiB, with what post-quantum key exchange adds.
#[cfg(feature = "tls")]
pub const TLS_UNREAD_BYTES: usize = 24 * 1024;

/// Memory of so many bytes in rustls' buffer, which doubles. It is in addition to [`TLS_BYTES`], and is part of [`TLS_HANDSHAKE_BYTES`].
#[cfg(feature = "tls")]
pub const TLS_PART_BYTES: usize = TLS_UNREAD_BYTES.next_power_of_two();

/// Number of TLS handshakes in one pass over all ready connections. One takes as long as a hundred plain requests.
#[cfg(feature = "tls")]
pub const HANDSHAKE_TURNS: usize = 8;

/// The part of a worker's time that the handshakes of one client (an address, or the first 64 bits of one) may take before those of others come
/// first: one divided by this. Even a Pi 4 does a hundred handshakes a second in it.
#[cfg(feature = "tls")]
pub const CLIENT_HANDSHAKE_SHARE: u32 = 8;

/// Number of handshakes of clients beyond their share in one pass over all ready connections.
#[cfg(feature = "tls")]
pub const LATE_HANDSHAKE_TURNS: usize = 1;

/// Time that the handshakes of one client may take at once before the share applies: some tens of them on a Pi 4, for an office behind one address.
#[cfg(feature = "tls")]
pub const HANDSHAKE_BURST: Duration = Duration::from_millis(50);

/// Memory that hyper uses for one HTTP/1 request, in bytes: its read buffer (the length of the head, at least 8 KiB),
/// the response's head, and its state.
pub const HTTP1_BYTES: usize = 24 * 1024;

/// Memory of an HTTP/2 connection without streams, in bytes: h2's buffers, its field compression tables, its state.
pub const HTTP2_BYTES: usize = 32 * 1024;

/// Number of bytes that an HTTP/2 connection writes at once, if its turn has so many: two records of TLS. A worker needs them once, and
/// each connection whose client does not read them.
pub const GATHERED_BYTES: usize = 32 * 1024;

/// Memory of an HTTP/2 stream that cannot be written, in bytes: its state and the response's fields.
pub const STREAM_BYTES: usize = 4 * 1024;

/// Memory that the kernel uses for a client that reads nothing, in bytes: the send buffer ([`NOT_SENT_BYTES`], and what
/// is in flight) and the receive buffer ([`RECEIVE_BYTES`], which the kernel doubles). `tests/attack` measured 30 KiB
/// on loopback.
pub const STALLED_BYTES: usize = 96 * 1024;

/// Number of bytes that are inflated in one turn ([`TURNS`], [`MESSAGE_TURNS`]), for a client that accepts no coding. It takes about as long as
/// other work in a turn.
pub const INFLATED_PIECE: usize = 16 * 1024;

/// Memory of content that is inflated while it is sent, in bytes: the inflater, and two pieces that the client has not accepted.
pub const INFLATED_BYTES: usize = 80 * 1024;
const _: () = assert!(Inflater::MEMORY + 2 * INFLATED_PIECE <= INFLATED_BYTES);

/// Maximum number of HTTP/2 streams of a connection that are inflated at the same time. The others wait.
pub const INFLATED_STREAMS: usize = 4;

/// Maximum unsent data in the kernel beyond the last segment, in bytes (`TCP_NOTSENT_LOWAT`). A page fits.
pub const NOT_SENT_BYTES: u32 = 16 * 1024;

/// Size of the kernel's receive buffer, in bytes (`SO_RCVBUF`; the kernel doubles it for its own overhead). Requests
/// are short and their content is not used, so a larger buffer would gain nothing.
pub const RECEIVE_BYTES: usize = 32 * 1024;

/// Number of descriptors reserved for other uses than connections: listeners, runtimes, standard streams, the admin
/// listener's connections, and some to spare.
pub const RESERVED_DESCRIPTORS: usize = 40;

/// Maximum number of concurrent HTTP/2 streams of a connection. RFC 9113 §6.5.2 recommends at least 100 to keep
/// parallelism. A page here is one request and a few pictures, each is answered at once, and each stream that cannot be
/// written uses memory.
pub const STREAMS: u32 = 32;

/// Maximum number of HTTP/2 streams of a connection that the client may reset before they are answered ("rapid reset",
/// CVE-2023-44487). Responses are made at once, so only a client that sends request and reset together reaches it. A
/// browser that navigates away resets a few.
pub const RESETS: usize = 20;

/// Maximum number of HTTP/2 streams of a connection that may be reset because of the client's own errors, such as
/// refused or malformed requests.
pub const ERROR_RESETS: usize = 100;

/// Maximum number of bytes that a client may send without making a request or reading a response. A flood of PING,
/// SETTINGS, PRIORITY or empty frames needs a new connection for each such amount. A client that reads responses may
/// send an eighth of their length, for its window updates.
pub const FLOOD_BYTES: usize = 64 * 1024;

/// Initial HTTP/2 window of a stream, in bytes: how much of a request's content a client may send before it is
/// answered. The content is never read.
pub const STREAM_WINDOW: u32 = 16 * 1024;

/// Number of HTTP/2 connections that are served in one pass over all ready connections. Each usually takes less than
/// 0.1 ms, so other connections wait a few milliseconds for them. Measured by `tests/attack`: 12,000 new connections
/// delayed a new client by up to a second.
pub const TURNS: usize = 64;

/// Number of HTTP/1 messages that hyper answers, and of pieces that are inflated for them, in one pass over all ready
/// connections. Fewer than [`TURNS`]: such messages are rare, and others must not wait for a crowd of them. Measured by
/// `tests/attack`: without turns, 7,000 clients that accept no coding delayed a new client by half a second.
pub const MESSAGE_TURNS: usize = 16;

/// The part of a worker's time that searches may take: one divided by this. Beyond it they are refused with 503, so that a flood
/// of searches slows pages by a third at most.
pub const SEARCH_SHARE: u32 = 4;

/// The part of a worker's time that the searches of one client (an address, or the first 64 bits of one) may take: one divided by this.
/// A quarter of what all searches may take, which still is some hundred searches a second: enough for a proxy that sends everybody's.
pub const CLIENT_SEARCH_SHARE: u32 = 16;

/// Maximum number of bytes that are inflated to show parts of pages with the hits of a search. Pages of 70 KB each fit.
pub const SNIPPET_BYTES: usize = 512 * 1024;

/// Time that searches may take at once before the share applies. With about 1 ms for most, it is enough for a hundred readers
/// who search in the same moment, and too little for anybody else to notice.
pub const SEARCH_BURST: Duration = Duration::from_millis(100);

/// Maximum number of bytes that are read and discarded before a connection is closed: the rest of a request's content,
/// or what follows a malformed head. Closing a socket with unread bytes resets the connection, and the client might
/// never see the response (RFC 9112 §9.6).
pub const LINGER_BYTES: usize = 256 * 1024;

/// Maximum time for reading and discarding those bytes. The client needs a round trip to see that the server has closed
/// its side.
pub const LINGER_TIME: Duration = Duration::from_secs(2);

/// How long a draining server waits for responses in flight. systemd kills a service after 90 seconds, Kubernetes after
/// 30.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// How long a draining server waits for the first request of a connection that it has just accepted.
pub const FIRST_REQUEST_TIME: Duration = Duration::from_secs(1);

/// Maximum number of connections in a listener's queue. The kernel uses the lesser of this and `net.core.somaxconn`,
/// which is 4096 by default.
pub const BACKLOG: i32 = 4096;

/// Pause after accepting a connection failed for lack of descriptors or memory, which other connections must free
/// first.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Limits on what clients may use.
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::time::Duration;
///
/// use graven_serve::limits::Limits;
///
/// let limits = Limits { connections: NonZeroUsize::new(500), idle_time: Duration::from_secs(20), ..Limits::default() };
/// assert_eq!(limits.header_bytes, 16 * 1024);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of connections of the server. `None` is [`CONNECTIONS`], or the number of idle connections that
    /// memory and descriptors allow, if less. Each worker gets an equal share. The memory of all connections is limited
    /// in either case; see [`MEMORY_DIVISOR`].
    pub connections: Option<NonZeroUsize>,
    /// Maximum size of a request's head, in bytes. See [`HEADER_BYTES`].
    pub header_bytes: usize,
    /// Maximum time for receiving a request's head. See [`HEADER_TIME`].
    pub header_time: Duration,
    /// Maximum time between requests. See [`IDLE_TIME`].
    pub idle_time: Duration,
    /// Maximum time without progress of a response. See [`WRITE_TIME`].
    pub write_time: Duration,
    /// Maximum number of concurrent HTTP/2 streams of a connection. See [`STREAMS`].
    pub streams: u32,
    /// Maximum number of HTTP/2 streams of a connection that are reset before they are answered. See [`RESETS`].
    pub resets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: None,
            header_bytes: HEADER_BYTES,
            header_time: HEADER_TIME,
            idle_time: IDLE_TIME,
            write_time: WRITE_TIME,
            streams: STREAMS,
            resets: RESETS,
        }
    }
}
