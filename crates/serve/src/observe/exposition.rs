//! The text of `/metrics`, in the Prometheus text format.

use std::fmt::{self, Write as _};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use graven_pack::{Pack, hex};

#[cfg(feature = "tls")]
use super::counters::Handshake;
use super::counters::{BOUNDS, ConnectionState, Counter, Counters, Limit, STATUSES};
use crate::site::route_class::RouteClass;

/// Fixed facts about the process and its site.
#[derive(Debug)]
pub(crate) struct BuildInfo {
    started: SystemTime,
    digest: String,
}

impl BuildInfo {
    /// Describes a server of this pack that starts now.
    pub(crate) fn new(pack: &Pack<'_>) -> Self {
        let digest = hex(&pack.digest());
        BuildInfo { started: SystemTime::now(), digest }
    }
}

/// Renders the counters of all workers in the Prometheus text format 0.0.4. `lost_lines` is the number of access log
/// lines that the writer could not write, `damaged_pages` the number of pages found damaged.
pub(crate) fn render(build_info: &BuildInfo, workers: &[&Counters], lost_lines: u64, damaged_pages: u64) -> String {
    let mut text = Text(String::with_capacity(8 * 1024));
    let sum = |of: &dyn Fn(&Counters) -> &Counter| {
        workers.iter().map(|counters| of(counters).get()).fold(0, u64::wrapping_add)
    };
    text.family("graven_build_info", "gauge", "The version of the server and the digest of the site that it serves.");
    let version = env!("CARGO_PKG_VERSION");
    text.sample(format_args!("graven_build_info{{version=\"{version}\",content=\"{}\"}}", build_info.digest), 1);
    text.family("process_start_time_seconds", "gauge", "Start time of the process, in seconds since 1970.");
    let started = build_info.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    text.sample(format_args!("process_start_time_seconds"), seconds(started));
    text.requests(&sum);
    text.family("graven_sent_bytes_total", "counter", "Bytes sent to clients, including fields.");
    text.sample(format_args!("graven_sent_bytes_total"), sum(&|counters| &counters.sent));
    text.latency(&sum);
    text.family("graven_connections_total", "counter", "Connections accepted.");
    text.sample(format_args!("graven_connections_total"), sum(&|counters| &counters.accepted));
    text.family("graven_connections", "gauge", "Open connections, by state.");
    for state in ConnectionState::ALL {
        let number = sum(&|counters| &counters.states[state as usize]);
        text.sample(format_args!("graven_connections{{state=\"{}\"}}", state.name()), number);
    }
    text.family("graven_limit_hits_total", "counter", "How often a limit was reached, by limit.");
    for limit in Limit::ALL {
        let number = sum(&|counters| &counters.limits[limit as usize]);
        text.sample(format_args!("graven_limit_hits_total{{limit=\"{}\"}}", limit.name()), number);
    }
    text.family("graven_access_log_dropped_lines_total", "counter", "Lines of the access log that were not written.");
    let dropped = sum(&|counters| &counters.dropped_lines).wrapping_add(lost_lines);
    text.sample(format_args!("graven_access_log_dropped_lines_total"), dropped);
    text.family("graven_damaged_pages", "gauge", "Pages that were requested, found damaged, and answered with 500.");
    text.sample(format_args!("graven_damaged_pages"), damaged_pages);
    text.0
}

/// Renders what a server with TLS counts in addition.
#[cfg(feature = "tls")]
pub(crate) fn render_tls(workers: &[&Counters], days_left: Option<i64>) -> String {
    let mut text = Text(String::new());
    text.family("graven_tls_handshakes_total", "counter", "TLS handshakes, by version and result.");
    for handshake in Handshake::ALL {
        let counts = workers.iter().map(|counters| counters.handshakes[handshake as usize].get());
        let number = counts.fold(0, u64::wrapping_add);
        text.sample(format_args!("graven_tls_handshakes_total{{{}}}", handshake.labels()), number);
    }
    if let Some(days_left) = days_left {
        text.family("graven_tls_certificate_days_left", "gauge", "Whole days until the certificate expires.");
        text.sample(format_args!("graven_tls_certificate_days_left"), days_left);
    }
    text.0
}

/// Adds up one counter of all workers.
type Sum<'a> = dyn Fn(&dyn Fn(&Counters) -> &Counter) -> u64 + 'a;

