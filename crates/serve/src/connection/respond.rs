//! The answer to a request, by what its connection is for.

use http::Response;
use http::request::Parts;

use super::stream::Connection;
#[cfg(feature = "tls")]
use crate::listen::address::Service;
use crate::response::body::Body;
#[cfg(feature = "tls")]
use crate::response::redirect;
use crate::response::respond_to;
use crate::site::route_class::RouteClass;

impl Connection<'_> {
    /// Returns whether every request is answered from the site.
    pub(super) fn serves_site(&self) -> bool {
        match self.service {
            #[cfg(feature = "tls")]
            Service::Redirect | Service::WithoutTls => false,
            _ => true,
        }
    }

    /// Answers a request at `now`, in Unix seconds.
    pub(super) fn respond(&self, now: i64, head: Parts) -> (Response<Body>, RouteClass) {
        #[cfg(feature = "tls")]
        if let Some(answer) = self.before_site(&head) {
            return answer;
        }
        let allowance = self.local.searches.of(self.slot.group());
        let answer = respond_to(&self.local.site, now, head, Some(allowance));
        #[cfg(feature = "tls")]
        let answer = self.with_hsts(answer);
        answer
    }

    /// Answers what is not for the site, at an address that has to do with HTTPS.
    #[cfg(feature = "tls")]
    fn before_site(&self, head: &Parts) -> Option<(Response<Body>, RouteClass)> {
        let tls = self.local.tls.as_ref()?;
        let answer = match self.service {
            Service::Http => None,
            // An authority follows redirects (RFC 8555 §8.3).
            Service::Https => redirect::answer_challenge(head, tls),
            Service::Redirect => redirect::answer_challenge(head, tls).or_else(|| redirect::to_https(head, tls)),
            Service::WithoutTls => return Some((redirect::refuse_plain(head, tls), RouteClass::None)),
        };
        answer.map(|answer| (answer, RouteClass::Redirect))
    }

    /// Adds HSTS to an answer over HTTPS: without TLS a client has to ignore it (RFC 6797 §7.2).
    #[cfg(feature = "tls")]
    fn with_hsts(&self, (mut response, route): (Response<Body>, RouteClass)) -> (Response<Body>, RouteClass) {
        if let (Service::Https, Some(tls)) = (self.service, &self.local.tls)
            && let Some((value, _)) = &tls.hsts
        {
            response.headers_mut().insert(http::header::STRICT_TRANSPORT_SECURITY, value.clone());
        }
        (response, route)
    }

    /// The line of HSTS for a prepared head; empty without TLS.
    pub(super) fn hsts_line(&self) -> &[u8] {
        match self.service {
            #[cfg(feature = "tls")]
            Service::Https => {
                self.local.tls.as_ref().and_then(|tls| tls.hsts.as_ref()).map_or(&[], |(_, line)| line.as_slice())
            }
            _ => &[],
        }
    }
}
