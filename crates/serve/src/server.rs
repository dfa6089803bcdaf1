//! The server: binds, starts the workers, waits to be told to leave, and drains.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use graven_pack::Pack;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::admin::{Admin, Status};
use crate::config::{Config, DEFAULT_ADDRESS};
use crate::connection::local::{WorkerParts, WorkerState};
use crate::error::Error;
use crate::lifecycle::drain::DrainPhase;
use crate::lifecycle::signals::terminated;
use crate::lifecycle::supervisor::Supervisor;
use crate::limits::capacity::Capacity;
use crate::limits::descriptors;
use crate::limits::memory::Memory;
use crate::listen::address::Address;
use crate::listen::bind;
use crate::listen::inherit;
use crate::listen::listener::Bound;
use crate::observe::access_log::Writer;
use crate::observe::client::Proxies;
use crate::observe::stderr::report;
use crate::site::Site;
use crate::worker::Worker;

/// A server that listens, and does not answer yet.
#[derive(Debug)]
pub struct Server {
    config: Config,
    bound: Vec<Bound>,
    supervisor: Supervisor,
    capacity: Capacity,
    admin: Option<Bound>,
}

impl Server {
    /// Listens on the sockets that the process was started with and on all addresses of the configuration; where there is
    /// neither, on the [default](DEFAULT_ADDRESS).
    pub fn bind(mut config: Config) -> Result<Self, Error> {
        let workers = config.workers.get();
        let descriptors = descriptors::raise();
        let mut bound = inherit::sockets(workers)?;
        if bound.is_empty() && config.listen.is_empty() {
            config.listen.push(DEFAULT_ADDRESS);
        }
        for address in &config.listen {
            bound.push(bind(address, workers)?);
        }
        let admin = config.admin.as_ref().map(|address| bind(address, 1)).transpose()?;
        let capacity = Capacity::of(&config, descriptors, Memory::of_this_process());
        Ok(Server { config, bound, supervisor: Supervisor::from_environment()?, capacity, admin })
    }

    /// How much it holds at most.
    #[must_use]
    pub fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// Where it listens: the addresses of the configuration, with the port that the system chose for port 0.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.bound.iter().map(|bound| &bound.address)
    }

    /// Where the operator's listener is, likewise.
    #[must_use]
    pub fn admin_address(&self) -> Option<&Address> {
        self.admin.as_ref().map(|bound| &bound.address)
    }

    /// Checks the index of the pack, which takes a millisecond for ten thousand pages; each page is checked before it is first sent.
    ///
    /// Serves the pack until `shutdown` is done; then drains, and returns once the last connection is closed, or the deadline is
    /// over, or the process is told to leave (once more). It blocks; `shutdown` is polled within a tokio runtime, so that it can
    /// be [`terminated`].
    pub fn run(self, pack: Pack<'static>, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        self.run_announced(pack, || (), shutdown)
    }

    /// The same; `announce` is called when all workers have started, and not at all if one of them cannot start.
    pub fn run_announced(
        mut self,
        pack: Pack<'static>,
        announce: impl FnOnce(),
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        pack.check_index().map_err(|source| Error::Damaged { source })?;
        let drain_delay = self.config.drain_delay;
        let supervisor = self.supervisor.clone();
        let worker_error = |source| Error::Worker { source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(worker_error)?;
        // Polled once before anybody is answered: from then on a signal is waited for, and does not end the process as it is.
        let mut shutdown = pin!(shutdown);
        let is_expired = runtime.block_on(poll_fn(|context| Poll::Ready(shutdown.as_mut().poll(context).is_ready())));
        // Dropped when all else has ended: then the last lines are written.
        let log = self.config.access_log.as_ref().map(|log| Writer::start(log, self.config.workers.get()));
        let log = log.transpose().map_err(worker_error)?;
        let admin = self.admin.take().and_then(|mut bound| bound.listeners.pop());
        let site = Arc::new(Site::reporting(pack, report));
        let workers = self.workers(&site, log.as_ref());
        let (states, workers): (Vec<_>, Vec<_>) = workers.into_iter().unzip();
        let probes: Vec<_> = workers.iter().map(Worker::probes).collect();
        let admin = admin
            .map(|listener| Admin::start(listener, Status::new(&site, &states, &probes, log.as_ref())))
            .transpose()
            .map_err(worker_error)?;
        let advance = |phase| states.iter().for_each(|state| state.drain.advance(phase));
        let (at_work, mut all_done) = mpsc::channel::<()>(1);
        thread::scope(|scope| {
            let started = start(scope, workers, at_work);
            if started.is_ok() {
                if let Some(admin) = &admin {
                    admin.is_serving();
                }
                announce();
                runtime.block_on(async {
                    let watched = states.clone();
                    let watching = supervisor.watch(probes, move || status_line(&watched));
                    if !is_expired {
                        shutdown.await;
                    }
                    supervisor.stopping(watching);
                    advance(DrainPhase::Draining);
                    let drained = async {
                        sleep(drain_delay).await;
                        advance(DrainPhase::Stopping);
                        all_done.recv().await;
                    };
                    first(pin!(drained), pin!(terminated())).await;
                });
            }
            advance(DrainPhase::Gone);
            started.map_err(worker_error)
        })
    }

    /// The workers, and what each shares with us.
    fn workers(self, site: &Arc<Site>, log: Option<&Writer>) -> Vec<(Arc<WorkerState>, Worker)> {
        let mut bound = self.bound;
        let workers = self.config.workers.get();
        let proxies =
            Proxies { trusted: self.config.trusted_proxies.clone(), field: self.config.client_address_field.clone() };
        let mut loggers = log.into_iter().flat_map(|log| log.loggers(&proxies));
        let workers = (0..workers).map(|_| {
            let state = Arc::<WorkerState>::default();
            let parts = WorkerParts {
                site: Arc::clone(site),
                limits: self.config.limits.clone(),
                state: Arc::clone(&state),
                bounds: self.capacity.share(workers),
                is_timed: self.config.admin.is_some(),
                logger: loggers.next(),
                plain_path: self.config.plain_path,
            };
            let listeners = bound.iter_mut().filter_map(|bound| bound.listeners.pop()).collect();
            (state, Worker::new(listeners, parts, self.config.drain_deadline))
        });
        workers.collect()
    }
}

/// Gives each worker a thread. Once they are all done, nobody holds `at_work` any more.
fn start<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    workers: Vec<Worker>,
    at_work: mpsc::Sender<()>,
) -> io::Result<()> {
    let count = workers.len();
    let (starting, beginnings) = std::sync::mpsc::channel();
    for (number, worker) in workers.into_iter().enumerate() {
        let (at_work, starting) = (at_work.clone(), starting.clone());
        let work = move || {
            worker.run(|begun| starting.send(begun).unwrap_or_default());
            drop(at_work);
        };
        thread::Builder::new().name(format!("worker {number}")).spawn_scoped(scope, work)?;
    }
    drop((at_work, starting));
    beginnings.iter().take(count).collect()
}

/// A line about the present, for `systemctl status`.
fn status_line(states: &[Arc<WorkerState>]) -> String {
    let counts = states.iter().map(|state| state.counters.connections());
    let (open, idle) = counts.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
    format!("serving; {open} connections, {idle} of them idle")
}

/// Waits for one of two.
async fn first(mut one: Pin<&mut impl Future>, mut other: Pin<&mut impl Future>) {
    poll_fn(|context| {
        let is_ready = one.as_mut().poll(context).is_ready() || other.as_mut().poll(context).is_ready();
        if is_ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
