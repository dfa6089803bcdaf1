//! The name of an image: `HOST/PATH:TAG`. A name without a host gets the host `localhost`, as in podman. The default of Docker and Kubernetes is a public
//! registry, where somebody else may own the name.

use std::fmt;
use std::str::FromStr;

/// The maximum length of a tag (OCI Distribution Specification, "Pulling manifests").
const MAX_TAG_LENGTH: usize = 128;

/// The name of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The registry's host, with its port.
    host: String,
    /// The repository in the registry.
    path: String,
    /// The tag in the repository.
    tag: String,
}

impl Reference {
    /// The last part of the path.
    pub(crate) fn title(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The tag in the repository.
    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self { host: "localhost".to_owned(), path: "notes".to_owned(), tag: "latest".to_owned() }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}:{}", self.host, self.path, self.tag)
    }
}

/// The part of a text that makes it no valid name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidReference {
    /// The host or its port.
    Host,
    /// The path.
    Path,
    /// The tag.
    Tag,
}

impl fmt::Display for InvalidReference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Host => "expected a host of letters, digits, `.` and `-`, perhaps with a port",
            Self::Path => {
                "expected a name of lower-case letters and digits, with `.`, `_`, `-` between them and `/` between its parts"
            }
            Self::Tag => {
                "expected a tag of at most 128 letters, digits, `.`, `_` and `-`, which does not begin with `.` or `-`"
            }
        })
    }
}

impl std::error::Error for InvalidReference {}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        // The first part is a host if it could not be a name, as in container engines.
        let (host, rest) = match text.split_once('/') {
            Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) => (host, rest),
            _ => ("localhost", text),
        };
        let (path, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
        if !is_host(host) {
            Err(InvalidReference::Host)
        } else if !path.split('/').all(is_path_part) {
            Err(InvalidReference::Path)
        } else if !is_tag(tag) {
            Err(InvalidReference::Tag)
        } else {
            Ok(Self { host: host.to_owned(), path: path.to_owned(), tag: tag.to_owned() })
        }
    }
}

fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "443"));
    let is_label = |label: &str| {
        label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.split('.').all(is_label) && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// Separators are between letters or digits: one `.`, one or two `_`, any number of `-`.
fn is_path_part(part: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let separators = part.split(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    part.bytes().next().is_some_and(is_inner)
        && part.bytes().last().is_some_and(is_inner)
        && separators
            .into_iter()
            .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-'))
}

fn is_tag(tag: &str) -> bool {
    (1..=MAX_TAG_LENGTH).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_host_gets_localhost() {
        for (text, expected) in [
            ("notes", "localhost/notes:latest"),
            ("notes:1", "localhost/notes:1"),
            ("me/notes:1.0-rc_2", "localhost/me/notes:1.0-rc_2"),
            ("localhost/notes:1", "localhost/notes:1"),
            ("registry.example/me/notes:1", "registry.example/me/notes:1"),
            ("pi:5000/notes", "pi:5000/notes:latest"),
            ("a__b/c.d/e---f:1", "localhost/a__b/c.d/e---f:1"),
        ] {
            assert_eq!(
                text.parse::<Reference>().map(|reference| reference.to_string()),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn the_invalid_part_is_reported() {
        let long = format!("notes:{}", "a".repeat(129));
        for (text, expected) in [
            ("", InvalidReference::Path),
            ("Notes:1", InvalidReference::Path),
            ("a//b", InvalidReference::Path),
            ("a/", InvalidReference::Path),
            ("a..b", InvalidReference::Path),
            ("-a", InvalidReference::Path),
            ("a_-b", InvalidReference::Path),
            ("a___b", InvalidReference::Path),
            ("notes:", InvalidReference::Tag),
            ("notes:-1", InvalidReference::Tag),
            ("notes:1:2", InvalidReference::Tag),
            ("notes:1@sha256", InvalidReference::Tag),
            (&long, InvalidReference::Tag),
            ("pi:/notes", InvalidReference::Host),
            ("pi:99999/notes", InvalidReference::Host),
            ("a..b/notes", InvalidReference::Host),
        ] {
            assert_eq!(text.parse::<Reference>(), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn the_title_is_the_last_part_of_the_path() {
        let reference = "registry.example/me/notes:1".parse::<Reference>().expect("a name");
        assert_eq!((reference.title(), reference.tag()), ("notes", "1"));
    }
}
