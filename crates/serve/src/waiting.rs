//! A connection that waits for its client: a socket and a timer, without a buffer.
//!
//! Before its first byte a connection costs no more than this, and after a quiet moment it is made to be this again.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{sleep, timeout};

use crate::config::FIRST_REQUEST_TIME;
use crate::connection::Shared;
use crate::metrics::Limit;
use crate::stream::Socket;

/// What every HTTP/2 connection begins with (RFC 9113 §3.4); no method of HTTP/1.1 may be `PRI`.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Whether a connection has had an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Past {
    New,
    Kept,
}

/// What a new connection begins with. The bytes were read, and are still to be understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    Http1(Bytes),
    Http2(Bytes),
    /// Nothing, or a preface that does not end.
    Nothing,
}

/// What ends the wait.
enum Wake {
    /// With bytes, or without any that could still come.
    Readable(bool),
    TimeOver,
    GiveWay,
}

/// Waits until there is something to read; whether it came, in time.
///
/// A connection that is to be closed is looked at once more: what has arrived by then is answered.
pub(crate) async fn something(socket: &Socket, shared: &Shared, past: Past) -> bool {
    let time = shared.capacity.idle_time(&shared.limits);
    match shared.drain.unless_stopping(pin!(wait(socket, shared, time))).await {
        Some(Wake::Readable(is_readable)) => is_readable,
        // A connection that was accepted is owed an answer.
        None if past == Past::New => timeout(FIRST_REQUEST_TIME, readable(socket)).await.unwrap_or(false),
        Some(Wake::TimeOver | Wake::GiveWay) | None => socket.has_unread(),
    }
}

async fn wait(socket: &Socket, shared: &Shared, time: Duration) -> Wake {
    let _idle = shared.capacity.idle();
    let mut over = pin!(sleep(time));
    let mut told = pin!(shared.capacity.told());
    poll_fn(|context| {
        if told.as_mut().poll(context).is_ready() {
            shared.capacity.hear();
            shared.tally.counters.count_limit(Limit::IdleConnections);
            return Poll::Ready(Wake::GiveWay);
        }
        if let Poll::Ready(is_readable) = socket.poll_readable(context) {
            return Poll::Ready(Wake::Readable(is_readable));
        }
        over.as_mut().poll(context).map(|()| {
            shared.tally.counters.count_limit(Limit::IdleTime);
            Wake::TimeOver
        })
    })
    .await
}

async fn readable(socket: &Socket) -> bool {
    poll_fn(|context| socket.poll_readable(context)).await
}

/// Reads until it is clear which protocol is spoken, for so long at most; `ahead` was read before.
pub(crate) async fn opening(socket: &mut Socket, ahead: Bytes, time: Duration) -> Opening {
    if ahead.starts_with(PREFACE) {
        return Opening::Http2(ahead);
    }
    if !PREFACE.starts_with(&ahead) {
        return Opening::Http1(ahead);
    }
    let mut bytes = [0; PREFACE.len()];
    let mut read = ReadBuf::new(&mut bytes);
    read.put_slice(&ahead);
    let decided = timeout(time, poll_fn(|context| poll_opening(socket, &mut read, context))).await;
    let bytes = Bytes::copy_from_slice(read.filled());
    match decided {
        Ok(Ok(())) if *bytes == *PREFACE => Opening::Http2(bytes),
        Ok(Ok(())) if !bytes.is_empty() => Opening::Http1(bytes),
        Ok(_) | Err(_) => Opening::Nothing,
    }
}

/// Ready at the preface's end, at what is none, and at the peer's end.
fn poll_opening(socket: &mut Socket, read: &mut ReadBuf<'_>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
    loop {
        let before = read.filled().len();
        std::task::ready!(Pin::new(&mut *socket).poll_read(context, read))?;
        let filled = read.filled();
        let is_decided = filled.len() == PREFACE.len() || !PREFACE.starts_with(filled);
        if is_decided || filled.len() == before {
            return Poll::Ready(Ok(()));
        }
    }
}
