//! A worker: one thread that accepts and serves connections on its own runtime. Connections never move to another
//! thread.

use std::future::{Future as _, poll_fn};
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
#[cfg(feature = "tls")]
use crate::connection::slots::Phase;
use crate::connection::slots::{Bounds, Group, Slots};
use crate::connection::{serve, worker_local};
use crate::lifecycle::probe::Probe;
use crate::limits::{ACCEPT_PAUSE, CHECK_INTERVAL, IDLE_BYTES, Limits};
use crate::listen::acceptor::Acceptor;
use crate::listen::address::Service;
use crate::listen::listener::Listener;
use crate::listen::peer::Peer;
use crate::listen::socket::Socket;
use crate::observe::counters::Limit;

/// A worker that has not started.
pub(crate) struct Worker {
    listeners: Vec<(Service, Listener)>,
    parts: WorkerParts,
    drain_deadline: Duration,
    probes: (UnboundedSender<Probe>, UnboundedReceiver<Probe>),
}

impl Worker {
    pub(crate) fn new(listeners: Vec<(Service, Listener)>, parts: WorkerParts, drain_deadline: Duration) -> Self {
        Worker { listeners, parts, drain_deadline, probes: unbounded_channel() }
    }

    /// Returns the channel for health probes.
    pub(crate) fn probes(&self) -> UnboundedSender<Probe> {
        self.probes.0.clone()
    }

    /// Serves until the server stops, and then until the last connection has closed or the deadline has passed. Calls
    /// `started` before anything is answered, with an error if the runtime cannot be started.
    pub(crate) fn run(self, started: impl FnOnce(io::Result<()>)) {
        let Worker { listeners, parts, drain_deadline, probes } = self;
        let result =
            Builder::new_current_thread().enable_io().enable_time().build_local(LocalOptions::default()).and_then(
                |runtime| {
                    let listeners = register(&runtime, listeners)?;
                    Ok((runtime, listeners))
                },
            );
        let (runtime, listeners) = match result {
            Ok(started) => started,
            Err(error) => return started(Err(error)),
        };
        started(Ok(()));
        runtime.block_on(work(listeners, Rc::new(worker_local(parts)), drain_deadline, probes.1));
    }
}

fn register(runtime: &LocalRuntime, listeners: Vec<(Service, Listener)>) -> io::Result<Vec<(Service, Acceptor)>> {
    let _entered = runtime.enter();
    let registered = |(service, listener)| Acceptor::register(listener).map(|acceptor| (service, acceptor));
    listeners.into_iter().map(registered).collect()
}

async fn work(
    listeners: Vec<(Service, Acceptor)>,
    local: Rc<WorkerLocal>,
    drain_deadline: Duration,
    probes: UnboundedReceiver<Probe>,
) {
    let accept = |(service, listener)| spawn_local(accept_all(listener, service, Rc::clone(&local)));
    let accepting: Vec<_> = listeners.into_iter().map(accept).collect();
    spawn_local(answer_probes(probes, Rc::clone(&local)));
    spawn_local(enforce_limits_and_turns(Rc::clone(&local)));
    let drain = &local.state.drain;
    drain.stopping().await;
    // Connections that wait for a request check for shutdown when they are woken.
    local.slots.wake_all();
    let all_closed = async {
        for accepting in accepting {
            // A panic here would already have ended the process.
            accepting.await.unwrap_or_default();
        }
        wait_until(&local.slots, Slots::is_empty).await;
    };
    // When this returns, the runtime is dropped, and with it every connection that is still open.
    drain.unless_ended(pin!(timeout(drain_deadline, all_closed))).await;
}

/// Enforces the time limits and renews the turns. One task does all, because each kind of task adds kilobytes to the executable.
async fn enforce_limits_and_turns(local: Rc<WorkerLocal>) {
    let mut limits = pin!(check_limits(&local));
    let (mut turns, mut message_turns) = (pin!(local.turns.renew()), pin!(local.message_turns.renew()));
    #[cfg(feature = "tls")]
    let mut handshake_turns = pin!(local.handshake_turns.renew());
    // None ever ends.
    poll_fn(|context| {
        let _ = limits.as_mut().poll(context);
        let _ = message_turns.as_mut().poll(context);
        #[cfg(feature = "tls")]
        let _ = handshake_turns.as_mut().poll(context);
        turns.as_mut().poll(context)
    })
    .await;
}

