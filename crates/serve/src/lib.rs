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
//! 2. A connection is hyper's, around `respond`; a worker accepts connections, on a thread of its own.
//! 3. [`Server`] binds the addresses of a [`Config`], starts the workers, and drains them.
//!
//! Nothing is read from or written to a file, and nothing is shared between workers that any of them writes.

pub mod accept;
pub mod accept_encoding;
mod answer;
pub mod body;
pub mod conditional;
pub mod config;
mod connection;
mod drain;
mod error;
mod fields;
pub mod host;
mod listen;
mod prepared;
pub mod range;
mod resolve;
pub mod respond;
mod server;
mod stream;
pub mod target;
pub mod time;
mod weight;
mod worker;

pub use body::Body;
pub use config::Config;
pub use error::Error;
pub use listen::Address;
pub use prepared::Site;
pub use respond::respond;
pub use server::{Server, terminated};
