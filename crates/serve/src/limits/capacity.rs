//! How much a server may hold at most: connections and memory.

use super::descriptors;
use super::memory::Memory;
use crate::config::Config;
use crate::connection::slots::Bounds;

/// How much a server holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Connections.
    pub connections: usize,
    /// The memory that the process may use, of which its connections may hold a part.
    pub memory: Memory,
}

impl Capacity {
    pub(crate) fn of(config: &Config, descriptors: usize, memory: Memory) -> Self {
        let fitting = memory.idle_connections();
        Capacity { connections: descriptors::connections(config.limits.connections, descriptors, fitting), memory }
    }

    /// The part of each of so many workers.
    pub(crate) fn share(self, workers: usize) -> Bounds {
        let bytes = self.memory.for_connections() / workers;
        Bounds { connections: (self.connections / workers).max(1), bytes }
    }
}
