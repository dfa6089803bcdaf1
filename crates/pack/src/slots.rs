//! Fills the hash table from paths to routes.

use crate::format::{Hash, PROBES, Slot};

/// How often the table may double. If a search is still too long, the hashes of the paths collide.
const DOUBLINGS: u32 = 4;

/// Why there is no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There are too many paths for the format.
    TooMany,
    /// The hash of the path with this index collides with those of too many others.
    Collision(usize),
}

/// The hash table of these paths: at most half full, and larger if a search would be too long.
pub(crate) fn slots(paths: &[&str]) -> Result<Vec<Slot>, Failure> {
    let count = u32::try_from(paths.len()).map_err(|_| Failure::TooMany)?;
    let mut size = count.checked_mul(2).and_then(u32::checked_next_power_of_two).ok_or(Failure::TooMany)?.max(8);
    for _ in 0..DOUBLINGS {
        if let Ok(slots) = fill(paths, size) {
            return Ok(slots);
        }
        size = size.checked_mul(2).ok_or(Failure::TooMany)?;
    }
    fill(paths, size).map_err(Failure::Collision)
}

/// A table of `size` slots, or the index of the first path that has no free slot within [`PROBES`].
fn fill(paths: &[&str], size: u32) -> Result<Vec<Slot>, usize> {
    let mut slots = vec![Slot::default(); size as usize];
    for (route, (index, path)) in (0..).zip(paths.iter().enumerate()) {
        let hash = Hash::of(path);
        let mut candidates = (0..PROBES).map(|probe| hash.slot(probe, size) as usize);
        let free = candidates.find(|&at| slots.get(at).is_some_and(|slot| slot.route.is_none()));
        let slot = free.and_then(|at| slots.get_mut(at)).ok_or(index)?;
        *slot = Slot { tag: hash.tag(), route: Some(route) };
    }
    Ok(slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_grows_until_each_search_is_short() {
        // Half full, the longest search among these takes 52 slots.
        let paths: Vec<String> = (0..131_072).map(|n| format!("/blog/{n}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        assert!(fill(&paths, 262_144).is_err());
        assert_eq!(slots(&paths).map(|slots| slots.len()), Ok(524_288));
    }

    #[test]
    fn paths_with_colliding_hashes_are_refused_and_one_is_named() {
        let largest = 128 << 4;
        let alike = (0..).map(|n| format!("/{n}")).filter(|path| Hash::of(path).slot(0, largest) == 7);
        let alike: Vec<String> = alike.take(33).collect();
        let paths: Vec<&str> = alike.iter().map(String::as_str).collect();
        assert_eq!(slots(&paths), Err(Failure::Collision(32)));
        assert!(slots(&paths[..32]).is_ok());
    }
}
