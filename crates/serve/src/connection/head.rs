//! Finds the end of a request's head, and the few facts that are needed before hyper parses it (RFC 9112 §2).
//!
//! hyper receives one message at a time ([`super::message`]). A head ends with its first empty line: every parser of HTTP/1.1 agrees
//! on that, whatever it makes of the lines before.

/// Whether a message goes on after its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// The next byte begins another message.
    None,
    /// There is content, or something that could be read as such. hyper decides where it ends.
    Some,
}

/// Returns the length of the empty lines before a head, which a server ignores (RFC 9112 §2.2).
pub(crate) fn empty_lines(bytes: &[u8]) -> usize {
    let mut length = 0;
    loop {
        match &bytes[length..] {
            [b'\r', b'\n', ..] => length += 2,
            [b'\n', ..] => length += 1,
            _ => return length,
        }
    }
}

/// Returns where the head at the front ends, its empty line included; `None` if it is incomplete. The first `searched` bytes were
/// searched before, without success.
pub(crate) fn end(bytes: &[u8], searched: usize) -> Option<usize> {
    // An empty line that began before `searched` is at most three bytes long: LF CR LF.
    let from = searched.saturating_sub(2);
    bytes[from..].iter().zip(from + 1..).find_map(|(&byte, end)| {
        let is_empty = byte == b'\n' && (bytes[..end].ends_with(b"\n\n") || bytes[..end].ends_with(b"\n\r\n"));
        is_empty.then_some(end)
    })
}

/// Returns whether these bytes cannot begin a head that can be parsed.
pub(crate) fn is_malformed(bytes: &[u8]) -> bool {
    /// hyper's limit.
    const MOST_FIELDS: usize = 100;
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    match httparse::Request::new(&mut fields).parse(bytes) {
        Ok(_) => false,
        // The version is lowered once the head is complete, and the rest checked then.
        Err(httparse::Error::Version) => later_minor(bytes).is_none(),
        Err(_) => true,
    }
}

/// Replaces a minor version above 1 by 1, which it must be treated as (RFC 9110 §2.5). Returns whether there was one.
pub(crate) fn lower_version(head: &mut [u8]) -> bool {
    later_minor(head).map(|at| head[at] = b'1').is_some()
}

/// Returns the position of the minor version if it is above 1.
fn later_minor(head: &[u8]) -> Option<usize> {
    let end = head.iter().position(|&byte| byte == b'\n').unwrap_or(head.len());
    let end = if head[..end].ends_with(b"\r") { end - 1 } else { end };
    matches!(&head[..end], [.., b' ', b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'2'..=b'9']).then(|| end - 1)
}

