//! Asks for an address, and judges by the answers: HEAD first, GET where a server does not like that, and at once where a part of the page is looked for;
//! again after a while if it may be a passing fault.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::net::IpAddr;
use std::thread;
use std::time::Duration;

use http::{Response, StatusCode, header};
use percent_encoding::{CONTROLS, percent_encode};
use rustls::CertificateError;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Body, Proxy};

use super::address::Address;
use super::pace::Pace;
use super::parts::{Found, Parts};
use super::resolver::{Allowed, Private};

/// What the check of a link found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// There is a page.
    Good,
    /// There is one, and all redirects to this address are permanent.
    Moved(String),
    /// A server answers, but not programs, or not now, or is none of the public network.
    Unclear,
    /// Its host has no address.
    NoHost,
    /// There is no page, and why.
    Dead(String),
    /// There is a page, which does not have a part, and the part of it that is spelt most like that.
    NoPart(Option<String>),
}

/// What the check of a link and of the parts of its page found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) page: Verdict,
    /// By the name of the part.
    pub(super) parts: BTreeMap<String, Verdict>,
}

/// How long and how often it is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The time for one answer, from the connection to the end of its head.
    pub(super) answer: Duration,
    /// The pause between two requests to one host.
    pub(super) pause: Duration,
    /// How long it waits after the first fault; twice as long after each further one.
    pub(super) backoff: Duration,
    /// How long it waits at most if a server names a time.
    pub(super) retry_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Slow servers of universities and archives take some seconds; who waits longer than this closes the page.
            answer: Duration::from_secs(20),
            // Two requests a second are fewer than one reader with a browser makes.
            pause: Duration::from_millis(500),
            backoff: Duration::from_secs(2),
            // Longer than that, the other links wait too; the next check asks again.
            retry_after: Duration::from_mins(1),
        }
    }
}

/// How servers are reached.
pub(super) struct Network {
    pub(super) proxy: Option<Proxy>,
    /// Who signs certificates that are believed.
    pub(super) roots: RootCerts,
}

impl Default for Network {
    /// The proxy of the environment, and what browsers believe.
    fn default() -> Self {
        Self { proxy: Proxy::try_from_env(), roots: RootCerts::WebPki }
    }
}

/// How often it is asked in all if the fault may pass.
const ATTEMPTS: u32 = 3;

/// How much of a page is read for its parts, in bytes. Longer pages are few; the rest of them is not known.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// How many redirects in a row are followed, as browsers do (Fetch standard, HTTP-redirect fetch).
const MOST_REDIRECTS: usize = 20;

/// Asks servers.
pub(super) struct Checker {
    agent: ureq::Agent,
    limits: Limits,
    pace: Pace,
    /// Which addresses may be connected to.
    is_allowed: fn(IpAddr) -> bool,
}

/// What came of one request.
enum Answer {
    /// The head, and the page if it was asked for.
    Response(Response<()>, Page),
    NoHost,
    /// The host is in a private network.
    Private,
    /// The certificate of the host is not valid, and why.
    Untrusted(String),
    Failed(String),
}

/// What is known of a page.
enum Page {
    Html(Parts),
    /// It is too long, or ended too early.
    Incomplete,
    /// It is no HTML, or was not asked for.
    Other,
}

impl Checker {
    /// A checker that connects only to addresses which `is_allowed` names, or to the proxy of the environment. Tests allow their own machine.
    pub(super) fn new(limits: Limits, is_allowed: fn(IpAddr) -> bool) -> Self {
        Self::over(Network::default(), limits, is_allowed)
    }

