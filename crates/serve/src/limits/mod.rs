//! Limits: each with its reason, its unit, and where it was measured.

pub(crate) mod capacity;
pub(crate) mod descriptors;
pub(crate) mod memory;

use std::num::NonZeroUsize;
use std::time::Duration;

/// Of a request's head. Browsers send less than 2 KiB; proxies that put cookies and tokens of other sites in, seldom more than 8.
pub const HEADER_BYTES: usize = 16 * 1024;

/// The least that a limit on heads may be: what is asked of the socket at once.
pub const LEAST_HEADER_BYTES: usize = 8 * 1024;

/// From the first byte of a head to its last. A head is one packet or two; ten seconds are three lost packets in a row.
pub const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long a connection may be without a request. Proxies keep theirs for 60 seconds, and one that closes before they do loses
/// a request now and then; an idle connection costs little more than its socket.
pub const IDLE_TIME: Duration = Duration::from_secs(75);

/// How long a client may take nothing of its answer. TCP tries again several times within it, so who is back within seconds goes on.
pub const WRITE_TIME: Duration = Duration::from_secs(30);

/// How long a client may take nothing of its answer before its connection may be closed for a new one, while places are scarce.
/// Longer than a lost packet takes to be sent again.
pub const STALLED_TIME: Duration = Duration::from_secs(1);

/// How often connections are looked at: limits on time are late by as much at most.
pub const CHECK_TIME: Duration = Duration::from_millis(500);

/// Connections of a server at most, where memory and descriptors would allow more. See [`MEMORY_SHARE`] and [`IDLE_BYTES`].
pub const CONNECTIONS: usize = 16_384;

/// The part of the memory that the process may use which its connections may hold, as a divisor. The other half is for the
/// executable, what the allocator cannot give back, and the pages of the site that the kernel keeps at hand.
pub const MEMORY_SHARE: u64 = 2;

/// What a connection holds while it waits for a request: 1.6 KiB in this process and some 4 KiB in the kernel (socket, file,
/// entry of epoll). Measured by `bench/idle` and `tests/attack`.
pub const IDLE_BYTES: usize = 6 * 1024;

/// What hyper holds for a request of HTTP/1 that it answers: its read buffer (as long as the head, 8 KiB at least), the response's
/// head, and its state.
pub const HTTP1_BYTES: usize = 24 * 1024;

/// What an HTTP/2 connection holds without streams: h2's buffers, its tables for field compression, its state.
pub const HTTP2_BYTES: usize = 32 * 1024;

/// What an HTTP/2 stream holds that cannot be written: its state and the response's fields.
pub const STREAM_BYTES: usize = 4 * 1024;

/// What the kernel holds for a client that takes nothing: what is written ahead ([`NOT_SENT_BYTES`], beyond what is under way) and
/// what arrives and is not read ([`RECEIVE_BYTES`], which the kernel doubles). Measured by `tests/attack`: 30 KiB on loopback.
pub const STALLED_BYTES: usize = 96 * 1024;

/// What is written ahead of what the client's window takes, at most, beyond the last segment (`TCP_NOTSENT_LOWAT`): a page fits.
pub const NOT_SENT_BYTES: u32 = 16 * 1024;

/// What the kernel keeps of what arrives until it is read (`SO_RCVBUF`; it doubles the number for its own overhead). Requests are
/// short, and no content is wanted, so nobody gains from more.
pub const RECEIVE_BYTES: usize = 32 * 1024;

/// Descriptors that are no connections: listeners, runtimes, standard streams, the admin's connections, and some to spare.
pub const RESERVED_DESCRIPTORS: usize = 40;

/// HTTP/2 streams of a connection at a time. RFC 9113 §6.5.2 recommends 100, so that parallel requests are not limited needlessly;
/// a page here is one request and a few pictures, each is answered at once, and each stream that cannot be written holds memory.
pub const STREAMS: u32 = 32;

/// HTTP/2 streams of a connection that may be reset before they are answered ("rapid reset", CVE-2023-44487). Answers are made
/// at once, so only who sends stream and reset together gets there; a browser that is navigating away resets some.
pub const RESETS: usize = 20;

/// HTTP/2 streams of a connection that the client's own errors may reset: refused, malformed.
pub const ERROR_RESETS: usize = 100;

/// What a client may send without asking for anything or taking an answer: floods of PING, SETTINGS, PRIORITY or empty frames
/// cost it a new connection each time. A client that takes answers may send an eighth of their length, for its window updates.
pub const FLOOD_BYTES: usize = 64 * 1024;

/// HTTP/2's window of a stream: what a client may send of a request's content before it is answered, and nothing reads it.
pub const STREAM_WINDOW: u32 = 16 * 1024;

/// How many HTTP/2 connections are served in one pass over all ready connections. Each mostly takes less than 0.1 ms, so that others
/// wait a few milliseconds for them. Measured by `tests/attack`: 12,000 new ones delayed a new client by up to a second.
pub const TURNS: usize = 64;

/// What is read of a request's body, or of what follows a malformed head, after it was answered and before the connection is
/// closed: closing with unread bytes would reset the connection, and the client might never see the answer (RFC 9112 §9.6).
pub const LINGER_BYTES: usize = 256 * 1024;

/// How long that may take. The client needs a round trip to see our half of the close.
pub const LINGER_TIME: Duration = Duration::from_secs(2);

/// How long a server that leaves waits for responses in flight. systemd kills after 90 seconds, Kubernetes after 30.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// How long a server that leaves waits for the first request of a connection that it has just accepted.
pub const FIRST_REQUEST_TIME: Duration = Duration::from_secs(1);

/// How many connections wait to be accepted. The kernel takes the lesser of this and `net.core.somaxconn`, 4096 by default.
pub const BACKLOG: i32 = 4096;

/// How long nothing is accepted after accepting failed for want of something that others must give back first: descriptors,
/// memory.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What clients may ask for at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections of the server; `None` for [`CONNECTIONS`], or as many idle ones as memory and descriptors allow. Each worker has
    /// its share. What all connections may hold together is bounded in either case ([`MEMORY_SHARE`]).
    pub connections: Option<NonZeroUsize>,
    /// See [`HEADER_BYTES`].
    pub header_bytes: usize,
    /// See [`HEADER_TIME`].
    pub header_time: Duration,
    /// See [`IDLE_TIME`].
    pub idle_time: Duration,
    /// See [`WRITE_TIME`].
    pub write_time: Duration,
    /// See [`STREAMS`].
    pub streams: u32,
    /// See [`RESETS`].
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
