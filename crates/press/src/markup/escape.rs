//! Escaping of text and attribute values.

/// Appends `text`, escaped for the content of an element.
pub(crate) fn push_text(out: &mut String, text: &str) {
    push_escaped(out, text, &['&', '<', '>']);
}

/// Appends `text`, escaped for the value of an attribute in double quotes.
pub(crate) fn push_attribute(out: &mut String, text: &str) {
    push_escaped(out, text, &['&', '<', '>', '"']);
}

fn push_escaped(out: &mut String, text: &str, special: &[char]) {
    let mut rest = text;
    while let Some(index) = rest.find(special) {
        out.push_str(&rest[..index]);
        out.push_str(match rest.as_bytes()[index] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[index + 1..];
    }
    out.push_str(rest);
}
