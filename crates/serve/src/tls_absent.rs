//! TLS in a build without the feature `tls`: a server never has it, so there is no value of [`Tls`].

use std::sync::Arc;

use crate::config::{Config, DEFAULT_ADDRESS};
use crate::error::Error;
use crate::listen::address::Address;
use crate::listen::listener::BoundAddress;
use crate::observe::counters::Counters;

/// The TLS of a server.
#[derive(Debug)]
pub(crate) enum Tls {}

/// The address that is used if none is configured and no socket is inherited.
pub(crate) fn default_addresses(_config: &Config) -> Vec<Address> {
    vec![DEFAULT_ADDRESS]
}

#[expect(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
pub(crate) fn open(_config: &Config, _bound: &[BoundAddress]) -> Result<Option<Arc<Tls>>, Error> {
    Ok(None)
}

impl Tls {
    pub(crate) fn reload(&self, _pack_time: i64) -> String {
        match *self {}
    }

    pub(crate) fn problem(&self, _pack_time: i64) -> Option<String> {
        match *self {}
    }

    pub(crate) fn metrics(&self, _workers: &[&Counters], _pack_time: i64) -> String {
        match *self {}
    }
}

/// Never completes.
pub(crate) async fn watch(_tls: Option<Arc<Tls>>, _pack_time: i64) {
    std::future::pending::<()>().await;
}
