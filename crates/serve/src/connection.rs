//! A connection: HTTP/1.0 and 1.1 by hyper, until its client or the server has had enough.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::sync::Arc;

use http::header::CONNECTION;
use http::{Request, Response};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::timeout;

use crate::body::Body;
use crate::config::{FIRST_REQUEST_TIME, HEADER_BYTES, HEADER_TIME};
use crate::drain::Drain;
use crate::fields;
use crate::prepared::Site;
use crate::respond::respond;
use crate::stream::{Content, Progress, Socket, Stream};
use crate::time::now;

/// What all connections of a worker share.
pub(crate) struct Shared {
    pub(crate) site: Arc<Site>,
    pub(crate) http: http1::Builder,
    pub(crate) drain: Drain,
}

/// hyper, set up. What is not set is as we want it: keep-alive, a `Date`, one hundred fields at most.
pub(crate) fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(HEADER_BYTES)
        // A client that closes its half after its last request still gets the answer.
        .half_close(true);
    // Not `pipeline_flush`: it copies each body into a buffer of the connection's, however large, and keeps the buffer. Without,
    // bodies go to the socket from where they lie, and a pipelined request costs a system call.
    http
}

/// Serves a connection until it is closed.
pub(crate) async fn serve(socket: Socket, shared: Arc<Shared>) {
    let progress = Arc::new(Progress::default());
    let io = TokioIo::new(Stream::new(socket, Arc::clone(&progress)));
    let service = Responder { shared: Arc::clone(&shared), progress: Arc::clone(&progress) };
    let mut connection = pin!(shared.http.serve_connection(io, service));
    // What ends in an error here has ended: the peer is gone, was too slow, or was told what it did wrong.
    if shared.drain.unless_stopping(connection.as_mut()).await.is_some() {
        return;
    }
    // From now on each answer is the last. A connection that was accepted is owed one; hyper would close it at once.
    if !progress.has_answered() && timeout(FIRST_REQUEST_TIME, connection.as_mut()).await.is_ok() {
        return;
    }
    connection.as_mut().graceful_shutdown();
    connection.await.unwrap_or_default();
}

/// Answers the requests of one connection.
struct Responder {
    shared: Arc<Shared>,
    progress: Arc<Progress>,
}

impl Service<Request<Incoming>> for Responder {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (head, content) = request.into_parts();
        let content = if content.is_end_stream() { Content::None } else { Content::Unread };
        let mut response = respond(&self.shared.site, now(&self.shared.site.pack()), head);
        // No resource here has a use for content, so none is read; what may follow it is not taken for a request.
        if content == Content::Unread || self.shared.drain.is_leaving() {
            response.headers_mut().insert(CONNECTION, fields::CLOSE.clone());
        }
        self.progress.answer(content);
        ready(Ok(response))
    }
}
