//! The server: binds, starts the workers, waits to be told to leave, and drains.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread;

use graven_pack::Pack;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use crate::config::Config;
use crate::connection::{self, Shared};
use crate::drain::{Drain, Phase};
use crate::error::Error;
use crate::listen::{self, Address, Bound};
use crate::prepared::Site;
use crate::worker::Worker;

/// A server that listens, and does not answer yet.
#[derive(Debug)]
pub struct Server {
    config: Config,
    bound: Vec<Bound>,
}

impl Server {
    /// Listens on all addresses of the configuration.
    pub fn bind(config: Config) -> Result<Self, Error> {
        let bound = config.listen.iter().map(|address| listen::bind(address, config.workers.get()));
        let bound = bound.collect::<Result<_, _>>()?;
        Ok(Server { config, bound })
    }

    /// Where it listens: the addresses of the configuration, with the port that the system chose for port 0.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.bound.iter().map(|bound| &bound.address)
    }

    /// Serves the pack until `shutdown` is done; then drains, and returns once the last connection is closed or the deadline is
    /// over. It blocks; `shutdown` is polled within a tokio runtime, so that it can be [`terminated`].
    pub fn run(self, pack: Pack<'static>, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let drain_delay = self.config.drain_delay;
        let worker_error = |source| Error::Worker { source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(worker_error)?;
        let (shared, workers): (Vec<_>, Vec<_>) = self.workers(pack).map_err(worker_error)?.into_iter().unzip();
        let advance = |phase| shared.iter().for_each(|shared| shared.drain.advance(phase));
        thread::scope(|scope| {
            let started = workers.into_iter().enumerate().try_for_each(|(number, worker)| {
                thread::Builder::new().name(format!("worker {number}")).spawn_scoped(scope, || worker.run()).map(drop)
            });
            if started.is_ok() {
                runtime.block_on(async {
                    shutdown.await;
                    advance(Phase::Draining);
                    sleep(drain_delay).await;
                });
            }
            advance(Phase::Stopping);
            started.map_err(worker_error)
        })
    }

    /// The workers, and what each shares with us.
    fn workers(self, pack: Pack<'static>) -> io::Result<Vec<(Arc<Shared>, Worker)>> {
        let mut bound = self.bound;
        let site = Arc::new(Site::new(pack));
        let workers = (0..self.config.workers.get()).map(|_| {
            let shared = Arc::new(Shared { site: Arc::clone(&site), http: connection::http(), drain: Drain::default() });
            let listeners = bound.iter_mut().filter_map(|bound| bound.listeners.pop()).collect();
            let worker = Worker::new(listeners, Arc::clone(&shared), self.config.drain_deadline)?;
            Ok((shared, worker))
        });
        workers.collect()
    }
}

/// Waits for SIGTERM or SIGINT. Where one of them cannot be waited for, it does what it does by default: it ends the process.
pub async fn terminated() {
    let mut signals = [SignalKind::terminate(), SignalKind::interrupt()].map(|kind| signal(kind).ok());
    std::future::poll_fn(|context| {
        let mut received = signals.iter_mut().flatten().map(|signal| signal.poll_recv(context));
        if received.any(|poll| poll.is_ready()) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
