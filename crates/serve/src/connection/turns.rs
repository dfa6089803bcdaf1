//! Turns: HTTP/2 connections, and HTTP/1 messages that hyper answers, wait for their turn, so that a crowd of them does not
//! delay others.
//!
//! The runtime polls ready tasks in order, and an HTTP/2 connection may need a hundred times as long as a plain request. So each
//! takes a ticket before it works, and in one pass over all ready tasks only so many of them are served. (Unfinished heads of
//! HTTP/1 do not wait: they are cheap to read, and unread they would fill the kernel's buffers.)

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;
use tokio::task::yield_now;

/// The turns of one worker.
#[derive(Debug)]
pub(crate) struct Turns {
    /// The number of the next ticket.
    next: Cell<u64>,
    /// Tickets below this number are served.
    limit: Cell<u64>,
    /// Holders of the other tickets, in order.
    waiting: RefCell<VecDeque<(u64, Waker)>>,
    /// Notified when a turn was taken.
    taken: Notify,
    /// How many are served in one pass.
    in_a_pass: usize,
}

/// A connection's place in the order, while it waits for a turn.
#[derive(Debug, Default)]
pub(crate) struct Ticket(Cell<Option<u64>>);

#[cfg(feature = "tls")]
impl Ticket {
    /// Whether it waits for a turn.
    pub(crate) fn is_held(&self) -> bool {
        self.0.get().is_some()
    }
}

impl Turns {
    pub(crate) fn new(in_a_pass: usize) -> Self {
        let (next, limit) = (Cell::new(0), Cell::new(in_a_pass as u64));
        Turns { next, limit, waiting: RefCell::default(), taken: Notify::new(), in_a_pass }
    }

    /// Ready when it is the connection's turn, which this call takes.
    pub(crate) fn poll_take(&self, ticket: &Ticket, context: &Context<'_>) -> Poll<()> {
        let held = ticket.0.take();
        let number = held.unwrap_or_else(|| self.next.replace(self.next.get() + 1));
        self.taken.notify_one();
        if number < self.limit.get() {
            return Poll::Ready(());
        }
        ticket.0.set(Some(number));
        if held.is_none() {
            self.waiting.borrow_mut().push_back((number, context.waker().clone()));
        }
        Poll::Pending
    }

    /// Renews the turns, as long as any are taken, each time all ready tasks were polled.
    pub(crate) async fn renew(&self) {
        loop {
            self.taken.notified().await;
            yield_now().await;
            self.advance();
        }
    }

    fn advance(&self) {
        // Turns that nobody took do not add up.
        let limit = self.limit.get().min(self.next.get()) + self.in_a_pass as u64;
        self.limit.set(limit);
        let mut waiting = self.waiting.borrow_mut();
        while let Some((_, waker)) = waiting.pop_front_if(|(number, _)| *number < limit) {
            waker.wake();
        }
        if !waiting.is_empty() {
            self.taken.notify_one();
        } else if waiting.capacity() > self.in_a_pass {
            // Returns the memory that a flood needed.
            *waiting = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::wakes::Wakes;
    use super::*;

    const TURNS: usize = 8;

    #[test]
    fn a_pass_serves_so_many_in_order_and_wakes_the_next() {
        let turns = Turns::new(TURNS);
        let counter = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&counter));
        let context = Context::from_waker(&waker);
        let tickets: Vec<_> = (0..2 * TURNS + 3).map(|_| Ticket::default()).collect();
        let served = |range: std::ops::Range<usize>| {
            tickets[range].iter().filter(|ticket| turns.poll_take(ticket, &context).is_ready()).count()
        };
        assert_eq!(served(0..tickets.len()), TURNS);
        // Polled for another reason, nobody loses its place or gains one.
        assert_eq!(served(TURNS..tickets.len()), 0);
        assert_eq!(counter.count(), 0);
        turns.advance();
        assert_eq!(counter.count(), TURNS);
        let late = Ticket::default();
        assert!(turns.poll_take(&late, &context).is_pending(), "those before it come first");
        assert_eq!(served(TURNS..tickets.len()), TURNS);
        turns.advance();
        assert_eq!((served(2 * TURNS..tickets.len()), counter.count()), (3, TURNS + 4));
        assert!(turns.poll_take(&late, &context).is_ready());
        assert!(turns.waiting.borrow().is_empty());
    }

    #[test]
    fn turns_that_nobody_takes_do_not_add_up() {
        let turns = Turns::new(TURNS);
        let context = Context::from_waker(Waker::noop());
        (0..5).for_each(|_| turns.advance());
        let served = (0..1_000).filter(|_| turns.poll_take(&Ticket::default(), &context).is_ready()).count();
        assert_eq!(served, TURNS);
    }
}
