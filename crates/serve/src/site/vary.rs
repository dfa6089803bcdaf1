//! `Vary`: the request fields that select the representation.

use super::page::PreparedPage;

/// The request fields that selected a representation (RFC 9110 §12.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vary {
    Nothing,
    Encoding,
    Type,
    Both,
}

impl Vary {
    /// Returns `Accept` if the page has an alternate, and `Accept-Encoding` if either has several codings.
    pub(crate) fn of(page: &PreparedPage, alternate: Option<&PreparedPage>) -> Self {
        let coded = page.variants.len() > 1 || alternate.is_some_and(|page| page.variants.len() > 1);
        match (alternate.is_some(), coded) {
            (false, false) => Vary::Nothing,
            (false, true) => Vary::Encoding,
            (true, false) => Vary::Type,
            (true, true) => Vary::Both,
        }
    }
}
