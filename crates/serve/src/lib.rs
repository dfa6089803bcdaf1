//! Serves a site image over HTTP.
//!
//! ```text
//! site.pack --Pack--> respond(pack, now, request) -> response --hyper--> sockets
//! ```
//!
//! The modules stand in the order of the data:
//!
//! 1. [`respond`](respond::respond) is pure, and tested without sockets. A request goes through [`host`], [`target`],
//!    [`resolve`], [`accept`], [`accept_encoding`], [`conditional`] and [`range`], and comes out as a response with a
//!    [`Body`] that lies in the pack.
//! 2. A connection (`connection`) answers plain requests itself, has hyper answer every other message of HTTP/1, one at a time, and
//!    h2 do the frames of HTTP/2; a worker accepts connections, on a thread of its own.
//! 3. [`Server`] binds the addresses of a [`Config`], starts the workers, and drains them.
//! 4. For the operator, on threads of their own: a second listener with metrics and health, and the writer of the access log.
//!
//! Nothing is read from or written to a file, and nothing is shared between workers that any of them writes.

pub mod accept;
pub mod accept_encoding;
mod access_log;
mod admin;
mod answer;
pub mod body;
mod clock;
pub mod conditional;
pub mod config;
mod confine;
mod connection;
mod descriptors;
mod drain;
mod error;
mod fields;
pub mod forwarded;
pub mod host;
mod inherit;
mod listen;
mod memory;
mod metrics;
mod notify;
mod plain;
mod prepared;
pub mod range;
mod request;
mod resolve;
pub mod respond;
mod server;
pub mod target;
pub mod time;
mod watchdog;
mod weight;
mod worker;

pub use access_log::{AccessLog, Form, UnknownForm};
pub use body::Body;
pub use config::Config;
pub use confine::{Confinement, confine};
pub use error::Error;
pub use forwarded::TrustedProxy;
pub use listen::Address;
pub use memory::{Memory, Source};
pub use prepared::Site;
pub use request::Fields;
pub use respond::respond;
pub use server::{Capacity, Server, terminated};
