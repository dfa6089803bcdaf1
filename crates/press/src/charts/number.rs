//! Numbers: as text, and logarithms. Both are the same on every machine: the logarithm of the C library is not, so it is computed here.

use std::f64::consts::{LN_2, LN_10, SQRT_2};

use crate::data::push_grouped;

/// Where numbers become short: `1.8 M` from a million, and powers of ten from a thousand millions on and below a ten-thousandth.
const MILLION: f64 = 1e6;
const HUGE: f64 = 1e9;
const TINY: f64 = 1e-4;

/// The decimal logarithm of a positive number, by the series of the inverse hyperbolic tangent.
pub(super) fn log10(number: f64) -> f64 {
    if number < f64::MIN_POSITIVE {
        return log10(number * 1e300) - 300.0;
    }
    let bits = number.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7ff).expect("eleven bits") - 1023;
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    let (mantissa, exponent) = if mantissa > SQRT_2 { (mantissa / 2.0, exponent + 1) } else { (mantissa, exponent) };
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let series = (0..12).rev().fold(0.0, |sum, term| sum * square + 1.0 / f64::from(2 * term + 1));
    (f64::from(exponent) * LN_2 + 2.0 * ratio * series) / LN_10
}

/// Ten to the power of a whole number, exactly as it is written.
pub(super) fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().expect("a power of ten is a number")
}

/// The exponent of the first digit: 2 for 345, −1 for 0.2.
pub(super) fn exponent(number: f64) -> i32 {
    let text = format!("{:e}", number.abs());
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// A number with at most `digits` significant digits. Digits before the decimal point are never dropped.
pub(super) fn rounded(number: f64, digits: i32) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let size = number.abs();
    if !(TINY..HUGE).contains(&size) {
        return power(number, digits);
    }
    let (value, unit) = if size >= MILLION { (number / MILLION, " M") } else { (number, "") };
    let decimals = (digits - 1 - exponent(value)).max(0);
    trimmed(value, decimals) + unit
}

/// The labels of ticks: all with the decimals and the unit that the largest and the distances of them need.
pub(super) fn of_ticks(ticks: &[f64]) -> Vec<String> {
    let largest = ticks.iter().fold(0.0, |largest: f64, tick| largest.max(tick.abs()));
    let least = ticks.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(f64::INFINITY, f64::min);
    let step = if least.is_finite() && least > 0.0 { least } else { largest };
    let (unit, suffix) =
        if (MILLION..HUGE).contains(&largest) && step >= MILLION / 1000.0 { (MILLION, " M") } else { (1.0, "") };
    let label = |tick: &f64| match *tick {
        0.0 => "0".to_owned(),
        tick if !(TINY..HUGE).contains(&largest) => power(tick, (exponent(tick) - exponent(step)).max(0) + 2),
        tick => trimmed(tick / unit, (1 - exponent(step / unit)).clamp(0, 17)) + suffix,
    };
    ticks.iter().map(label).collect()
}

/// The labels of a logarithmic axis: each by itself, since no distance is common to them.
pub(super) fn of_log_ticks(ticks: &[f64]) -> Vec<String> {
    ticks.iter().map(|tick| rounded(*tick, 3)).collect()
}

/// A number in powers of ten: `2.5e9`.
fn power(number: f64, digits: i32) -> String {
    let text = format!("{:.*e}", usize::try_from(digits - 1).unwrap_or(0), number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    signed(number, format!("{mantissa}e{}", exponent.replace('-', "\u{2212}")))
}

/// A number with thousands separators and without zeros at its end.
fn trimmed(number: f64, decimals: i32) -> String {
    let text = format!("{:.*}", usize::try_from(decimals).unwrap_or(0), number.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut grouped = String::new();
    push_grouped(&mut grouped, whole);
    if !fraction.is_empty() {
        grouped.extend([".", fraction]);
    }
    if grouped == "0" { grouped } else { signed(number, grouped) }
}

fn signed(number: f64, text: String) -> String {
    if number < 0.0 { format!("\u{2212}{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_those_of_the_definition() {
        for power in [-308, -300, -7, -1, 0, 1, 2, 9, 100, 308] {
            let found = log10(power_of_ten(power));
            assert!((found - f64::from(power)).abs() < 1e-11, "{power}: {found}");
        }
        for number in [1.5, 2.0, 3.0, 0.7, 155_457.0] {
            assert!((log10(number) - number.log10()).abs() < 1e-14, "{number}");
        }
    }

    #[test]
    fn numbers_have_separators_units_and_no_useless_digits() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (12.0, "12"),
            (155_457.0, "155,457"),
            (3.456_78, "3.457"),
            (-1234.56, "\u{2212}1,235"),
            (0.000_5, "0.0005"),
            (0.1 + 0.2, "0.3"),
            (1_800_000.0, "1.8 M"),
            (2.5e9, "2.5e9"),
            (-1e300, "\u{2212}1e300"),
            (1e-7, "1e\u{2212}7"),
        ] {
            assert_eq!(rounded(number, 4), text);
        }
    }

    #[test]
    fn the_labels_of_an_axis_are_alike() {
        for (ticks, labels) in [
            (&[0.0, 0.5, 1.0][..], &["0", "0.5", "1"][..]),
            (&[0.0, 50_000.0, 100_000.0], &["0", "50,000", "100,000"]),
            (&[0.0, 500_000.0, 1_000_000.0], &["0", "0.5 M", "1 M"]),
            (&[-2.0, 0.0, 2.0], &["\u{2212}2", "0", "2"]),
            (&[1_000_000.0, 1_000_001.0], &["1,000,000", "1,000,001"]),
            (&[0.0, 1e12, 2e12], &["0", "1e12", "2e12"]),
            (&[0.25, 0.5], &["0.25", "0.5"]),
            (&[5.0], &["5"]),
        ] {
            assert_eq!(of_ticks(ticks), labels);
        }
    }
}
