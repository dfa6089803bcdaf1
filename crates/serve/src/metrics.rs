//! What is counted, and how it is told to Prometheus.
//!
//! Each worker has [`Counters`] of its own, which it alone writes; a reader sums them up. So counting is a load, an addition and a
//! store in the worker's own cache, without a lock and without an atomic exchange.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use graven_pack::{Class, Pack};
use http::StatusCode;

use crate::answer::Answer;

/// A number that one thread writes and others read.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Wraps around, as Prometheus expects of a counter.
    pub(crate) fn add(&self, more: u64) {
        self.0.store(self.get().wrapping_add(more), Ordering::Relaxed);
    }

    fn subtract(&self, less: u64) {
        self.0.store(self.get().wrapping_sub(less), Ordering::Relaxed);
    }
}

/// The statuses that have a place of their own: those that are sent most come first, since they are looked for in this order.
const STATUSES: [u16; 25] = [
    200, 304, 404, 308, 206, 204, 301, 302, 303, 307, 400, 405, 406, 408, 412, 413, 414, 416, 417, 421, 429, 431, 500,
    501, 503,
];

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Page,
    Feed,
    Asset,
    File,
    Redirect,
    /// No route of the pack: not found, or not understood.
    None,
}

impl Route {
    const ALL: [Route; 6] = [Route::Page, Route::Feed, Route::Asset, Route::File, Route::Redirect, Route::None];

    /// What is asked for by this answer.
    pub(crate) fn of(answer: &Answer<'_>) -> Self {
        match answer {
            Answer::Whole(selected)
            | Answer::Part(selected, _)
            | Answer::NotModified(selected)
            | Answer::RangeNotSatisfiable(selected) => Route::from(selected.page.page.class()),
            Answer::Redirect { .. } | Answer::Canonical { .. } => Route::Redirect,
            _ => Route::None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Route::Page => "page",
            Route::Feed => "feed",
            Route::Asset => "asset",
            Route::File => "file",
            Route::Redirect => "redirect",
            Route::None => "none",
        }
    }
}

impl From<Class> for Route {
    fn from(class: Class) -> Self {
        match class {
            Class::Page => Route::Page,
            Class::Feed => Route::Feed,
            Class::Asset => Route::Asset,
            Class::File => Route::File,
        }
    }
}

/// What a connection is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// Accepted, and nothing has arrived.
    New,
    /// A request arrives, or is answered.
    Busy,
    /// Answered, and waiting for the next request.
    Idle,
    /// Closed by us, and waiting for the peer to see it.
    Closing,
}

impl State {
    const ALL: [State; 4] = [State::New, State::Busy, State::Idle, State::Closing];

    fn name(self) -> &'static str {
        match self {
            State::New => "new",
            State::Busy => "busy",
            State::Idle => "idle",
            State::Closing => "closing",
        }
    }
}

/// The limits that a client, or the system, can hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// A connection was refused: there are too many.
    Connections,
    /// An idle connection was closed for another.
    IdleConnections,
    /// A connection with an unfinished head was closed for another.
    UnfinishedHeads,
    /// A connection whose client takes nothing was closed for another.
    StalledConnections,
    /// Accepting failed for want of descriptors or memory.
    Descriptors,
    /// A request's head is too long.
    HeaderBytes,
    /// A request's head does not end.
    HeaderTime,
    /// A connection was idle for too long.
    IdleTime,
    /// A client takes nothing of its answer.
    WriteTime,
    /// A client sends, and asks for nothing.
    Flood,
    /// A head that is none.
    Malformed,
    /// HTTP/2: a connection that an error of the protocol has ended, such as too many resets.
    Protocol,
}

impl Limit {
    const ALL: [Limit; 12] = [
        Limit::Connections,
        Limit::IdleConnections,
        Limit::UnfinishedHeads,
        Limit::StalledConnections,
        Limit::Descriptors,
        Limit::HeaderBytes,
        Limit::HeaderTime,
        Limit::IdleTime,
        Limit::WriteTime,
        Limit::Flood,
        Limit::Malformed,
        Limit::Protocol,
    ];

    fn name(self) -> &'static str {
        match self {
            Limit::Connections => "connections",
            Limit::IdleConnections => "idle_connections",
            Limit::UnfinishedHeads => "unfinished_heads",
            Limit::StalledConnections => "stalled_connections",
            Limit::Descriptors => "descriptors",
            Limit::HeaderBytes => "header_bytes",
            Limit::HeaderTime => "header_time",
            Limit::IdleTime => "idle_time",
            Limit::WriteTime => "write_time",
            Limit::Flood => "flood",
            Limit::Malformed => "malformed",
            Limit::Protocol => "protocol",
        }
    }
}

