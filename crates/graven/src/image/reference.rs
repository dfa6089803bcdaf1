//! The name of an image: `HOST/PATH:TAG`, as registries and container engines have it. A name without a host is one of `localhost`, as podman
//! has it: Docker's and Kubernetes' own default is a public registry, where the same name can be somebody else's.

use std::fmt;
use std::str::FromStr;

/// The longest tag that a registry takes (OCI Distribution Specification, "Pulling manifests").
const LONGEST_TAG: usize = 128;

/// A name that a node finds an image by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The registry's host, with its port.
    host: String,
    /// The repository in it.
    path: String,
    /// Which of the repository's images.
    tag: String,
}

impl Reference {
    /// The last name of the path: what the image is called.
    pub(crate) fn title(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Which of the repository's images it is.
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

/// Why a text is not a name: said in one line, with what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAReference {
    /// The host or its port.
    Host,
    /// The path.
    Path,
    /// The tag.
    Tag,
}

impl fmt::Display for NotAReference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Host => "the host is letters, digits, `.` and `-`, with a port at most",
            Self::Path => {
                "the name is lower-case letters and digits, with `.`, `_`, `-` between them and `/` between its parts"
            }
            Self::Tag => {
                "the tag is at most 128 letters, digits, `.`, `_` and `-`, and begins with none of the first and last"
            }
        })
    }
}

impl std::error::Error for NotAReference {}

impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        // The first part is a host where it could not be a name, as container engines decide it.
        let (host, rest) = match text.split_once('/') {
            Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) => (host, rest),
            _ => ("localhost", text),
        };
        let (path, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
        if !is_host(host) {
            Err(NotAReference::Host)
        } else if !path.split('/').all(is_path_part) {
            Err(NotAReference::Path)
        } else if !is_tag(tag) {
            Err(NotAReference::Tag)
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

/// Separators stand between letters or digits: one `.`, one or two `_`, any number of `-`.
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
    (1..=LONGEST_TAG).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_host_is_one_of_localhost() {
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
    fn a_wrong_part_is_named() {
        let long = format!("notes:{}", "a".repeat(129));
        for (text, expected) in [
            ("", NotAReference::Path),
            ("Notes:1", NotAReference::Path),
            ("a//b", NotAReference::Path),
            ("a/", NotAReference::Path),
            ("a..b", NotAReference::Path),
            ("-a", NotAReference::Path),
            ("a_-b", NotAReference::Path),
            ("a___b", NotAReference::Path),
            ("notes:", NotAReference::Tag),
            ("notes:-1", NotAReference::Tag),
            ("notes:1:2", NotAReference::Tag),
            ("notes:1@sha256", NotAReference::Tag),
            (&long, NotAReference::Tag),
            ("pi:/notes", NotAReference::Host),
            ("pi:99999/notes", NotAReference::Host),
            ("a..b/notes", NotAReference::Host),
        ] {
            assert_eq!(text.parse::<Reference>(), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn the_title_is_the_last_of_the_path() {
        let reference = "registry.example/me/notes:1".parse::<Reference>().expect("a name");
        assert_eq!((reference.title(), reference.tag()), ("notes", "1"));
    }
}
