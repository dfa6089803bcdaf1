//! Reports to the service manager: ready, alive, stopping.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use super::probe::{Probe, first_unhealthy};
use super::sd_notify::Notifier;
use crate::connection::local::WorkerState;
use crate::error::Error;

/// Interval of status messages if the service manager has no watchdog for this service.
const STATUS_INTERVAL: Duration = Duration::from_secs(10);

/// The service manager that started the process, if any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supervisor {
    notifier: Arc<Notifier>,
    /// The service manager ends the process after this time without `WATCHDOG=1`.
    watchdog_timeout: Option<Duration>,
}

impl Supervisor {
    /// Reads `NOTIFY_SOCKET` and `WATCHDOG_USEC`.
    pub(crate) fn from_environment() -> Result<Self, Error> {
        let variable = |name| std::env::var(name).ok();
        let watchdog_timeout =
            watchdog_timeout(variable("WATCHDOG_USEC").as_deref(), variable("WATCHDOG_PID").as_deref());
        Ok(Supervisor { notifier: Arc::new(Notifier::from_environment()?), watchdog_timeout })
    }

    /// Reports that the server is ready once every worker has answered a probe, and from then on that it is alive as
    /// long as they answer. Spawns a task on the current runtime. Does nothing without a service manager.
    pub(crate) fn watch(
        &self,
        workers: Vec<UnboundedSender<Probe>>,
        status: impl Fn() -> String + Send + 'static,
    ) -> Option<AbortHandle> {
        if !self.notifier.is_connected() {
            return None;
        }
        let notifier = Arc::clone(&self.notifier);
        let period = self.watchdog_timeout.map_or(STATUS_INTERVAL, |timeout| timeout / 2);
        let watching = tokio::spawn(async move {
            let mut ready = "READY=1\n";
            loop {
                let deadline = Instant::now() + period;
                match first_unhealthy(&workers, deadline).await {
                    None => {
                        notifier.notify(&format!("{ready}WATCHDOG=1\nSTATUS={}", status()));
                        ready = "";
                    }
                    Some(number) => notifier.notify(&format!("STATUS=worker {number} does not answer")),
                }
                sleep_until(deadline).await;
            }
        });
        Some(watching.abort_handle())
    }

    /// Reports that the server is stopping, and ends the probes: from now on, workers may have stopped.
    pub(crate) fn stopping(&self, watching: Option<AbortHandle>) {
        if let Some(watching) = watching {
            watching.abort();
        }
        self.notifier.notify("STOPPING=1\nSTATUS=draining: finishing requests in flight");
    }
}

/// Returns the value of `WATCHDOG_USEC` if it is meant for this process.
fn watchdog_timeout(microseconds: Option<&str>, pid: Option<&str>) -> Option<Duration> {
    let own = std::process::id().to_string();
    let microseconds = microseconds.filter(|_| pid.is_none_or(|pid| pid == own))?;
    microseconds.parse().ok().filter(|&microseconds| microseconds > 0).map(Duration::from_micros)
}

/// Returns the status line that `systemctl status` shows.
pub(crate) fn status_line(states: &[Arc<WorkerState>]) -> String {
    let counts = states.iter().map(|state| state.counters.connections());
    let (open, idle) = counts.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
    format!("serving; {open} connections, {idle} of them idle")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watchdog_of_another_process_is_ignored() {
        let own = std::process::id().to_string();
        for (microseconds, pid, expected) in [
            (Some("30000000"), Some(&*own), Some(Duration::from_secs(30))),
            (Some("30000000"), None, Some(Duration::from_secs(30))),
            (Some("30000000"), Some("1"), None),
            (Some("0"), None, None),
            (Some("soon"), None, None),
            (None, None, None),
        ] {
            assert_eq!(watchdog_timeout(microseconds, pid), expected, "{microseconds:?} {pid:?}");
        }
    }
}
