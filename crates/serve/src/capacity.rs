//! How many connections a worker holds, and who gives way when there are too many.
//!
//! At the limit, the connection that has been idle for the longest makes room for a new one; where none is idle, the new one
//! is refused. So who holds connections without asking anything keeps nobody out.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::config::{BUFFERED, IDLE_TIME_PRESSED, Limits};

/// The connections of a worker, which alone counts them.
#[derive(Debug)]
pub(crate) struct Capacity {
    limit: usize,
    open: AtomicUsize,
    idle: AtomicUsize,
    /// Idle connections that were told to give way, and have not yet heard it.
    told: AtomicUsize,
    give_way: Notify,
    /// Connections that have buffers.
    buffered: AtomicUsize,
}

/// A connection's place among the others; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Capacity>);

/// A connection that has buffers, as long as this is kept.
#[derive(Debug)]
pub(crate) struct Buffered<'a>(&'a Capacity);

/// A connection that is idle, as long as this is kept.
#[derive(Debug)]
pub(crate) struct Idle<'a>(&'a Capacity);

impl Capacity {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        let [open, idle, told, buffered] = [0; 4].map(AtomicUsize::new);
        Arc::new(Capacity { limit, open, idle, told, give_way: Notify::new(), buffered })
    }

    /// A place for a new connection, or none.
    pub(crate) fn admit(self: &Arc<Self>) -> Option<Place> {
        if self.open.load(Relaxed) >= self.limit && !self.make_room() {
            return None;
        }
        self.open.fetch_add(1, Relaxed);
        Some(Place(Arc::clone(self)))
    }

    /// Has the connection that has been idle for the longest give way; not so where none is idle.
    pub(crate) fn make_room(&self) -> bool {
        let is_one_idle = self.idle.load(Relaxed) > self.told.load(Relaxed);
        if is_one_idle {
            self.told.fetch_add(1, Relaxed);
            // Of those who wait, the first is woken.
            self.give_way.notify_one();
        }
        is_one_idle
    }

    /// To be kept, and [`told`](Self::told) polled, by a connection that is idle.
    pub(crate) fn idle(&self) -> Idle<'_> {
        self.idle.fetch_add(1, Relaxed);
        Idle(self)
    }

    /// Done when this idle connection is to give way; then [`hear`](Self::hear) is to be called.
    pub(crate) fn told(&self) -> Notified<'_> {
        self.give_way.notified()
    }

    pub(crate) fn hear(&self) {
        self.told.fetch_sub(1, Relaxed);
    }

    /// To be kept by a connection that has buffers.
    pub(crate) fn buffered(&self) -> Buffered<'_> {
        self.buffered.fetch_add(1, Relaxed);
        Buffered(self)
    }

    /// Whether a connection should give its buffers back, or its place free, as soon as it is idle.
    pub(crate) fn is_scarce(&self) -> bool {
        self.buffered.load(Relaxed) > BUFFERED || self.is_pressed()
    }

    /// Whether more than three quarters of all places are taken.
    pub(crate) fn is_pressed(&self) -> bool {
        self.open.load(Relaxed) > self.limit - self.limit / 4
    }

    /// How many connections there are, and how many of them are idle.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.open.load(Relaxed), self.idle.load(Relaxed))
    }

    /// How long a connection may be idle as things are.
    pub(crate) fn idle_time(&self, limits: &Limits) -> Duration {
        if self.is_pressed() { limits.idle_time.min(IDLE_TIME_PRESSED) } else { limits.idle_time }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

impl Drop for Buffered<'_> {
    fn drop(&mut self) {
        self.0.buffered.fetch_sub(1, Relaxed);
    }
}

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        self.0.idle.fetch_sub(1, Relaxed);
    }
}
