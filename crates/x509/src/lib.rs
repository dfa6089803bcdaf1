//! What Graven reads and writes of certificates (X.509; RFC 5280).
//!
//! [`der`] has the encoding, [`TbsCertificate`] the fields that serve and acme need: until when a certificate is valid, whose it is, and who signed it.
//! Signatures are for the clients to check.

pub mod der;
mod tbs_certificate;

pub use tbs_certificate::{TbsCertificate, Validity};
