//! The server against a small site: its pure part by tables, its sockets by a client that writes bytes.

mod hostile;
mod negotiation;
mod paths;
mod site;
mod sockets;
