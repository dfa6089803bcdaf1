//! The models of the articles: their own tests run in Node.js.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

#[test]
fn the_models_hold_what_they_promise() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Not `eprintln!`, which is shown for a test that fails only.
    let skip = |why: &str| drop(writeln!(std::io::stderr(), "SKIPPED the tests of the models: {why}"));
    if !Command::new("node").arg("--version").output().is_ok_and(|node| node.status.success()) {
        return skip("Node.js is not installed");
    }
    if !root.join("target/models/node_modules").is_dir() {
        return skip("their tools are not installed; `tests/models/run` does that and runs them");
    }
    let ran = Command::new("tests/models/run").current_dir(root).output().expect("the script can be run");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
}
