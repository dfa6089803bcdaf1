//! An HTTP server for a site image.
//!
//! A [`graven_pack::Pack`] holds every page, feed and asset of a site, already rendered and compressed. This crate
//! selects the bytes that a request asks for and sends them. It can be used in two ways:
//!
//! - as a server: [`Server::bind`] a [`Config`], then [`Server::run`] it. `examples/serve.rs` is a complete program.
//! - as a function: [`respond`] answers one request from a [`Site`], without IO, inside a server that has routes of its
//!   own. `examples/service.rs` is a complete program.
//!
//! ```text
//! site.pack --Pack--> respond(site, now, request) -> response --hyper--> sockets
//! ```
//!
//! The folders follow the data:
//!
//! 1. [`request`]: parses what a request asks for, as RFC 9110 defines it. No IO.
//! 2. `site`: finds a page, its variants, or a redirect in the pack.
//! 3. `response`: [`respond`] decides on an answer and writes its fields. It is a pure function and tested without
//!    sockets.
//! 4. `connection`: reads requests from a socket. It answers plain requests itself and passes every other HTTP/1
//!    message to hyper, one at a time; h2 frames HTTP/2. It enforces the [`limits`].
//! 5. `listen`: binds the sockets. A `worker` accepts and serves connections on one thread.
//! 6. [`Server`] binds the addresses of a [`Config`], starts the workers, and drains them (`lifecycle`).
//! 7. `admin` and `observe`: metrics, health checks and the access log, each on its own thread.
//!
//! 8. `tls` (with the feature of that name): the certificate, and the session of each connection.
//!
//! Serving writes no files, and reads none but a new certificate and the answers to its authority's challenges. Workers share only what they read: a page is prepared once, by the first request for it,
//! and each counter has one writer.

mod admin;
mod clock;
mod config;
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
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_absent.rs"]
mod tls;
mod worker;

#[doc(hidden)]
pub use config::PlainPath;
pub use config::{Config, DEFAULT_ADDRESS};
pub use error::Error;
pub use lifecycle::landlock::{Confinement, confine};
pub use lifecycle::signals::terminated;
pub use limits::capacity::Capacity;
pub use limits::memory::{Memory, MemorySource};
pub use listen::address::{Address, InvalidAddress};
pub use observe::access_log::{AccessLog, LogFormat, UnknownLogFormat};
pub use observe::client::{CLIENT_ADDRESS_FIELD, InvalidProxy, TrustedProxy};
pub use response::body::Body;
pub use response::respond;
pub use server::Server;
pub use site::Site;
pub use site::resolve::canonical;
#[cfg(feature = "tls")]
pub use tls::{Hsts, InvalidHsts, TlsConfig, TlsError};
