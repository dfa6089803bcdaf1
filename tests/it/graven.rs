//! The author's command and an engine for this machine, as cargo builds them next to the executable under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

struct Built {
    graven: PathBuf,
    engine: PathBuf,
}

/// Cargo builds programs of other packages for no test, so this asks it to. If they are up to date, that takes a moment.
static BUILT: LazyLock<Built> = LazyLock::new(|| {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--locked", "--message-format", "json"]);
    command.args(["--package", "graven", "--package", "graven-engine"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output().expect("cargo is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("UTF-8");
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let executable = |name: &str| {
        let message =
            messages.iter().find(|message| message["target"]["name"] == name && !message["executable"].is_null());
        PathBuf::from(message.and_then(|message| message["executable"].as_str()).expect("cargo has built it"))
    };
    Built { graven: executable("graven"), engine: executable("graven-engine") }
});

/// The author's command.
pub(crate) fn graven() -> Command {
    Command::new(&BUILT.graven)
}

/// An engine for this machine.
pub(crate) fn engine() -> &'static Path {
    &BUILT.engine
}
