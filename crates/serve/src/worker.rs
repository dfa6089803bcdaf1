//! A worker: a thread with a runtime, listeners and connections of its own. Nothing of a connection ever leaves it.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

use crate::connection::local::{WorkerLocal, WorkerParts};
use crate::connection::observer::{count_evicted, refused_connection};
use crate::connection::slots::{Bounds, Group, Slots};
use crate::connection::{serve, worker_local};
use crate::lifecycle::probe::Probe;
use crate::limits::{ACCEPT_PAUSE, CHECK_TIME, IDLE_BYTES, Limits};
use crate::listen::acceptor::Acceptor;
use crate::listen::listener::Listener;
use crate::listen::peer::Peer;
use crate::listen::socket::Socket;
use crate::observe::counters::Limit;

/// A worker that is ready to run on a thread.
pub(crate) struct Worker {
    listeners: Vec<Listener>,
    parts: WorkerParts,
    drain_deadline: Duration,
    probes: (UnboundedSender<Probe>, UnboundedReceiver<Probe>),
}

impl Worker {
    pub(crate) fn new(listeners: Vec<Listener>, parts: WorkerParts, drain_deadline: Duration) -> Self {
        Worker { listeners, parts, drain_deadline, probes: unbounded_channel() }
    }

    /// Where the watchdog's requests go.
    pub(crate) fn probes(&self) -> UnboundedSender<Probe> {
        self.probes.0.clone()
    }

    /// Serves until the server leaves, and then until the last connection is closed or the deadline is over. `started` is told
    /// whether there is a runtime, before anything is answered.
    pub(crate) fn run(self, started: impl FnOnce(io::Result<()>)) {
        let Worker { listeners, parts, drain_deadline, probes } = self;
        let begun =
            Builder::new_current_thread().enable_io().enable_time().build_local(LocalOptions::default()).and_then(
                |runtime| {
                    let listeners = register(&runtime, listeners)?;
                    Ok((runtime, listeners))
                },
            );
        let (runtime, listeners) = match begun {
            Ok(begun) => begun,
            Err(error) => return started(Err(error)),
        };
        started(Ok(()));
        runtime.block_on(work(listeners, Rc::new(worker_local(parts)), drain_deadline, probes.1));
    }
}

fn register(runtime: &LocalRuntime, listeners: Vec<Listener>) -> io::Result<Vec<Acceptor>> {
    let _entered = runtime.enter();
    listeners.into_iter().map(Acceptor::register).collect()
}

async fn work(
    listeners: Vec<Acceptor>,
    local: Rc<WorkerLocal>,
    drain_deadline: Duration,
    probes: UnboundedReceiver<Probe>,
) {
    let accepting: Vec<_> =
        listeners.into_iter().map(|listener| spawn_local(accept_all(listener, Rc::clone(&local)))).collect();
    spawn_local(answer_probes(probes, Rc::clone(&local)));
    spawn_local(check_time(Rc::clone(&local)));
    spawn_local(renew_turns(Rc::clone(&local)));
    let drain = &local.state.drain;
    drain.stopping().await;
    // Those that wait for a request have to know that none is waited for any more.
    local.slots.wake_all();
    let all_gone = async {
        for accepting in accepting {
            // It ends, or has panicked, which ends the process.
            accepting.await.unwrap_or_default();
        }
        until(&local.slots, Slots::is_empty).await;
    };
    // Whether all are gone, or time is up, or nobody wants to wait: the runtime ends, and with it what is left.
    drain.unless_gone(pin!(timeout(drain_deadline, all_gone))).await;
}

async fn renew_turns(local: Rc<WorkerLocal>) {
    local.turns.renew().await;
}

/// Waits until the first connection has come, or the last one has gone.
async fn until(slots: &Slots, happens: impl Fn(&Slots) -> bool) {
    while !happens(slots) {
        slots.changed.notified().await;
    }
}

/// Looks now and then at all connections, as long as there are any.
async fn check_time(local: Rc<WorkerLocal>) {
    let period = period(&local.limits);
    loop {
        until(&local.slots, |slots| !slots.is_empty()).await;
        local.clock.refresh();
        local.slots.sweep(local.clock.now());
        sleep(period).await;
    }
}

/// How often to look at connections: more often than the shortest limit.
fn period(limits: &Limits) -> Duration {
    let shortest = limits.header_time.min(limits.idle_time).min(limits.write_time) / 4;
    CHECK_TIME.min(shortest).max(Duration::from_millis(1))
}

/// Accepts until the server stops, and then what is in the queue already, since closing a listener resets what waits in it.
async fn accept_all(listener: Acceptor, local: Rc<WorkerLocal>) {
    loop {
        let mut next = pin!(poll_fn(|context| listener.poll_accept(context)));
        match local.state.drain.unless_stopping(next.as_mut()).await {
            Some(Ok((socket, peer))) => start(socket, peer, &local),
            Some(Err(error)) if is_of_one_connection(&error) => {}
            Some(Err(_)) => {
                local.state.counters.count_limit(Limit::Descriptors);
                // What is closed gives back a descriptor.
                count_evicted(&local, &local.slots.make_room(local.clock.now()));
                sleep(ACCEPT_PAUSE).await;
            }
            None => break,
        }
    }
    if let Ok(rest) = listener.deregister() {
        while let Ok((socket, peer)) = Socket::accept(&rest) {
            start(socket, peer, &local);
        }
    }
}

/// Serves an accepted connection, if there is a slot for it.
fn start(socket: Socket, peer: Peer, local: &Rc<WorkerLocal>) {
    let group = match peer {
        Peer::Address(address) => Group::of(address),
        Peer::Unix => Group::Unix,
    };
    let (slot, evicted) = local.slots.admit(group, IDLE_BYTES, local.clock.now());
    count_evicted(local, &evicted);
    let Some(slot) = slot else {
        local.state.counters.count_limit(Limit::Connections);
        let (_, clock) = local.clock.read();
        let answer = [REFUSAL, &local.clock.date_lines(clock)].concat();
        let received = socket.refuse(&answer);
        return refused_connection(local, 503, &received, peer);
    };
    spawn_local(serve(socket, peer, slot, Rc::clone(local)));
}

/// What a client is sent for whom there is no slot (RFC 9110 §15.6.4), up to its `Date`.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n";

/// Answers the watchdog, as any other client is answered. It takes no slot, and nobody waits for it when the server leaves.
async fn answer_probes(mut probes: UnboundedReceiver<Probe>, local: Rc<WorkerLocal>) {
    while let Some(probe) = probes.recv().await {
        let slots = Slots::new(Bounds { connections: 1, bytes: usize::MAX });
        if let (Some(slot), _) = slots.admit(Group::Unix, 0, local.clock.now()) {
            spawn_local(serve(Socket::Probe(probe), Peer::Unix, slot, Rc::clone(&local)));
        }
    }
}

/// Whether accepting failed for the connection's sake, and the next may succeed at once.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
