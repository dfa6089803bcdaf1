//! Messages for the operator, on standard error.

use std::io::{self, Write as _};

/// Prints a line to standard error. The server goes on where nobody reads it, as when its terminal has closed.
pub(crate) fn report(line: &str) {
    io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap_or_default();
}
