//! Tests of the whole product, for each of its users: the author (press and the build script), the reader (HTTP), the operator (the command line).
//!
//! They start the executable as it ships, on a free port, and speak to it over a socket. `NOTES_EXECUTABLE` names another executable than cargo's, and
//! `NOTES_RUNNER` the program that runs it: `NOTES_RUNNER="qemu-aarch64-static -p 16384"` tests the executable of a Raspberry Pi on a PC.
//!
//! All tests here pass whatever site is in `content/`. They take the paths of posts, topics and tags from `notes list`, and what needs known content
//! reads `tests/foreign/content/`. What is asserted about the site itself is in `content/tests.rs`, next to it: the build script sets `site_tests` if
//! the file exists. So whoever replaces `content/` replaces or removes those tests with it.

mod attached;
mod authoring;
mod base_url;
mod check;
mod cli;
mod cycles;
mod damage;
mod dev;
mod documents;
mod executable;
mod graven;
mod html;
mod http;
#[cfg(feature = "tls")]
mod https;
mod install;
mod memory;
mod models;
mod pages;
mod scheduled;
mod search;
#[cfg(feature = "tls")]
mod secure;
mod shell;
mod signals;
#[cfg_attr(site_tests, path = "../../content/tests.rs")]
mod site;
mod systemd;
mod tidy;
mod workflows;
