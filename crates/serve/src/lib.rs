//! Serves a site image over HTTP.
//!
//! ```text
//! site.pack --Pack--> respond(pack, now, request) -> response --hyper--> sockets
//! ```
//!
//! The folders are in the order of the data:
//!
//! 1. [`request`]: what a request asks for, by the grammar of RFC 9110, without IO.
//! 2. `site`: what the pack has for it: pages as they are answered from, their variants, redirects.
//! 3. `response`: [`respond`] decides and writes. It is pure, and tested without sockets.
//! 4. `connection`: reads requests from a socket, answers plain ones itself, has hyper answer every other message of HTTP/1, one at
//!    a time, and h2 frame HTTP/2; holds every connection to the [`limits`].
//! 5. `listen`: the sockets that connections are accepted from. A `worker` accepts and serves them, on its own thread.
//! 6. [`Server`] binds the addresses of a [`Config`], starts the workers, and drains them (`lifecycle`).
//! 7. For the operator, on threads of their own: the `admin` listener with metrics and health, and the access log (`observe`).
//!
//! No file is read or written, and workers share nothing that one of them writes, except counters that others only read.

mod admin;
mod clock;
pub mod config;
mod connection;
mod error;
mod lifecycle;
pub mod limits;
mod listen;
mod observe;
pub mod request;
mod response;
mod server;
mod site;
pub mod time;
mod worker;

pub use config::Config;
pub use error::Error;
pub use lifecycle::landlock::{Confinement, confine};
pub use lifecycle::signals::terminated;
pub use limits::capacity::Capacity;
pub use limits::memory::{Memory, Source};
pub use listen::address::{Address, InvalidAddress};
pub use observe::access_log::{AccessLog, LogFormat, UnknownLogFormat};
pub use observe::client::{CLIENT_ADDRESS_FIELD, InvalidProxy, TrustedProxy};
pub use response::body::Body;
pub use response::respond;
pub use server::Server;
pub use site::Site;
