//! The limit on open descriptors, which is the limit on connections.

use std::num::NonZeroUsize;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limits::{CONNECTIONS, RESERVED_DESCRIPTORS};

/// Raises the limit to the most that is allowed to this process, and gives it: a shell's default, 1024, is there for programs
/// that use select(2).
pub(crate) fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let limit = if raised.is_ok() { maximum } else { current };
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// How many connections there may be: as many as were asked for, or as many as there are descriptors and memory for.
pub(crate) fn connections(asked: Option<NonZeroUsize>, descriptors: usize, of_memory: usize) -> usize {
    let fitting = descriptors.saturating_sub(RESERVED_DESCRIPTORS).max(1);
    asked.map_or(fitting.min(of_memory).min(CONNECTIONS), NonZeroUsize::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_descriptors_and_memory_unless_more_are_asked_for() {
        for (asked, descriptors, of_memory, expected) in [
            (None, usize::MAX, usize::MAX, CONNECTIONS),
            (None, 1024, 16_000, 1024 - RESERVED_DESCRIPTORS),
            (None, 64, 16_000, 64 - RESERVED_DESCRIPTORS),
            (None, 1024, 700, 700),
            (None, 3, 16_000, 1),
            (NonZeroUsize::new(5000), 64, 700, 5000),
            (NonZeroUsize::new(5), 1024, 700, 5),
        ] {
            assert_eq!(connections(asked, descriptors, of_memory), expected, "{asked:?} {descriptors} {of_memory}");
        }
    }

    #[test]
    fn the_limit_is_raised_to_its_maximum() {
        let limit = raise();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!(current, maximum);
        assert_eq!(u64::try_from(limit).ok(), current.or(Some(u64::MAX)));
    }
}
