//! The pace of requests: one at a time to each host, with a pause after it, whatever links and redirects lead there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// When each host may be asked again.
pub(super) struct Pace {
    pause: Duration,
    hosts: Mutex<HashMap<String, Arc<Mutex<Option<Instant>>>>>,
}

impl Pace {
    /// With this pause after each request.
    pub(super) fn new(pause: Duration) -> Self {
        Self { pause, hosts: Mutex::default() }
    }

    /// Makes a request, when it is its turn.
    pub(super) fn ask<T>(&self, host: &str, request: impl FnOnce() -> T) -> T {
        let turn = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(hosts.entry(host.to_owned()).or_default())
        };
        let mut last = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = *last {
            thread::sleep(self.pause.saturating_sub(last.elapsed()));
        }
        let answer = request();
        *last = Some(Instant::now());
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_host_is_asked_one_request_at_a_time_and_others_meanwhile() {
        let (pace, pause) = (Pace::new(Duration::from_millis(20)), Duration::from_millis(20));
        let busy = AtomicUsize::new(0);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    pace.ask("a.org", || {
                        assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0, "a second request");
                        // Of another host, from within: it does not wait for the first.
                        pace.ask("b.org", || ());
                        busy.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
        assert!(start.elapsed() >= 3 * pause, "there is a pause after each");
    }
}
