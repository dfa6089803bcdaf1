//! The state of a worker: what its connections share, and what it shares with other threads.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

#[cfg(feature = "tls")]
use super::handshake_turns::HandshakeTurns;
use super::slots::{Bounds, Slots};
use super::turns::Turns;
use crate::clock::Clock;
use crate::config::PlainPath;
use crate::lifecycle::drain::Drain;
use crate::limits::Limits;
use crate::limits::allowance::SearchAllowance;
use crate::observe::access_log::Logger;
use crate::observe::counters::Counters;
use crate::site::Site;
#[cfg(feature = "tls")]
use crate::tls::Tls;

/// What a worker shares with other threads: they advance its drain phase and read its counters.
#[derive(Debug, Default)]
pub(crate) struct WorkerState {
    pub(crate) drain: Drain,
    pub(crate) counters: Counters,
}

/// What the connections of a worker share. It never leaves the worker's thread.
pub(crate) struct WorkerLocal {
    pub(crate) site: Arc<Site>,
    pub(crate) limits: Limits,
    pub(crate) state: Arc<WorkerState>,
    pub(crate) slots: Rc<Slots>,
    /// Of HTTP/2 connections.
    pub(crate) turns: Turns,
    /// Of messages that hyper answers.
    pub(crate) message_turns: Turns,
    pub(crate) searches: SearchAllowance,
    pub(crate) clock: Clock,
    /// Whether the duration of answers is measured.
    pub(crate) is_timed: bool,
    pub(crate) logger: Option<Logger>,
    pub(crate) plain_path: PlainPath,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Arc<Tls>>,
    /// Of TLS handshakes.
    #[cfg(feature = "tls")]
    pub(crate) handshake_turns: HandshakeTurns,
    pub(super) http1: hyper::server::conn::http1::Builder,
    pub(super) http2: h2::server::Builder,
    /// The read buffer of all connections. No connection keeps bytes in it.
    pub(super) buffer: RefCell<Box<[u8]>>,
    /// Where an HTTP/2 connection gathers what it writes in its turn. It keeps it only while its client does not read.
    pub(super) gathered: Cell<Vec<u8>>,
}

/// What a [`WorkerLocal`] is built from.
pub(crate) struct WorkerParts {
    pub(crate) site: Arc<Site>,
    pub(crate) limits: Limits,
    pub(crate) state: Arc<WorkerState>,
    pub(crate) bounds: Bounds,
    pub(crate) is_timed: bool,
    pub(crate) logger: Option<Logger>,
    pub(crate) plain_path: PlainPath,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Arc<Tls>>,
}
