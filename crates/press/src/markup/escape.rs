//! Escaping of text and attribute values.

/// Appends `text`, escaped for the content of an element.
pub(crate) fn push_text(out: &mut String, text: &str) {
    push_escaped(out, text, &['&', '<', '>']);
}

/// The text, escaped for the content of an element.
pub(crate) fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    push_text(&mut escaped, text);
    escaped
}

/// Appends `text`, escaped for the value of an attribute in double quotes.
pub(crate) fn push_attribute(out: &mut String, text: &str) {
    push_escaped(out, text, &['&', '<', '>', '"']);
}

/// The text, escaped for the value of an attribute in double quotes.
pub(crate) fn attribute(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    push_attribute(&mut escaped, text);
    escaped
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
