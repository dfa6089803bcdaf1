//! `Vary`: the request fields that select the representation.

/// The request fields that selected a representation (RFC 9110 §12.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vary {
    Nothing,
    Encoding,
    Type,
    Both,
}
