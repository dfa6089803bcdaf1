//! Draining: how a server stops without interrupting responses.
//!
//! 1. [`DrainPhase::Serving`].
//! 2. [`DrainPhase::Draining`]: connections are still accepted, and each response closes its connection.
//! 3. [`DrainPhase::Stopping`]: listeners are closed, requests in flight are finished, idle connections are closed.
//! 4. [`DrainPhase::Ended`]: nothing is waited for.
//!
//! Each worker has its own [`Drain`], so a request reads a byte that no other thread writes meanwhile.

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;

use tokio::sync::Notify;

/// The phase of a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum DrainPhase {
    Serving,
    Draining,
    Stopping,
    Ended,
}

/// The phase of one worker.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    phase: AtomicU8,
    stopping: Notify,
    ended: Notify,
}

impl Drain {
    pub(crate) fn is_draining(&self) -> bool {
        self.phase.load(Ordering::Relaxed) != DrainPhase::Serving as u8
    }

    pub(crate) fn has_reached(&self, phase: DrainPhase) -> bool {
        self.phase.load(Ordering::Acquire) >= phase as u8
    }

    /// Advances to a later phase.
    pub(crate) fn advance(&self, phase: DrainPhase) {
        self.phase.fetch_max(phase as u8, Ordering::AcqRel);
        if phase >= DrainPhase::Stopping {
            self.stopping.notify_waiters();
        }
        if phase == DrainPhase::Ended {
            self.ended.notify_waiters();
        }
    }

    /// Waits for [`DrainPhase::Stopping`].
    pub(crate) async fn stopping(&self) {
        self.unless_stopping(pin!(pending::<()>())).await;
    }

    /// Polls `work` until it completes, or returns `None` when [`DrainPhase::Stopping`] is reached. `work` can be
    /// polled again afterwards.
    pub(crate) async fn unless_stopping<F: Future>(&self, work: Pin<&mut F>) -> Option<F::Output> {
        self.unless(DrainPhase::Stopping, &self.stopping, work).await
    }

    /// Polls `work` until it completes, or returns `None` when [`DrainPhase::Ended`] is reached.
    pub(crate) async fn unless_ended<F: Future>(&self, work: Pin<&mut F>) -> Option<F::Output> {
        self.unless(DrainPhase::Ended, &self.ended, work).await
    }

    async fn unless<F: Future>(&self, phase: DrainPhase, reached: &Notify, mut work: Pin<&mut F>) -> Option<F::Output> {
        let mut reached = pin!(reached.notified());
        let mut is_registered = false;
        poll_fn(|context| {
            if let Poll::Ready(output) = work.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            // Registering takes a lock. A task's waker stays the same, so registering once is enough, and later polls
            // cost one load.
            if !is_registered {
                is_registered = true;
                if reached.as_mut().poll(context).is_ready() {
                    return Poll::Ready(None);
                }
            }
            if self.has_reached(phase) { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }
}
