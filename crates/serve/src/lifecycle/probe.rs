//! Health probes: they find out whether every worker still answers requests.
//!
//! A probe is a request that never leaves the process. It takes the place of a socket, and a worker serves it like any
//! connection. The limit on connections, a lack of descriptors or a full queue do not affect it, so a failed probe
//! means that the worker hangs, not that it is busy.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// The request of a probe: the front page, as a client would request it.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// The start of a status line, up to the class of the status code.
const STATUS_LINE_START: &[u8] = b"HTTP/1.1 ";

/// A connection in memory. It contains one request and examines the start of the response.
#[derive(Debug)]
pub(crate) struct Probe {
    request: &'static [u8],
    received: Vec<u8>,
    result: Option<oneshot::Sender<Health>>,
}

/// The result of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// The worker sent a response.
    Healthy,
    /// The worker sent something that is not a response.
    Unhealthy,
}

impl Probe {
    fn new() -> (Self, oneshot::Receiver<Health>) {
        let (result, health) = oneshot::channel();
        (Probe { request: REQUEST, received: Vec::new(), result: Some(result) }, health)
    }
}

impl AsyncRead for Probe {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let probe = self.get_mut();
        let (read, rest) = probe.request.split_at(probe.request.len().min(buffer.remaining()));
        buffer.put_slice(read);
        probe.request = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Probe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let probe = self.get_mut();
        let missing = (STATUS_LINE_START.len() + 1).saturating_sub(probe.received.len());
        probe.received.extend(bytes.iter().take(missing));
        if let Some(health) = health(&probe.received) {
            // The receiver may have given up waiting; that is not an error.
            if let Some(result) = probe.result.take() {
                result.send(health).unwrap_or_default();
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Evaluates the start of a response, once enough of it has arrived. Every status code counts as healthy, also that of
/// a missing or damaged front page: the next process would read the same file.
fn health(received: &[u8]) -> Option<Health> {
    let class = received.get(STATUS_LINE_START.len())?;
    let is_healthy = received.starts_with(STATUS_LINE_START) && (b'1'..=b'5').contains(class);
    Some(if is_healthy { Health::Healthy } else { Health::Unhealthy })
}

/// Probes all workers at once and returns the number of the first that has not answered by the deadline.
pub(crate) async fn first_unhealthy(workers: &[UnboundedSender<Probe>], deadline: Instant) -> Option<usize> {
    let results: Vec<_> = workers.iter().map(send_probe).collect();
    for (number, health) in results.into_iter().enumerate() {
        if !matches!(timeout_at(deadline, health).await, Ok(Ok(Health::Healthy))) {
            return Some(number);
        }
    }
    None
}

fn send_probe(worker: &UnboundedSender<Probe>) -> oneshot::Receiver<Health> {
    let (probe, health) = Probe::new();
    // A stopped worker drops the probe, which closes the receiver.
    worker.send(probe).unwrap_or_default();
    health
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(work)
    }

    #[test]
    fn any_status_code_is_healthy() {
        for (received, expected) in [
            ("HTTP/1.1", None),
            ("HTTP/1.1 ", None),
            ("HTTP/1.1 2", Some(Health::Healthy)),
            ("HTTP/1.1 404 Not Found", Some(Health::Healthy)),
            ("HTTP/1.1 500 ", Some(Health::Healthy)),
            ("SSH-2.0-OpenSSH", Some(Health::Unhealthy)),
        ] {
            assert_eq!(health(received.as_bytes()), expected, "{received:?}");
        }
    }

    #[test]
    fn a_worker_that_hangs_or_has_stopped_is_found() {
        block_on(async {
            let (healthy, mut probes) = unbounded_channel::<Probe>();
            tokio::spawn(async move {
                while let Some(mut probe) = probes.recv().await {
                    std::future::poll_fn(|context| Pin::new(&mut probe).poll_write(context, b"HTTP/1.1 200 OK"))
                        .await
                        .expect("it takes all");
                }
            });
            let soon = || Instant::now() + Duration::from_millis(50);
            assert_eq!(first_unhealthy(&[healthy.clone(), healthy.clone()], soon()).await, None);
            let (hanging, _receiver) = unbounded_channel();
            assert_eq!(first_unhealthy(&[healthy.clone(), hanging], soon()).await, Some(1));
            let (stopped, receiver) = unbounded_channel();
            drop(receiver);
            assert_eq!(first_unhealthy(&[stopped, healthy], soon()).await, Some(0));
        });
    }
}
