//! What GitHub runs: CI, and a release, which gives its rights to nothing but GitHub's own programs.

use std::fs;
use std::path::Path;
use std::process::Command;

use saphyr::{LoadableYamlNode as _, Yaml};

/// The text of a workflow.
fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parse(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).expect("it can be parsed").remove(0)
}

/// The names of the jobs with their steps.
fn jobs<'y>(workflow: &'y Yaml<'y>) -> impl Iterator<Item = (&'y str, &'y Yaml<'y>, &'y [Yaml<'y>])> {
    workflow["jobs"].as_mapping().expect("a mapping").iter().map(|(name, job)| {
        let steps = job.as_mapping_get("steps").and_then(Yaml::as_sequence).map_or(&[][..], Vec::as_slice);
        (name.as_str().expect("a name"), job, steps)
    })
}

/// A value of a step, such as what it runs.
fn text<'y>(step: &'y Yaml<'y>, key: &str) -> &'y str {
    step.as_mapping_get(key).and_then(Yaml::as_str).unwrap_or_default()
}

#[test]
fn ci_runs_what_decides() {
    let text = read("ci.yml");
    assert!(parse(&text)["jobs"]["ci"]["steps"].is_sequence(), "{text}");
    assert!(text.lines().any(|line| line.trim() == "- run: .ci/run"), "{text}");
}

#[test]
fn no_checkout_leaves_a_token_for_what_runs_after_it() {
    for name in ["ci.yml", "release.yml"] {
        let workflow = read(name);
        let workflow = parse(&workflow);
        assert_eq!(workflow["permissions"].as_mapping().expect("a mapping").len(), 1, "{name}");
        assert_eq!(workflow["permissions"]["contents"].as_str(), Some("read"), "{name}");
        let mut checkouts = 0;
        for (job, _, steps) in jobs(&workflow) {
            for step in steps.iter().filter(|step| text(step, "uses").starts_with("actions/checkout@")) {
                let with = step.as_mapping_get("with").and_then(|with| with.as_mapping_get("persist-credentials"));
                assert_eq!(with.and_then(Yaml::as_bool), Some(false), "{name}, {job}");
                checkouts += 1;
            }
        }
        assert!(checkouts > 0, "{name}");
    }
}

#[test]
fn a_job_that_may_write_runs_only_what_is_githubs() {
    let workflow = read("release.yml");
    let workflow = parse(&workflow);
    let mut writers = Vec::new();
    for (name, job, steps) in jobs(&workflow) {
        let Some(permissions) = job.as_mapping_get("permissions").and_then(Yaml::as_mapping) else { continue };
        if permissions.values().all(|level| level.as_str() == Some("read")) {
            continue;
        }
        writers.push(name);
        for step in steps {
            let (action, run) = (text(step, "uses"), text(step, "run"));
            let is_action = action.starts_with("actions/") && !action.starts_with("actions/checkout@");
            assert!(is_action || run.starts_with("gh ") && !run.contains(['\n', ';', '|', '&']), "{name}: {step:?}");
        }
    }
    assert_eq!(writers, ["draft"]);
}

#[test]
fn a_release_is_of_the_version_that_its_tag_names() {
    let workflow = read("release.yml");
    let workflow = parse(&workflow);
    let (_, _, steps) = jobs(&workflow).find(|(name, ..)| *name == "tag").expect("a job");
    let script = steps.iter().map(|step| text(step, "run")).find(|run| !run.is_empty()).expect("it runs something");
    for (tag, is_right) in [
        (concat!("v", env!("CARGO_PKG_VERSION")), true),
        (concat!("v", env!("CARGO_PKG_VERSION"), "1"), false),
        ("v999.0.0", false),
        (env!("CARGO_PKG_VERSION"), false),
    ] {
        let mut shell = Command::new("bash");
        shell.args(["-e", "-o", "pipefail", "-c", script]).env("GITHUB_REF_NAME", tag);
        let ran = shell.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("there is a bash");
        assert_eq!(ran.status.success(), is_right, "{tag}: {ran:?}");
    }
    // Everything else waits for it.
    assert_eq!(workflow["jobs"]["ci"]["needs"].as_str(), Some("tag"));
}
