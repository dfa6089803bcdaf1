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
            Service::Redirect => false,
            _ => true,
        }
    }

    /// Answers a request at `now`, in Unix seconds.
    pub(super) fn respond(&self, now: i64, head: Parts) -> (Response<Body>, RouteClass) {
        #[cfg(feature = "tls")]
        if let (Service::Redirect, Some(tls)) = (self.service, &self.local.tls)
            && let Some(response) = redirect::respond(&head, tls)
        {
            return (response, RouteClass::Redirect);
        }
        let allowance = self.local.searches.of(self.slot.group());
        let answer = respond_to(&self.local.site, now, head, Some(allowance));
        #[cfg(feature = "tls")]
        let answer = self.with_hsts(answer);
        answer
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
