//! Presses `content/` into the site image that `src/site.rs` embeds. Errors in the content become errors of cargo, each with its file, line and fix.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use graven_press::cache::Cache;
use graven_press::diagnostic::Report;
use graven_press::tree::SourceTree;
use graven_press::{Options, press_to_file};

/// The folder of the site, and the prefix of its paths in a report.
const CONTENT: &str = "content/";

/// The site's own tests, if it has any: `tests/it` compiles them.
const SITE_TESTS: &str = "content/tests.rs";

fn main() {
    for folder in [CONTENT, "crates/press/theme"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    for variable in ["NOTES_BASE_URL", "SOURCE_DATE_EPOCH", "GRAVEN_CACHE"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    println!("cargo::rustc-env=GRAVEN_DEPLOY={}/deploy", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-check-cfg=cfg(site_tests)");
    if Path::new(SITE_TESTS).exists() {
        println!("cargo::rustc-cfg=site_tests");
    }
    if let Err(message) = build() {
        report("error", &message);
    }
}

/// Reads, presses, writes. What has not changed since a build of any profile and target is not compressed again.
fn build() -> Result<(), String> {
    let tree = SourceTree::read(Path::new(CONTENT)).map_err(|error| error.to_string())?;
    let output = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("site.pack");
    let cache = Cache::of_user();
    let render = |found: &Report| found.render_causes(&tree, CONTENT);
    let warnings = press_to_file(&tree, &options()?, &cache, &output).map_err(|found| render(&found))?;
    if !warnings.is_empty() {
        report("warning", &render(&warnings));
    }
    if let Some(problem) = cache.problem() {
        report("warning", problem);
    }
    Ok(())
}

fn options() -> Result<Options, String> {
    let now = match variable("SOURCE_DATE_EPOCH") {
        Some(text) => Some(
            text.parse()
                .map_err(|_| format!("SOURCE_DATE_EPOCH={text}: expected seconds since 1970, as in 1764288000"))?,
        ),
        None => None,
    };
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let clock = i64::try_from(clock).ok();
    // What `cargo run` builds is for its author.
    let is_published = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    Ok(Options { base_url: variable("NOTES_BASE_URL"), is_published, now, clock, ..Options::default() })
}

/// A variable of the environment. An empty one counts as not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Passes a text to cargo, which prints each line after the word `error` or `warning`.
fn report(kind: &str, text: &str) {
    for line in text.lines().filter(|line| !line.is_empty()) {
        println!("cargo::{kind}={}", line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(line));
    }
}
