//! Slots: the connections that a worker holds, how much memory they are charged with, and which one is closed when there are too many.
//!
//! Two bounds hold: a number of connections, and a number of bytes ([`crate::memory`]). Each connection is charged with the most
//! that its present phase can hold ([`crate::config`] has the measured constants), so that an idle connection costs little and
//! one whose client does not read costs what the kernel holds for it as well.
//!
//! When a bound is reached, the least valuable connections are closed before any new client is refused:
//!
//! 1. of an address that holds more than its share, and of the largest such first;
//! 2. then of all.
//!
//! Within each: idle ones first, then those whose close waits for the peer, then new ones and unfinished heads, then those whose
//! clients take nothing; the oldest first. Where only connections are left whose clients take their answers, the one that waits for its client
//! the longest is closed for an address that holds fewer.
//!
//! One timer a worker looks at all slots ([`Slots::sweep`]); no connection has a timer of its own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::task::Waker;

use tokio::sync::Notify;

use crate::clock::Moment;
use crate::config::STALLED_TIME;

/// The part of all slots that is freed at once when a bound is reached, as a divisor. Finding the least valuable takes a look at
/// each, so a new connection costs a small part of such a look.
const FREED_AT_ONCE: usize = 128;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has arrived yet.
    New,
    /// It was answered, and waits for the next request.
    Idle,
    /// A head has begun.
    Head,
    /// An answer is being written.
    Writing,
    /// It is closed on our side, and waits for the peer to see that.
    Closing,
}

impl Phase {
    /// The order in which connections are closed when there are too many. A new one is worth as much as an unfinished head: its
    /// request may be on its way.
    fn worth(self) -> u8 {
        match self {
            Phase::Idle => 0,
            Phase::Closing => 1,
            Phase::New | Phase::Head => 2,
            Phase::Writing => 3,
        }
    }
}

/// What a client address counts as: connections of one group share a fair part of all slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Group {
    /// An IPv4 address.
    V4([u8; 4]),
    /// The first 64 bits of an IPv6 address: what one subscriber is given at least (RFC 6177).
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

/// Bounds on what a worker holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// How many connections.
    pub(crate) connections: usize,
    /// How many bytes they may be charged with in total.
    pub(crate) bytes: usize,
}

/// The connections of a worker.
#[derive(Debug)]
pub(crate) struct Slots {
    table: RefCell<Table>,
    /// Notified when the first connection comes and when the last one goes.
    pub(crate) changed: Notify,
}

#[derive(Debug)]
struct Table {
    bounds: Bounds,
    entries: Vec<Option<Entry>>,
    free: Vec<usize>,
    groups: HashMap<Group, usize>,
    /// Without those that are about to close.
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
    /// It has to close, and its slot counts as free already.
    is_evicted: bool,
    waker: Option<Waker>,
}

/// A connection's slot; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Rc<Slots>,
    index: usize,
}

/// A phase of which so many connections were closed to make room.
pub(crate) type Evicted = Vec<Phase>;

impl Slots {
    pub(crate) fn new(bounds: Bounds) -> Rc<Self> {
        let table = Table { bounds, entries: Vec::new(), free: Vec::new(), groups: HashMap::new(), held: 0, bytes: 0 };
        Rc::new(Slots { table: RefCell::new(table), changed: Notify::new() })
    }

    /// A slot for a new connection, with what was closed for it; `None` where everything held is worth more.
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

    /// Frees slots although no bound is reached: something else is scarce, such as descriptors.
    pub(crate) fn make_room(&self, now: Moment) -> Evicted {
        let mut table = self.table.borrow_mut();
        let connections = table.bounds.connections.saturating_sub(table.held) + 1;
        table.make_room(&Claim { connections, bytes: 0, holds: usize::MAX }, now)
    }

    /// Wakes each connection whose deadline is over.
    pub(crate) fn sweep(&self, now: Moment) {
        self.wake(|entry| entry.deadline <= now);
    }

    /// Wakes every connection: there is something that each has to know.
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
    /// The task that is woken when the deadline is over, or when the connection has to close. A task's waker stays the same, so
    /// once is enough.
    pub(crate) fn register(&self, waker: &Waker) {
        self.with(|entry| entry.waker = Some(waker.clone()));
    }