/// Returns the request line as received.
pub(crate) fn request_line(bytes: &[u8]) -> &[u8] {
    let bytes = &bytes[empty_lines(bytes)..];
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Returns whether the target has a fragment, which no form of a target allows (RFC 9112 §3.2).
pub(crate) fn has_fragment(head: &[u8]) -> bool {
    let target = request_line(head).split(|&byte| byte == b' ').nth(1);
    target.is_some_and(|target| target.contains(&b'#'))
}

/// Returns whether the head announces content (RFC 9112 §6). `Content-Length: 0` announces none.
pub(crate) fn content(head: &[u8]) -> Content {
    let announces = |line: &[u8]| {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { return false };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        name.eq_ignore_ascii_case(b"transfer-encoding") || name.eq_ignore_ascii_case(b"content-length") && value != b"0"
    };
    if head.split(|&byte| byte == b'\n').skip(1).any(announces) { Content::Some } else { Content::None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_head_ends_with_its_first_empty_line() {
        for (bytes, expected) in [
            ("", None),
            ("GET / HTTP/1.1\r\nHost: a\r\n", None),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Some(27)),
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n", Some(27)),
            ("GET / HTTP/1.1\n\n", Some(16)),
            ("GET / HTTP/1.1\n\r\n", Some(17)),
            ("GET / HTTP/1.1\r\n\n", Some(17)),
            ("GET / HTTP/1.1\r\r\n\r", None),
        ] {
            assert_eq!(end(bytes.as_bytes(), 0), expected, "{bytes:?}");
        }
    }

    #[test]
    fn empty_lines_in_front_are_skipped() {
        for (bytes, expected) in [("", 0), ("\r\n\r\n\nG", 5), ("\rG", 0), ("G\r\n", 0), ("\r", 0), ("\r\n", 2)] {
            assert_eq!(empty_lines(bytes.as_bytes()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_later_minor_version_is_read_as_1() {
        for (head, expected) in [
            ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            ("GET / HTTP/1.9\n\n", "GET / HTTP/1.1\n\n"),
            ("GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"),
            ("GET / HTTP/2.2\r\n\r\n", "GET / HTTP/2.2\r\n\r\n"),
            ("GET / HTTP/1.22\r\n\r\n", "GET / HTTP/1.22\r\n\r\n"),
            ("GET /\r\nA: HTTP/1.2\r\n\r\n", "GET /\r\nA: HTTP/1.2\r\n\r\n"),
        ] {
            let mut bytes = head.as_bytes().to_vec();
            assert_eq!(lower_version(&mut bytes), head != expected);
            assert_eq!(bytes, expected.as_bytes(), "{head:?}");
        }
    }

    #[test]
    fn what_can_still_become_a_head_is_not_malformed() {
        for (bytes, expected) in [
            ("", false),
            ("GET / HT", false),
            ("GET / HTTP/1.1\r\nHo", false),
            ("GET / HTTP/1.2", false),
            ("GET / HTTP/1.2\r\nHost: a\r\n", false),
            ("GET / HTTP/1.22\r\nHost: a\r\n", true),
            ("GET / HTTP/2.0\r\n", true),
            ("GET / HTTP/1.1\r\nno colon\r\n", true),
            ("GET / HTTP/1.1\rHost", true),
            ("\x16\x03\x01", true),
        ] {
            assert_eq!(is_malformed(bytes.as_bytes()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_target_with_a_fragment_is_found() {
        for (head, expected) in [
            ("GET /#a HTTP/1.1\r\n\r\n", true),
            ("\r\nGET /a?b#c HTTP/1.1\r\n\r\n", true),
            ("GET /%23 HTTP/1.1\r\nA: #\r\n\r\n", false),
            ("", false),
        ] {
            assert_eq!(has_fragment(head.as_bytes()), expected, "{head:?}");
        }
    }

    #[test]
    fn content_is_announced_by_its_length_or_by_a_transfer_coding() {
        for (fields, expected) in [
            ("", Content::None),
            ("Content-Length: 0\r\nCONTENT-LENGTH:0\r\n", Content::None),
            ("Content-Length: 00\r\n", Content::Some),
            ("content-length: 5\r\n", Content::Some),
            ("Content-Length : 5\r\n", Content::Some),
            ("A: b\r\nTransfer-Encoding: chunked\r\n", Content::Some),
            ("X-Content-Length: 5\r\n", Content::None),
        ] {
            let head = format!("GET / HTTP/1.1\r\n{fields}\r\n");
            assert_eq!(content(head.as_bytes()), expected, "{fields:?}");
        }
    }

    proptest! {
        /// Where httparse, and so hyper, finds the end of a head, so do we; searched at once or bit by bit.
        #[test]
        fn the_end_is_where_the_parser_finds_it(fields in "([a-b:\r\n \t]|\r\n){0,40}", rest in "[a\r\n]{0,6}", cut in any::<prop::sample::Index>()) {
            let bytes = format!("GET / HTTP/1.1\r\n{fields}\r\n\r\n{rest}");
            let mut lines = [httparse::EMPTY_HEADER; 100];
            if let Ok(httparse::Status::Complete(length)) = httparse::Request::new(&mut lines).parse(bytes.as_bytes()) {
                prop_assert_eq!(end(bytes.as_bytes(), 0), Some(length));
                let cut = cut.index(bytes.len());
                if end(&bytes.as_bytes()[..cut], 0).is_none() {
                    prop_assert_eq!(end(bytes.as_bytes(), cut), Some(length));
                }
            }
        }
    }
}