/// The text rendered so far.
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        put(&mut self.0, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn sample(&mut self, series: fmt::Arguments<'_>, value: impl fmt::Display) {
        put(&mut self.0, format_args!("{series} {value}\n"));
    }

    /// Writes only series that are not zero: most pairs of status and route cannot occur.
    fn requests(&mut self, sum: &Sum<'_>) {
        self.family("graven_requests_total", "counter", "Requests answered, by status and class of route.");
        for index in 0..=STATUSES.len() {
            for route in RouteClass::ALL {
                let number = sum(&|counters| &counters.requests[index][route as usize]);
                let status = STATUSES.get(index).map_or("other".to_owned(), u16::to_string);
                if number > 0 {
                    let route = route.name();
                    self.sample(format_args!("graven_requests_total{{status=\"{status}\",route=\"{route}\"}}"), number);
                }
            }
        }
    }

    /// Buckets are cumulative: each includes all lower ones.
    fn latency(&mut self, sum: &Sum<'_>) {
        const NAME: &str = "graven_request_duration_seconds";
        self.family(
            NAME,
            "histogram",
            "Time from receiving a request's head to writing the last byte of its response to the socket.",
        );
        let mut below = 0_u64;
        for bucket in 0..=BOUNDS.len() {
            below = below.wrapping_add(sum(&|counters| &counters.latency.buckets[bucket]));
            let bound = BOUNDS.get(bucket).map(|&bound| seconds(Duration::from_micros(bound)).to_string());
            let bound = bound.as_deref().unwrap_or("+Inf");
            self.sample(format_args!("{NAME}_bucket{{le=\"{bound}\"}}"), below);
        }
        let total = Duration::from_nanos(sum(&|counters| &counters.latency.nanoseconds));
        self.sample(format_args!("{NAME}_sum"), seconds(total));
        self.sample(format_args!("{NAME}_count"), below);
    }
}

/// Converts to seconds, the unit of Prometheus. An `f64` is precise enough and is displayed without trailing zeros.
fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn put(text: &mut String, arguments: fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn build_info() -> BuildInfo {
        BuildInfo { started: UNIX_EPOCH + Duration::from_millis(1_764_288_000_500), digest: "c0ffee".to_owned() }
    }

    /// Returns the value of a series.
    fn value<'a>(text: &'a str, series: &str) -> Option<&'a str> {
        text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
    }

    #[test]
    fn the_counters_of_all_workers_are_added() {
        let (one, other) = (Counters::default(), Counters::default());
        one.count_request(StatusCode::OK, RouteClass::Page);
        one.count_request(StatusCode::OK, RouteClass::Page);
        other.count_request(StatusCode::OK, RouteClass::Page);
        other.count_request(StatusCode::NOT_FOUND, RouteClass::None);
        other.count_request(StatusCode::IM_A_TEAPOT, RouteClass::None);
        one.count_sent(100);
        other.count_sent(11);
        one.open();
        other.open();
        other.change(ConnectionState::New, ConnectionState::Idle);
        one.close(ConnectionState::New);
        other.count_limit(Limit::HeaderTime);
        one.count_dropped_line();
        let text = render(&build_info(), &[&one, &other], 5, 2);
        for (series, expected) in [
            (concat!("graven_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\",content=\"c0ffee\"}"), "1"),
            ("process_start_time_seconds", "1764288000.5"),
            ("graven_requests_total{status=\"200\",route=\"page\"}", "3"),
            ("graven_requests_total{status=\"404\",route=\"none\"}", "1"),
            ("graven_requests_total{status=\"other\",route=\"none\"}", "1"),
            ("graven_sent_bytes_total", "111"),
            ("graven_connections_total", "2"),
            ("graven_connections{state=\"new\"}", "0"),
            ("graven_connections{state=\"idle\"}", "1"),
            ("graven_limit_hits_total{limit=\"header_time\"}", "1"),
            ("graven_access_log_dropped_lines_total", "6"),
            ("graven_damaged_pages", "2"),
        ] {
            assert_eq!(value(&text, series), Some(expected), "{series} in\n{text}");
        }
        assert_eq!(text.matches("graven_requests_total{").count(), 3, "{text}");
    }

    #[test]
    fn a_gauge_returns_to_zero_after_every_change_of_state() {
        let counters = Counters::default();
        counters.open();
        for state in ConnectionState::ALL {
            counters.change(ConnectionState::New, state);
            counters.change(state, ConnectionState::New);
        }
        counters.close(ConnectionState::New);
        let text = render(&build_info(), &[&counters], 0, 0);
        for state in ConnectionState::ALL {
            assert_eq!(value(&text, &format!("graven_connections{{state=\"{}\"}}", state.name())), Some("0"));
        }
    }

    #[test]
    fn a_bucket_counts_what_does_not_exceed_its_bound() {
        let counters = Counters::default();
        for nanoseconds in [1, 10_000, 10_001, 1_000_000_000, 11_000_000_000] {
            counters.count_latency(Duration::from_nanos(nanoseconds));
        }
        let text = render(&build_info(), &[&counters], 0, 0);
        for (bound, expected) in
            [("0.00001", "2"), ("0.000025", "3"), ("0.5", "3"), ("1", "4"), ("10", "4"), ("+Inf", "5")]
        {
            let series = format!("graven_request_duration_seconds_bucket{{le=\"{bound}\"}}");
            assert_eq!(value(&text, &series), Some(expected), "{series} in\n{text}");
        }
        assert_eq!(value(&text, "graven_request_duration_seconds_count"), Some("5"));
        assert_eq!(value(&text, "graven_request_duration_seconds_sum"), Some("12.000020002"));
    }

    #[test]
    fn no_two_workers_share_a_cache_line() {
        assert_eq!(align_of::<Counters>(), 128);
        assert_eq!(size_of::<Counters>() % 128, 0);
    }

    #[test]
    fn bounds_ascend_and_statuses_are_distinct() {
        assert!(BOUNDS.is_sorted_by(|one, next| one < next));
        let mut sorted = STATUSES;
        sorted.sort_unstable();
        assert!(sorted.is_sorted_by(|one, next| one < next));
    }
}
