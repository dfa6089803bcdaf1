//! HTTP/1.0 and 1.1 on a connection that is busy, by hyper.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::server::conn::http1::{Builder, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWrite;
use tokio::time::sleep;

use crate::config::{LEAST_HEADER_BYTES, Limits};
use crate::connection::{Responder, Shared};
use crate::meter::Meter;
use crate::metrics::Limit;
use crate::stream::{Progress, Socket, State, Stream};
use crate::watch::{self, Protocol, Tick, Verdict, Watch};

/// What a client is told whose head takes too long (RFC 9110 §15.5.9).
const TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What becomes of a connection.
enum Outcome {
    Closed,
    Judged(Verdict),
}

type Http = Connection<TokioIo<Stream>, Responder>;

/// hyper, set up. What is not set is as we want it: keep-alive, a `Date`, one hundred fields at most.
pub(crate) fn builder(limits: &Limits) -> Builder {
    let mut builder = Builder::new();
    builder
        // Time is watched over by `Watch`, which costs a request nothing; hyper would set a timer for each.
        .header_read_timeout(None)
        .max_buf_size(limits.header_bytes.max(LEAST_HEADER_BYTES))
        // A client that closes its half after its last request still gets the answer.
        .half_close(true);
    // Not `pipeline_flush`: it copies each body into a buffer of the connection's, however large, and keeps the buffer. Without,
    // bodies go to the socket from where they lie, and a pipelined request costs a system call.
    builder
}

/// Answers requests, until the connection is closed (`None`), or there were none for a moment: then it is the bare socket again.
///
/// `ahead` is what was read of the socket already.
pub(crate) async fn converse(
    mut socket: Socket,
    mut ahead: Bytes,
    shared: &Arc<Shared>,
    meter: &Arc<Meter>,
) -> Option<Socket> {
    let _buffered = shared.capacity.buffered();
    loop {
        let progress = Arc::new(Progress::new(meter));
        let stream = Stream::new(socket, ahead, Arc::clone(&progress), shared.limits.header_bytes);
        let service = Responder::new(Arc::clone(shared), Arc::clone(&progress));
        let mut http = shared.http1.serve_connection(TokioIo::new(stream), service);
        let outcome = run(&mut http, &progress, shared).await;
        let parts = http.into_parts();
        let stream = parts.io.into_inner();
        match outcome {
            Outcome::Closed => return None,
            Outcome::Judged(Verdict::Slow) => {
                meter.limit(Limit::HeaderTime);
                refuse(stream).await;
                return None;
            }
            Outcome::Judged(Verdict::Stalled) => {
                meter.limit(Limit::WriteTime);
                stream.into_socket().abandon();
                return None;
            }
            Outcome::Judged(Verdict::Quiet) => socket = stream.into_socket(),
        }
        if parts.read_buf.is_empty() {
            return Some(socket);
        }
        // It is the beginning of a head, which is gone on with at once.
        ahead = parts.read_buf;
    }
}

async fn run(http: &mut Http, progress: &Progress, shared: &Shared) -> Outcome {
    let mut watch = Watch::new(Protocol::Http1, &shared.limits);
    let period = watch::period(&shared.limits);
    let timer = pin!(sleep(period));
    let mut tick = Tick::new(timer, period);
    let mut is_told = false;
    loop {
        let step = pin!(poll_fn(|context| match poll_to_end(http, progress, context) {
            Poll::Ready(()) => Poll::Ready(Outcome::Closed),
            // Where there are too many, it is not waited whether the next request comes soon.
            Poll::Pending if shared.capacity.is_scarce() && progress.state() == State::Idle => {
                Poll::Ready(Outcome::Judged(Verdict::Quiet))
            }
            Poll::Pending => watch.poll(progress, &mut tick, context).map(Outcome::Judged),
        }));
        if is_told {
            return step.await;
        }
        match shared.drain.unless_stopping(step).await {
            Some(outcome) => return outcome,
            None if progress.state() == State::Idle => return Outcome::Judged(Verdict::Quiet),
            None => {
                is_told = true;
                Pin::new(&mut *http).graceful_shutdown();
            }
        }
    }
}

/// Polls until it is closed.
fn poll_to_end(http: &mut Http, progress: &Progress, context: &mut Context<'_>) -> Poll<()> {
    match ready!(Pin::new(&mut *http).poll(context)) {
        // hyper is done early with a connection whose last request asked for an upgrade: without flushing, and without closing
        // the socket. Polled again, it goes on.
        Ok(()) if progress.state() != State::Closing => Pin::new(http).poll(context).map(Result::unwrap_or_default),
        // What ends in an error has ended: the peer is gone, or was told what it did wrong.
        Ok(()) => Poll::Ready(()),
        Err(error) => {
            progress.meter.fail_http1(&error);
            Poll::Ready(())
        }
    }
}

/// Tells a client that it was too slow.
async fn refuse(mut stream: Stream) {
    // A few bytes, and nothing was written before: they fit, or the client is gone.
    let told = poll_fn(|context| Pin::new(&mut stream).poll_write(context, TIMEOUT)).await;
    if told.is_ok() {
        poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await.unwrap_or_default();
    }
}
