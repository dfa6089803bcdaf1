//! The limit on open file descriptors, which also limits connections.

use std::num::NonZeroUsize;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limits::{CONNECTIONS, RESERVED_DESCRIPTORS};

/// Raises the limit to the maximum that this process is allowed, and returns it. The usual default of a shell, 1024,
/// exists for programs that use select(2).
pub(crate) fn raise_limit() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let limit = if raised.is_ok() { maximum } else { current };
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// Returns the maximum number of connections: the configured number, or as many as descriptors and memory allow.
pub(crate) fn connections(configured: Option<NonZeroUsize>, descriptors: usize, by_memory: usize) -> usize {
    let fitting = descriptors.saturating_sub(RESERVED_DESCRIPTORS).max(1);
    configured.map_or(fitting.min(by_memory).min(CONNECTIONS), NonZeroUsize::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_descriptors_and_memory_unless_configured() {
        for (configured, descriptors, by_memory, expected) in [
            (None, usize::MAX, usize::MAX, CONNECTIONS),
            (None, 1024, 16_000, 1024 - RESERVED_DESCRIPTORS),
            (None, 64, 16_000, 64 - RESERVED_DESCRIPTORS),
            (None, 1024, 700, 700),
            (None, 3, 16_000, 1),
            (NonZeroUsize::new(5000), 64, 700, 5000),
            (NonZeroUsize::new(5), 1024, 700, 5),
        ] {
            assert_eq!(
                connections(configured, descriptors, by_memory),
                expected,
                "{configured:?} {descriptors} {by_memory}"
            );
        }
    }

    #[test]
    fn the_limit_is_raised_to_its_maximum() {
        let limit = raise_limit();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!(current, maximum);
        assert_eq!(u64::try_from(limit).ok(), current.or(Some(u64::MAX)));
    }
}
