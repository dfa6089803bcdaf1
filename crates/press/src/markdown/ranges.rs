//! Numbers and ranges of them, as in `mark=3,5-7` and `rows=1-8`.

use std::collections::BTreeSet;

/// The numbers of `3,5-7`, of things that are counted from 1 to `last`, each a `noun`.
///
/// # Errors
/// With the part that is wrong.
pub(super) fn read(text: &str, last: usize, noun: &str) -> Result<BTreeSet<usize>, String> {
    let mut numbers = BTreeSet::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (Ok(from), Ok(to)) = (from.parse::<usize>(), to.parse::<usize>()) else {
            return Err(format!("`{part}` is not the number of a {noun}, or a range of {noun}s"));
        };
        if from == 0 || from > to {
            return Err(format!("`{part}` is no {noun}: the first {noun} is 1"));
        }
        if to > last {
            return Err(format!("`{part}` is after the last {noun}, {last}"));
        }
        numbers.extend(from..=to);
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_are_between_the_first_and_the_last() {
        for (list, numbers) in [("3", &[3][..]), ("1,3-5", &[1, 3, 4, 5]), ("2-2,2", &[2])] {
            assert_eq!(read(list, 5, "line"), Ok(numbers.iter().copied().collect()), "{list}");
        }
        for list in ["", "0", "6", "4-6", "3-2", "a", "1,,2", "-2", "1-"] {
            assert!(read(list, 5, "line").is_err(), "{list}");
        }
    }
}
