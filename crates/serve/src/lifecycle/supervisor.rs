//! The service manager: is informed when the server is ready, alive, and stopping.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use super::probe::{Probe, first_unhealthy};
use super::sd_notify::Notifier;
use crate::error::Error;

/// How often the service manager is sent the number of connections, where it has no watchdog for this service.
const STATUS_TIME: Duration = Duration::from_secs(10);

/// Who started the server, and wants to know how it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supervisor {
    notifier: Arc<Notifier>,
    /// After how long without a sign of life it ends the process.
    patience: Option<Duration>,
}

impl Supervisor {
    /// By `NOTIFY_SOCKET` and `WATCHDOG_USEC`.
    pub(crate) fn from_environment() -> Result<Self, Error> {
        let variable = |name| std::env::var(name).ok();
        let patience = patience(variable("WATCHDOG_USEC").as_deref(), variable("WATCHDOG_PID").as_deref());
        Ok(Supervisor { notifier: Arc::new(Notifier::from_environment()?), patience })
    }

    /// Tells that the server is ready once every worker has answered, and from then on that it is alive as long as they do.
    /// To be called within a runtime, on which it goes on; without a supervisor nothing happens.
    pub(crate) fn watch(
        &self,
        workers: Vec<UnboundedSender<Probe>>,
        status: impl Fn() -> String + Send + 'static,
    ) -> Option<AbortHandle> {
        if !self.notifier.is_connected() {
            return None;
        }
        let notifier = Arc::clone(&self.notifier);
        let period = self.patience.map_or(STATUS_TIME, |patience| patience / 2);
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

    /// Tells that the server is leaving. From now on workers may have gone, and are not asked any more.
    pub(crate) fn stopping(&self, watching: Option<AbortHandle>) {
        if let Some(watching) = watching {
            watching.abort();
        }
        self.notifier.notify("STOPPING=1\nSTATUS=finishing what is in flight");
    }
}

/// `WATCHDOG_USEC`, where it is meant for this process.
fn patience(microseconds: Option<&str>, pid: Option<&str>) -> Option<Duration> {
    let own = std::process::id().to_string();
    let microseconds = microseconds.filter(|_| pid.is_none_or(|pid| pid == own))?;
    microseconds.parse().ok().filter(|&microseconds| microseconds > 0).map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_of_another_process_is_not_ours() {
        let own = std::process::id().to_string();
        for (microseconds, pid, expected) in [
            (Some("30000000"), Some(&*own), Some(Duration::from_secs(30))),
            (Some("30000000"), None, Some(Duration::from_secs(30))),
            (Some("30000000"), Some("1"), None),
            (Some("0"), None, None),
            (Some("soon"), None, None),
            (None, None, None),
        ] {
            assert_eq!(patience(microseconds, pid), expected, "{microseconds:?} {pid:?}");
        }
    }
}
