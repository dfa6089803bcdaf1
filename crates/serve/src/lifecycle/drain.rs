//! Draining: how a server leaves without cutting anybody off.
//!
//! 1. [`DrainPhase::Serving`];
//! 2. [`DrainPhase::Draining`]: connections are still accepted, and each answer says that it is the last of its connection;
//! 3. [`DrainPhase::Stopping`]: listeners close, what is in flight is finished, idle connections are closed;
//! 4. [`DrainPhase::Gone`]: nothing is waited for any more.
//!
//! Each worker has a [`Drain`] of its own: a request reads one byte that nobody else writes meanwhile.

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;

use tokio::sync::Notify;

/// How far a server is in leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum DrainPhase {
    Serving,
    Draining,
    Stopping,
    Gone,
}

/// The phase of one worker.
#[derive(Debug, Default)]
pub(crate) struct Drain {
    phase: AtomicU8,
    stopping: Notify,
    gone: Notify,
}

impl Drain {
    pub(crate) fn is_leaving(&self) -> bool {
        self.phase.load(Ordering::Relaxed) != DrainPhase::Serving as u8
    }

    pub(crate) fn has_reached(&self, phase: DrainPhase) -> bool {
        self.phase.load(Ordering::Acquire) >= phase as u8
    }

    /// Goes on to a later phase.
    pub(crate) fn advance(&self, phase: DrainPhase) {
        self.phase.fetch_max(phase as u8, Ordering::AcqRel);
        if phase >= DrainPhase::Stopping {
            self.stopping.notify_waiters();
        }
        if phase == DrainPhase::Gone {
            self.gone.notify_waiters();
        }
    }

    /// Waits for [`DrainPhase::Stopping`].
    pub(crate) async fn stopping(&self) {
        self.unless_stopping(pin!(pending::<()>())).await;
    }

    /// Does the work until it is done, or until [`DrainPhase::Stopping`] (`None`), when it can be gone on with.
    pub(crate) async fn unless_stopping<F: Future>(&self, work: Pin<&mut F>) -> Option<F::Output> {
        self.unless(DrainPhase::Stopping, &self.stopping, work).await
    }

    /// Does the work until it is done, or until [`DrainPhase::Gone`].
    pub(crate) async fn unless_gone<F: Future>(&self, work: Pin<&mut F>) -> Option<F::Output> {
        self.unless(DrainPhase::Gone, &self.gone, work).await
    }

    async fn unless<F: Future>(&self, phase: DrainPhase, reached: &Notify, mut work: Pin<&mut F>) -> Option<F::Output> {
        let mut reached = pin!(reached.notified());
        let mut is_registered = false;
        poll_fn(|context| {
            if let Poll::Ready(output) = work.as_mut().poll(context) {
                return Poll::Ready(Some(output));
            }
            // Registering takes a lock; a task's waker stays the same, so once is enough, and a request costs one load.
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
