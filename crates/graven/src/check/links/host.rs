//! Names of hosts in other letters than those of ASCII, as the Domain Name System has them: `müller.de` is `xn--mller-kva.de` (RFC 5891).

use percent_encoding::percent_decode_str;

/// The dots of names in other scripts (RFC 3490 §3.1).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// The longest part of a name between two dots (RFC 1035 §2.3.4).
const LONGEST_LABEL: usize = 63;

/// A name in ASCII. `None` if that takes tables of Unicode, which are not here: an accent that is a character of its own has to become one with its letter.
pub(super) fn in_ascii(host: &str) -> Option<String> {
    let host = percent_decode_str(host).decode_utf8().ok()?;
    if host.is_ascii() {
        return Some(host.into_owned());
    }
    let host = host.to_lowercase();
    if host.contains(|char| ('\u{300}'..='\u{36f}').contains(&char)) {
        return None;
    }
    let labels: Option<Vec<_>> = host.split(DOTS).map(label).collect();
    Some(labels?.join("."))
}

fn label(label: &str) -> Option<String> {
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    (label.chars().count() <= LONGEST_LABEL).then(|| format!("xn--{}", punycode(label)))
}

/// The digits of a number (RFC 3492 §5).
const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// The smallest and the largest threshold of a digit (RFC 3492 §5).
const THRESHOLDS: (usize, usize) = (1, 26);

/// A part of a name in the letters of ASCII (RFC 3492 §6.3). It has at most 63 characters, so that no number grows too large.
fn punycode(label: &str) -> String {
    let chars: Vec<usize> = label.chars().map(|char| char as usize).collect();
    let mut code: String = label.chars().filter(char::is_ascii).collect();
    let basic = code.len();
    if basic > 0 {
        code.push('-');
    }
    let (mut next, mut delta, mut bias, mut done) = (128, 0, 72, basic);
    while let Some(smallest) = chars.iter().copied().filter(|char| *char >= next).min() {
        delta += (smallest - next) * (done + 1);
        for char in &chars {
            if *char < smallest {
                delta += 1;
            } else if *char == smallest {
                write(delta, bias, &mut code);
                bias = adapted(delta, done + 1, done == basic);
                delta = 0;
                done += 1;
            }
        }
        delta += 1;
        next = smallest + 1;
    }
    code
}

/// Writes a number whose digits have the thresholds that follow from the bias.
fn write(number: usize, bias: usize, code: &mut String) {
    let (base, mut rest, mut at) = (DIGITS.len(), number, DIGITS.len());
    loop {
        let threshold = at.saturating_sub(bias).clamp(THRESHOLDS.0, THRESHOLDS.1);
        if rest < threshold {
            code.push(char::from(DIGITS[rest]));
            return;
        }
        code.push(char::from(DIGITS[threshold + (rest - threshold) % (base - threshold)]));
        rest = (rest - threshold) / (base - threshold);
        at += base;
    }
}

/// The bias after a number (RFC 3492 §6.1).
fn adapted(delta: usize, count: usize, is_first: bool) -> usize {
    let range = DIGITS.len() - THRESHOLDS.0;
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut bias = 0;
    while delta > range * THRESHOLDS.1 / 2 {
        delta /= range;
        bias += DIGITS.len();
    }
    bias + (range + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_ascii_as_resolvers_take_them() {
        for (host, expected) in [
            ("rust-lang.org", Some("rust-lang.org")),
            ("[::1]", Some("[::1]")),
            ("müller.de", Some("xn--mller-kva.de")),
            ("MÜLLER.de", Some("xn--mller-kva.de")),
            ("m%C3%BCller.de", Some("xn--mller-kva.de")),
            ("www.straße.de", Some("www.xn--strae-oqa.de")),
            ("пример.рф", Some("xn--e1afmkfd.xn--p1ai")),
            ("例え。jp", Some("xn--r8jz45g.jp")),
            // RFC 3492 §7.1, (L), (R) and (S).
            ("3年b組金八先生", Some("xn--3b-ww4c5e180e575a65lsy2b")),
            ("そのスピードで", Some("xn--d9juau41awczczp")),
            ("mu\u{308}ller.de", None),
            ("m%FCller.de", None),
        ] {
            assert_eq!(in_ascii(host).as_deref(), expected, "{host}");
        }
        assert_eq!(in_ascii(&"ü".repeat(64)), None);
    }
}
