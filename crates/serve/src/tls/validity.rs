//! From when and until when a certificate is valid (RFC 5280 §4.1.2.5).
//!
//! It reads these two fields alone. Everything else in a certificate is for clients, and rustls sends it as it is.

/// The time in which a certificate is valid, in Unix seconds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) from: i64,
    pub(crate) until: i64,
}

/// Tags of DER (X.690 §8).
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Reads the validity of a certificate in DER; `None` if it is malformed.
pub(crate) fn validity(certificate: &[u8]) -> Option<Validity> {
    let (certificate, _) = value(certificate, SEQUENCE)?;
    let (mut fields, _) = value(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = value(fields, VERSION)?.1;
    }
    // Serial number, algorithm, issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        fields = value(fields, tag)?.1;
    }
    let (times, _) = value(fields, SEQUENCE)?;
    let (from, rest) = time(times)?;
    let (until, _) = time(rest)?;
    Some(Validity { from, until })
}

/// Splits off the value with this tag. Returns it, and what follows.
fn value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[first, length], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        // Up to three bytes of length: 16 MB.
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    (first == tag).then(|| rest.split_at_checked(length))?
}

/// Reads a time: `YYMMDDHHMMSSZ`, where years below 50 are of this century, or `YYYYMMDDHHMMSSZ`.
fn time(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (century, (text, rest)) = match *bytes.first()? {
        UTC_TIME => (None, value(bytes, UTC_TIME)?),
        GENERALIZED_TIME => (Some(()), value(bytes, GENERALIZED_TIME)?),
        _ => return None,
    };
    let digits = text.strip_suffix(b"Z").filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let (year, digits) = digits.split_at_checked(if century.is_some() { 4 } else { 2 })?;
    let year = match number(year) {
        year if century.is_some() => year,
        year if year < 50 => 2000 + year,
        year => 1900 + year,
    };
    let digits: &[u8; 10] = digits.try_into().ok()?;
    let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|at| number(&digits[at..at + 2]));
    let is_valid = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    is_valid.then(|| (days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second, rest))
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
}

/// Counts days in a calendar whose years begin in March, so that a leap day is the last day of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).expect("short");
        let head = match length {
            0..=127 => vec![tag, length.to_be_bytes()[1]],
            _ => vec![tag, 0x82, length.to_be_bytes()[0], length.to_be_bytes()[1]],
        };
        [head, content.to_vec()].concat()
    }

    fn certificate(times: &[u8], has_version: bool) -> Vec<u8> {
        let version = if has_version { der(VERSION, &der(INTEGER, &[2])) } else { Vec::new() };
        let fields =
            [version, der(INTEGER, &[1; 20]), der(SEQUENCE, &[]), der(SEQUENCE, &[0; 200]), der(SEQUENCE, times)];
        der(SEQUENCE, &[der(SEQUENCE, &fields.concat()), der(SEQUENCE, &[])].concat())
    }

    #[test]
    fn both_forms_of_time_are_read() {
        for (tag, text, expected) in [
            (UTC_TIME, "700101000000Z", Some(0)),
            (UTC_TIME, "500101000000Z", Some(-631_152_000)),
            (UTC_TIME, "491231235959Z", Some(2_524_607_999)),
            (UTC_TIME, "240229120000Z", Some(1_709_208_000)),
            (GENERALIZED_TIME, "20501231235959Z", Some(2_556_143_999)),
            (GENERALIZED_TIME, "20000301000000Z", Some(951_868_800)),
            (GENERALIZED_TIME, "21000301000000Z", Some(4_107_542_400)),
            // RFC 5280 §4.1.2.5.2: neither an offset nor fractions.
            (GENERALIZED_TIME, "20501231235959.5Z", None),
            (UTC_TIME, "240229120000+0100", None),
            (UTC_TIME, "2402291200Z", None),
            (UTC_TIME, "241329120000Z", None),
            (INTEGER, "240229120000Z", None),
        ] {
            let times = [der(tag, text.as_bytes()), der(UTC_TIME, b"300101000000Z")].concat();
            for has_version in [true, false] {
                let found = validity(&certificate(&times, has_version));
                assert_eq!(found.map(|validity| validity.from), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_certificate_that_is_cut_off_has_no_validity() {
        let times = [der(UTC_TIME, b"240229120000Z"), der(UTC_TIME, b"300101000000Z")].concat();
        let whole = certificate(&times, true);
        assert!(validity(&whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(validity(&whole[..length]), None, "{length} bytes");
        }
    }
}