    /// A checker on a network.
    pub(super) fn over(network: Network, limits: Limits, is_allowed: fn(IpAddr) -> bool) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(limits.answer))
            .tls_config(TlsConfig::builder().root_certs(network.roots).build())
            .proxy(network.proxy)
            .user_agent(concat!("graven/", env!("CARGO_PKG_VERSION"), " (checks the links of a site for its author)"))
            .build();
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), Allowed::new(is_allowed));
        Self { agent, limits, pace: Pace::new(limits.pause), is_allowed }
    }

    /// Follows an address to its end, and looks for parts of the page there.
    pub(super) fn judge(&self, address: &Address, parts: &BTreeSet<String>) -> Judged {
        let first = if parts.is_empty() { Method::Head } else { Method::Get };
        let (page, found) = self.follow(address, first);
        let is_there = matches!(page, Verdict::Good | Verdict::Moved(_));
        let part = |part: &String| {
            let verdict = match &found {
                Page::Html(page) if is_there => match page.find(part) {
                    Found::There => Verdict::Good,
                    Found::Missing(near) => Verdict::NoPart(near),
                    Found::Unclear => Verdict::Unclear,
                },
                Page::Other if is_there => Verdict::Good,
                _ => Verdict::Unclear,
            };
            (part.clone(), verdict)
        };
        Judged { parts: parts.iter().map(part).collect(), page }
    }

    fn follow(&self, address: &Address, first: Method) -> (Verdict, Page) {
        let mut address = address.clone();
        // The address after the permanent redirects at the start.
        let mut moved = None;
        // The part of the page that the last redirect with one names: the next has it too, unless it names another (Fetch Standard, HTTP-redirect fetch).
        let mut part = None;
        let mut is_permanent = true;
        for _ in 0..=MOST_REDIRECTS {
            let (response, page) = match self.ask(&address, first) {
                Answer::Response(response, page) => (response, page),
                Answer::NoHost => return (Verdict::NoHost, Page::Other),
                Answer::Private => return (Verdict::Unclear, Page::Other),
                Answer::Untrusted(why) | Answer::Failed(why) => return (Verdict::Dead(why), Page::Other),
            };
            let status = response.status();
            if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                // If a redirect names a part, browsers look for that, and for none that the link names.
                let page = if part.is_none() { page } else { Page::Other };
                return (judged(status, moved), page);
            }
            let Some((next, named)) = target(&response, &address) else {
                return (Verdict::Dead("it redirects to no address".to_owned()), Page::Other);
            };
            // Such as the login of a company: it is there for those who are in its network.
            if next.ip().is_none() && !next.has_public_name() {
                return (Verdict::Unclear, Page::Other);
            }
            part = named.or(part);
            is_permanent &= matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
            if is_permanent {
                moved = Some(part.iter().fold(next.url.clone(), |url, part| format!("{url}#{part}")));
            }
            address = next;
        }
        (Verdict::Dead("its redirects do not end".to_owned()), Page::Other)
    }

    /// The answer of an address, after as many attempts as it takes.
    fn ask(&self, address: &Address, first: Method) -> Answer {
        let mut method = first;
        let mut attempt = 1;
        loop {
            let answer = self.pace.ask(&address.host, || self.request(address, (method, first)));
            let is_last = attempt == ATTEMPTS;
            let wait = match &answer {
                Answer::NoHost | Answer::Private | Answer::Untrusted(_) => return answer,
                Answer::Response(response, _) if method == Method::Head && dislikes_head(response.status()) => {
                    method = Method::Get;
                    continue;
                }
                Answer::Response(response, _) if !may_pass(response.status()) => return answer,
                Answer::Response(response, _) => match retry_after(response) {
                    Some(wait) if wait > self.limits.retry_after => return answer,
                    Some(wait) => wait,
                    None => self.backoff(attempt),
                },
                Answer::Failed(_) => self.backoff(attempt),
            };
            if is_last {
                return answer;
            }
            thread::sleep(wait);
            attempt += 1;
        }
    }

    fn backoff(&self, attempt: u32) -> Duration {
        self.limits.backoff * 2_u32.pow(attempt - 1)
    }

    /// Makes a request by a method. The page is read if it was to be a GET from the beginning.
    fn request(&self, address: &Address, (method, first): (Method, Method)) -> Answer {
        // A proxy would look where this machine does not.
        if address.ip().is_some_and(|ip| !(self.is_allowed)(ip)) {
            return Answer::Private;
        }
        let request = match method {
            Method::Head => self.agent.head(&address.url),
            Method::Get => self.agent.get(&address.url),
        };
        match request.call() {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let response = Response::from_parts(head, ());
                let page = if first == Method::Get { page(&response, body) } else { Page::Other };
                Answer::Response(response, page)
            }
            Err(ureq::Error::HostNotFound) => Answer::NoHost,
            Err(ureq::Error::Other(cause)) if cause.is::<Private>() => Answer::Private,
            Err(ureq::Error::Timeout(_)) => {
                Answer::Failed(format!("no answer within {} s", self.limits.answer.as_secs()))
            }
            Err(error) => match untrusted(&error) {
                Some(why) => Answer::Untrusted(why),
                None => Answer::Failed(format!("no answer: {error}")),
            },
        }
    }
}

