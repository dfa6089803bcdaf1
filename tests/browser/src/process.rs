//! A browser's process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::site::Outcome;

/// A process that is killed when it goes out of scope.
pub struct Process(Child);

impl Process {
    /// Starts a program and returns what follows `mark` in its standard error: the address where it listens.
    pub fn start(program: &str, arguments: &[String], mark: &str) -> Outcome<(Self, String)> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
        let process = Self(child);
        let said = lines.by_ref().map_while(Result::ok).find_map(|line| Some(line.split_once(mark)?.1.to_owned()));
        // What it says later is of no interest, but it must be read.
        thread::spawn(move || lines.for_each(drop));
        Ok((process, said.ok_or_else(|| format!("{program} ended without saying where it listens"))?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Whether it has ended already makes no difference.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether a program is in a folder of `PATH`.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
