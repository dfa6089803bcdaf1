//! The whole product, as its three people meet it: the author through press and the build script, the reader over HTTP, the operator at the command line.
//!
//! The executable is started as it ships, on a port of its own, and spoken to by a client that writes bytes. `NOTES_EXECUTABLE` names another one
//! than cargo's, and `NOTES_RUNNER` what runs it: `NOTES_RUNNER="qemu-aarch64-static -p 16384"` tests the executable of a Raspberry Pi on a PC.

mod authoring;
mod cli;
mod content;
mod cycles;
mod damage;
mod executable;
mod html;
mod http;
mod install;
mod memory;
mod pages;
mod signals;
mod systemd;
mod tidy;
