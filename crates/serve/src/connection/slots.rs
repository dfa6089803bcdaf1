//! Slots: which connections a worker holds, how much memory each is charged with, and which are closed when there are too many.
//!
//! There are two bounds: the number of connections, and their memory in bytes ([`crate::limits::memory`]). A connection is charged
//! with the most that it can hold in its present phase ([`crate::limits`] has the measured constants): little while it is idle,
//! and also the kernel's buffers while its client does not read.
//!
//! At a bound, the least valuable connections are closed before a new client is refused:
//!
//! 1. connections of an address that holds more than its share, starting with the address that holds the most;
//! 2. then connections of any address.
//!
//! Within each group the order is: idle, closing, new or with an unfinished head or handshake, stalled; the oldest first. If every client left
//! is reading its answer, or has just begun a handshake, an address that holds fewer connections replaces the one that made progress least recently: one that
//! reads, as long as handshakes have no more than their share ([`HANDSHAKE_SHARE`]).
//!
//! One timer per worker checks the deadlines of all slots ([`Slots::sweep`]).

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::task::Waker;

use tokio::sync::Notify;

use crate::clock::Moment;
use crate::limits::STALLED_TIME;

/// The fraction of all slots that is freed at once at a bound, as a divisor. Finding the least valuable ones examines every slot;
/// freeing several at a time spreads that cost over as many new connections.
const FREED_AT_ONCE: usize = 128;

/// The fraction of all slots and of their memory in which new handshakes are worth more than answers that are read, as a divisor. Beyond it they are a flood,
/// and must not cut off readers.
const HANDSHAKE_SHARE: usize = 4;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has arrived yet.
    New,
    /// Waiting for the next request.
    Idle,
    /// TLS: the handshake has begun, and no request has come yet. That takes the client two round trips, in which a new client must not give way to those
    /// that read nothing.
    Handshake,
    /// A head has begun.
    Head,
    /// An answer is being written.
    Writing,
    /// Our half is closed; waiting for the peer to close its half.
    Closing,
}

impl Phase {
    /// The order in which connections are closed. A new one ranks as high as an unfinished head: its request may be on its way.
    fn worth(self) -> u8 {
        match self {
            Phase::Idle => 0,
            Phase::Closing => 1,
            Phase::New | Phase::Handshake | Phase::Head => 2,
            Phase::Writing => 3,
        }
    }
}

/// The unit of fairness: the connections of one group share the slots that it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Group {
    /// An IPv4 address.
    V4([u8; 4]),
    /// The first 64 bits of an IPv6 address: the smallest network that a subscriber is assigned (RFC 6177).
    V6(u64),
    /// All unix sockets.
    Unix,
}

impl Group {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Group::V4(address.octets()),
            IpAddr::V6(address) => {
                let network = u64::try_from(address.to_bits() >> 64).expect("64 bits are left");
                Group::V6(network)
            }
        }
    }
}

/// Bounds on what one worker holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The number of connections.
    pub(crate) connections: usize,
    /// The bytes that all of them may be charged with together.
    pub(crate) bytes: usize,
}

/// The connections of one worker.
#[derive(Debug)]
pub(crate) struct Slots {
    table: RefCell<Table>,
    /// Notified when the first connection opens and when the last one closes.
    pub(crate) changed: Notify,
}

#[derive(Debug)]
struct Table {
    bounds: Bounds,
    entries: Vec<Option<Entry>>,
    free: Vec<usize>,
    groups: HashMap<Group, usize>,
    /// Connections, without evicted ones.
    held: usize,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    group: Group,
    phase: Phase,
    /// When it last made progress in its phase.
    since: Moment,
    deadline: Moment,
    bytes: usize,
    /// It has to close. Its slot already counts as free.
    is_evicted: bool,
    waker: Option<Waker>,
}

