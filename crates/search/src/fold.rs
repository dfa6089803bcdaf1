//! Folding: one form for all ways to write a letter. "É", "é", "e" and a combining accent are all "e"; "ß" is "ss".

/// The Latin letters from U+00C0 to U+017F, each with what it folds to; `.` where the character is no letter.
const LATIN: &str = "\
aaaaaa1ceeeeiiiidnooooo.ouuuuy23aaaaaa1ceeeeiiiidnooooo.ouuuuy2y\
aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii44jjkkklllllll\
lllnnnnnnnnnoooooo55rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/// The Latin letters from U+1E00 to U+1EFF.
const LATIN_ADDITIONAL: &str = "\
aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm\
mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv\
wwwwwwwwwwxxxxyyzzzzzzhtwyasss3daaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee\
eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyllvvyy";

/// What the digits in the tables mean.
const PAIRS: [&str; 5] = ["ae", "th", "ss", "ij", "oe"];

/// Whether the character only changes the letter before it.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}')
}

/// Appends what a character folds to.
pub(crate) fn fold(c: char, to: &mut String) {
    // Most characters of most texts.
    if c.is_ascii() {
        return to.push(c.to_ascii_lowercase());
    }
    let code = c as usize;
    let of_table = match code {
        0xc0..=0x17f => LATIN.as_bytes().get(code - 0xc0),
        0x1e00..=0x1eff => LATIN_ADDITIONAL.as_bytes().get(code - 0x1e00),
        _ => None,
    };
    match of_table {
        Some(digit @ b'1'..=b'5') => to.push_str(PAIRS[usize::from(digit - b'1')]),
        Some(b'.') => {}
        Some(&letter) => to.push(char::from(letter)),
        None if is_mark(c) => {}
        None => to.extend(c.to_lowercase().map(fold_other)),
    }
}

/// Greek and Cyrillic letters with accents, and letters that differ from another only in their place.
fn fold_other(c: char) -> char {
    match c {
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        'ў' => 'у',
        'ѝ' => 'и',
        _ => c,
    }
}
