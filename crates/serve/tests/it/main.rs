//! Tests of the server with a small site: `respond` by tables, and sockets by a client that writes raw bytes.

#[cfg(feature = "tls")]
mod bridge;
mod differential;
mod editions;
mod hostile;
mod http2;
mod inflated;
mod limits;
mod negotiation;
mod operating;
mod paths;
mod requests;
mod running;
mod search;
mod site;
mod sockets;
#[cfg(feature = "tls")]
mod tls;