/// Reads the page of an answer, if it is one of HTML.
fn page(response: &Response<()>, body: Body) -> Page {
    let media_type =
        response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if !response.status().is_success() || !["text/html", "application/xhtml+xml"].contains(&media_type) {
        return Page::Other;
    }
    let mut bytes = Vec::new();
    let read = body.into_reader().take(MOST_BYTES + 1).read_to_end(&mut bytes);
    match read {
        Ok(length) if length as u64 <= MOST_BYTES => Page::Html(Parts::of(&String::from_utf8_lossy(&bytes))),
        _ => Page::Incomplete,
    }
}

/// Why the certificate of a host is not valid, if that is what an error says.
fn untrusted(error: &ureq::Error) -> Option<String> {
    let cause = match error {
        ureq::Error::Rustls(cause) => cause,
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref()?,
        _ => return None,
    };
    let rustls::Error::InvalidCertificate(why) = cause else { return None };
    let why = match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet".to_owned(),
        CertificateError::UnknownIssuer => "is signed by nobody that browsers trust".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another host".to_owned()
        }
        other => format!("is not valid: {other}"),
    };
    Some(format!("its certificate {why}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Head,
    Get,
}

/// Whether a server that answers HEAD like this may have another answer to GET. Some do not implement it, some take it for a robot's.
fn dislikes_head(status: StatusCode) -> bool {
    let is_clear =
        [StatusCode::NOT_FOUND, StatusCode::GONE, StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
    (status.is_client_error() || status.is_server_error()) && !is_clear.contains(&status)
}

/// Whether another attempt may succeed.
fn may_pass(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

/// How long the server asks to wait (RFC 9110 §10.2.3). A date is not read: it counts as longer than any wait, so that the next check asks again.
fn retry_after(response: &Response<()>) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    Some(Duration::from_secs(value.trim().parse().unwrap_or(u64::MAX)))
}

/// Where a redirect leads, and the part of the page that it names. Servers also send other characters than those of ASCII, which they expect in requests as the
/// same bytes.
fn target(response: &Response<()>, from: &Address) -> Option<(Address, Option<String>)> {
    let location = percent_encode(response.headers().get(header::LOCATION)?.as_bytes(), CONTROLS).to_string();
    let part = location.split_once('#').map(|(_, part)| part.trim().to_owned());
    Some((from.join(&location)?, part))
}

/// The verdict on the last answer.
fn judged(status: StatusCode, moved: Option<String>) -> Verdict {
    // A login, a fee, a robot's trap, a law, a limit, and LinkedIn's own: there is something, which is not for us.
    if matches!(status.as_u16(), 401 | 402 | 403 | 407 | 429 | 451 | 999) {
        return Verdict::Unclear;
    }
    if status.is_client_error() || status.is_server_error() {
        return Verdict::Dead(status.to_string());
    }
    moved.map_or(Verdict::Good, Verdict::Moved)
}
