//! How much memory this process may use: what bounds the connections that it holds.
//!
//! 1. the limits of its control group and of each group above it (cgroup v2: the lesser of `memory.max` and `memory.high`; v1:
//!    `memory.limit_in_bytes`), which are what systemd, Kubernetes and container engines set;
//! 2. the memory of the machine.
//!
//! Read once at the start, before the process gives up the right to read files. A figure that cannot be read is left out.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::limits::{IDLE_BYTES, MEMORY_SHARE};

/// Where control groups are mounted, by every distribution and container engine.
const CGROUPS: &str = "/sys/fs/cgroup";

/// Memory that this process may use, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// In bytes.
    pub bytes: u64,
    /// Who limits it.
    pub source: Source,
}

/// Who limits the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A control group.
    ControlGroup,
    /// The machine has no more.
    Machine,
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.source {
            Source::ControlGroup => "of the control group",
            Source::Machine => "of the machine",
        };
        write!(f, "{} MiB {of}", self.bytes >> 20)
    }
}

impl Memory {
    /// What this process may use.
    pub(crate) fn of_this_process() -> Self {
        let info = rustix::system::sysinfo();
        #[allow(clippy::useless_conversion, reason = "it is a u32 on machines of 32 bits")]
        let machine = u64::try_from(info.totalram).unwrap_or(u64::MAX).saturating_mul(u64::from(info.mem_unit));
        let read = |path: &Path| fs::read_to_string(path).ok();
        Memory::least(limit(read), machine)
    }

    fn least(group: Option<u64>, machine: u64) -> Self {
        match group {
            Some(bytes) if bytes < machine => Memory { bytes, source: Source::ControlGroup },
            _ => Memory { bytes: machine, source: Source::Machine },
        }
    }

    /// What all connections together may hold.
    #[must_use]
    pub fn for_connections(self) -> usize {
        usize::try_from(self.bytes / MEMORY_SHARE).unwrap_or(usize::MAX)
    }

    /// How many idle connections that are.
    #[must_use]
    pub fn idle_connections(self) -> usize {
        (self.for_connections() / IDLE_BYTES).max(1)
    }
}

/// The least limit of the control groups that this process is in; `None` where none limits it.
fn limit(read: impl Fn(&Path) -> Option<String>) -> Option<u64> {
    let groups = read(Path::new("/proc/self/cgroup"))?;
    groups.lines().filter_map(|line| limit_of(line, &read)).min()
}

/// The least limit of a line such as `0::/system.slice/notes.service` (v2) or `4:memory:/notes` (v1), see cgroups(7).
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
    // In a namespace of its own, a process may see a path that is not below its own mount; then the mount's root is its group.
    let group = root.join(group.trim_start_matches('/'));
    let levels = group.ancestors().take_while(|level| level.starts_with(&root));
    let limits = levels.flat_map(|level| files.iter().map(move |file| level.join(file)));
    limits.filter_map(|path| read(&path)?.trim().parse().ok()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_limit_of_all_groups_above_counts() {
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
            // In a container, whose group is mounted as the root.
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
    fn a_group_without_a_limit_has_that_of_the_machine() {
        let machine = 8 << 30;
        for (group, expected) in [
            (None, Memory { bytes: machine, source: Source::Machine }),
            (Some(9_223_372_036_854_771_712), Memory { bytes: machine, source: Source::Machine }),
            (Some(256 << 20), Memory { bytes: 256 << 20, source: Source::ControlGroup }),
        ] {
            assert_eq!(Memory::least(group, machine), expected);
        }
        assert_eq!(Memory::least(Some(256 << 20), machine).to_string(), "256 MiB of the control group");
        assert!(Memory::of_this_process().bytes > 1 << 20);
    }
}
