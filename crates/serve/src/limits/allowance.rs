//! How much of its time a worker spends on searches and on TLS handshakes, and how much of that for one client.
//!
//! A search costs up to a thousand times what a page costs, and a worker answers one request at a time. So a crowd of searches must not delay pages, and
//! one client must not use up what is there for all: searches have a share of the time, each client a part of it, and those beyond it are refused.
//!
//! A handshake costs a hundred times what a page costs, and a client that repeats one needs no cryptography. Without it there is no page at all, so none is
//! refused; a client that has had its share waits until others are served.

use std::cell::Cell;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::time::{Duration, Instant};

#[cfg(feature = "tls")]
use super::values::{CLIENT_HANDSHAKE_SHARE, HANDSHAKE_BURST};
use super::values::{CLIENT_SEARCH_SHARE, SEARCH_BURST, SEARCH_SHARE};

/// The number of accounts. Clients are spread over them by a hash with a key of this process, so that nobody can choose whose account to share.
const ACCOUNTS: usize = 64;

/// The allowance of one worker for searches.
#[derive(Debug)]
pub(crate) struct SearchAllowance {
    all: Account,
    clients: Clients,
}

/// The allowance of one worker for handshakes.
#[cfg(feature = "tls")]
#[derive(Debug)]
pub(crate) struct HandshakeAllowance {
    clients: Clients,
}

/// The accounts of clients.
#[derive(Debug)]
struct Clients {
    accounts: Box<[Account; ACCOUNTS]>,
    key: RandomState,
}

/// The part of an allowance that is open to one client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAllowance<'a> {
    all: &'a Account,
    own: &'a Account,
}

/// Until when the work so far uses up a share of the time; `None` before the first.
#[derive(Debug, Default)]
struct Account(Cell<Option<Instant>>);

impl SearchAllowance {
    pub(crate) fn new() -> Self {
        SearchAllowance { all: Account::default(), clients: Clients::new() }
    }

    /// Returns what is open to a client.
    pub(crate) fn of(&self, client: impl Hash) -> ClientAllowance<'_> {
        ClientAllowance { all: &self.all, own: self.clients.account(client) }
    }
}

#[cfg(feature = "tls")]
impl HandshakeAllowance {
    pub(crate) fn new() -> Self {
        HandshakeAllowance { clients: Clients::new() }
    }

    /// Whether the handshakes of this client have had their share.
    pub(crate) fn is_used_up(&self, client: impl Hash, now: Instant) -> bool {
        self.clients.account(client).debt(now) >= HANDSHAKE_BURST * CLIENT_HANDSHAKE_SHARE
    }

    /// Charges a client with the time that a part of its handshake has taken.
    pub(crate) fn charge(&self, client: impl Hash, now: Instant, cost: Duration) {
        self.clients.account(client).add(now, cost * CLIENT_HANDSHAKE_SHARE);
    }
}

impl Clients {
    fn new() -> Self {
        Clients { accounts: Box::new(std::array::from_fn(|_| Account::default())), key: RandomState::new() }
    }

    fn account(&self, client: impl Hash) -> &Account {
        let hash = self.key.hash_one(client) % ACCOUNTS as u64;
        &self.accounts[usize::try_from(hash).unwrap_or_default()]
    }
}

impl ClientAllowance<'_> {
    /// Whether searches, or those of this client, have had their share.
    pub(crate) fn is_used_up(self) -> bool {
        !self.allows(Instant::now())
    }

    /// Runs a search and charges its time.
    pub(crate) fn charge<T>(self, search: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = search();
        self.add(start, start.elapsed());
        result
    }

    /// The burst of a client has the same part of the whole burst as its share has of the whole share.
    fn allows(self, now: Instant) -> bool {
        let most = SEARCH_BURST * SEARCH_SHARE;
        self.all.debt(now) < most && self.own.debt(now) < most
    }

    fn add(self, now: Instant, cost: Duration) {
        self.all.add(now, cost * SEARCH_SHARE);
        self.own.add(now, cost * CLIENT_SEARCH_SHARE);
    }
}

impl Account {
    fn debt(&self, now: Instant) -> Duration {
        self.0.get().map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn add(&self, now: Instant, debt: Duration) {
        let from = self.0.get().map_or(now, |until| until.max(now));
        self.0.set(from.checked_add(debt));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Duration = Duration::from_millis(1);

    /// How many of a thousand searches, one in each millisecond, these clients may make in turn.
    fn allowed(allowance: &SearchAllowance, clients: &[u8]) -> u32 {
        let start = Instant::now();
        let run = |millisecond: u64| {
            let now = start + Duration::from_millis(millisecond);
            let turn = usize::try_from(millisecond).expect("few") % clients.len();
            let client = allowance.of(clients[turn]);
            client.allows(now).then(|| client.add(now, COST)).is_some()
        };
        (0..1_000).filter(|millisecond| run(*millisecond)).count().try_into().expect("few")
    }

    /// The share of a second and the burst, in searches of a millisecond.
    fn share(divisor: u32) -> u32 {
        let burst = SEARCH_BURST * SEARCH_SHARE / divisor;
        1_000 / divisor + u32::try_from(burst.as_millis()).expect("few")
    }

    fn check(found: u32, expected: u32) {
        assert!(found.abs_diff(expected) <= 2, "{found}, expected {expected}");
    }

    #[test]
    fn all_searches_together_get_their_share_of_the_time_and_a_burst() {
        let clients: Vec<u8> = (0..200).collect();
        check(allowed(&SearchAllowance::new(), &clients), share(SEARCH_SHARE));
    }

    #[test]
    fn one_client_gets_a_part_and_leaves_the_rest_to_others() {
        let allowance = SearchAllowance::new();
        check(allowed(&allowance, &[1]), share(CLIENT_SEARCH_SHARE));
        let now = Instant::now() + Duration::from_secs(1);
        let others = (2..100).filter(|client| allowance.of(*client).allows(now)).count();
        assert!(others > 90, "only those in the same account wait: {others}");
    }

    #[test]
    fn a_pause_renews_the_burst_but_not_more() {
        let allowance = SearchAllowance::new();
        allowed(&allowance, &[1]);
        let (client, later) = (allowance.of(1_u8), Instant::now() + Duration::from_hours(1));
        let burst = std::iter::repeat_with(|| client.allows(later).then(|| client.add(later, COST)).is_some());
        let burst = u32::try_from(burst.take_while(|is_allowed| *is_allowed).count()).expect("few");
        check(burst, share(CLIENT_SEARCH_SHARE) - 1_000 / CLIENT_SEARCH_SHARE);
    }
}