impl Entry {
    /// Whether it is in this phase, and has made progress within [`STALLED_TIME`].
    fn is_young_in(&self, phase: Phase, now: Moment) -> bool {
        self.phase == phase && now < self.since.after(STALLED_TIME)
    }
}

/// A connection's slot, which is freed when this is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Rc<Slots>,
    index: usize,
}

/// The phases of the connections that were closed to make room.
pub(crate) type Evicted = Vec<Phase>;

impl Slots {
    pub(crate) fn new(bounds: Bounds) -> Rc<Self> {
        let table = Table { bounds, entries: Vec::new(), free: Vec::new(), groups: HashMap::new(), held: 0, bytes: 0 };
        Rc::new(Slots { table: RefCell::new(table), changed: Notify::new() })
    }

    /// Returns a slot for a new connection, or `None` if every connection is worth more than it; and what was evicted.
    pub(crate) fn admit(self: &Rc<Self>, group: Group, bytes: usize, now: Moment) -> (Option<Slot>, Evicted) {
        let mut table = self.table.borrow_mut();
        let holds = table.groups.get(&group).copied().unwrap_or(0);
        let evicted = table.make_room(&Claim { connections: 1, bytes, holds }, now);
        if table.held >= table.bounds.connections || table.bytes + bytes > table.bounds.bytes {
            return (None, evicted);
        }
        let index = table.insert(group, bytes, now);
        if table.held == 1 {
            self.changed.notify_waiters();
        }
        (Some(Slot { slots: Rc::clone(self), index }), evicted)
    }

    /// Frees slots below the bounds, when something else is scarce, such as descriptors.
    pub(crate) fn make_room(&self, now: Moment) -> Evicted {
        let mut table = self.table.borrow_mut();
        let connections = table.bounds.connections.saturating_sub(table.held) + 1;
        table.make_room(&Claim { connections, bytes: 0, holds: usize::MAX }, now)
    }

    /// Wakes every connection whose deadline has passed.
    pub(crate) fn sweep(&self, now: Moment) {
        self.wake(|entry| entry.deadline <= now);
    }

    /// Wakes every connection, to look at the state of the server.
    pub(crate) fn wake_all(&self) {
        self.wake(|_| true);
    }

    pub(crate) fn is_empty(&self) -> bool {
        let table = self.table.borrow();
        table.free.len() == table.entries.len()
    }

    fn wake(&self, is_meant: impl Fn(&Entry) -> bool) {
        let table = self.table.borrow();
        let meant = table.entries.iter().flatten().filter(|entry| is_meant(entry));
        meant.filter_map(|entry| entry.waker.as_ref()).for_each(Waker::wake_by_ref);
    }
}

impl Slot {
    /// Registers the task to wake when the deadline passes or the connection is evicted. Once is enough: a task's waker never
    /// changes.
    pub(crate) fn register(&self, waker: &Waker) {
        self.with(|entry| entry.waker = Some(waker.clone()));
    }

    /// Returns the client's group.
    pub(crate) fn group(&self) -> Group {
        self.with(|entry| entry.group)
    }

    /// Enters a phase, or records progress in it. The connection is woken at the deadline.
    pub(crate) fn enter(&self, phase: Phase, now: Moment, deadline: Moment) {
        self.with(|entry| (entry.phase, entry.since, entry.deadline) = (phase, now, deadline));
    }

    /// Enters a phase unless the connection is in it already: then the deadline does not move.
    pub(crate) fn enter_once(&self, phase: Phase, now: Moment, deadline: Moment) {
        self.with(|entry| {
            if entry.phase != phase {
                (entry.phase, entry.since, entry.deadline) = (phase, now, deadline);
            }
        });
    }

