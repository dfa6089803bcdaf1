//! The lifecycle of the process: readiness, health, signals, draining, confinement.

pub(crate) mod drain;
pub(crate) mod landlock;
pub(crate) mod probe;
mod sd_notify;
pub(crate) mod signals;
pub(crate) mod supervisor;
