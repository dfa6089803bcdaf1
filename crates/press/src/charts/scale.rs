//! Scales: values to places, with ticks at round numbers.

use super::number::{exponent, log10, of_log_ticks, of_ticks, power_of_ten};
use crate::languages::Numbers;

/// The range of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Domain {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) is_log: bool,
}

/// A domain, and the places of its ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) domain: Domain,
    pub(super) start: f64,
    pub(super) end: f64,
}

/// How a domain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At the least and the greatest value.
    Data,
    /// At ticks.
    Ticks,
}

impl Domain {
    /// That of no values.
    pub(super) const EMPTY: Self = Self { low: 0.0, high: 0.0, is_log: false };

    /// The least and the greatest of some values. `None` without values.
    pub(super) fn around(values: impl Iterator<Item = f64>, is_log: bool) -> Option<Self> {
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)));
        (low <= high).then_some(Self { low, high, is_log })
    }

    /// The domain with zero in it, if that costs at most as much space as the values take.
    pub(super) fn with_near_zero(self) -> Self {
        let span = self.high - self.low;
        match self {
            Self { is_log: false, low, .. } if low > 0.0 && low <= span => Self { low: 0.0, ..self },
            Self { is_log: false, high, .. } if high < 0.0 && -high <= span => Self { high: 0.0, ..self },
            _ => self,
        }
    }

    /// The domain with the ends that the author wants.
    pub(super) fn with_ends(self, from: Option<f64>, to: Option<f64>) -> Self {
        let (low, high) = (from.unwrap_or(self.low), to.unwrap_or(self.high));
        // An end that is beyond all data takes the other along.
        match (from, to) {
            (None, Some(_)) => Self { low: low.min(high), high, ..self },
            _ => Self { low, high: high.max(low), ..self },
        }
    }

    /// A domain that has an extent: a single value is in its middle.
    pub(super) fn opened(self) -> Self {
        if self.low < self.high {
            return self;
        }
        let value = self.low;
        if self.is_log {
            return Self { low: value / 2.0, high: value * 2.0, ..self };
        }
        let half = if value == 0.0 { 1.0 } else { value.abs() / 2.0 };
        let opened = Self { low: value - half, high: value + half, ..self };
        if opened.low < opened.high { opened } else { Self { low: 0.0, high: value.abs() * 2.0, ..self } }
    }

    /// The domain, extended to ticks at the ends that the author has not set.
    pub(super) fn extended(self, most_ticks: usize, (from, to): (Option<f64>, Option<f64>)) -> Self {
        let (low, high) = if self.is_log { self.round_log_ends() } else { self.round_ends(most_ticks) };
        Self {
            low: if from.is_some() { self.low } else { low },
            high: if to.is_some() { self.high } else { high },
            ..self
        }
    }

    fn round_ends(self, most_ticks: usize) -> (f64, f64) {
        let step = step(self.high - self.low, most_ticks);
        let (first, last) = ((self.low / step + NEAR).floor(), (self.high / step - NEAR).ceil());
        (multiple(first, step), multiple(last, step))
    }

    fn round_log_ends(self) -> (f64, f64) {
        let around = |value: f64| {
            let exponent = exponent(value);
            let round = |factor: f64| factor * power_of_ten(exponent);
            [1.0, 2.0, 5.0, 10.0].map(round)
        };
        let low = around(self.low).into_iter().rev().find(|tick| *tick <= self.low).unwrap_or(self.low);
        let high = around(self.high).into_iter().find(|tick| *tick >= self.high).unwrap_or(self.high);
        (low, high)
    }

    /// At most `most` round values.
    pub(super) fn ticks(self, most: usize) -> Vec<f64> {
        if self.is_log {
            let ticks = self.log_ticks(most);
            if ticks.len() > 1 {
                return ticks;
            }
        }
        let step = step(self.high - self.low, most);
        let (first, last) = ((self.low / step - NEAR).ceil(), (self.high / step + NEAR).floor());
        let mut ticks = Vec::new();
        let mut at = first;
        while at <= last && ticks.len() <= most {
            ticks.push(multiple(at, step));
            at += 1.0;
        }
        ticks
    }

    fn log_ticks(self, most: usize) -> Vec<f64> {
        let (low, high) = (exponent(self.low), exponent(self.high));
        let within = |tick: &f64| *tick >= self.low && *tick <= self.high && tick.is_finite();
        for factors in [&[1.0, 2.0, 5.0][..], &[1.0, 3.0], &[1.0]] {
            let powers = (low..=high).flat_map(|power| factors.iter().map(move |factor| factor * power_of_ten(power)));
            let ticks: Vec<f64> = powers.filter(within).collect();
            if ticks.len() <= most {
                return ticks;
            }
        }
        let every = usize::try_from(high - low).unwrap_or(0) / most.max(1) + 1;
        (low..=high).map(power_of_ten).filter(within).step_by(every).collect()
    }

    /// The labels of ticks.
    pub(super) fn labels(self, ticks: &[f64], numbers: &Numbers) -> Vec<String> {
        let labels = if self.is_log { of_log_ticks(ticks) } else { of_ticks(ticks) };
        labels.iter().map(|label| numbers.of(label)).collect()
    }
}

/// By how much of a step a value may miss a tick and still be on it.
const NEAR: f64 = 1e-9;

