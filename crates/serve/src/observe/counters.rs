//! The counters of the workers.
//!
//! Each worker has its own [`Counters`], and only that worker writes them; readers add them up. Counting is a load, an
//! addition and a store in the worker's own cache, without a lock or an atomic read-modify-write.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;

use crate::site::route_class::RouteClass;

/// A number that one thread writes and others read.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds to the counter. It wraps around, as Prometheus expects.
    pub(crate) fn add(&self, more: u64) {
        self.0.store(self.get().wrapping_add(more), Ordering::Relaxed);
    }

    fn subtract(&self, less: u64) {
        self.0.store(self.get().wrapping_sub(less), Ordering::Relaxed);
    }
}

/// The status codes that are counted separately, most frequent first, because they are searched in this order.
pub(super) const STATUSES: [u16; 25] = [
    200, 304, 404, 308, 206, 204, 301, 302, 303, 307, 400, 405, 406, 408, 412, 413, 414, 416, 417, 421, 429, 431, 500,
    501, 503,
];

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ConnectionState {
    /// Accepted; nothing has been received.
    New,
    /// A request is being received or answered.
    Busy,
    /// Waiting for the next request.
    Idle,
    /// Closed by the server; waiting for the peer to see it.
    Closing,
}

impl ConnectionState {
    pub(super) const ALL: [ConnectionState; 4] =
        [ConnectionState::New, ConnectionState::Busy, ConnectionState::Idle, ConnectionState::Closing];

    pub(super) fn name(self) -> &'static str {
        match self {
            ConnectionState::New => "new",
            ConnectionState::Busy => "busy",
            ConnectionState::Idle => "idle",
            ConnectionState::Closing => "closing",
        }
    }
}

/// The limits that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// A connection was refused because all slots are taken.
    Connections,
    /// An idle connection was closed to make room.
    IdleConnections,
    /// A connection with an unfinished head was closed to make room.
    UnfinishedHeads,
    /// A connection whose client reads nothing was closed to make room.
    StalledConnections,
    /// Accepting failed for lack of descriptors or memory.
    Descriptors,
    /// A request's head was too long.
    HeaderBytes,
    /// A request's head took too long, or a TLS handshake.
    HeaderTime,
    /// A connection was idle for too long.
    IdleTime,
    /// A client read nothing of its response for too long.
    WriteTime,
    /// A client sent too many bytes without making a request.
    Flood,
    /// A search was refused because searches had used up their share of the time.
    Searches,
    /// A head was malformed.
    Malformed,
    /// HTTP/2: a protocol error, such as too many resets, ended the connection.
    Protocol,
}

impl Limit {
    pub(super) const ALL: [Limit; 13] = [
        Limit::Connections,
        Limit::IdleConnections,
        Limit::UnfinishedHeads,
        Limit::StalledConnections,
        Limit::Descriptors,
        Limit::HeaderBytes,
        Limit::HeaderTime,
        Limit::IdleTime,
        Limit::WriteTime,
        Limit::Flood,
        Limit::Searches,
        Limit::Malformed,
        Limit::Protocol,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Limit::Connections => "connections",
            Limit::IdleConnections => "idle_connections",
            Limit::UnfinishedHeads => "unfinished_heads",
            Limit::StalledConnections => "stalled_connections",
            Limit::Descriptors => "descriptors",
            Limit::HeaderBytes => "header_bytes",
            Limit::HeaderTime => "header_time",
            Limit::IdleTime => "idle_time",
            Limit::WriteTime => "write_time",
            Limit::Flood => "flood",
            Limit::Searches => "searches",
            Limit::Malformed => "malformed",
            Limit::Protocol => "protocol",
        }
    }
}

/// How a TLS handshake has ended.
#[cfg(feature = "tls")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Handshake {
    Full12,
    Resumed12,
    Full13,
    Resumed13,
    Failed,
}

#[cfg(feature = "tls")]
impl Handshake {
    pub(super) const ALL: [Handshake; 5] =
        [Handshake::Full12, Handshake::Resumed12, Handshake::Full13, Handshake::Resumed13, Handshake::Failed];

