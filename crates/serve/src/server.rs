//! The server: binds its addresses, starts the workers, waits for shutdown, and drains.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use graven_pack::Pack;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::admin::{Admin, Status};
use crate::config::Config;
use crate::connection::local::{WorkerParts, WorkerState};
use crate::error::Error;
use crate::lifecycle::drain::DrainPhase;
use crate::lifecycle::signals::{handle_others, terminated};
use crate::lifecycle::supervisor::{Supervisor, status_line};
use crate::limits::capacity::Capacity;
use crate::limits::descriptors;
use crate::limits::memory::Memory;
use crate::listen::address::Address;
use crate::listen::bind;
use crate::listen::inherit;
use crate::listen::listener::BoundAddress;
use crate::observe::access_log::Writer;
use crate::observe::client::Proxies;
use crate::observe::stderr::report;
use crate::site::Site;
use crate::tls::{self, Tls, watch};
use crate::worker::Worker;

/// A server that is bound to its addresses and not yet serving.
///
/// ```
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
/// use std::thread;
///
/// use graven_pack::Pack;
/// use graven_pack::write::Image;
/// use graven_serve::{Address, Config, Server};
/// use tokio::sync::oneshot;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // An empty site: every path is a 404.
/// let pack = Pack::open(Image::default().write()?.leak())?;
///
/// let server = Server::bind(Config { listen: vec!["127.0.0.1:0".parse()?], ..Config::default() })?;
/// let Some(Address::Tcp(address)) = server.addresses().next().cloned() else { panic!("not a TCP address") };
///
/// let (stop, stopped) = oneshot::channel::<()>();
/// let running = thread::spawn(move || server.run(pack, async { stopped.await.unwrap_or_default() }));
///
/// let mut client = TcpStream::connect(address)?;
/// client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// let mut response = String::new();
/// client.read_to_string(&mut response)?;
/// assert!(response.starts_with("HTTP/1.1 404 Not Found\r\n"));
///
/// stop.send(()).expect("the server is running");
/// running.join().expect("the server does not panic")?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    config: Config,
    bound: Vec<BoundAddress>,
    supervisor: Supervisor,
    capacity: Capacity,
    admin: Option<BoundAddress>,
    tls: Option<Arc<Tls>>,
}

impl Server {
    /// Binds the sockets inherited from the service manager and all configured addresses. If there are neither, binds
    /// the [default address](crate::DEFAULT_ADDRESS), or with a certificate port 8443 for HTTPS and port 8080 for redirects to it.
    ///
    /// Also raises the process's limit on open files to its maximum.
    pub fn bind(mut config: Config) -> Result<Self, Error> {
        let workers = config.workers.get();
        let descriptors = descriptors::raise_limit();
        let mut bound = inherit::sockets(workers)?;
        if bound.is_empty() && config.listen.is_empty() {
            config.listen = tls::default_addresses(&config);
        }
        for address in &config.listen {
            bound.push(bind(address, workers)?);
        }
        let admin = config.admin.as_ref().map(|address| bind(address, 1)).transpose()?;
        let capacity = Capacity::new(&config, descriptors, Memory::of_this_process());
        let tls = tls::open(&config, &bound)?;
        Ok(Server { config, bound, supervisor: Supervisor::from_environment()?, capacity, admin, tls })
    }

