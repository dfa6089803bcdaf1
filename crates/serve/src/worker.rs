//! A worker: a thread with a runtime, listeners and connections of its own.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::config::ACCEPT_PAUSE;
use crate::connection::{Shared, serve};
use crate::listen;
use crate::metrics::Limit;
use crate::stream::Socket;
use crate::watchdog::Probe;

/// A worker that is ready to run on a thread.
pub(crate) struct Worker {
    runtime: Runtime,
    listeners: Vec<Listener>,
    shared: Arc<Shared>,
    drain_deadline: Duration,
    probes: (UnboundedSender<Probe>, UnboundedReceiver<Probe>),
}

/// A listener that its runtime knows of.
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Kept by all that is to be waited for, and never sent through.
type Alive = mpsc::Sender<()>;

impl Worker {
    pub(crate) fn new(
        listeners: Vec<listen::Listener>,
        shared: Arc<Shared>,
        drain_deadline: Duration,
    ) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let entered = runtime.enter();
        let listeners = listeners.into_iter().map(Listener::register).collect::<io::Result<_>>()?;
        drop(entered);
        Ok(Worker { runtime, listeners, shared, drain_deadline, probes: unbounded_channel() })
    }

    /// Where the watchdog's requests go.
    pub(crate) fn probes(&self) -> UnboundedSender<Probe> {
        self.probes.0.clone()
    }

    /// Serves until told to leave, and then until the last connection is closed or the deadline is over.
    pub(crate) fn run(self) {
        let Worker { runtime, listeners, shared, drain_deadline, probes } = self;
        runtime.block_on(async move {
            let (alive, mut all_gone) = mpsc::channel(1);
            for listener in listeners {
                tokio::spawn(accept_all(listener, Arc::clone(&shared), alive.clone()));
            }
            drop(alive);
            tokio::spawn(answer_probes(probes.1, Arc::clone(&shared)));
            shared.drain.stopping().await;
            // Whether all are gone, or time is up, or nobody wants to wait: the runtime ends, and with it what is left.
            shared.drain.unless_gone(pin!(timeout(drain_deadline, all_gone.recv()))).await;
        });
    }
}

impl Listener {
    pub(crate) fn register(listener: listen::Listener) -> io::Result<Self> {
        Ok(match listener {
            listen::Listener::Tcp(listener) => Listener::Tcp(TcpListener::from_std(listener)?),
            listen::Listener::Unix(listener) => Listener::Unix(UnixListener::from_std(listener)?),
        })
    }

    /// The listener as the kernel has it: what it accepts does not wait for the runtime to hear of it.
    fn deregister(self) -> io::Result<listen::Listener> {
        Ok(match self {
            Listener::Tcp(listener) => listen::Listener::Tcp(listener.into_std()?),
            Listener::Unix(listener) => listen::Listener::Unix(listener.into_std()?),
        })
    }

    pub(crate) fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<Socket>> {
        match self {
            Listener::Tcp(listener) => listener.poll_accept(context).map_ok(|(socket, _)| Socket::Tcp(socket)),
            Listener::Unix(listener) => listener.poll_accept(context).map_ok(|(socket, _)| Socket::Unix(socket)),
        }
    }
}

/// Accepts until told to stop, and then what is in the queue already, since closing a listener resets what waits in it.
async fn accept_all(listener: Listener, shared: Arc<Shared>, alive: Alive) {
    let start = |socket: Socket| {
        let Some(place) = shared.capacity.admit() else {
            shared.tally.counters.count_limit(Limit::Connections);
            return socket.refuse();
        };
        let (shared, alive) = (Arc::clone(&shared), alive.clone());
        tokio::spawn(async move {
            serve(socket, shared).await;
            drop((place, alive));
        });
    };
    loop {
        let mut next = pin!(poll_fn(|context| listener.poll_accept(context)));
        match shared.drain.unless_stopping(next.as_mut()).await {
            Some(Ok(socket)) => start(socket),
            Some(Err(error)) if is_of_one_connection(&error) => {}
            Some(Err(_)) => {
                shared.tally.counters.count_limit(Limit::Descriptors);
                // Whoever gives way gives back a descriptor.
                shared.capacity.make_room();
                sleep(ACCEPT_PAUSE).await;
            }
            None => break,
        }
    }
    if let Ok(rest) = listener.deregister() {
        while let Ok(socket) = Socket::accept(&rest) {
            start(socket);
        }
    }
}

/// Answers the watchdog, as any other client is answered. Nobody waits for it when the server leaves.
async fn answer_probes(mut probes: UnboundedReceiver<Probe>, shared: Arc<Shared>) {
    while let Some(probe) = probes.recv().await {
        tokio::spawn(serve(Socket::Probe(probe), Arc::clone(&shared)));
    }
}

/// Whether accepting failed for the connection's sake, and the next may succeed at once.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
