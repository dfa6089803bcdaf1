//! The admin listener: `/metrics`, `/healthz`, `/readyz`.
//!
//! It runs on its own thread and runtime and has none of the workers' limits, so it answers while the workers are busy,
//! hang, or drain. It is off by default. Bind it to loopback or to a private network.

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
use crate::response::field_values;
use crate::site::Site;
use crate::tls::Tls;

/// How long a worker may take to answer a probe for `/healthz`. A request takes microseconds, so a worker that needs a
/// second hangs.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);

/// The media type of `/metrics`.
static PROMETHEUS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// The methods that the admin listener supports.
static GET_AND_HEAD: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// The state that the admin listener reports.
pub(crate) struct Status {
    build_info: BuildInfo,
    site: Arc<Site>,
    workers: Vec<Arc<WorkerState>>,
    /// The probe channel of each worker.
    probes: Vec<UnboundedSender<Probe>>,
    /// The number of access log lines that could not be written.
    lost_lines: LostLines,
    tls: Option<Arc<Tls>>,
}

impl Status {
    /// Creates the state of a server that starts now.
    pub(crate) fn new(
        site: &Arc<Site>,
        workers: &[Arc<WorkerState>],
        probes: &[UnboundedSender<Probe>],
        log: Option<&Writer>,
        tls: Option<Arc<Tls>>,
    ) -> Self {
        let lost_lines = log.map(Writer::lost_lines).unwrap_or_default();
        Status {
            build_info: BuildInfo::new(&site.pack()),
            site: Arc::clone(site),
            workers: workers.to_vec(),
            probes: probes.to_vec(),
            lost_lines,
            tls,
        }
    }
}

/// The thread of the admin listener. Dropping it stops the thread.
#[derive(Debug)]
pub(crate) struct Admin {
    control: Arc<Control>,
    thread: Option<JoinHandle<()>>,
}

/// Signals to the thread.
#[derive(Debug, Default)]
struct Control {
    is_serving: AtomicBool,
    stop: Notify,
}

impl Admin {
    /// Starts the thread. `/readyz` answers 503 until [`set_serving`](Self::set_serving) is called.
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

    /// Makes `/readyz` answer 200 until a worker drains.
    pub(crate) fn set_serving(&self) {
        self.control.is_serving.store(true, Ordering::Release);
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.control.stop.notify_one();
        // A panic on the thread needs no handling: the thread has ended.
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

/// Accepts until stopped. Requests in flight are cut off: by then, no client is being served.
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

/// Answers requests.
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
    // An error closes the connection, and there is nobody to report it to.
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
            _ => text(StatusCode::NOT_FOUND, "Not found. Available: /metrics, /healthz, /readyz.\n"),
        };
        if method == Method::HEAD { response.map(Body::without_content) } else { response }
    }

    fn metrics(&self) -> Response<Body> {
        let Status { build_info, site, workers, lost_lines, .. } = &self.status;
        let counters: Vec<_> = workers.iter().map(|worker| &worker.counters).collect();
        let rendered = render(build_info, &counters, lost_lines.get(), site.damaged_pages().count());
        let of_tls = self.status.tls.as_ref().map(|tls| tls.metrics(&counters, site.pack().time()));
        let rendered = rendered + &of_tls.unwrap_or_default();
        let mut response = text(StatusCode::OK, rendered);
        response.headers_mut().insert(CONTENT_TYPE, PROMETHEUS.clone());
        response
    }

    /// Answers 200 if every worker answers a probe. A worker that has stopped because the server is draining does not
    /// count: a restart would not help. Neither does a damaged page: the next process would read the same file.
    async fn health(&self) -> Response<Body> {
        let Status { workers, probes, .. } = &self.status;
        let has_stopped = |number: usize| probes[number].is_closed() && workers[number].drain.is_draining();
        let (numbers, asked): (Vec<_>, Vec<_>) =
            probes.iter().cloned().enumerate().filter(|&(number, _)| !has_stopped(number)).unzip();
        match first_unhealthy(&asked, Instant::now() + HEALTH_TIMEOUT).await {
            Some(index) if !has_stopped(numbers[index]) => {
                let number = numbers[index];
                text(StatusCode::SERVICE_UNAVAILABLE, format!("worker {number} does not answer\n"))
            }
            _ => text(StatusCode::OK, "ok\n"),
        }
    }

    /// Answers 200 if the server should get requests. If a page is damaged, they should go to another server of the
    /// same site.
    fn readiness(&self) -> Response<Body> {
        let Status { site, tls, .. } = &self.status;
        let damaged = site.damaged_pages();
        if self.status.workers.iter().any(|worker| worker.drain.is_draining()) {
            text(StatusCode::SERVICE_UNAVAILABLE, "draining\n")
        } else if let Some(first) = damaged.first() {
            let count = damaged.count();
            text(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("damaged: {first} (damaged pages so far: {count}); copy the executable again\n"),
            )
        } else if let Some(problem) = tls.as_ref().and_then(|tls| tls.problem(site.pack().time())) {
            text(StatusCode::SERVICE_UNAVAILABLE, format!("{problem}\n"))
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
    headers.insert(CONTENT_TYPE, field_values::PLAIN_TEXT.clone());
    headers.insert(CACHE_CONTROL, field_values::NO_STORE.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, field_values::NOSNIFF.clone());
    response
}
