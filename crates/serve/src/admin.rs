//! The second listener, for the operator: `/metrics`, `/healthz`, `/readyz`.
//!
//! It has a thread and a runtime of its own, and none of the limits of the others: so it answers while all workers are busy, hang,
//! or leave. It is for this computer or a network of the operator's, and off unless asked for.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep};

use crate::connection::local::WorkerState;
use crate::lifecycle::probe::{Probe, first_unhealthy};
use crate::limits::{ACCEPT_PAUSE, HEADER_TIME};
use crate::listen::acceptor::Acceptor;
use crate::listen::listener::Listener;
use crate::listen::socket::Socket;
use crate::observe::access_log::{LostLines, Writer};
use crate::observe::exposition::{BuildInfo, render};
use crate::response::body::Body;
use crate::response::fields;
use crate::site::Site;

/// How long a worker may take to answer `/healthz`. A request takes microseconds, so one that needs longer hangs.
const HEALTH_TIME: Duration = Duration::from_secs(1);

/// The format that `/metrics` has.
static PROMETHEUS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// What can be asked here.
static GET_AND_HEAD: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// What is told of the server.
pub(crate) struct Status {
    facts: BuildInfo,
    site: Arc<Site>,
    workers: Vec<Arc<WorkerState>>,
    /// Where a worker is asked for a sign of life.
    probes: Vec<UnboundedSender<Probe>>,
    /// Lines of the access log that could not be written.
    lost_lines: LostLines,
}

impl Status {
    /// Of a server of this site that starts now.
    pub(crate) fn new(
        site: &Arc<Site>,
        workers: &[Arc<WorkerState>],
        probes: &[UnboundedSender<Probe>],
        log: Option<&Writer>,
    ) -> Self {
        let lost_lines = log.map(Writer::lost).unwrap_or_default();
        Status {
            facts: BuildInfo::new(&site.pack()),
            site: Arc::clone(site),
            workers: workers.to_vec(),
            probes: probes.to_vec(),
            lost_lines,
        }
    }
}

/// The thread of the second listener, until it is dropped.
#[derive(Debug)]
pub(crate) struct Admin {
    control: Arc<Control>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread is told.
#[derive(Debug, Default)]
struct Control {
    is_serving: AtomicBool,
    stop: Notify,
}

impl Admin {
    /// Starts to answer; not ready yet.
    pub(crate) fn start(listener: Listener, status: Status) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _entered = runtime.enter();
            Acceptor::register(listener)?
        };
        let control = Arc::<Control>::default();
        let service = Arc::new(AdminService { status, control: Arc::clone(&control) });
        let thread = thread::Builder::new().name("admin".to_owned()).spawn(move || run(&runtime, listener, service))?;
        Ok(Admin { control, thread: Some(thread) })
    }

    /// The workers serve: ready, until one of them is told to leave.
    pub(crate) fn is_serving(&self) {
        self.control.is_serving.store(true, Ordering::Release);
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.control.stop.notify_one();
        // Whether it ended well or not, it has ended.
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

/// Accepts until told to stop; what is in flight then is cut off, since by then nobody is served any more.
fn run(runtime: &Runtime, listener: Acceptor, service: Arc<AdminService>) {
    let control = Arc::clone(&service.control);
    runtime.spawn(accept_all(listener, service));
    runtime.block_on(control.stop.notified());
}

async fn accept_all(listener: Acceptor, service: Arc<AdminService>) {
    loop {
        match poll_fn(|context| listener.poll_accept(context)).await {
            Ok((socket, _)) => drop(tokio::spawn(serve(TokioIo::new(socket), Arc::clone(&service)))),
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Who answers.
struct AdminService {
    status: Status,
    control: Arc<Control>,
}

async fn serve(io: TokioIo<Socket>, service: Arc<AdminService>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(service.answer(request.method(), request.uri().path()).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
    // What ends in an error has ended.
    http.serve_connection(io, service).await.unwrap_or_default();
}

impl AdminService {
    async fn answer(&self, method: &Method, path: &str) -> Response<Body> {
        if ![Method::GET, Method::HEAD].contains(method) {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed here.\n");
            response.headers_mut().insert(ALLOW, GET_AND_HEAD.clone());
            return response;
        }
        let response = match path {
            "/metrics" => self.metrics(),
            "/healthz" => self.health().await,
            "/readyz" => self.readiness(),
            _ => text(StatusCode::NOT_FOUND, "There are /metrics, /healthz and /readyz.\n"),
        };
        if method == Method::HEAD { response.map(Body::without_content) } else { response }
    }

    fn metrics(&self) -> Response<Body> {
        let Status { facts, site, workers, lost_lines, .. } = &self.status;
        let counters: Vec<_> = workers.iter().map(|worker| &worker.counters).collect();
        let mut response = text(StatusCode::OK, render(facts, &counters, lost_lines.get(), site.damage().pages()));
        response.headers_mut().insert(CONTENT_TYPE, PROMETHEUS.clone());
        response
    }

    /// Whether every worker answers. One that has left as it was told to is no reason to restart what is leaving anyway. Neither is a damaged page,
    /// since the next process would read the same file.
    async fn health(&self) -> Response<Body> {
        let Status { workers, probes, .. } = &self.status;
        let left = |number: usize| probes[number].is_closed() && workers[number].drain.is_leaving();
        let (numbers, asked): (Vec<_>, Vec<_>) =
            probes.iter().cloned().enumerate().filter(|&(number, _)| !left(number)).unzip();
        match first_unhealthy(&asked, Instant::now() + HEALTH_TIME).await {
            Some(place) if !left(numbers[place]) => {
                let number = numbers[place];
                text(StatusCode::SERVICE_UNAVAILABLE, format!("worker {number} does not answer\n"))
            }
            _ => text(StatusCode::OK, "well\n"),
        }
    }

    /// Whether requests should come here. Where a page is damaged they should go to another server of the same site, if there is one.
    fn readiness(&self) -> Response<Body> {
        let damage = self.status.site.damage();
        if self.status.workers.iter().any(|worker| worker.drain.is_leaving()) {
            text(StatusCode::SERVICE_UNAVAILABLE, "leaving\n")
        } else if let Some(first) = damage.first() {
            let pages = damage.pages();
            text(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("damaged: {first} (damaged pages so far: {pages}); copy the executable again\n"),
            )
        } else if self.control.is_serving.load(Ordering::Acquire) {
            text(StatusCode::OK, "ready\n")
        } else {
            text(StatusCode::SERVICE_UNAVAILABLE, "starting\n")
        }
    }
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::new(text.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, fields::PLAIN_TEXT.clone());
    headers.insert(CACHE_CONTROL, fields::NO_STORE.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, fields::NOSNIFF.clone());
    response
}
