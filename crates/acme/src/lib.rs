//! Certificates from an ACME server (RFC 8555): obtained, renewed in time, and kept in a folder from which the server reads.
//!
//! ```text
//! obtain   what is ordered, whether it is time (decide), how it went (records)
//!   |  known      the certificate that is there, and the facts of the decision
//!   |  suggest    when the CA wants it renewed
//!   |  reachable  whether the world sees a challenge
//!   v  issue      account, order, challenges, key and request, a checked chain
//!        session    the protocol: signed requests, nonces, polling
//!        http url   the connection to the CA
//!        pending    what the CA was asked to sign and is not here yet
//!        keys       signatures, requests, certificates of challenges
//!        state      files: locked, for the owner only, written whole or not at all
//! status   what is there, and what comes next
//! ```
//!
//! Shared: `certificate` (what is read of one), `json`, `encode` (base 64, PEM), `problem` and `error` (what to do about a failure), `settings`.
//!
//! The process that runs this reaches the CA and writes the folder. The server does neither, and sees only `served/` of it.

mod certificate;
mod decide;
mod encode;
mod error;
mod http;
mod issue;
mod json;
mod keys;
mod known;
mod obtain;
mod pending;
mod problem;
mod reachable;
mod records;
mod session;
mod settings;
mod state;
mod status;
mod suggest;
mod url;

pub use error::Error;
pub use obtain::{obtain, renew};
pub use problem::Problem;
pub use settings::{Authority, Binding, Challenge, Settings, check_names};
pub use status::{Status, status};
