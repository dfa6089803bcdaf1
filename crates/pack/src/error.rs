//! What can be wrong with a pack, and where: the one error type of reading, and the faults that writing shares with it.

use std::fmt;

use crate::format::{Section, VERSION};

/// Why bytes are not a (sound) pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin as a pack does.
    Magic,
    /// The pack is of another version of the format.
    Version {
        /// The version that it claims.
        found: u64,
    },
    /// The pack is cut short, or something follows it.
    Length {
        /// The length that its header tells, or the least that a pack has where there is no whole header.
        expected: u64,
        /// The length of the bytes given.
        found: u64,
    },
    /// The header's entry of this section does not fit the sections before it, or the length of the pack.
    Header {
        /// The section.
        section: Section,
    },
    /// The stored checksum of the index is not that of its bytes: at least one bit has changed since the pack was written.
    Index {
        /// The checksum that was written.
        expected: u64,
        /// That of the bytes.
        found: u64,
    },
    /// The stored digest of the index is not that of its bytes although the checksum is: the pack was not made by a
    /// [writer](crate::write) of this version.
    Digest,
    /// A record is at fault.
    Record {
        /// The section of the record.
        section: Section,
        /// Its place in the section, from 0.
        index: u32,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a record of a pack, or with what was to become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is not in its section, or refers to something outside of another.
    OutOfBounds,
    /// The bytes of a variant have changed since the pack was written.
    Damaged,
    /// A text is not UTF-8.
    NotUtf8,
    /// A number that stands for one of a few things stands for none of them, or a reserved field is not zero.
    UnknownValue,
    /// It does not stand in the order that the format asks for, or stands there twice.
    Order,
    /// A search for the route's path does not lead to it.
    Unreachable,
    /// The route has no edition.
    NoEdition,
    /// The path has no leading slash, an empty or dot segment, or a control character, `\`, `%`, `?` or `#`.
    Path,
    /// The not-found page redirects.
    NotFoundRedirects,
    /// A field value is empty, or has more than visible ASCII with single-byte spaces inside (RFC 9110 §5.5).
    FieldValue,
    /// The content type is not a media type (RFC 9110 §8.3.1).
    MediaType,
    /// The page has no identity variant, from which all other codings come.
    NoIdentity,
    /// The entity tag is not strong, not quoted, or holds what it must not (RFC 9110 §8.8.3).
    EntityTag,
    /// Two codings of a page share an entity tag, so that a range of one could be joined to the other (RFC 9110 §8.8.3.3).
    SharedEntityTag,
    /// The second representation is the route itself, redirects, or does not exist.
    Alternate,
    /// The status is not that of a redirect: 301, 302, 307 or 308.
    Status,
    /// The target is neither a path on this site that begins with one slash, nor an http or https URL (RFC 3986).
    Location,
    /// The redirect leads to itself.
    Loop,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Magic => f.write_str("not a pack: it does not begin as one"),
            Error::Version { found } => {
                write!(f, "a pack of version {found}, and this program reads version {VERSION}")
            }
            Error::Length { expected, found } => {
                write!(f, "expected a pack of {expected} bytes, found {found}")
            }
            Error::Header { section } => write!(f, "the header places the section of {section} wrongly"),
            Error::Index { expected, found } => {
                write!(f, "the index is damaged: expected the checksum {expected:016x}, found {found:016x}")
            }
            Error::Digest => f.write_str("the digest of the index is wrong: another program has changed the pack"),
            Error::Record { section, index, fault } => write!(f, "record {index} of {section}: {fault}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::OutOfBounds => "it leads out of its section",
            Fault::Damaged => "its bytes have changed since they were written",
            Fault::NotUtf8 => "its text is not UTF-8",
            Fault::UnknownValue => "one of its numbers has no meaning",
            Fault::Order => "it stands out of order",
            Fault::Unreachable => "its own path does not lead to it",
            Fault::NoEdition => "it has no edition",
            Fault::Path => {
                "its path must begin with a slash, without empty or dot segments, control characters, `\\`, `%`, `?` and `#`"
            }
            Fault::NotFoundRedirects => "the not-found page must be a page, not a redirect",
            Fault::FieldValue => {
                "a field value must be visible ASCII, with spaces only inside, and not empty where it must be sent"
            }
            Fault::MediaType => "its content type must be a media type, such as `text/html; charset=utf-8`",
            Fault::NoIdentity => "it has no identity variant",
            Fault::EntityTag => "an entity tag must be strong and quoted, such as `\"2f6b\"`",
            Fault::SharedEntityTag => "two of its codings have the same entity tag",
            Fault::Alternate => "its second representation must be another route that exists and does not redirect",
            Fault::Status => "a redirect's status must be 301, 302, 307 or 308",
            Fault::Location => "a redirect must lead to a path with one leading slash, or to an http or https URL",
            Fault::Loop => "it redirects to itself",
        })
    }
}

impl std::error::Error for Error {}
