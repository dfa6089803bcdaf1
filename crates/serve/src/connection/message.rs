//! HTTP/1.0 and 1.1 by hyper, one message at a time.
//!
//! hyper receives the bytes of exactly one message and is dropped once its answer is written. The next message never enters its
//! buffers, so no byte can be lost and no answer can belong to another request. Only hyper knows where the content of a message
//! ends; after a message with content it keeps the connection, which closes with the answer.
//!
//! A message takes a turn, since it needs twenty times as long as a plain request. Content that has to be inflated takes a turn for each piece.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{self, Ready, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH};
use http::{HeaderValue, Method, Request, Response, Version};
use hyper::body::Incoming;
use hyper::server::conn::http1::{Builder, Connection as Http1};
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWrite;

use super::head::Content;
use super::paced::PacedBody;
use super::slots::Phase;
use super::stream::{Connection, Progress, Stream};
use super::turns::Ticket;
use crate::limits::{HTTP1_BYTES, Limits, MIN_HEADER_BYTES};
use crate::listen::socket::Socket;
use crate::observe::counters::Limit;
use crate::response::field_values;
use crate::response::refuse_target;
use crate::time::effective_time;

/// A message as received.
#[derive(Debug)]
pub(crate) struct Message {
    /// Its head; with content, also everything received after it.
    pub(crate) bytes: Bytes,
    pub(crate) content: Content,
    pub(crate) target: Fragment,
}

/// Whether the target has a fragment, which is not allowed and which [`http::Uri`] drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fragment {
    None,
    Some,
}

/// Whether the connection persists (RFC 9112 §9.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// It waits for the next message.
    Open,
    Closed,
}

/// hyper's builder. Unlisted options keep their defaults: keep-alive, a `Date`, at most 100 fields.
pub(crate) fn builder(limits: &Limits) -> Builder {
    let mut builder = Builder::new();
    builder
        // Heads are complete before hyper sees them.
        .header_read_timeout(None)
        .max_buf_size(limits.header_bytes.max(MIN_HEADER_BYTES))
        // A client that closes its half after its last request still gets the answer.
        .half_close(true);
    // Not `pipeline_flush`: it copies each body into a buffer of the connection, whatever its size, and keeps the buffer.
    builder
}

/// Answers one message.
pub(crate) async fn answer(socket: &mut Socket, message: Message, connection: Connection<'_>) -> Persistence {
    let Connection { local, slot, observer, .. } = connection;
    let progress = Progress::default();
    // Until its turn it is no more worth than others that have sent nothing else.
    let ticket = Ticket::default();
    if !take_turn(&ticket, connection).await {
        return Persistence::Closed;
    }
    let now = local.clock.now();
    slot.enter(Phase::Writing, now, now.after(local.limits.write_time));
    let Message { bytes, content, target } = message;
    let stream = Stream::new(socket, bytes.clone(), content, connection, &progress);
    let responder = Responder { connection, progress: &progress, content, target };
    let mut http = local.http1.serve_connection(TokioIo::new(stream), responder);
    let outcome = poll_fn(|context| {
        // What the client does not take is not inflated: the socket wakes the connection.
        let wanted = || progress.pace.get().filter(|pace| pace.is_wanted() && !progress.is_blocked.get());
        if let Some(pace) = wanted() {
            if !ready!(poll_turn(&ticket, connection, context)) {
                return Poll::Ready(Persistence::Closed);
            }
            pace.give();
            progress.is_flushed.set(false);
        }
        let polled = poll(&mut http, connection, &progress, context);
        if polled.is_pending() && wanted().is_some() {
            context.waker().wake_by_ref();
        }
        polled
    })
    .await;
    drop(http);
    if progress.is_blocked.get() {
        socket.reset_on_close();
    }
    if progress.answered.get() == 0
        && let Some(status) = progress.refusal.get()
    {
        observer.refused(status, &bytes);
    }
    if outcome == Persistence::Open {
        observer.charge(slot, connection.idle_bytes());
    }
    outcome
}

/// Waits for a turn. Returns whether it came: an evicted connection does not wait, as its memory is no longer accounted for.
async fn take_turn(ticket: &Ticket, connection: Connection<'_>) -> bool {
    poll_fn(|context| poll_turn(ticket, connection, context)).await
}

fn poll_turn(ticket: &Ticket, connection: Connection<'_>, context: &Context<'_>) -> Poll<bool> {
    match connection.local.message_turns.poll_take(ticket, context) {
        Poll::Ready(()) => Poll::Ready(true),
        Poll::Pending if connection.slot.is_evicted() => Poll::Ready(false),
        Poll::Pending => Poll::Pending,
    }
}