    /// Returns how the handshake of a session has ended.
    pub(crate) fn of(session: &rustls::ServerConnection) -> Self {
        let is_resumed = session.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
        match (session.protocol_version(), is_resumed) {
            (Some(rustls::ProtocolVersion::TLSv1_3), true) => Handshake::Resumed13,
            (Some(rustls::ProtocolVersion::TLSv1_3), false) => Handshake::Full13,
            (_, true) => Handshake::Resumed12,
            (_, false) => Handshake::Full12,
        }
    }

    /// The labels of its series.
    pub(super) fn labels(self) -> &'static str {
        match self {
            Handshake::Full12 => "version=\"1.2\",result=\"full\"",
            Handshake::Resumed12 => "version=\"1.2\",result=\"resumed\"",
            Handshake::Full13 => "version=\"1.3\",result=\"full\"",
            Handshake::Resumed13 => "version=\"1.3\",result=\"resumed\"",
            Handshake::Failed => "version=\"\",result=\"failed\"",
        }
    }
}

/// The upper bounds of the latency histogram, in microseconds: from a response on the same computer to one over a very
/// slow line.
pub(super) const BOUNDS: [u64; 19] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000,
];

/// A histogram of response times.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// One for each bound, and one for all longer times.
    pub(super) buckets: [Counter; BOUNDS.len() + 1],
    pub(super) nanoseconds: Counter,
}

/// All counters of one worker. They are aligned so that two workers share neither a cache line nor the pair of lines
/// that some processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counters {
    /// One for each of [`STATUSES`] and one for all others, by [`RouteClass`].
    pub(super) requests: [[Counter; RouteClass::ALL.len()]; STATUSES.len() + 1],
    pub(super) sent: Counter,
    pub(super) latency: Histogram,
    pub(super) accepted: Counter,
    pub(super) states: [Counter; ConnectionState::ALL.len()],
    pub(super) limits: [Counter; Limit::ALL.len()],
    pub(super) dropped_lines: Counter,
    #[cfg(feature = "tls")]
    pub(super) handshakes: [Counter; Handshake::ALL.len()],
}

impl Counters {
    pub(crate) fn count_request(&self, status: StatusCode, route: RouteClass) {
        let index = STATUSES.iter().position(|&known| known == status.as_u16()).unwrap_or(STATUSES.len());
        self.requests[index][route as usize].add(1);
    }

    #[cfg(feature = "tls")]
    pub(crate) fn count_handshake(&self, handshake: Handshake) {
        self.handshakes[handshake as usize].add(1);
    }

    pub(crate) fn count_sent(&self, bytes: usize) {
        self.sent.add(bytes as u64);
    }

    pub(crate) fn count_latency(&self, latency: Duration) {
        let bucket = BOUNDS.iter().position(|&bound| latency <= Duration::from_micros(bound)).unwrap_or(BOUNDS.len());
        self.latency.buckets[bucket].add(1);
        self.latency.nanoseconds.add(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn count_limit(&self, limit: Limit) {
        self.limits[limit as usize].add(1);
    }

    pub(crate) fn count_dropped_line(&self) {
        self.dropped_lines.add(1);
    }

    pub(crate) fn open(&self) {
        self.accepted.add(1);
        self.states[ConnectionState::New as usize].add(1);
    }

    /// Returns the number of connections, and how many of them wait for a request.
    pub(crate) fn connections(&self) -> (u64, u64) {
        let [new, busy, idle, closing] = ConnectionState::ALL.map(|state| self.states[state as usize].get());
        let sum = [new, busy, idle, closing].into_iter().fold(0, u64::wrapping_add);
        (sum, new.wrapping_add(idle))
    }

    pub(crate) fn change(&self, from: ConnectionState, to: ConnectionState) {
        self.states[from as usize].subtract(1);
        self.states[to as usize].add(1);
    }

    pub(crate) fn close(&self, last: ConnectionState) {
        self.states[last as usize].subtract(1);
    }
}