    /// Charges the connection with `bytes` from now on. Evicts others if that exceeds the bound.
    pub(crate) fn charge(&self, bytes: usize, now: Moment) -> Evicted {
        let mut table = self.slots.table.borrow_mut();
        let before = table.entries[self.index].as_ref().map_or(0, |entry| entry.bytes);
        if bytes == before {
            return Vec::new();
        }
        if let Some(entry) = &mut table.entries[self.index] {
            entry.bytes = bytes;
            if !entry.is_evicted {
                table.bytes = table.bytes + bytes - before;
            }
        }
        // The bound holds whoever is charged, so any connection may be evicted, even this one.
        if bytes > before { table.make_room(&Claim { connections: 0, bytes: 0, holds: 0 }, now) } else { Vec::new() }
    }

    /// Enters a phase. Returns the phase before.
    pub(crate) fn replace(&self, phase: Phase, now: Moment, deadline: Moment) -> Phase {
        self.with(|entry| {
            (entry.since, entry.deadline) = (now, deadline);
            std::mem::replace(&mut entry.phase, phase)
        })
    }

    /// Returns whether the connection was evicted or its deadline has passed.
    pub(crate) fn needs_attention(&self, now: Moment) -> bool {
        self.with(|entry| entry.is_evicted || entry.deadline <= now)
    }

    /// Returns whether the connection has to close to make room.
    pub(crate) fn is_evicted(&self) -> bool {
        self.with(|entry| entry.is_evicted)
    }

    /// Returns whether the deadline has passed.
    pub(crate) fn is_expired(&self, now: Moment) -> bool {
        self.with(|entry| entry.deadline <= now)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Entry) -> T) -> T {
        let mut table = self.slots.table.borrow_mut();
        look(table.entries[self.index].as_mut().expect("an entry lives as long as its slot"))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let is_last = {
            let mut table = self.slots.table.borrow_mut();
            table.remove(self.index);
            table.free.len() == table.entries.len()
        };
        if is_last {
            self.slots.changed.notify_waiters();
        }
    }
}

impl Table {
    fn insert(&mut self, group: Group, bytes: usize, now: Moment) -> usize {
        *self.groups.entry(group).or_default() += 1;
        self.held += 1;
        self.bytes += bytes;
        let entry = Entry {
            group,
            phase: Phase::New,
            since: now,
            deadline: Moment::NEVER,
            bytes,
            is_evicted: false,
            waker: None,
        };
        let index = self.free.pop().unwrap_or(self.entries.len());
        if index == self.entries.len() {
            self.entries.push(None);
        }
        self.entries[index] = Some(entry);
        index
    }

    fn remove(&mut self, index: usize) {
        if let Some(entry) = self.entries[index].take() {
            if !entry.is_evicted {
                self.release(entry.group, entry.bytes);
            }
            self.free.push(index);
        }
        // Returns the memory that a flood needed.
        if self.free.len() == self.entries.len() {
            (self.entries, self.free) = (Vec::new(), Vec::new());
        }
    }

    /// Stops counting a connection.
    fn release(&mut self, group: Group, bytes: usize) {
        self.held -= 1;
        self.bytes -= bytes;
        if let Some(count) = self.groups.get_mut(&group) {
            *count -= 1;
            if *count == 0 {
                self.groups.remove(&group);
            }
        }
    }

    fn has_room(&self, claim: &Claim) -> bool {
        self.held + claim.connections <= self.bounds.connections && self.bytes + claim.bytes <= self.bounds.bytes
    }

    /// Evicts the least valuable connections until there is room, and some more to spare the next search.
    fn make_room(&mut self, claim: &Claim, now: Moment) -> Evicted {
        let mut evicted = Vec::new();
        let mut before = None;
        // Once a large group is down to its share, shares are smaller, and every connection is ranked anew.
        while !self.has_room(claim) && before != Some(evicted.len()) {
            before = Some(evicted.len());
            self.evict_some(claim, now, &mut evicted);
        }
        evicted
    }