fn poll(
    http: &mut Http1<TokioIo<Stream<'_>>, Responder<'_>>,
    connection: Connection<'_>,
    progress: &Progress,
    context: &mut Context<'_>,
) -> Poll<Persistence> {
    let Connection { local, slot, observer, .. } = connection;
    // The head of content that is inflated may be flushed alone.
    let is_flushed = || progress.is_flushed.get() && progress.pace.get().is_none_or(|pace| pace.is_done());
    let is_answered = || progress.answered.get() > 0 && is_flushed();
    match Pin::new(&mut *http).poll(context) {
        // hyper ends early after a request for an upgrade, without flushing and without closing the socket. Polled again, it
        // goes on.
        Poll::Ready(Ok(())) if !progress.is_closing.get() => {
            if Pin::new(http).poll(context).is_ready() || is_answered() {
                observer.flushed();
                return Poll::Ready(if progress.is_closing.get() { Persistence::Closed } else { Persistence::Open });
            }
        }
        Poll::Ready(result) => {
            if let Err(error) = result {
                observer.fail_http1(&error);
            }
            observer.flushed();
            return Poll::Ready(Persistence::Closed);
        }
        Poll::Pending => {}
    }
    if is_flushed() {
        observer.flushed();
    }
    if is_answered() && !progress.is_closing.get() {
        return Poll::Ready(Persistence::Open);
    }
    // A request that was read is answered, if little of the answer is left to inflate: that takes a turn, and no client's time.
    let ends_soon = progress.pace.get().is_some_and(|pace| pace.is_last_wanted());
    if (slot.is_evicted() || slot.is_expired(local.clock.now())) && !ends_soon {
        if progress.is_blocked.get() && !slot.is_evicted() {
            observer.limit(Limit::WriteTime);
        }
        return Poll::Ready(Persistence::Closed);
    }
    let busy = connection.idle_bytes() + HTTP1_BYTES + connection.stalled_bytes();
    observer.charge(slot, busy + progress.allocated.get());
    Poll::Pending
}

/// Writes an answer without hyper, and closes so that it arrives.
pub(crate) async fn close_with(socket: &mut Socket, answer: &[u8], connection: Connection<'_>) {
    let progress = Progress::default();
    let mut stream = Stream::new(socket, Bytes::new(), Content::Some, connection, &progress);
    // A few bytes, and the first: either they fit the kernel's buffer, or the client has gone.
    let written = poll_fn(|context| Poll::Ready(Pin::new(&mut stream).poll_write(context, answer))).await;
    if matches!(written, Poll::Ready(Ok(_))) {
        poll_fn(|context| {
            let is_evicted = connection.slot.is_evicted();
            if is_evicted { Poll::Ready(Ok(())) } else { Pin::new(&mut stream).poll_shutdown(context) }
        })
        .await
        .unwrap_or_default();
    }
}

/// Answers the request that hyper has read.
struct Responder<'a> {
    connection: Connection<'a>,
    progress: &'a Progress,
    content: Content,
    target: Fragment,
}

impl Service<Request<Incoming>> for Responder<'_> {
    type Response = Response<PacedBody>;
    type Error = Infallible;
    type Future = Ready<Result<Response<PacedBody>, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let Connection { local, observer, .. } = self.connection;
        let (head, _) = request.into_parts();
        observer.begin(&head);
        let is_head = head.method == Method::HEAD;
        let version = head.version;
        let (_, clock) = local.clock.read();
        let now = effective_time(clock, local.site.pack().time());
        let (mut response, route) = match self.target {
            Fragment::None => self.connection.respond(now, head),
            Fragment::Some => refuse_target(head),
        };
        // No resource here uses content, so it is not read, and what follows it is not read as a request.
        if self.content == Content::Some || local.state.drain.is_draining() {
            response.headers_mut().insert(CONNECTION, field_values::CLOSE.clone());
        }
        // Where an older client asks for a connection that persists, hyper appends `keep-alive` to the `close` of any
        // response that is not itself of HTTP/1.0, depending on how much content has arrived.
        if version == Version::HTTP_10 && response.headers().contains_key(CONNECTION) {
            *response.version_mut() = version;
        }
        // hyper omits a zero from the response to HEAD. GET has it, and HEAD has the same fields (RFC 9110 §9.3.2).
        if is_head && response.body().length() == 0 && field_values::has_length(response.status()) {
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(0));
        }
        increment(&self.progress.answered);
        self.progress.allocated.set(response.body().allocated());
        self.progress.is_flushed.set(false);
        observer.answer(response.status(), response.body().left(), route);
        let pace = || Rc::clone(self.progress.pace.get_or_init(Rc::default));
        future::ready(Ok(response.map(|body| PacedBody::new(body, pace))))
    }
}

fn increment(count: &Cell<usize>) {
    count.set(count.get() + 1);
}