/// Waits until the condition holds. It is checked whenever the first connection is added or the last one is removed.
async fn wait_until(slots: &Slots, condition: impl Fn(&Slots) -> bool) {
    while !condition(slots) {
        slots.changed.notified().await;
    }
}

/// Enforces the time limits of all connections at regular intervals while there are any.
async fn check_limits(local: &WorkerLocal) {
    let interval = check_interval(&local.limits);
    loop {
        wait_until(&local.slots, |slots| !slots.is_empty()).await;
        local.clock.refresh();
        local.slots.sweep(local.clock.now());
        sleep(interval).await;
    }
}

/// Returns how often to check the time limits: at least four times within the shortest of them.
fn check_interval(limits: &Limits) -> Duration {
    let shortest = limits.header_time.min(limits.idle_time).min(limits.write_time) / 4;
    CHECK_INTERVAL.min(shortest).max(Duration::from_millis(1))
}

/// Accepts connections until the server stops. Then accepts what is left in the kernel's queue, because closing a
/// listener resets the connections queued on it.
async fn accept_all(listener: Acceptor, service: Service, local: Rc<WorkerLocal>) {
    loop {
        let mut next = pin!(poll_fn(|context| listener.poll_accept(context)));
        match local.state.drain.unless_stopping(next.as_mut()).await {
            Some(Ok((socket, peer))) => serve_accepted(socket, peer, service, &local),
            Some(Err(error)) if is_connection_error(&error) => {}
            Some(Err(_)) => {
                local.state.counters.count_limit(Limit::Descriptors);
                // Closing connections frees descriptors.
                count_evicted(&local, &local.slots.make_room(local.clock.now()));
                sleep(ACCEPT_PAUSE).await;
            }
            None => break,
        }
    }
    if let Ok(rest) = listener.deregister() {
        while let Ok((socket, peer)) = Socket::accept(&rest) {
            serve_accepted(socket, peer, service, &local);
        }
    }
}

/// Serves an accepted connection, or refuses it with a 503 if there is no slot for it.
fn serve_accepted(socket: Socket, peer: Peer, service: Service, local: &Rc<WorkerLocal>) {
    let group = match peer {
        Peer::Address(address) => Group::of(address),
        Peer::Unix => Group::Unix,
    };
    let (slot, evicted) = local.slots.admit(group, IDLE_BYTES, local.clock.now());
    count_evicted(local, &evicted);
    let Some(slot) = slot else {
        local.state.counters.count_limit(Limit::Connections);
        #[cfg(feature = "tls")]
        if service == Service::Https {
            // Before its handshake nothing that the client would understand can be sent.
            return;
        }
        let (_, clock) = local.clock.read();
        let answer = [REFUSAL, &local.clock.date_lines(clock)].concat();
        let received = socket.refuse(&answer);
        return refused_connection(local, 503, &received, peer);
    };
    #[cfg(feature = "tls")]
    if service == Service::Https {
        let now = local.clock.now();
        slot.enter(Phase::Handshake, now, now.after(local.limits.header_time));
    }
    spawn_local(serve(socket, peer, slot, service, Rc::clone(local)));
}

/// The response to a connection without a slot (RFC 9110 §15.6.4), up to its `Date`.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 0\r\n";

/// Answers health probes in the same way as client requests. A probe takes no slot, and shutdown does not wait for it.
async fn answer_probes(mut probes: UnboundedReceiver<Probe>, local: Rc<WorkerLocal>) {
    while let Some(probe) = probes.recv().await {
        let slots = Slots::new(Bounds { connections: 1, bytes: usize::MAX });
        if let (Some(slot), _) = slots.admit(Group::Unix, 0, local.clock.now()) {
            spawn_local(serve(Socket::Probe(probe), Peer::Unix, slot, Service::Http, Rc::clone(&local)));
        }
    }
}

/// Returns whether accepting failed because of the connection itself, so that the next one can be accepted at once.
fn is_connection_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
