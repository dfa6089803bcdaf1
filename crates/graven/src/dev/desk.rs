//! The desk: the thread that owns the site, presses it after each change, and makes what browsers ask for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use graven_press::cache::Cache;
use graven_press::diagnostic::Report;
use graven_press::incremental::{Incremental, Preview};
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options, Scheduled};
use tokio::sync::oneshot;
use tokio::sync::watch::Sender;

use super::feed::State;
use super::message::{Answer, Message};
use super::page::Sites;
use crate::content;
use crate::error;

/// How long nothing must change before the files are read: an editor empties a file before it fills it, and a branch switch writes many.
const QUIET: Duration = Duration::from_millis(10);

/// The longest that a burst of changes is waited for. A program that writes all the time must not stop the preview.
const MOST_WAIT: Duration = Duration::from_secs(1);

/// The site, and what it is made from.
pub(super) struct Desk {
    root: PathBuf,
    /// The folder as the author named it, with a slash: what diagnostics begin paths with.
    prefix: String,
    incremental: Incremental,
    sites: Sites,
    feed: Sender<State>,
    /// The begin of all versions: pages of an earlier run have another one.
    run: String,
    /// When the next scheduled post is published, in Unix seconds.
    due: Option<i64>,
}

/// A path that a browser waits for.
type Request = (String, oneshot::Sender<Answer>);

/// How attending to browsers ended.
enum Next {
    /// The files changed, or a post is no longer scheduled. They are pressed before these requests are answered.
    Changed(SourceTree, Vec<Request>),
    /// Nobody can ask any more.
    End,
}

impl Desk {
    /// A desk for the files below `root`, which the author names `folder`. The preview has the address `url`, below which the site has the path of its base URL.
    pub(super) fn new(root: &Path, folder: &Path, url: &str, feed: Sender<State>) -> Self {
        let options = Options {
            origin: Some(url.to_owned()),
            drafts: true,
            clock: content::clock(),
            scheduled: Scheduled::Shown,
            codings: Codings::Identity,
            ..Options::default()
        };
        let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            root: root.to_owned(),
            prefix: content::prefix(folder),
            incremental: Incremental::new(options, Cache::of_user()),
            sites: Sites::default(),
            feed,
            run: started.as_millis().to_string(),
            due: None,
        }
    }

    /// Presses `tree`, and again after each change. Answers until nobody can ask any more.
    pub(super) fn run(mut self, mut tree: SourceTree, messages: &Receiver<Message>) {
        // The last site without errors.
        let mut good: Option<(SourceTree, String)> = None;
        let mut requests = Vec::new();
        for number in 1_u64.. {
            let version = format!("{}-{number}", self.run);
            let next = match self.press(&tree, &version, messages, &mut requests) {
                Ok(next) => {
                    good = Some((tree, version));
                    next
                }
                Err(report) => {
                    let problem = report.render_causes(&tree, &self.prefix);
                    error::say(&problem);
                    self.feed.send_modify(|state| state.problem = Some(problem.clone()));
                    self.keep(good.as_ref(), (&tree, &problem), messages, requests)
                }
            };
            match next {
                Next::Changed(changed, asked) => (tree, requests) = (changed, asked),
                Next::End => return,
            }
        }
    }

    /// Presses `tree`, and answers from it until the files change.
    ///
    /// # Errors
    /// If the content has errors. Then no request is answered.
    fn press(
        &mut self,
        tree: &SourceTree,
        version: &str,
        messages: &Receiver<Message>,
        requests: &mut Vec<Request>,
    ) -> Result<Next, Report> {
        let start = Instant::now();
        let Self { root, prefix, incremental, sites, feed, due, .. } = self;
        // Else the clock stays as it was, so that nothing is read again.
        if has_come(*due) {
            incremental.change_options(|options| options.clock = content::clock());
        }
        incremental.press(tree, |preview| {
            announce(&preview, tree, prefix, start);
            feed.send_replace(State { version: version.to_owned(), problem: None });
            *due = preview.next_time();
            let mut attendant = Attendant { root, tree, messages, due: *due };
            attendant.attend(std::mem::take(requests), |path| answer(path, &preview, version, sites))
        })
    }

    /// Answers from the last good site, if there is one, until the files change, which are `tree` and have a problem.
    fn keep(
        &mut self,
        good: Option<&(SourceTree, String)>,
        (tree, problem): (&SourceTree, &str),
        messages: &Receiver<Message>,
        mut requests: Vec<Request>,
    ) -> Next {
        let Self { root, incremental, sites, .. } = self;
        // With its errors, the site is as it was, whatever the time.
        let mut attendant = Attendant { root, tree, messages, due: None };
        let kept = good.map(|(good, version)| {
            incremental.press(good, |preview| {
                attendant.attend(std::mem::take(&mut requests), |path| answer(path, &preview, version, sites))
            })
        });
        match kept {
            Some(Ok(next)) => next,
            _ => attendant.attend(requests, |_| Answer::Problem(problem.to_owned())),
        }
    }
}

