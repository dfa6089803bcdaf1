//! The names in a certificate: of its subject (RFC 5280, 4.2.1.6), and of those who signed it (4.1.2.4). All are printed, so control characters are
//! left out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::der::{OBJECT_IDENTIFIER, Reader, SEQUENCE, SET, primitive};

/// The identifier of the extension with the names of the subject.
pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// The DNS names and addresses in the value of [`SUBJECT_ALT_NAME`].
pub(crate) fn alternative_names(value: &[u8]) -> Vec<String> {
    let mut names: Vec<_> = Reader::new(Reader::new(value).next_if(SEQUENCE).unwrap_or_default())
        .filter_map(|(tag, content)| match tag {
            _ if tag == primitive(2) => Some(printable(content).to_ascii_lowercase()),
            _ if tag == primitive(7) => address(content).map(|address| address.to_string()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = || <[u8; 4]>::try_from(bytes).map(|bytes| Ipv4Addr::from(bytes).into());
    let v6 = || <[u8; 16]>::try_from(bytes).map(|bytes| Ipv6Addr::from(bytes).into());
    v4().or_else(|_| v6()).ok()
}

/// The common name in the content of a `Name`, else its organisation, else nothing.
///
/// ```
/// assert_eq!(graven_x509::common_name(b"no name"), "");
/// ```
#[must_use]
pub fn common_name(name: &[u8]) -> String {
    let mut found = [None, None];
    let mut reader = Reader::new(name);
    while let Some(set) = reader.next_if(SET) {
        let Some(pair) = Reader::new(set).next_if(SEQUENCE) else { continue };
        let mut pair = Reader::new(pair);
        let (Some(kind), Some((_, value))) = (pair.next_if(OBJECT_IDENTIFIER), pair.next()) else { continue };
        match kind {
            COMMON_NAME => found[0] = Some(printable(value)),
            ORGANIZATION => found[1] = Some(printable(value)),
            _ => {}
        }
    }
    found.into_iter().flatten().next().unwrap_or_default()
}

fn printable(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().filter(|character| !character.is_control()).collect()
}

/// Whether a certificate with these names is for a host, as clients decide (RFC 9525, 6.3): an asterisk is for one label, and an address for itself.
///
/// ```
/// use graven_x509::is_for;
///
/// let names = ["example.org".to_owned(), "*.example.org".to_owned(), "2001:db8::1".to_owned()];
/// assert!(is_for(&names, "www.Example.org") && is_for(&names, "[2001:DB8:0::1]"));
/// assert!(!is_for(&names, "a.b.example.org"));
/// ```
#[must_use]
pub fn is_for(names: &[String], host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = address.parse::<IpAddr>() {
        return names.contains(&address.to_string());
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let parent = host.split_once('.').map(|(_, parent)| parent);
    names.iter().any(|name| match name.strip_prefix("*.") {
        Some(domain) => parent.is_some_and(|parent| parent.eq_ignore_ascii_case(domain)),
        None => name.eq_ignore_ascii_case(host),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::{UTF8_STRING, element};

    #[test]
    fn names_and_addresses_are_read() {
        let names = [
            element(primitive(2), &[b"www.Example.org"]),
            element(primitive(2), &[b"example.org\x1b[31m"]),
            element(primitive(7), &[&[192, 0, 2, 1]]),
            element(primitive(7), &[&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]),
            element(primitive(7), &[&[192, 0, 2]]),
            element(primitive(1), &[b"someone@example.org"]),
            element(primitive(2), &[b"www.example.org"]),
        ];
        let found = alternative_names(&element(SEQUENCE, &[&names.concat()]));
        assert_eq!(found, ["192.0.2.1", "2001:db8::1", "example.org[31m", "www.example.org"]);
        assert_eq!(alternative_names(b""), [""; 0]);
    }

    #[test]
    fn a_name_is_its_common_name_or_else_the_organization() {
        let attribute = |kind, text: &str| {
            let pair = [element(OBJECT_IDENTIFIER, &[kind]), element(UTF8_STRING, &[text.as_bytes()])].concat();
            element(SET, &[&element(SEQUENCE, &[&pair])])
        };
        let organization = attribute(ORGANIZATION, "Company");
        assert_eq!(common_name(&organization), "Company");
        assert_eq!(common_name(&[organization, attribute(COMMON_NAME, "CA\u{1b} 7")].concat()), "CA 7");
    }

    #[test]
    fn a_host_is_compared_as_clients_do() {
        let names = ["example.org", "*.example.net", "192.0.2.1"].map(str::to_owned);
        for (host, expected) in [
            ("example.org", true),
            ("EXAMPLE.ORG.", true),
            ("www.example.org", false),
            ("www.example.net", true),
            ("example.net", false),
            ("a.b.example.net", false),
            ("*.example.net", true),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("[::1]", false),
            ("", false),
            (".", false),
        ] {
            assert_eq!(is_for(&names, host), expected, "{host}");
        }
        assert!(!is_for(&["*.2.1".to_owned()], "0.0.2.1"), "an address has no labels");
    }
}
