//! The errors of reading a pack: what is wrong, and in which record. Writing reports the same faults.

use std::fmt;

use crate::format::{Section, VERSION};

/// Why bytes are not a valid pack.
///
/// ```
/// use graven_pack::{Error, Pack};
///
/// assert_eq!(Pack::open(b"<!doctype html>").err(), Some(Error::Magic));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin with the magic number.
    Magic,
    /// The pack has another version of the format.
    Version {
        /// The version in its header.
        found: u64,
    },
    /// The pack is cut short, or bytes follow it.
    Length {
        /// The length in its header; the size of a header if the bytes are shorter.
        expected: u64,
        /// The number of bytes.
        found: u64,
    },
    /// The header's entry of this section contradicts the sections before it, or the length of the pack.
    Header {
        /// The section.
        section: Section,
    },
    /// The checksum of the index is wrong: at least one bit has changed since the pack was written.
    Index {
        /// The stored checksum.
        expected: u64,
        /// The checksum of the bytes.
        found: u64,
    },
    /// The digest of the index is wrong although its checksum is right: the pack was not written by a
    /// [writer](crate::write) of this version.
    Digest,
    /// A record breaks a rule.
    Record {
        /// The section of the record.
        section: Section,
        /// Its index in the section, from 0.
        index: u32,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a record of a pack, or with the input of the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is outside its section, or refers to something outside another one.
    OutOfBounds,
    /// The bytes of a variant have changed since the pack was written.
    Damaged,
    /// The bytes of a variant are to be inflated, but it is not an identity of 1 byte to 1 MiB, or no gzip variant follows it.
    NotInflatable,
    /// A text is not UTF-8.
    NotUtf8,
    /// A number has none of the defined values, or a reserved field is not zero.
    UnknownValue,
    /// It is out of order, or a duplicate.
    Order,
    /// A search for the route's path does not find it.
    Unreachable,
    /// The route has no edition.
    NoEdition,
    /// The path has no leading slash, an empty or dot segment, or a control character, `\`, `%`, `?` or `#`.
    Path,
    /// The not-found page or the search index redirects.
    InternalRedirects,
    /// The redirect to the first page is a page, or leads to something that is no folder.
    Home,
    /// A field value is empty, begins or ends with a space, or has other characters than visible ASCII and spaces
    /// (RFC 9110 §5.5).
    FieldValue,
    /// The content type is not a media type (RFC 9110 §8.3.1).
    MediaType,
    /// The page has no identity variant, which all other codings are made from.
    NoIdentity,
    /// The entity tag is weak, not quoted, or has a character that is not allowed (RFC 9110 §8.8.3).
    EntityTag,
    /// Two codings of a page share an entity tag; a range of one could be joined to the other (RFC 9110 §8.8.3.3).
    SharedEntityTag,
    /// The second representation is the route itself, a redirect, or does not exist.
    Alternate,
    /// The status of a redirect is not 301, 302, 307 or 308.
    Status,
    /// The target is neither a path on this site that begins with one slash, nor an http or https URL (RFC 3986).
    Location,
    /// The route redirects to itself.
    Loop,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Magic => f.write_str("not a pack: the magic number is missing"),
            Error::Version { found } => {
                write!(f, "expected a pack of version {VERSION}, found version {found}")
            }
            Error::Length { expected, found } => {
                write!(f, "expected a pack of {expected} bytes, found {found}")
            }
            Error::Header { section } => {
                write!(f, "the header has a wrong offset or count for the section of {section}")
            }
            Error::Index { expected, found } => {
                write!(f, "the index is damaged: expected the checksum {expected:016x}, found {found:016x}")
            }
            Error::Digest => f.write_str("the digest of the index is wrong: another program has written the pack"),
            Error::Record { section, index, fault } => write!(f, "record {index} of {section}: {fault}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::OutOfBounds => "it refers to something outside a section",
            Fault::Damaged => "its bytes have changed since they were written",
            Fault::NotInflatable => {
                "its bytes cannot be inflated: it must be an identity of 1 byte to 1 MiB, and a gzip variant must follow it"
            }
            Fault::NotUtf8 => "its text is not UTF-8",
            Fault::UnknownValue => "one of its numbers has no defined meaning",
            Fault::Order => "it is out of order or a duplicate",
            Fault::Unreachable => "a search for its path does not find it",
            Fault::NoEdition => "it has no edition",
            Fault::Path => {
                "its path must begin with a slash, without empty or dot segments, control characters, `\\`, `%`, `?` and `#`"
            }
            Fault::InternalRedirects => "the not-found page and the search index must be pages, not redirects",
            Fault::Home => "`home` must be a redirect to the path of the first page, which ends with a slash",
            Fault::FieldValue => {
                "a field value must be visible ASCII, with spaces only between, and not empty"
            }
            Fault::MediaType => "its content type must be a media type, such as `text/html; charset=utf-8`",
            Fault::NoIdentity => "it has no identity variant",
            Fault::EntityTag => "an entity tag must be strong and quoted, such as `\"2f6b\"`",
            Fault::SharedEntityTag => "two of its codings have the same entity tag",
            Fault::Alternate => "its second representation must be another route that exists and does not redirect",
            Fault::Status => "a redirect's status must be 301, 302, 307 or 308",
            Fault::Location => "the target of a redirect must be a path with one leading slash, or an http or https URL",
            Fault::Loop => "it redirects to itself",
        })
    }
}

impl std::error::Error for Error {}
