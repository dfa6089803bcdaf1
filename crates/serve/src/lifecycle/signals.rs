//! Signals: SIGTERM and SIGINT end the server, others are reported and ignored.

use std::future::poll_fn;
use std::task::Poll;

use tokio::signal::unix::{SignalKind, signal};

use crate::observe::stderr::report;

/// Waits for SIGTERM or SIGINT.
///
/// From its first poll on, SIGHUP, SIGUSR1 and SIGUSR2 do not end the process as they would by default: other servers read their settings or
/// open their logs again then, and a lost terminal sends the first. They are answered with a line on standard error. A signal that cannot be waited
/// for does what it does by default.
pub async fn terminated() {
    let mut ending = [SignalKind::terminate(), SignalKind::interrupt()].map(|kind| signal(kind).ok());
    let mut others = [
        ("SIGHUP", SignalKind::hangup()),
        ("SIGUSR1", SignalKind::user_defined1()),
        ("SIGUSR2", SignalKind::user_defined2()),
    ]
    .map(|(name, kind)| (name, signal(kind).ok()));
    poll_fn(|context| {
        for (name, signal) in &mut others {
            while signal.as_mut().is_some_and(|signal| signal.poll_recv(context).is_ready()) {
                report(&format!("{name}: ignored, there is nothing to reload or to reopen; SIGTERM ends the server"));
            }
        }
        let mut received = ending.iter_mut().flatten().map(|signal| signal.poll_recv(context));
        if received.any(|poll| poll.is_ready()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