/// The upper bounds of the latency histogram, in microseconds: from what an answer takes on the same computer to what a reader
/// takes at the end of a bad line.
const BOUNDS: [u64; 19] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000,
];

/// How long answers took, by bucket.
#[derive(Debug, Default)]
struct Histogram {
    /// One for each bound, and one beyond.
    buckets: [Counter; BOUNDS.len() + 1],
    nanoseconds: Counter,
}

/// All counters of one worker. Aligned so that no two workers' share a cache line, nor the pair of lines that some processors
/// fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counters {
    /// One for each of [`STATUSES`], and one for all others, by [`Route`].
    requests: [[Counter; Route::ALL.len()]; STATUSES.len() + 1],
    sent: Counter,
    latency: Histogram,
    accepted: Counter,
    states: [Counter; State::ALL.len()],
    limits: [Counter; Limit::ALL.len()],
    dropped_lines: Counter,
}

impl Counters {
    pub(crate) fn count_request(&self, status: StatusCode, route: Route) {
        let place = STATUSES.iter().position(|&known| known == status.as_u16()).unwrap_or(STATUSES.len());
        self.requests[place][route as usize].add(1);
    }

    pub(crate) fn count_sent(&self, bytes: usize) {
        self.sent.add(bytes as u64);
    }

    pub(crate) fn count_latency(&self, latency: Duration) {
        let bucket = BOUNDS.iter().position(|&bound| latency <= Duration::from_micros(bound)).unwrap_or(BOUNDS.len());
        self.latency.buckets[bucket].add(1);
        self.latency.nanoseconds.add(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn count_limit(&self, limit: Limit) {
        self.limits[limit as usize].add(1);
    }

    pub(crate) fn count_dropped_line(&self) {
        self.dropped_lines.add(1);
    }

    pub(crate) fn open(&self) {
        self.accepted.add(1);
        self.states[State::New as usize].add(1);
    }

    /// How many connections there are, and how many of them wait for a request.
    pub(crate) fn connections(&self) -> (u64, u64) {
        let [new, busy, idle, closing] = State::ALL.map(|state| self.states[state as usize].get());
        let sum = [new, busy, idle, closing].into_iter().fold(0, u64::wrapping_add);
        (sum, new.wrapping_add(idle))
    }

    pub(crate) fn change(&self, from: State, to: State) {
        self.states[from as usize].subtract(1);
        self.states[to as usize].add(1);
    }

    pub(crate) fn close(&self, last: State) {
        self.states[last as usize].subtract(1);
    }
}

/// What is told beside the counters.
#[derive(Debug)]
pub(crate) struct Facts {
    started: SystemTime,
    digest: String,
}

impl Facts {
    /// Of a server of this pack that starts now.
    pub(crate) fn new(pack: &Pack<'_>) -> Self {
        let digest = pack.digest().iter().fold(String::new(), |mut text, byte| {
            put(&mut text, format_args!("{byte:02x}"));
            text
        });
        Facts { started: SystemTime::now(), digest }
    }
}

/// All counters of all workers, in Prometheus' text format 0.0.4. `lost_lines` are those of the access log that its writer could not
/// write, `damaged_pages` those that are not sent.
pub(crate) fn render(facts: &Facts, workers: &[&Counters], lost_lines: u64, damaged_pages: u64) -> String {
    let mut text = Text(String::with_capacity(8 * 1024));
    let sum = |of: &dyn Fn(&Counters) -> &Counter| {
        workers.iter().map(|counters| of(counters).get()).fold(0, u64::wrapping_add)
    };
    text.family("graven_build_info", "gauge", "What this is, and the digest of the content that it serves.");
    let version = env!("CARGO_PKG_VERSION");
    text.sample(format_args!("graven_build_info{{version=\"{version}\",content=\"{}\"}}", facts.digest), 1);
    text.family("process_start_time_seconds", "gauge", "When it started, in seconds since 1970.");
    let started = facts.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    text.sample(format_args!("process_start_time_seconds"), seconds(started));
    text.requests(&sum);
    text.family("graven_sent_bytes_total", "counter", "Bytes that went to clients, fields included.");
    text.sample(format_args!("graven_sent_bytes_total"), sum(&|counters| &counters.sent));
    text.latency(&sum);
    text.family("graven_connections_total", "counter", "Connections that were accepted.");
    text.sample(format_args!("graven_connections_total"), sum(&|counters| &counters.accepted));
    text.family("graven_connections", "gauge", "Connections that are open, by what they are at.");
    for state in State::ALL {
        let number = sum(&|counters| &counters.states[state as usize]);
        text.sample(format_args!("graven_connections{{state=\"{}\"}}", state.name()), number);
    }
    text.family("graven_limit_hits_total", "counter", "How often a limit was hit, by which.");
    for limit in Limit::ALL {
        let number = sum(&|counters| &counters.limits[limit as usize]);
        text.sample(format_args!("graven_limit_hits_total{{limit=\"{}\"}}", limit.name()), number);
    }
    text.family(
        "graven_access_log_dropped_lines_total",
        "counter",
        "Lines of the access log that nobody took in time.",
    );
    let dropped = sum(&|counters| &counters.dropped_lines).wrapping_add(lost_lines);
    text.sample(format_args!("graven_access_log_dropped_lines_total"), dropped);
    text.family("graven_damaged_pages", "gauge", "Pages that were asked for, found damaged, and answered with 500.");
    text.sample(format_args!("graven_damaged_pages"), damaged_pages);
    text.0
}

/// Sums up a counter over all workers.
type Sum<'a> = dyn Fn(&dyn Fn(&Counters) -> &Counter) -> u64 + 'a;

/// The text as it grows.
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        put(&mut self.0, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn sample(&mut self, series: fmt::Arguments<'_>, value: impl fmt::Display) {
        put(&mut self.0, format_args!("{series} {value}\n"));
    }

    /// Only what was asked for: most pairs of status and route cannot be.
    fn requests(&mut self, sum: &Sum<'_>) {
        self.family("graven_requests_total", "counter", "Requests that were answered, by status and class of route.");
        for place in 0..=STATUSES.len() {
            for route in Route::ALL {
                let number = sum(&|counters| &counters.requests[place][route as usize]);
                let status = STATUSES.get(place).map_or("other".to_owned(), u16::to_string);
                if number > 0 {
                    let route = route.name();
                    self.sample(format_args!("graven_requests_total{{status=\"{status}\",route=\"{route}\"}}"), number);
                }
            }
        }
    }

    /// Buckets count all that is not above their bound, so each holds those before it.
    fn latency(&mut self, sum: &Sum<'_>) {
        const NAME: &str = "graven_request_duration_seconds";
        self.family(NAME, "histogram", "From a request's head to the last byte of its answer in the socket's buffer.");
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

/// As Prometheus has times. A `f64` is exact enough, and is written without the zeros at its end.
fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn put(text: &mut String, arguments: fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { started: UNIX_EPOCH + Duration::from_millis(1_764_288_000_500), digest: "c0ffee".to_owned() }
    }

    /// The value of a series.
    fn value<'a>(text: &'a str, series: &str) -> Option<&'a str> {
        text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
    }

    #[test]
    fn workers_are_summed_up() {
        let (one, other) = (Counters::default(), Counters::default());
        one.count_request(StatusCode::OK, Route::Page);
        one.count_request(StatusCode::OK, Route::Page);
        other.count_request(StatusCode::OK, Route::Page);
        other.count_request(StatusCode::NOT_FOUND, Route::None);
        other.count_request(StatusCode::IM_A_TEAPOT, Route::None);
        one.count_sent(100);
        other.count_sent(11);
        one.open();
        other.open();
        other.change(State::New, State::Idle);
        one.close(State::New);
        other.count_limit(Limit::HeaderTime);
        one.count_dropped_line();
        let text = render(&facts(), &[&one, &other], 5, 2);
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
    fn a_gauge_that_one_worker_lowers_below_zero_does_not_tear() {
        let counters = Counters::default();
        counters.open();
        for state in State::ALL {
            counters.change(State::New, state);
            counters.change(state, State::New);
        }
        counters.close(State::New);
        let text = render(&facts(), &[&counters], 0, 0);
        for state in State::ALL {
            assert_eq!(value(&text, &format!("graven_connections{{state=\"{}\"}}", state.name())), Some("0"));
        }
    }

    #[test]
    fn a_bucket_holds_what_is_not_above_its_bound() {
        let counters = Counters::default();
        for nanoseconds in [1, 10_000, 10_001, 1_000_000_000, 11_000_000_000] {
            counters.count_latency(Duration::from_nanos(nanoseconds));
        }
        let text = render(&facts(), &[&counters], 0, 0);
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
    fn bounds_rise_and_statuses_differ() {
        assert!(BOUNDS.is_sorted_by(|one, next| one < next));
        let mut sorted = STATUSES;
        sorted.sort_unstable();
        assert!(sorted.is_sorted_by(|one, next| one < next));
    }
}
