//! Signals: SIGTERM and SIGINT stop the server; SIGHUP has it read its certificate again; others are reported and ignored.

use std::future::poll_fn;
use std::task::Poll;

use tokio::signal::unix::{SignalKind, signal};

use crate::observe::stderr::report;

/// Waits for SIGTERM or SIGINT. Pass it to [`Server::run`](crate::Server::run).
///
/// From the first poll on, these signals do not end the process. If a signal's handler cannot be installed, the signal keeps its
/// default.
///
/// ```
/// use std::future::{Future, poll_fn};
/// use std::pin::pin;
/// use std::task::Poll;
///
/// use graven_serve::terminated;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
/// # runtime.block_on(async {
/// let mut stop = pin!(terminated());
/// // No signal has been received, so it is not complete.
/// let is_complete = poll_fn(|context| Poll::Ready(stop.as_mut().poll(context).is_ready())).await;
/// assert!(!is_complete);
/// # });
/// ```
pub async fn terminated() {
    let mut signals = [SignalKind::terminate(), SignalKind::interrupt()].map(|kind| signal(kind).ok());
    poll_fn(|context| {
        let mut received = signals.iter_mut().flatten().map(|signal| signal.poll_recv(context));
        if received.any(|poll| poll.is_ready()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Handles SIGHUP, SIGUSR1 and SIGUSR2, and never completes. From its first poll on they do not end the process, which is their
/// default: other servers reload their settings or reopen their logs on them, and closing a terminal sends SIGHUP.
///
/// `reload` is called for each SIGHUP, and returns what to report if there is something to reload.
pub(crate) async fn handle_others(reload: impl Fn() -> Option<String>) {
    let mut signals = [
        ("SIGHUP", SignalKind::hangup()),
        ("SIGUSR1", SignalKind::user_defined1()),
        ("SIGUSR2", SignalKind::user_defined2()),
    ]
    .map(|(name, kind)| (name, signal(kind).ok()));
    poll_fn(|context| -> Poll<()> {
        for (name, signal) in &mut signals {
            while signal.as_mut().is_some_and(|signal| signal.poll_recv(context).is_ready()) {
                let reloaded = if *name == "SIGHUP" { reload() } else { None };
                report(&reloaded.unwrap_or_else(|| {
                    format!("{name}: ignored, there is nothing to reload or reopen; SIGTERM stops the server")
                }));
            }
        }
        Poll::Pending
    })
    .await;
}
