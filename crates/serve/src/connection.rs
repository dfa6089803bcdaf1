//! A connection, until its client or the server has had enough.
//!
//! 1. [`waiting`]: it is a socket that waits to be readable, and nothing more;
//! 2. [`busy`] answers plain requests, and goes back to 1 when there are none;
//! 3. what is no plain request tells whether [`http2`] is spoken, which stays so to the end, or
//! 4. [`http1`], which goes back to 1 when there is nothing to do.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONNECTION;
use http::{Request, Response};
use hyper::body::{Body as _, Incoming};
use hyper::service::Service;
use hyper_util::rt::TokioExecutor;

use crate::body::Body;
use crate::capacity::Capacity;
use crate::config::Limits;
use crate::drain::Drain;
use crate::meter::{Meter, Tally};
use crate::prepared::Site;
use crate::respond::respond_to;
use crate::stream::{Content, Progress, Socket};
use crate::time::now;
use crate::waiting::{self, Opening, Past};
use crate::{busy, fields, http1, http2};

/// What all connections of a worker share.
pub(crate) struct Shared {
    pub(crate) site: Arc<Site>,
    pub(crate) limits: Limits,
    pub(crate) http1: hyper::server::conn::http1::Builder,
    pub(crate) http2: hyper::server::conn::http2::Builder<TokioExecutor>,
    pub(crate) capacity: Arc<Capacity>,
    pub(crate) drain: Drain,
    pub(crate) tally: Arc<Tally>,
}

impl Shared {
    pub(crate) fn new(site: Arc<Site>, limits: Limits, connections: usize, tally: Tally) -> Self {
        Shared {
            site,
            http1: http1::builder(&limits),
            http2: http2::builder(&limits),
            capacity: Capacity::new(connections),
            limits,
            drain: Drain::default(),
            tally: Arc::new(tally),
        }
    }
}

/// Serves a connection until it is closed: waits, answers, and waits again.
pub(crate) async fn serve(mut socket: Socket, shared: Arc<Shared>) {
    let meter = Meter::new(&shared.tally, &socket);
    let mut past = Past::New;
    // The log wants to know more than is read of a plain request; and the watchdog is to see all of the way.
    let is_express = !meter.is_logged() && !matches!(socket, Socket::Probe(_));
    while waiting::something(&socket, &shared, past).await {
        let mut ahead = Bytes::new();
        if is_express {
            match busy::converse(&mut socket, &shared, &meter, &mut past).await {
                busy::Outcome::Quiet => continue,
                busy::Outcome::HandOver(bytes) => ahead = bytes,
                busy::Outcome::Closed => return,
            }
        }
        let ahead = match past {
            Past::Kept => ahead,
            Past::New => match waiting::opening(&mut socket, ahead, shared.limits.header_time).await {
                Opening::Http1(ahead) => ahead,
                Opening::Http2(ahead) => return Box::pin(http2::converse(socket, ahead, &shared, &meter)).await,
                Opening::Nothing => return,
            },
        };
        // In a box, which is given back with the buffers: what waits is small.
        match Box::pin(http1::converse(socket, ahead, &shared, &meter)).await {
            Some(quiet) => (socket, past) = (quiet, Past::Kept),
            None => return,
        }
    }
}

/// Answers the requests of one connection.
pub(crate) struct Responder {
    shared: Arc<Shared>,
    progress: Arc<Progress>,
}

impl Responder {
    pub(crate) fn new(shared: Arc<Shared>, progress: Arc<Progress>) -> Self {
        Responder { shared, progress }
    }
}

impl Service<Request<Incoming>> for Responder {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (head, content) = request.into_parts();
        let content = if content.is_end_stream() { Content::None } else { Content::Unread };
        let version = head.version;
        self.progress.meter.begin(&head);
        let (mut response, route) = respond_to(&self.shared.site, now(&self.shared.site.pack()), head);
        // No resource here has a use for content, so none is read; what may follow it is not taken for a request.
        if content == Content::Unread || self.shared.drain.is_leaving() {
            response.headers_mut().insert(CONNECTION, fields::CLOSE.clone());
        }
        self.progress.answer(content);
        self.progress.meter.answer(version, &response, route);
        ready(Ok(response))
    }
}
