//! HTTP/2 on a connection, by prior knowledge (RFC 9113 §3.3), by hyper. An `Upgrade: h2c` is not taken, as that section has it.
//!
//! What a client can flood a server with ends the connection or costs it nothing that lasts: streams that are reset are counted
//! ([`Limits::resets`], [`ERROR_RESETS`]); h2 answers one PING and one SETTINGS before it reads on, and counts CONTINUATION; and
//! who sends much and asks little has [`crate::config::FLOOD_BYTES`].

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use hyper::server::conn::http2::{Builder, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::time::sleep;

use crate::config::{ERROR_RESETS, Limits, STREAM_WINDOW};
use crate::connection::{Responder, Shared};
use crate::meter::Meter;
use crate::stream::{Progress, Socket, Stream};
use crate::watch::{self, Protocol, Tick, Verdict, Watch};

type Http = Connection<TokioIo<Stream>, Responder, TokioExecutor>;

/// hyper, set up. It pings nobody: a peer that has gone is found by the idle time or by what it does not take.
pub(crate) fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .max_concurrent_streams(limits.streams)
        .max_pending_accept_reset_streams(limits.resets)
        .max_local_error_reset_streams(ERROR_RESETS)
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        // The least that there is (RFC 9113 §6.9.2).
        .initial_connection_window_size(65_535)
        .max_send_buf_size(SEND_BUFFER);
    builder
}

/// What is handed to a stream's window at a time. It bounds no memory, since content is not copied.
const SEND_BUFFER: usize = 64 * 1024;

/// What becomes of a connection.
enum Outcome {
    Closed,
    Leaving,
    Judged(Verdict),
}

/// Answers requests until the connection is closed.
pub(crate) async fn converse(socket: Socket, ahead: Bytes, shared: &Arc<Shared>, meter: &Arc<Meter>) {
    let progress = Arc::new(Progress::new(meter));
    let stream = Stream::new(socket, ahead, Arc::clone(&progress), shared.limits.header_bytes);
    let service = Responder::new(Arc::clone(shared), Arc::clone(&progress));
    let mut http = shared.http2.serve_connection(TokioIo::new(stream), service);
    run(&mut http, &progress, shared).await;
}

async fn run(http: &mut Http, progress: &Progress, shared: &Shared) {
    let mut watch = Watch::new(Protocol::Http2, &shared.limits);
    let period = watch::period(&shared.limits);
    let timer = pin!(sleep(period));
    let mut tick = Tick::new(timer, period);
    let mut is_told = false;
    loop {
        let step = pin!(poll_fn(|context| match Pin::new(&mut *http).poll(context) {
            // What ends in an error has ended.
            Poll::Ready(result) => {
                result.unwrap_or_else(|error| progress.meter.fail_http2(&error));
                Poll::Ready(Outcome::Closed)
            }
            Poll::Pending if !is_told && shared.drain.is_leaving() => Poll::Ready(Outcome::Leaving),
            Poll::Pending => watch.poll(progress, &mut tick, context).map(Outcome::Judged),
        }));
        let outcome = if is_told { Some(step.await) } else { shared.drain.unless_stopping(step).await };
        match outcome {
            Some(Outcome::Closed) => return,
            None | Some(Outcome::Leaving | Outcome::Judged(Verdict::Quiet)) if !is_told => {
                // The client is told which streams are still answered (RFC 9113 §6.8), and closes.
                is_told = true;
                Pin::new(&mut *http).graceful_shutdown();
            }
            None | Some(Outcome::Leaving | Outcome::Judged(_)) => return abandon(http, progress).await,
        }
    }
}

/// Closes without waiting for the client: what is still to be written fails.
async fn abandon(http: &mut Http, progress: &Progress) {
    progress.abandon();
    poll_fn(|context| Poll::Ready(Pin::new(&mut *http).poll(context).is_ready())).await;
}