    /// Returns the most connections and memory that the server will use.
    #[must_use]
    pub fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// Returns the addresses that the server listens on. Port 0 is replaced by the port that the system chose.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.bound.iter().map(|bound| &bound.address)
    }

    /// Returns the address of the admin listener. Port 0 is replaced by the port that the system chose.
    #[must_use]
    pub fn admin_address(&self) -> Option<&Address> {
        self.admin.as_ref().map(|bound| &bound.address)
    }

    /// Returns whether there is a certificate. Until there is one, addresses that redirect to HTTPS serve the site.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.store.has_certificate())
    }

    /// Serves the pack until `shutdown` completes, then drains.
    ///
    /// Blocks the calling thread. Returns when the last connection has closed, when [`Config::drain_deadline`] has
    /// passed, or when the process receives SIGTERM or SIGINT while draining. `shutdown` is polled inside a tokio
    /// runtime, so it can be [`terminated`]. Until the server has stopped, SIGHUP has it read its certificate again, and
    /// SIGUSR1 and SIGUSR2 are reported and ignored.
    ///
    /// The index of the pack is checked first, which takes about a millisecond for ten thousand pages. Each page is
    /// checked before it is first sent.
    pub fn run(self, pack: Pack<'static>, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        self.run_with_ready(pack, || (), shutdown)
    }

    /// Like [`run`](Self::run), and calls `on_ready` once all workers have started. `on_ready` is not called if a
    /// worker fails to start.
    pub fn run_with_ready(
        mut self,
        pack: Pack<'static>,
        on_ready: impl FnOnce(),
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        pack.check_index().map_err(|source| Error::Damaged { source })?;
        let drain_delay = self.config.drain_delay;
        let supervisor = self.supervisor.clone();
        let worker_error = |source| Error::Worker { source };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(worker_error)?;
        // Polled once before any request is answered: from then on, no signal ends the process by its default.
        let (mut shutdown, mut beside) = (pin!(shutdown), pin!(beside(self.tls.clone(), pack.time())));
        let is_shut_down = runtime.block_on(poll_fn(|context| {
            let _: Poll<()> = beside.as_mut().poll(context);
            Poll::Ready(shutdown.as_mut().poll(context).is_ready())
        }));
        // Dropped last, so that the final lines are written.
        let log = self.config.access_log.as_ref().map(|log| Writer::start(log, self.config.workers.get()));
        let log = log.transpose().map_err(worker_error)?;
        let tls = self.tls.clone();
        let admin = self.admin.take().and_then(|mut bound| bound.listeners.pop());
        let site = Arc::new(Site::with_report(pack, report));
        let workers = self.workers(&site, log.as_ref());
        let (states, workers): (Vec<_>, Vec<_>) = workers.into_iter().unzip();
        let probes: Vec<_> = workers.iter().map(Worker::probes).collect();
        let admin = admin
            .map(|listener| Admin::start(listener, Status::new(&site, &states, &probes, log.as_ref(), tls)))
            .transpose()
            .map_err(worker_error)?;
        let (running, mut all_stopped) = mpsc::channel::<()>(1);
        thread::scope(|scope| {
            let started = start(scope, workers, running);
            if started.is_ok() {
                if let Some(admin) = &admin {
                    admin.set_serving();
                }
                on_ready();
                let serving = async {
                    let status_states = states.clone();
                    let watching = supervisor.watch(probes, move || status_line(&status_states));
                    if !is_shut_down {
                        shutdown.await;
                    }
                    supervisor.stopping(watching);
                    let drained = pin!(drain(&states, drain_delay, &mut all_stopped));
                    race(drained, pin!(terminated())).await;
                };
                runtime.block_on(race(pin!(serving), beside));
            }
            advance(&states, DrainPhase::Ended);
            started.map_err(worker_error)
        })
    }

    /// Creates the workers, each with the state that it shares with the server.
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
                #[cfg(feature = "tls")]
                tls: self.tls.clone(),
            };
            let listeners =
                bound.iter_mut().filter_map(|bound| Some((bound.address.service(), bound.listeners.pop()?)));
            let listeners = listeners.collect();
            (state, Worker::new(listeners, parts, self.config.drain_deadline))
        });
        workers.collect()
    }
}

/// What runs beside the workers and never completes: the handling of other signals, and the warnings of a certificate's end.
async fn beside(tls: Option<Arc<Tls>>, pack_time: i64) {
    let reload = || tls.as_ref().map(|tls| tls.reload(pack_time));
    race(pin!(handle_others(reload)), pin!(watch(tls.clone(), pack_time))).await;
}

/// Starts a thread for each worker. When all workers have stopped, every clone of `running` has been dropped.
fn start<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    workers: Vec<Worker>,
    running: mpsc::Sender<()>,
) -> io::Result<()> {
    let count = workers.len();
    let (started, results) = std::sync::mpsc::channel();
    for (number, worker) in workers.into_iter().enumerate() {
        let (running, started) = (running.clone(), started.clone());
        let work = move || {
            worker.run(|result| started.send(result).unwrap_or_default());
            drop(running);
        };
        thread::Builder::new().name(format!("worker {number}")).spawn_scoped(scope, work)?;
    }
    drop((running, started));
    results.iter().take(count).collect()
}

/// Drains the workers. Completes when the last one has stopped.
async fn drain(states: &[Arc<WorkerState>], delay: Duration, all_stopped: &mut mpsc::Receiver<()>) {
    advance(states, DrainPhase::Draining);
    sleep(delay).await;
    advance(states, DrainPhase::Stopping);
    all_stopped.recv().await;
}

fn advance(states: &[Arc<WorkerState>], phase: DrainPhase) {
    for state in states {
        state.drain.advance(phase);
    }
}

/// Waits until either future completes.
async fn race(mut first: Pin<&mut impl Future>, mut second: Pin<&mut impl Future>) {
    poll_fn(|context| {
        let is_ready = first.as_mut().poll(context).is_ready() || second.as_mut().poll(context).is_ready();
        if is_ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