    fn evict_some(&mut self, claim: &Claim, now: Moment, evicted: &mut Evicted) {
        let spare = self.bounds.connections / FREED_AT_ONCE;
        let mut has_spared = false;
        for candidate in self.candidates(claim, now) {
            let is_of_large = matches!(candidate.worth, Worth::OfLarge(..));
            let has_room = self.has_room(claim);
            if has_room && (evicted.len() > spare || candidate.is_worth_a_search) {
                return;
            }
            if has_spared && !is_of_large && !has_room {
                return;
            }
            let phase = self.evict(&candidate);
            has_spared |= phase.is_none();
            evicted.extend(phase);
        }
    }

    /// Returns the connections that may be evicted, the least valuable first.
    fn candidates(&self, claim: &Claim, now: Moment) -> Vec<Candidate> {
        let share = self.bounds.connections.min(self.held) / self.groups.len().max(1);
        let are_sheltered = self.has_few_handshakes(now);
        let candidate = |(index, entry): (usize, &Option<Entry>)| {
            let entry = entry.as_ref().filter(|entry| !entry.is_evicted)?;
            let of_group = self.groups.get(&entry.group).copied().unwrap_or(0);
            let is_read = entry.is_young_in(Phase::Writing, now);
            let is_new = entry.is_young_in(Phase::Handshake, now);
            let is_sheltered = are_sheltered && is_new;
            let worth = match (is_read || is_new, of_group > share) {
                (false, true) => Worth::OfLarge(usize::MAX - of_group, entry.phase.worth()),
                (false, false) => Worth::OfAll(entry.phase.worth()),
                (true, _) if is_new || of_group > claim.holds => Worth::Moving(is_sheltered, usize::MAX - of_group),
                (true, _) => return None,
            };
            Some(Candidate { worth, since: entry.since, index, share, is_worth_a_search: is_read || is_sheltered })
        };
        let mut candidates: Vec<_> = self.entries.iter().enumerate().filter_map(candidate).collect();
        candidates.sort_unstable();
        candidates
    }

    fn has_few_handshakes(&self, now: Moment) -> bool {
        let handshakes = self.entries.iter().flatten().filter(|entry| entry.is_young_in(Phase::Handshake, now));
        let (count, bytes) = handshakes.fold((0, 0), |(count, bytes), entry| (count + 1, bytes + entry.bytes));
        count <= self.bounds.connections / HANDSHAKE_SHARE && bytes <= self.bounds.bytes / HANDSHAKE_SHARE
    }

    /// Evicts a connection, unless its group has lost enough by now.
    fn evict(&mut self, candidate: &Candidate) -> Option<Phase> {
        let entry = self.entries[candidate.index].as_mut()?;
        let of_group = self.groups.get(&entry.group).copied().unwrap_or(0);
        if matches!(candidate.worth, Worth::OfLarge(..)) && of_group <= candidate.share {
            return None;
        }
        entry.is_evicted = true;
        let (group, bytes, phase) = (entry.group, entry.bytes, entry.phase);
        if let Some(waker) = &entry.waker {
            waker.wake_by_ref();
        }
        self.release(group, bytes);
        Some(phase)
    }
}

/// What room is made for.
struct Claim {
    /// The new connections and their bytes.
    connections: usize,
    bytes: usize,
    /// How many connections their group holds already.
    holds: usize,
}

