//! The memory that this process may use. It limits the memory that connections may use.
//!
//! 1. The limits of the process's control group and of each group above it (cgroup v2: the lesser of `memory.max` and
//!    `memory.high`; v1: `memory.limit_in_bytes`). systemd, Kubernetes and container engines set these.
//! 2. The memory of the machine.
//!
//! It is read once at start, before the process gives up the right to read files. A value that cannot be read is
//! skipped.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::limits::{IDLE_BYTES, MEMORY_DIVISOR};

/// Where every distribution and container engine mounts control groups.
const CGROUPS: &str = "/sys/fs/cgroup";

/// The memory that a process may use, and what limits it.
///
/// ```
/// use graven_serve::{Memory, MemorySource};
///
/// let memory = Memory { bytes: 256 << 20, source: MemorySource::ControlGroup };
/// assert_eq!(memory.to_string(), "256 MiB of the control group");
/// assert_eq!(memory.for_connections(), 128 << 20);
/// assert!(memory.idle_connections() > 10_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The limit in bytes.
    pub bytes: u64,
    /// What sets the limit.
    pub source: MemorySource,
}

/// What limits the memory of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemorySource {
    /// A control group of the process.
    ControlGroup,
    /// The memory of the machine.
    Machine,
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.source {
            MemorySource::ControlGroup => "of the control group",
            MemorySource::Machine => "of the machine",
        };
        write!(f, "{} MiB {of}", self.bytes >> 20)
    }
}

impl Memory {
    /// Returns the memory that this process may use.
    pub(crate) fn of_this_process() -> Self {
        let info = rustix::system::sysinfo();
        #[allow(clippy::useless_conversion, reason = "it is a u32 on machines of 32 bits")]
        let machine = u64::try_from(info.totalram).unwrap_or(u64::MAX).saturating_mul(u64::from(info.mem_unit));
        let read = |path: &Path| fs::read_to_string(path).ok();
        Memory::least(limit(read), machine)
    }

    fn least(group: Option<u64>, machine: u64) -> Self {
        match group {
            Some(bytes) if bytes < machine => Memory { bytes, source: MemorySource::ControlGroup },
            _ => Memory { bytes: machine, source: MemorySource::Machine },
        }
    }

    /// Returns how many bytes all connections together may use.
    #[must_use]
    pub fn for_connections(self) -> usize {
        usize::try_from(self.bytes / MEMORY_DIVISOR).unwrap_or(usize::MAX)
    }

    /// Returns how many idle connections fit into [`for_connections`](Self::for_connections).
    #[must_use]
    pub fn idle_connections(self) -> usize {
        (self.for_connections() / IDLE_BYTES).max(1)
    }
}

/// Returns the lowest limit of the process's control groups, or `None` if none sets a limit.
fn limit(read: impl Fn(&Path) -> Option<String>) -> Option<u64> {
    let groups = read(Path::new("/proc/self/cgroup"))?;
    groups.lines().filter_map(|line| limit_of(line, &read)).min()
}

/// Returns the lowest limit of a line such as `0::/system.slice/notes.service` (v2) or `4:memory:/notes` (v1); see
/// cgroups(7).
fn limit_of(line: &str, read: impl Fn(&Path) -> Option<String>) -> Option<u64> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, group) = rest.split_once(':')?;
    let (root, files) = match controllers {
        "" => (PathBuf::from(CGROUPS), &["memory.max", "memory.high"][..]),
        _ if controllers.split(',').any(|name| name == "memory") => {
            (Path::new(CGROUPS).join("memory"), &["memory.limit_in_bytes"][..])
        }
        _ => return None,
    };
    // In its own namespace, a process may see a path that does not exist below its mount. Then the root of the mount is
    // its group.
    let group = root.join(group.trim_start_matches('/'));
    let levels = group.ancestors().take_while(|level| level.starts_with(&root));
    let limits = levels.flat_map(|level| files.iter().map(move |file| level.join(file)));
    limits.filter_map(|path| read(&path)?.trim().parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_limit_of_all_groups_applies() {
        for (files, expected) in [
            (vec![], None),
            (vec![("/proc/self/cgroup", "0::/\n")], None),
            (vec![("/proc/self/cgroup", "0::/\n"), ("/sys/fs/cgroup/memory.max", "67108864\n")], Some(67_108_864)),
            (
                vec![
                    ("/proc/self/cgroup", "0::/system.slice/notes.service\n"),
                    ("/sys/fs/cgroup/system.slice/notes.service/memory.max", "268435456\n"),
                    ("/sys/fs/cgroup/system.slice/notes.service/memory.high", "201326592\n"),
                    ("/sys/fs/cgroup/system.slice/memory.max", "max\n"),
                ],
                Some(201_326_592),
            ),
            (
                vec![
                    ("/proc/self/cgroup", "0::/a/b\n"),
                    ("/sys/fs/cgroup/a/b/memory.max", "max\n"),
                    ("/sys/fs/cgroup/a/memory.max", "1000\n"),
                ],
                Some(1000),
            ),
            (
                vec![
                    ("/proc/self/cgroup", "12:cpu,cpuacct:/x\n4:memory:/docker/0123\n0::/\n"),
                    ("/sys/fs/cgroup/memory/docker/0123/memory.limit_in_bytes", "5000\n"),
                    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ],
                Some(5000),
            ),
            // In a container, the group is mounted as the root.
            (
                vec![
                    ("/proc/self/cgroup", "4:memory:/docker/0123\n"),
                    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "7000\n"),
                ],
                Some(7000),
            ),
            (vec![("/proc/self/cgroup", "nonsense\n0:\n")], None),
        ] {
            let read = |path: &Path| {
                let found = files.iter().find(|(name, _)| Path::new(name) == path);
                found.map(|(_, text)| (*text).to_owned())
            };
            assert_eq!(limit(read), expected, "{files:?}");
        }
    }

    #[test]
    fn without_a_group_limit_the_memory_of_the_machine_applies() {
        let machine = 8 << 30;
        for (group, expected) in [
            (None, Memory { bytes: machine, source: MemorySource::Machine }),
            (Some(9_223_372_036_854_771_712), Memory { bytes: machine, source: MemorySource::Machine }),
            (Some(256 << 20), Memory { bytes: 256 << 20, source: MemorySource::ControlGroup }),
        ] {
            assert_eq!(Memory::least(group, machine), expected);
        }
        assert_eq!(Memory::least(Some(256 << 20), machine).to_string(), "256 MiB of the control group");
        assert!(Memory::of_this_process().bytes > 1 << 20);
    }
}
