//! The most connections and memory that a server may use.

use super::descriptors;
use super::memory::Memory;
use crate::config::Config;
use crate::connection::slots::Bounds;

/// The most connections and memory that a server may use. See [`Server::capacity`](crate::Server::capacity).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The maximum number of connections.
    pub connections: usize,
    /// The memory that the process may use. Connections may use a part of it: see [`Memory::for_connections`].
    pub memory: Memory,
}

impl Capacity {
    pub(crate) fn new(config: &Config, descriptors: usize, memory: Memory) -> Self {
        let fitting = memory.idle_connections();
        Capacity { connections: descriptors::connections(config.limits.connections, descriptors, fitting), memory }
    }

    /// Returns the share of one of `workers` workers.
    pub(crate) fn share(self, workers: usize) -> Bounds {
        let bytes = self.memory.for_connections() / workers;
        Bounds { connections: (self.connections / workers).max(1), bytes }
    }
}
