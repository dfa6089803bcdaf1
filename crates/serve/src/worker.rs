//! A worker: a thread with a runtime, listeners and connections of its own.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::config::ACCEPT_PAUSE;
use crate::connection::{Shared, serve};
use crate::listen;
use crate::stream::Socket;

/// A worker that is ready to run on a thread.
pub(crate) struct Worker {
    runtime: Runtime,
    listeners: Vec<Listener>,
    shared: Arc<Shared>,
    drain_deadline: Duration,
}

/// A listener that the worker's runtime knows of.
enum Listener {
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
        Ok(Worker { runtime, listeners, shared, drain_deadline })
    }

    /// Serves until told to leave, and then until the last connection is closed or the deadline is over.
    pub(crate) fn run(self) {
        let Worker { runtime, listeners, shared, drain_deadline } = self;
        runtime.block_on(async move {
            let (alive, mut all_gone) = mpsc::channel(1);
            for listener in listeners {
                tokio::spawn(accept_all(listener, Arc::clone(&shared), alive.clone()));
            }
            drop(alive);
            shared.drain.stopping().await;
            // Whether all are gone or time is up, the runtime ends, and with it what is left.
            timeout(drain_deadline, all_gone.recv()).await.unwrap_or_default();
        });
    }
}

impl Listener {
    fn register(listener: listen::Listener) -> io::Result<Self> {
        Ok(match listener {
            listen::Listener::Tcp(listener) => Listener::Tcp(TcpListener::from_std(listener)?),
            listen::Listener::Unix(listener) => Listener::Unix(UnixListener::from_std(listener)?),
        })
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<Socket>> {
        match self {
            Listener::Tcp(listener) => listener.poll_accept(context).map_ok(|(socket, _)| Socket::Tcp(socket)),
            Listener::Unix(listener) => listener.poll_accept(context).map_ok(|(socket, _)| Socket::Unix(socket)),
        }
    }
}

/// Accepts until told to stop, and then what is in the queue already, since closing a listener resets what waits in it.
async fn accept_all(listener: Listener, shared: Arc<Shared>, alive: Alive) {
    let start = |socket| {
        let (shared, alive) = (Arc::clone(&shared), alive.clone());
        tokio::spawn(async move {
            serve(socket, shared).await;
            drop(alive);
        });
    };
    loop {
        let mut next = pin!(poll_fn(|context| listener.poll_accept(context)));
        match shared.drain.unless_stopping(next.as_mut()).await {
            Some(Ok(socket)) => start(socket),
            Some(Err(error)) if is_of_one_connection(&error) => {}
            Some(Err(_)) => sleep(ACCEPT_PAUSE).await,
            None => break,
        }
    }
    while let Some(Ok(socket)) = poll_fn(|context| Poll::Ready(now_or_none(listener.poll_accept(context)))).await {
        start(socket);
    }
}

fn now_or_none<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Whether accepting failed for the connection's sake, and the next may succeed at once.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