/// A connection that may be evicted, ordered by its value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    worth: Worth,
    since: Moment,
    index: usize,
    share: usize,
    /// Its client takes its answer, or is one of few that have just come: it is not evicted to spare the next search.
    is_worth_a_search: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// Of a group that holds more than its share; the largest group first.
    OfLarge(usize, u8),
    OfAll(u8),
    /// It is a new handshake, or its client is reading and its group holds more connections than the one that room is made for.
    /// Whether it is a handshake, and there are few.
    Moving(bool, usize),
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::wakes::Wakes;
    use super::Phase::{Closing, Handshake, Head, Idle, New, Writing};
    use super::*;

    /// When newcomers come.
    const NOW: u64 = 100_000;
    /// Of a client that has taken something of its answer a moment ago.
    const MOVING: u64 = NOW - 10;
    /// Of one that has taken nothing for longer than [`STALLED_TIME`].
    const STALLED: u64 = NOW - 5_000;

    fn at(milliseconds: u64) -> Moment {
        Moment::default().after(Duration::from_millis(milliseconds))
    }

    fn group(number: u8) -> Group {
        Group::V4([192, 0, 2, number])
    }

    fn bounds(connections: usize, bytes: usize) -> Bounds {
        Bounds { connections, bytes }
    }

    /// Connections that are held: of a group, in a phase, since when.
    fn hold(slots: &Rc<Slots>, held: &[(u8, Phase, u64)]) -> Vec<Slot> {
        let admit = |&(number, phase, since): &(u8, Phase, u64)| {
            let slot = slots.admit(group(number), 1, at(since)).0.expect("there is room");
            slot.enter(phase, at(since), Moment::NEVER);
            slot
        };
        held.iter().map(admit).collect()
    }

    fn evicted(held: &[Slot]) -> Vec<usize> {
        (0..held.len()).filter(|&at| held[at].is_evicted()).collect()
    }

    /// Where so many are held as may be, a newcomer of a group has these evicted; with none, it is refused.
    fn check(held: &[(u8, Phase, u64)], newcomer: u8, expected: &[usize]) {
        let slots = Slots::new(bounds(held.len(), usize::MAX));
        let taken = hold(&slots, held);
        let (slot, phases) = slots.admit(group(newcomer), 1, at(NOW));
        assert_eq!(evicted(&taken), expected, "{held:?}, {newcomer}");
        assert_eq!(slot.is_some(), !expected.is_empty(), "{held:?}, {newcomer}");
        assert_eq!(phases, expected.iter().map(|&at| held[at].1).collect::<Vec<_>>(), "{held:?}, {newcomer}");
    }

    #[test]
    fn the_least_valuable_gives_way() {
        check(&[(1, Writing, STALLED), (1, Head, 10), (1, New, 20), (1, Closing, 30), (1, Idle, 40)], 1, &[4]);
        check(&[(1, Writing, STALLED), (1, Head, 10), (1, New, 20), (1, Closing, 30)], 1, &[3]);
        check(&[(1, Writing, STALLED), (1, Head, 10), (1, New, 20)], 1, &[1]);
        check(&[(1, Writing, 1), (1, New, 20)], 1, &[1]);
        check(&[(1, Writing, MOVING), (1, Writing, STALLED)], 1, &[1]);
        check(&[(1, Writing, STALLED), (2, Handshake, MOVING)], 3, &[0]);
        check(&[(1, Writing, STALLED), (2, Handshake, STALLED)], 3, &[1]);
        check(&[(1, Writing, MOVING - 1), (2, Handshake, MOVING)], 3, &[0]);
        check(&[(1, Head, MOVING), (2, Handshake, 10)], 3, &[1]);
        // A few new handshakes are worth more than answers that are read, and many are not.
        let few = [(1, Writing, MOVING), (2, Writing, MOVING - 2), (3, Writing, MOVING), (4, Handshake, MOVING - 5)];
        let many = [(1, Writing, MOVING), (2, Writing, MOVING - 2), (3, Handshake, MOVING), (4, Handshake, MOVING - 5)];
        check(&[(1, Handshake, MOVING), (2, Handshake, MOVING - 1)], 2, &[1]);
        check(&few, 5, &[1]);
        check(&many, 5, &[3]);
    }

    #[test]
    fn of_equals_the_oldest_gives_way() {
        for phase in [Idle, Closing, New, Head] {
            check(&[(1, phase, 30), (1, phase, 10), (1, phase, 20)], 2, &[1]);
        }
        check(&[(1, Writing, STALLED), (1, Writing, STALLED - 2), (1, Writing, STALLED - 1)], 2, &[1]);
        // A new one is worth as much as an unfinished head.
        check(&[(1, Head, 20), (1, New, 10)], 1, &[1]);
        check(&[(1, Head, 10), (1, New, 20)], 1, &[0]);
    }

    #[test]
    fn a_group_with_more_than_its_share_loses_first() {
        // Two of four is the share: the idle one of the other is worth less, and stays.
        check(&[(1, Idle, 1), (2, Head, 50), (2, Head, 30), (2, Writing, STALLED)], 3, &[2]);
        check(&[(1, Idle, 1), (2, Head, 50), (2, Head, 30), (2, Writing, STALLED)], 1, &[2]);
        // The largest of the large.
        let (small, large) = ([(1, Idle, 1), (2, Idle, 2), (2, Idle, 3), (2, Idle, 4)], [(3, Head, 9); 4]);
        check(&[&small[..], &large].concat(), 4, &[4]);
        // Nobody holds more than a share.
        check(&[(1, Head, 1), (1, Head, 2), (2, Head, 3), (2, Idle, 4)], 3, &[3]);
    }

    #[test]
    fn a_client_that_takes_its_answer_gives_way_to_a_group_that_holds_fewer() {
        let moving = [(1, Writing, MOVING), (1, Writing, MOVING - 2), (2, Writing, MOVING - 5)];
        check(&moving, 3, &[1]);
        check(&moving, 2, &[1]);
        check(&moving, 1, &[]);
        check(&[(1, Writing, MOVING), (2, Writing, MOVING - 2)], 1, &[]);
        check(&[(1, Writing, MOVING), (2, Writing, MOVING - 2)], 3, &[1]);
        // Something else is there.
        check(&[(1, Writing, MOVING), (1, Writing, MOVING), (2, Head, 9)], 3, &[2]);
    }

    #[test]
    fn where_descriptors_are_scarce_no_client_that_takes_its_answer_gives_way() {
        let slots = Slots::new(bounds(10, usize::MAX));
        let held = hold(&slots, &[(1, Writing, MOVING), (1, Writing, STALLED), (1, Head, 1)]);
        for expected in [&[2][..], &[1, 2], &[1, 2]] {
            slots.make_room(at(NOW));
            assert_eq!(evicted(&held), expected);
        }
    }

    #[test]
    fn what_is_held_stays_within_the_bound_on_bytes() {
        let slots = Slots::new(bounds(10, 100));
        let held = hold(&slots, &[(1, Idle, 1), (1, Idle, 2), (1, Head, 3)]);
        for slot in &held {
            assert_eq!(slot.charge(30, at(NOW)), []);
        }
        // 90 are held.
        assert_eq!(held[2].charge(40, at(NOW)), []);
        assert_eq!(held[2].charge(41, at(NOW)), [Idle]);
        assert_eq!(evicted(&held), [0]);
        // One that is evicted already counts nothing, whatever it is charged with.
        assert_eq!(held[0].charge(1_000, at(NOW)), []);
        // 71 are held; a newcomer with 30 does not fit.
        let (slot, phases) = slots.admit(group(2), 30, at(NOW));
        assert!(slot.is_some());
        assert_eq!((phases, evicted(&held)), (vec![Idle], vec![0, 1]));
        assert_eq!(slots.table.borrow().bytes, 71);
        // The one that is charged with more than there is goes itself: it is older than the newcomer.
        assert_eq!(held[2].charge(101, at(NOW)), [Head]);
        assert_eq!(slots.table.borrow().bytes, 30);
        assert!(slots.admit(group(3), 101, at(NOW)).0.is_none());
    }

    #[test]
    fn a_large_group_is_looked_at_again_when_it_has_only_its_share() {
        let slots = Slots::new(bounds(10, 100));
        let held = hold(&slots, &[(1, Head, 1), (1, Head, 2), (1, Writing, MOVING), (2, Idle, 9)]);
        held[..3].iter().for_each(|slot| assert_eq!(slot.charge(30, at(NOW)), []));
        // The share is two of four, and 131 are two more than there is room for.
        assert_eq!(held[2].charge(70, at(NOW)), [Head, Head]);
        assert_eq!(evicted(&held), [0, 1]);
    }

    #[test]
    fn an_evicted_slot_is_free_at_once_and_once_only() {
        let slots = Slots::new(bounds(1, 10));
        let counted = || {
            let table = slots.table.borrow();
            (table.held, table.bytes, table.groups.len(), table.entries.len())
        };
        let first = slots.admit(group(1), 4, at(1)).0.expect("there is room");
        first.enter(Idle, at(1), Moment::NEVER);
        let second = slots.admit(group(2), 3, at(2)).0.expect("it is evicted");
        assert!(first.is_evicted() && !second.is_evicted());
        assert_eq!(counted(), (1, 3, 1, 2));
        drop(first);
        assert_eq!(counted(), (1, 3, 1, 2));
        second.enter(Idle, at(3), Moment::NEVER);
        let third = slots.admit(group(3), 2, at(4)).0.expect("it is evicted");
        assert_eq!(third.index, 0, "a free slot is used again");
        assert_eq!(counted(), (1, 2, 1, 2));
        assert!(!slots.is_empty());
        drop(third);
        assert!(!slots.is_empty(), "one is still about to close");
        drop(second);
        assert!(slots.is_empty());
        assert_eq!(counted(), (0, 0, 0, 0));
    }

    #[test]
    fn a_search_frees_several_slots() {
        const HELD: usize = 1_280;
        let slots = Slots::new(bounds(HELD, usize::MAX));
        let mut held = hold(&slots, &vec![(1, Idle, 1); HELD]);
        let evicting: Vec<_> = (0..1_100)
            .map(|number| {
                let (slot, evicted) = slots.admit(group(2), 1, at(NOW + number));
                let slot = slot.expect("idle ones give way");
                slot.enter(Idle, at(NOW + number), Moment::NEVER);
                held.push(slot);
                evicted.len()
            })
            .filter(|&evicted| evicted > 0)
            .collect();
        let at_once = HELD / FREED_AT_ONCE + 1;
        assert_eq!(evicting, vec![at_once; 1_100 / at_once]);
    }

    #[test]
    fn addresses_of_one_subscriber_are_one_group() {
        let of = |address: &str| Group::of(address.parse().expect("an address"));
        for (one, other, is_same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.1", "::ffff:192.0.2.1", true),
            ("192.0.2.1", "::192.0.2.1", false),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("::1", "::2", true),
        ] {
            assert_eq!(of(one) == of(other), is_same, "{one}, {other}");
        }
        assert_eq!(of("::ffff:192.0.2.1"), Group::V4([192, 0, 2, 1]));
    }

    #[test]
    fn expired_and_evicted_connections_are_woken() {
        let slots = Slots::new(bounds(3, usize::MAX));
        let held = hold(&slots, &[(1, Idle, 1), (1, Idle, 2), (1, Head, 3)]);
        let counts = [(); 3].map(|()| Arc::new(Wakes::default()));
        for (slot, count) in held.iter().zip(&counts) {
            slot.register(&Waker::from(Arc::clone(count)));
        }
        let woken = || counts.each_ref().map(|count| count.count());
        held[1].enter(Idle, at(2), at(50));
        // It is in this phase already, and its deadline stands.
        held[1].enter_once(Idle, at(40), at(90));
        held[2].enter(Head, at(3), at(60));
        slots.sweep(at(49));
        assert_eq!(woken(), [0, 0, 0]);
        slots.sweep(at(50));
        assert_eq!(woken(), [0, 1, 0]);
        assert!(held[1].is_expired(at(50)) && !held[1].is_expired(at(49)));
        let _fourth = slots.admit(group(2), 1, at(55));
        assert_eq!(woken(), [1, 1, 0], "the one that is evicted");
        slots.wake_all();
        assert_eq!(woken(), [2, 2, 1]);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Admit(u8, usize),
        Enter(prop::sample::Index, Phase),
        Charge(prop::sample::Index, usize),
        Drop(prop::sample::Index),
        MakeRoom,
        Wait(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let index = any::<prop::sample::Index>;
        let phase = prop::sample::select(vec![New, Handshake, Idle, Head, Writing, Closing]);
        prop_oneof![
            6 => (0_u8..5, 0_usize..40).prop_map(|(group, bytes)| Step::Admit(group, bytes)),
            6 => (index(), phase).prop_map(|(at, phase)| Step::Enter(at, phase)),
            3 => (index(), 0_usize..120).prop_map(|(at, bytes)| Step::Charge(at, bytes)),
            3 => index().prop_map(Step::Drop),
            1 => Just(Step::MakeRoom),
            2 => (0_u64..2_000).prop_map(Step::Wait),
        ]
    }

    /// What is counted is what is there, and within the bounds.
    fn assert_counted(slots: &Slots, held: &[Slot]) -> Result<(), TestCaseError> {
        let table = slots.table.borrow();
        let entries: Vec<_> = table.entries.iter().flatten().filter(|entry| !entry.is_evicted).collect();
        prop_assert_eq!(table.held, entries.len());
        prop_assert_eq!(table.bytes, entries.iter().map(|entry| entry.bytes).sum::<usize>());
        let mut groups = HashMap::new();
        for entry in entries {
            *groups.entry(entry.group).or_insert(0) += 1;
        }
        prop_assert_eq!(&table.groups, &groups);
        prop_assert!(table.held <= table.bounds.connections && table.bytes <= table.bounds.bytes);
        prop_assert_eq!(table.entries.len(), held.len() + table.free.len());
        let mut indexes: Vec<_> = held.iter().map(|slot| slot.index).chain(table.free.iter().copied()).collect();
        indexes.sort_unstable();
        prop_assert!(indexes.into_iter().eq(0..table.entries.len()));
        Ok(())
    }

    proptest! {
        #[test]
        fn whatever_happens_the_counts_are_right_and_within_the_bounds(
            connections in 1_usize..12,
            bytes in 0_usize..300,
            steps in prop::collection::vec(step(), 0..80),
        ) {
            let slots = Slots::new(bounds(connections, bytes));
            let (mut held, mut now) = (Vec::<Slot>::new(), 0);
            for step in steps {
                let before = held.iter().filter(|slot| slot.is_evicted()).count();
                let phases = match step {
                    Step::Admit(number, bytes) => {
                        let (slot, phases) = slots.admit(group(number), bytes, at(now));
                        held.extend(slot);
                        phases
                    }
                    Step::Enter(..) | Step::Charge(..) | Step::Drop(_) if held.is_empty() => continue,
                    Step::Enter(index, phase) => {
                        index.get(&held).enter(phase, at(now), Moment::NEVER);
                        continue;
                    }
                    Step::Charge(index, bytes) => index.get(&held).charge(bytes, at(now)),
                    Step::Drop(index) => {
                        drop(held.swap_remove(index.index(held.len())));
                        assert_counted(&slots, &held)?;
                        continue;
                    }
                    Step::MakeRoom => slots.make_room(at(now)),
                    Step::Wait(time) => {
                        now += time;
                        continue;
                    }
                };
                let after = held.iter().filter(|slot| slot.is_evicted()).count();
                prop_assert_eq!(phases.len(), after - before, "each is reported");
                assert_counted(&slots, &held)?;
            }
            drop(held);
            prop_assert!(slots.is_empty());
            assert_counted(&slots, &[])?;
        }
    }
}