    /// Begins a phase, or goes on with one after progress; `deadline` is when the connection is woken without further progress.
    pub(crate) fn enter(&self, phase: Phase, now: Moment, deadline: Moment) {
        self.with(|entry| (entry.phase, entry.since, entry.deadline) = (phase, now, deadline));
    }

    /// As [`Slot::enter`], if it is not in this phase already: the deadline stands, whatever arrives meanwhile.
    pub(crate) fn enter_once(&self, phase: Phase, now: Moment, deadline: Moment) {
        self.with(|entry| {
            if entry.phase != phase {
                (entry.phase, entry.since, entry.deadline) = (phase, now, deadline);
            }
        });
    }

    /// Charges the connection with so many bytes from now on, and closes others if that is more than there are.
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
        // Whoever holds it, what is held has to be within the bound.
        if bytes > before { table.make_room(&Claim { connections: 0, bytes: 0, holds: 0 }, now) } else { Vec::new() }
    }

    /// As [`Slot::enter`]; gives the phase before.
    pub(crate) fn replace(&self, phase: Phase, now: Moment, deadline: Moment) -> Phase {
        self.with(|entry| {
            (entry.since, entry.deadline) = (now, deadline);
            std::mem::replace(&mut entry.phase, phase)
        })
    }

    /// Whether something has to be done: room be made, or the deadline be seen to.
    pub(crate) fn calls(&self, now: Moment) -> bool {
        self.with(|entry| entry.is_evicted || entry.deadline <= now)
    }

    /// Whether the connection has to close to make room.
    pub(crate) fn is_evicted(&self) -> bool {
        self.with(|entry| entry.is_evicted)
    }

    /// Whether its deadline is over.
    pub(crate) fn is_over(&self, now: Moment) -> bool {
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
        // What a flood has left behind is given back.
        if self.free.len() == self.entries.len() {
            (self.entries, self.free) = (Vec::new(), Vec::new());
        }
    }

    /// What the connection was counted as is free.
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

    /// Evicts what is least valuable until there is room, and then some more, so that it need not be looked for each time.
    fn make_room(&mut self, claim: &Claim, now: Moment) -> Evicted {
        let mut evicted = Vec::new();
        if self.has_room(claim) {
            return evicted;
        }
        let spare = self.bounds.connections / FREED_AT_ONCE;
        for candidate in self.candidates(claim, now) {
            let is_spare = self.has_room(claim);
            if is_spare && (evicted.len() > spare || matches!(candidate.worth, Worth::Moving(_))) {
                break;
            }
            evicted.extend(self.evict(&candidate));
        }
        evicted
    }

    /// What may be evicted, the least valuable first.
    fn candidates(&self, claim: &Claim, now: Moment) -> Vec<Candidate> {
        let share = self.bounds.connections.min(self.held) / self.groups.len().max(1);
        let candidate = |(index, entry): (usize, &Option<Entry>)| {
            let entry = entry.as_ref().filter(|entry| !entry.is_evicted)?;
            let of_group = self.groups.get(&entry.group).copied().unwrap_or(0);
            let is_moving = entry.phase == Phase::Writing && now < entry.since.after(STALLED_TIME);
            let worth = match (is_moving, of_group > share) {
                (false, true) => Worth::OfLarge(usize::MAX - of_group, entry.phase.worth()),
                (false, false) => Worth::OfAll(entry.phase.worth()),
                (true, _) if of_group > claim.holds => Worth::Moving(usize::MAX - of_group),
                (true, _) => return None,
            };
            Some(Candidate { worth, since: entry.since, index, share })
        };
        let mut candidates: Vec<_> = self.entries.iter().enumerate().filter_map(candidate).collect();
        candidates.sort_unstable();
        candidates
    }

    /// Evicts a connection, unless its address has lost enough by now.
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
    /// So many more connections, which hold so many bytes.
    connections: usize,
    bytes: usize,
    /// How many connections its address holds already.
    holds: usize,
}

/// A connection that may be evicted, in the order of its value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    worth: Worth,
    since: Moment,
    index: usize,
    share: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// Of an address that holds more than its share; that which holds the most comes first.
    OfLarge(usize, u8),
    OfAll(u8),
    /// Its client takes its answer, and holds more connections than the address for which room is made.
    Moving(usize),
}
