//! A hyper server that answers one route itself and all others from a site image:
//! `cargo run -p graven-serve --example service -- 127.0.0.1:8080 site.pack`.
//!
//! [`graven_serve::respond`] only maps a request's head to a response. The listener, time limits, connection limits and
//! shutdown are this program's own; [`graven_serve::Server`] has them all.

use std::convert::Infallible;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use graven_pack::Pack;
use graven_serve::{Body, Site, respond, time};
use http::{Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

struct App {
    site: Site,
    visits: AtomicU64,
}

impl App {
    fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        if request.uri().path() == "/api/visits" {
            let visits = self.visits.fetch_add(1, Ordering::Relaxed) + 1;
            return Response::new(Body::new(format!("{visits}\n").into()));
        }
        let (head, _content) = request.into_parts();
        let mut response = respond(&self.site, time::now(&self.site.pack()), head);
        // A program can add fields to every response of the site.
        response.headers_mut().insert(header::SERVER, http::HeaderValue::from_static("example"));
        response
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("expected two arguments: ADDRESS SITE.PACK".into());
    };
    let bytes = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
    let pack = Pack::open(bytes.leak())?;
    // `Server::run` does this too; `respond` relies on it.
    pack.check_index()?;
    let app = Arc::new(App { site: Site::new(pack), visits: AtomicU64::new(0) });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(&address, app))
}

async fn serve(address: &str, app: Arc<App>) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address).await?;
    println!("serving at http://{}/", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        let app = Arc::clone(&app);
        let service = service_fn(move |request| std::future::ready(Ok::<_, Infallible>(app.answer(request))));
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service);
        tokio::spawn(async {
            if let Err(error) = connection.await {
                eprintln!("connection: {error}");
            }
        });
    }
}
