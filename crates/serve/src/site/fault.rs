//! A fault of the pack, found while a request is answered.

use http::header::InvalidHeaderValue;

/// A record of the pack cannot be read, or a text of it cannot stand in a field.
#[derive(Debug)]
pub(crate) struct Fault;

impl From<graven_pack::Error> for Fault {
    fn from(_: graven_pack::Error) -> Self {
        Fault
    }
}

impl From<InvalidHeaderValue> for Fault {
    fn from(_: InvalidHeaderValue) -> Self {
        Fault
    }
}
