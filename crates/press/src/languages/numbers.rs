//! Numbers as a language writes them.

use super::words::Numbers;

impl Numbers {
    /// A number that is written in English, with a comma between groups of digits and a point before the decimals.
    pub(crate) fn of(&self, english: &str) -> String {
        let Some(start) = english.find(|character: char| character.is_ascii_digit()) else { return english.to_owned() };
        let is_whole = |character: char| character.is_ascii_digit() || character == ',';
        let end =
            english[start..].find(|character| !is_whole(character)).map_or(english.len(), |length| start + length);
        let (sign, whole, rest) = (&english[..start], &english[start..end], &english[end..]);
        let mut own = String::with_capacity(english.len() + 4);
        own.push_str(sign);
        if whole.contains(',') {
            self.push_grouped(&whole.replace(',', ""), &mut own);
        } else {
            own.push_str(whole);
        }
        match rest.strip_prefix('.') {
            Some(decimals) => own.extend([&*self.decimal, decimals]),
            None => own.push_str(rest),
        }
        own
    }

    fn push_grouped(&self, digits: &str, out: &mut String) {
        for (index, digit) in digits.char_indices() {
            let following = digits.len() - index;
            if index > 0 && following >= 3 && (following - 3).is_multiple_of(self.group_size) {
                out.push_str(&self.group);
            }
            out.push(digit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;

    #[test]
    fn a_number_has_the_separators_of_its_language() {
        let numbers = |group: &str, group_size: usize, decimal: &str| Numbers {
            group: Text::new(group),
            group_size,
            decimal: Text::new(decimal),
        };
        let (english, german, hindi) = (numbers(",", 3, "."), numbers(".", 3, ","), numbers(",", 2, "."));
        for (text, in_german, in_hindi) in [
            ("0", "0", "0"),
            ("\u{2212}1,234.5", "\u{2212}1.234,5", "\u{2212}1,234.5"),
            ("12,345,678", "12.345.678", "1,23,45,678"),
            ("1234", "1234", "1234"),
            ("1.8 M", "1,8 M", "1.8 M"),
            ("2.5e\u{2212}9", "2,5e\u{2212}9", "2.5e\u{2212}9"),
            ("none", "none", "none"),
        ] {
            assert_eq!(english.of(text), text);
            assert_eq!((german.of(text), hindi.of(text)), (in_german.to_owned(), in_hindi.to_owned()), "{text}");
        }
    }
}
