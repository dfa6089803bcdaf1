//! The addresses of hosts, for the connections of the check: all that are made from this machine, and no other than those that were found allowed. Behind a proxy these are
//! those to the proxy, and to the hosts that `NO_PROXY` names.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// The error that a host is in a network that is not asked.
#[derive(Debug)]
pub(super) struct Private;

impl fmt::Display for Private {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("its host is in a private network")
    }
}

impl Error for Private {}

/// Finds the addresses of hosts, and refuses those with one that is not allowed.
pub(super) struct Allowed {
    system: DefaultResolver,
    is_allowed: fn(IpAddr) -> bool,
}

impl Allowed {
    pub(super) fn new(is_allowed: fn(IpAddr) -> bool) -> Self {
        Self { system: DefaultResolver::default(), is_allowed }
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Allowed")
    }
}

impl Resolver for Allowed {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.system.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            error => error,
        })?;
        // The user has named it, and mostly it is in the user's own network.
        let is_proxy = config.proxy().is_some_and(|proxy| proxy.uri() == uri);
        if is_proxy || found.iter().all(|found| (self.is_allowed)(found.ip())) {
            return Ok(found);
        }
        Err(ureq::Error::Other(Box::new(Private)))
    }
}
