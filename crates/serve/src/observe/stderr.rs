//! Messages to the operator on standard error.

use std::io::{self, Write as _};

/// Prints a line to standard error. Errors are ignored: the server continues if its terminal is closed.
pub(crate) fn report(line: &str) {
    io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap_or_default();
}
