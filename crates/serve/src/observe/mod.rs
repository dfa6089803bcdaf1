//! For the operator: counters and their exposition, the access log, and client addresses.

pub(crate) mod access_log;
pub(crate) mod client;
pub(crate) mod counters;
pub(crate) mod exposition;
pub(crate) mod stderr;
