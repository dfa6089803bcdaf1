//! What Graven reads and writes of certificates (X.509; RFC 5280).
//!
//! [`der`] has the encoding, [`TbsCertificate`] the fields that serve and acme need: until when a certificate is valid, whose it is, and who signed it.
//! [`is_for`] compares its names with a host.
//! Signatures are for the clients to check.

pub mod der;
mod names;
mod tbs_certificate;

pub use names::{SUBJECT_ALT_NAME, common_name, is_for};
pub use tbs_certificate::{TbsCertificate, Validity};
