//! The watchdog: systemd is told that the server is alive only after every worker has answered a request.
//!
//! The request and its answer never leave the process: a [`Probe`] stands where else a socket does, and a worker serves it like
//! any connection, but neither the limit on connections, nor a lack of descriptors, nor a full queue can keep it out. So what it
//! finds is a worker that hangs, and not one that is busy.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// What a probe asks: the front page, as a client would.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// What an answer begins with, up to the class of its status.
const ANSWER: &[u8] = b"HTTP/1.1 ";

/// A connection that exists in memory alone: it holds a request, and looks at how the answer to it begins.
#[derive(Debug)]
pub(crate) struct Probe {
    request: &'static [u8],
    begin: Vec<u8>,
    answered: Option<oneshot::Sender<Health>>,
}

/// What became of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// The worker answers.
    Healthy,
    /// The worker answers that it cannot.
    Unhealthy,
}

impl Probe {
    fn new() -> (Self, oneshot::Receiver<Health>) {
        let (answered, health) = oneshot::channel();
        (Probe { request: REQUEST, begin: Vec::new(), answered: Some(answered) }, health)
    }
}

impl AsyncRead for Probe {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let probe = self.get_mut();
        let (now, later) = probe.request.split_at(probe.request.len().min(buffer.remaining()));
        buffer.put_slice(now);
        probe.request = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Probe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let probe = self.get_mut();
        let wanted = (ANSWER.len() + 1).saturating_sub(probe.begin.len());
        probe.begin.extend(bytes.iter().take(wanted));
        if let Some(health) = health(&probe.begin) {
            // That nobody waits any more is not the worker's fault.
            if let Some(answered) = probe.answered.take() {
                answered.send(health).unwrap_or_default();
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

/// What an answer's beginning tells, once enough of it is there. A site without a front page is well too, and so is one whose front
/// page is damaged: the next process would read the same file.
fn health(begin: &[u8]) -> Option<Health> {
    let class = begin.get(ANSWER.len())?;
    let is_well = begin.starts_with(ANSWER) && (b'1'..=b'5').contains(class);
    Some(if is_well { Health::Healthy } else { Health::Unhealthy })
}

/// Asks all workers at once; the number of one that has not answered well by the deadline.
pub(crate) async fn first_unhealthy(workers: &[UnboundedSender<Probe>], deadline: Instant) -> Option<usize> {
    let asked: Vec<_> = workers.iter().map(ask).collect();
    for (number, health) in asked.into_iter().enumerate() {
        if !matches!(timeout_at(deadline, health).await, Ok(Ok(Health::Healthy))) {
            return Some(number);
        }
    }
    None
}

fn ask(worker: &UnboundedSender<Probe>) -> oneshot::Receiver<Health> {
    let (probe, health) = Probe::new();
    // A worker that has gone drops the probe, and its receiver says so.
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
    fn any_status_is_a_sign_of_health() {
        for (begin, expected) in [
            ("HTTP/1.1", None),
            ("HTTP/1.1 ", None),
            ("HTTP/1.1 2", Some(Health::Healthy)),
            ("HTTP/1.1 404 Not Found", Some(Health::Healthy)),
            ("HTTP/1.1 500 ", Some(Health::Healthy)),
            ("SSH-2.0-OpenSSH", Some(Health::Unhealthy)),
        ] {
            assert_eq!(health(begin.as_bytes()), expected, "{begin:?}");
        }
    }

    #[test]
    fn one_worker_that_hangs_or_has_gone_is_found() {
        block_on(async {
            let (well, mut probes) = unbounded_channel::<Probe>();
            tokio::spawn(async move {
                while let Some(mut probe) = probes.recv().await {
                    std::future::poll_fn(|context| Pin::new(&mut probe).poll_write(context, b"HTTP/1.1 200 OK"))
                        .await
                        .expect("it takes all");
                }
            });
            let soon = || Instant::now() + Duration::from_millis(50);
            assert_eq!(first_unhealthy(&[well.clone(), well.clone()], soon()).await, None);
            let (hangs, _held) = unbounded_channel();
            assert_eq!(first_unhealthy(&[well.clone(), hangs], soon()).await, Some(1));
            let (gone, receiver) = unbounded_channel();
            drop(receiver);
            assert_eq!(first_unhealthy(&[gone, well], soon()).await, Some(0));
        });
    }
}
