//! The server against a small site: its pure part by tables, its sockets by a client that writes bytes.

mod differential;
mod hostile;
mod http2;
mod limits;
mod negotiation;
mod operating;
mod paths;
mod requests;
mod running;
mod site;
mod sockets;
