//! The HTTP server of the preview. It asks the desk for the site that has the page, and graven-serve answers from that.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::mpsc::Sender;
use std::time::Duration;

use bytes::Bytes;
use graven_serve::respond;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use percent_encoding::percent_decode_str;
use tokio::sync::{oneshot, watch};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::WatchStream;

use super::feed::State;
use super::message::{Answer, Message};
use super::page::SCRIPT;

/// The path of the events for open pages.
const EVENTS: &str = "/.graven/events";

/// The script of all pages of the preview.
const SCRIPT_TEXT: &str = include_str!("preview.js");

/// The names by which a browser on this machine asks. A page elsewhere can make another name lead here, and would then read drafts.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// How long no connection is accepted after one could not be.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(50);

type Body = BoxBody<Bytes, graven_pack::Error>;

/// Where answers come from.
#[derive(Clone)]
struct Preview {
    desk: Sender<Message>,
    feed: watch::Receiver<State>,
}

/// Serves until the process ends.
pub(super) fn run(listener: TcpListener, desk: &Sender<Message>, feed: &watch::Receiver<State>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let Ok((socket, _)) = listener.accept().await else {
                // The browser went away, or the process has no descriptor left: others may be closed soon.
                tokio::time::sleep(AFTER_FAILED_ACCEPT).await;
                continue;
            };
            let preview = Preview { desk: desk.clone(), feed: feed.clone() };
            let service = service_fn(move |request| preview.clone().answer(request));
            let http = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service);
            // A connection that breaks off was closed by the browser.
            tokio::spawn(async { drop(http.await) });
        }
    })
}

impl Preview {
    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        if !is_local(&request) {
            return Ok(text(
                StatusCode::FORBIDDEN,
                "text/plain; charset=utf-8",
                "The preview is for this machine: open it as localhost.\n",
            ));
        }
        Ok(match request.uri().path() {
            SCRIPT if request.method() == Method::GET => {
                text(StatusCode::OK, "text/javascript; charset=utf-8", SCRIPT_TEXT)
            }
            EVENTS if request.method() == Method::GET => self.events(),
            _ => self.page(request).await,
        })
    }

    /// The state of the preview, and each one that follows, as server-sent events.
    fn events(self) -> Response<Body> {
        let events = WatchStream::new(self.feed).filter(|state| *state != State::default());
        let frames = events.map(|state| Ok(Frame::data(Bytes::from(state.event()))));
        let mut response = Response::new(BoxBody::new(StreamBody::new(frames)));
        let fields = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
        for (name, value) in fields {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// A page or file of the site, as graven-serve sends it.
    async fn page(self, request: Request<Incoming>) -> Response<Body> {
        let (reply, answer) = oneshot::channel();
        let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
        // Without a desk, the reply is dropped.
        let _ = self.desk.send(Message::Page { path, reply });
        match answer.await {
            Ok(Answer::Site { site, version }) => {
                let (head, _content) = request.into_parts();
                let mut response = respond(&site, site.pack().time(), head).map(BoxBody::new);
                // The script of the page compares it with what the events say.
                if let Ok(value) = HeaderValue::try_from(format!("graven;desc=\"{version}\"")) {
                    response.headers_mut().insert("server-timing", value);
                }
                response
            }
            Ok(Answer::Problem(problem)) => {
                text(StatusCode::INTERNAL_SERVER_ERROR, "text/html; charset=utf-8", &problem_page(&problem))
            }
            Err(_) => text(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", "The preview has ended.\n"),
        }
    }
}

/// Whether a request names this machine.
fn is_local(request: &Request<Incoming>) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    HOSTS.contains(&name)
}

fn text(status: StatusCode, media_type: &'static str, content: &str) -> Response<Body> {
    let mut response = Response::new(BoxBody::new(
        Full::new(Bytes::copy_from_slice(content.as_bytes())).map_err(|never| match never {}),
    ));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The page in place of a site that could not be pressed yet. It is loaded again when it can.
fn problem_page(problem: &str) -> String {
    let escaped = problem.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not pressed yet</title>\
         <script defer src=\"{SCRIPT}\"></script></head><body><pre>{escaped}</pre></body></html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown_as_text() {
        let page = problem_page("error: <b> & \"c\"\n");
        assert!(page.contains("<pre>error: &lt;b> &amp; \"c\"\n</pre>"), "{page}");
    }
}