/// How long after a file could not be read it is tried again.
const RETRY: Duration = Duration::from_millis(200);

/// The longest that is waited for a time: a clock may be set, or stand still while the machine sleeps.
const MOST_PATIENCE: Duration = Duration::from_secs(20);

/// Whether it is that time, in Unix seconds, or later.
fn has_come(time: Option<i64>) -> bool {
    time.is_some_and(|time| content::clock().is_some_and(|clock| clock >= time))
}

/// Answers browsers while the files are as in `tree`.
struct Attendant<'a> {
    root: &'a Path,
    tree: &'a SourceTree,
    messages: &'a Receiver<Message>,
    /// When the site becomes another one, in Unix seconds.
    due: Option<i64>,
}

impl Attendant<'_> {
    fn attend(&mut self, requests: Vec<Request>, mut answer: impl FnMut(&str) -> Answer) -> Next {
        let mut reply = |(path, reply): Request| {
            // A browser that went away needs no answer.
            let _ = reply.send(answer(&path));
        };
        requests.into_iter().for_each(&mut reply);
        // Not every change that makes a file readable is an event.
        let unreadable: Vec<PathBuf> = self.tree.unreadable().map(|(path, _)| path.into()).collect();
        while !has_come(self.due) {
            // Without such a path, it waits for a message, or for a post.
            let wait = if unreadable.is_empty() { self.patience() } else { RETRY };
            let paths = match self.messages.recv_timeout(wait) {
                Ok(Message::Page { path, reply: to }) => {
                    reply((path, to));
                    continue;
                }
                Ok(Message::Changed(paths)) => paths,
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return Next::End,
            };
            let (mut paths, requests) = self.wait_for_quiet(paths);
            paths.extend(unreadable.iter().cloned());
            match self.read_again(paths) {
                Some(tree) => return Next::Changed(tree, requests),
                None => requests.into_iter().for_each(&mut reply),
            }
        }
        Next::Changed(self.tree.clone(), Vec::new())
    }

    /// How long it waits if nothing happens.
    fn patience(&self) -> Duration {
        let Some(due) = self.due.and_then(|due| u64::try_from(due).ok()) else { return Duration::MAX };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Duration::from_secs(due).saturating_sub(now).min(MOST_PATIENCE)
    }

    /// Waits until nothing changes any more. Returns all paths that changed, and what browsers have asked for meanwhile.
    fn wait_for_quiet(&self, paths: Vec<PathBuf>) -> (BTreeSet<PathBuf>, Vec<Request>) {
        let start = Instant::now();
        let mut paths = BTreeSet::from_iter(paths);
        let mut requests = Vec::new();
        let mut quiet = Instant::now();
        while quiet.elapsed() < QUIET && start.elapsed() < MOST_WAIT {
            match self.messages.recv_timeout(QUIET.saturating_sub(quiet.elapsed())) {
                Ok(Message::Changed(more)) => {
                    paths.extend(more);
                    quiet = Instant::now();
                }
                Ok(Message::Page { path, reply }) => requests.push((path, reply)),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        (paths, requests)
    }

    /// The files as they are now. `None` if they are the same as before.
    fn read_again(&self, paths: BTreeSet<PathBuf>) -> Option<SourceTree> {
        let mut tree = self.tree.clone();
        let changed = paths.into_iter().filter(|path| tree.refresh(self.root, path)).count();
        (changed > 0).then_some(tree)
    }
}

/// Answers a request from the newest site.
fn answer(path: &str, preview: &Preview, version: &str, sites: &mut Sites) -> Answer {
    match sites.get(path, preview, version) {
        Ok(site) => Answer::Site { site, version: version.to_owned() },
        Err(problem) => Answer::Problem(format!("error: {path} cannot be shown: {problem}\n")),
    }
}

/// Prints the warnings, or that there are none, and how long it took.
fn announce(preview: &Preview, tree: &SourceTree, prefix: &str, start: Instant) {
    let time = start.elapsed().as_millis();
    if preview.report().is_empty() {
        error::say(format_args!("no errors, {time} ms"));
    } else {
        error::say(format_args!("{}, {time} ms", preview.report().render_causes(tree, prefix).trim_end()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn page(path: &str) -> (Message, oneshot::Receiver<Answer>) {
        let (reply, answer) = oneshot::channel();
        (Message::Page { path: path.to_owned(), reply }, answer)
    }

    /// A folder with the file `posts/a.md`, and what it was when it was read.
    fn read_as(then: &str, now: &str) -> (tempfile::TempDir, SourceTree) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("posts")).expect("a folder");
        std::fs::write(folder.path().join("posts/a.md"), now).expect("a file can be written");
        let mut tree = SourceTree::default();
        tree.insert("posts/a.md", then);
        (folder, tree)
    }

    #[test]
    fn what_is_asked_for_during_a_burst_of_changes_waits_for_the_newest_files() {
        let (folder, tree) = read_as("old", "new");
        let (sender, messages) = mpsc::channel();
        let (before, answered) = page("/before");
        let (after, waits) = page("/after");
        for message in [before, Message::Changed(vec!["posts/a.md".into()]), after] {
            sender.send(message).expect("there is a receiver");
        }
        let mut attendant = Attendant { root: folder.path(), tree: &tree, messages: &messages, due: None };
        let next = attendant.attend(Vec::new(), |path| Answer::Problem(path.to_owned()));
        assert!(matches!(answered.blocking_recv(), Ok(Answer::Problem(path)) if path == "/before"));
        let Next::Changed(tree, requests) = next else { panic!("the files changed") };
        assert_eq!(tree.get("posts/a.md"), Some(&b"new"[..]));
        assert_eq!(requests.len(), 1, "it is answered after the next press");
        drop(requests);
        assert!(waits.blocking_recv().is_err());
    }

    #[test]
    fn when_a_post_is_due_the_same_files_are_pressed_again() {
        let (folder, tree) = read_as("same", "same");
        let (sender, messages) = mpsc::channel();
        let due = content::clock().map(|clock| clock + 2);
        let (message, answered) = page("/before");
        sender.send(message).expect("there is a receiver");
        let mut attendant = Attendant { root: folder.path(), tree: &tree, messages: &messages, due };
        let next = attendant.attend(Vec::new(), |path| Answer::Problem(path.to_owned()));
        assert!(matches!(next, Next::Changed(tree, _) if tree.get("posts/a.md") == Some(b"same")));
        assert!(has_come(due) && answered.blocking_recv().is_ok());
    }

    #[test]
    fn a_change_that_changes_nothing_is_none_and_the_end_of_all_senders_is_the_end() {
        let (folder, tree) = read_as("same", "same");
        let (sender, messages) = mpsc::channel();
        sender.send(Message::Changed(vec!["posts/a.md".into(), ".hidden".into()])).expect("there is a receiver");
        drop(sender);
        let mut attendant = Attendant { root: folder.path(), tree: &tree, messages: &messages, due: None };
        assert!(matches!(attendant.attend(Vec::new(), |_| Answer::Problem(String::new())), Next::End));
    }
}
