//! Times edits of a site in one process: `cargo run -p graven-press --example edits -- content 20`.
//!
//! For each kind of edit, it changes one post after another in memory, and prints the milliseconds from the changed file to the bytes of the post's page:
//! median, least, most.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use graven_press::cache::Cache;
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, rounds] = arguments.as_slice() else {
        eprintln!("usage: edits FOLDER ROUNDS");
        return ExitCode::from(2);
    };
    match rounds.parse().map_err(|error| format!("{rounds}: {error}")).and_then(|rounds| run(Path::new(folder), rounds))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What is done to a post.
const EDITS: [(&str, Edit); 3] = [("text", add_words), ("title", add_to_title), ("file", rename)];

/// Changes the post at a path in the way of a round. `None` if it is not of the form that the edit knows.
type Edit = fn(&mut SourceTree, &str, usize) -> Option<()>;

fn run(folder: &Path, rounds: usize) -> Result<(), String> {
    let mut tree = SourceTree::read(folder).map_err(|error| error.to_string())?;
    let options = Options { codings: Codings::Identity, ..Options::default() };
    let mut site = Incremental::new(options, Cache::of_user());
    let start = Instant::now();
    site.press(&tree, |preview| preview.paths().count()).map_err(|report| report.render(&tree, ""))?;
    println!("first press: {:.1} ms", milliseconds(start));
    for (name, edit) in EDITS {
        let mut times = Vec::new();
        for round in 0..rounds {
            let Some(path) = post(&tree, round) else { return Err("there is no post".to_owned()) };
            edit(&mut tree, &path, round).ok_or_else(|| format!("{path} cannot be changed"))?;
            let start = Instant::now();
            let route = route(&path);
            let page = site.press(&tree, |preview| preview.content(&route));
            times.push(milliseconds(start));
            page.map_err(|report| report.render(&tree, ""))?.ok_or_else(|| format!("there is no page at {route}"))?;
        }
        times.sort_by(f64::total_cmp);
        let [least, median, most] = [0, times.len() / 2, times.len() - 1].map(|at| times[at]);
        println!("{name}: {median:.1} ms ({least:.1}–{most:.1})");
    }
    Ok(())
}

/// The route of the post at a path: its name without a date in front.
fn route(path: &str) -> String {
    let name = path.trim_start_matches("posts/").trim_end_matches("/index.md").trim_end_matches(".md");
    let is_date = |date: &&str| {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        date.ends_with('-') && date.split('-').all(digits)
    };
    let undated = name.get(..11).filter(is_date).map(|date| &name[date.len()..]);
    format!("/blog/{}", undated.unwrap_or(name))
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// The path of a post, another one in each round.
fn post(tree: &SourceTree, round: usize) -> Option<String> {
    let is_post = |path: &&str| Path::new(path).extension().is_some_and(|extension| extension == "md");
    let posts: Vec<&str> = tree.below("posts/").map(|(path, _)| path).filter(is_post).collect();
    posts.get(round * 7919 % posts.len().max(1)).map(|path| (*path).to_owned())
}

fn text(tree: &SourceTree, path: &str) -> String {
    String::from_utf8_lossy(tree.get(path).unwrap_or_default()).into_owned()
}

fn add_words(tree: &mut SourceTree, path: &str, round: usize) -> Option<()> {
    let text = tree.get(path).map(String::from_utf8_lossy)?.into_owned();
    tree.insert(path, format!("{text}\nAnother paragraph, number {round}.\n"));
    Some(())
}

fn add_to_title(tree: &mut SourceTree, path: &str, round: usize) -> Option<()> {
    let text = text(tree, path);
    let line = text.find("\ntitle")? + 1;
    let start = line + text[line..].find('"')? + 1;
    tree.insert(path, format!("{}{round} {}", &text[..start], &text[start..]));
    Some(())
}

/// A date in front of the name leaves the slug as it is, so that no link to the post breaks.
fn rename(tree: &mut SourceTree, path: &str, round: usize) -> Option<()> {
    let text = text(tree, path);
    let slug = route(path);
    let renamed = format!("posts/2020-01-{:02}-{}.md", round % 28 + 1, slug.strip_prefix("/blog/")?);
    tree.remove(path);
    tree.insert(renamed.as_str(), text);
    Some(())
}