/// The least of 1, 2, 5, 10, 20 and so on with which a span has at most `most` ticks.
fn step(span: f64, most: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an axis has few ticks")]
    let least = span / most.saturating_sub(1).max(1) as f64;
    if least < f64::MIN_POSITIVE {
        return f64::MIN_POSITIVE;
    }
    let power = power_of_ten(exponent(least));
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * (1.0 - NEAR));
    factor.map_or(power * 10.0, |factor| factor * power)
}

/// A multiple of a step, without the noise of its last digits.
fn multiple(count: f64, step: f64) -> f64 {
    let exact = count * step;
    let digits = usize::try_from(exponent(exact) - exponent(step)).unwrap_or(0) + 2;
    if exact == 0.0 { 0.0 } else { format!("{exact:.digits$e}").parse().unwrap_or(exact) }
}

/// The farthest place outside a scale, in lengths of it: a line there is as upright as one to infinity, and can be clipped without loss.
const FAR: f64 = 1e5;

impl Scale {
    /// The place of a value. Those outside the domain are outside the ends.
    pub(super) fn at(&self, value: f64) -> f64 {
        let Domain { low, high, is_log } = self.domain;
        let part = if is_log {
            (log10(value) - log10(low)) / (log10(high) - log10(low))
        } else {
            // Halves, so that the difference of two huge numbers is not infinite.
            (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
        };
        self.start + part.clamp(-FAR, FAR) * (self.end - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(low: f64, high: f64) -> Domain {
        Domain { low, high, is_log: false }
    }

    fn log(low: f64, high: f64) -> Domain {
        Domain { low, high, is_log: true }
    }

    #[test]
    fn ticks_are_at_round_numbers() {
        for (domain, most, expected) in [
            (domain(0.0, 100.0), 6, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0][..]),
            (domain(0.0, 1.0), 3, &[0.0, 0.5, 1.0]),
            (domain(1.0, 48.0), 6, &[10.0, 20.0, 30.0, 40.0]),
            (domain(-3.0, 3.0), 4, &[-2.0, 0.0, 2.0]),
            (domain(0.0, 0.3), 4, &[0.0, 0.1, 0.2, 0.3]),
            (domain(1e15, 1e15 + 4.0), 5, &[1e15, 1e15 + 1.0, 1e15 + 2.0, 1e15 + 3.0, 1e15 + 4.0]),
            (log(1.0, 1000.0), 5, &[1.0, 10.0, 100.0, 1000.0]),
            (log(1.0, 20.0), 5, &[1.0, 2.0, 5.0, 10.0, 20.0]),
            (log(300.0, 400.0), 4, &[300.0, 350.0, 400.0]),
            (log(1.0, 1e12), 4, &[1.0, 1e4, 1e8, 1e12]),
        ] {
            assert_eq!(domain.ticks(most), expected, "{domain:?}");
        }
    }

    #[test]
    fn a_domain_ends_at_ticks_unless_the_author_sets_its_ends() {
        for (before, ends, after) in [
            (domain(0.0, 93.0), (None, None), (0.0, 100.0)),
            (domain(0.0, 93.0), (None, Some(93.0)), (0.0, 93.0)),
            (domain(-7.0, 12.0), (None, None), (-10.0, 15.0)),
            (log(3.0, 900.0), (None, None), (2.0, 1000.0)),
            (log(1.0, 1000.0), (None, None), (1.0, 1000.0)),
        ] {
            let found = before.extended(6, ends);
            assert_eq!((found.low, found.high), after, "{before:?}");
        }
        assert_eq!(domain(2.0, 9.0).with_near_zero(), domain(0.0, 9.0));
        assert_eq!(domain(8.0, 9.0).with_near_zero(), domain(8.0, 9.0));
        assert_eq!(domain(5.0, 9.0).with_ends(None, Some(3.0)), domain(3.0, 3.0));
    }

    #[test]
    fn one_value_is_in_the_middle() {
        for value in [0.0, 5.0, -2.0, 1e-300, 1e300, f64::MIN_POSITIVE] {
            for is_log in [false, true] {
                if is_log && value <= 0.0 {
                    continue;
                }
                let opened = Domain { low: value, high: value, is_log }.opened();
                assert!(opened.low < value && value < opened.high, "{opened:?}");
                let scale = Scale { domain: opened, start: 0.0, end: 100.0 };
                assert!((scale.at(value) - 50.0).abs() < 1e-6, "{value}: {}", scale.at(value));
                assert!(!opened.ticks(5).is_empty(), "{opened:?}");
            }
        }
    }

    #[test]
    fn what_is_far_outside_is_still_at_a_place() {
        let scale = Scale { domain: domain(1.0, 2.0), start: 0.0, end: 100.0 };
        for value in [-1e300, 1e300] {
            assert!(scale.at(value).abs() < 1e8 && !(0.0..=100.0).contains(&scale.at(value)), "{value}");
        }
    }

    #[test]
    fn any_range_has_some_ticks_and_not_too_many() {
        for low in [-1e308, -1.0, 0.0, 1e-300, 1.0, 999.0, 1e15] {
            for span in [1e-12, 0.3, 1.0, 7.0, 1e4, 1e300] {
                for most in [2, 5, 9] {
                    let ticks = domain(low, low + span).opened().ticks(most);
                    assert!(ticks.len() <= most + 1, "{low} {span} {most}: {ticks:?}");
                }
            }
        }
    }
}
