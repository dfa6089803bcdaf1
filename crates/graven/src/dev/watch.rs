//! Watches a folder, and sends the paths that changed to the desk.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use super::message::Message;
use crate::error::{self, Error};

/// How often it is tried to watch a folder again that has gone.
const RETRY: Duration = Duration::from_millis(200);

/// Watches `root` and all folders below it, until the process ends.
pub(super) fn start(root: &Path, sender: &Sender<Message>) -> Result<(), Error> {
    let (lost, losses) = mpsc::channel();
    let (folder, changes) = (root.to_owned(), sender.clone());
    let handle = move |event: notify::Result<Event>| {
        let paths = match event {
            Ok(event) => {
                if has_gone(&event, &folder) {
                    let _ = lost.send(());
                }
                changed(event, &folder)
            }
            Err(error) => {
                error::say(format_args!("warning: some changes may be missed: {error}; {HELP}"));
                vec![PathBuf::new()]
            }
        };
        if !paths.is_empty() {
            // Nobody listens when the command ends.
            let _ = changes.send(Message::Changed(paths));
        }
    };
    let failed = |error: notify::Error| Error::new(format!("cannot watch {}: {error}; {HELP}", root.display()));
    let mut watcher = notify::recommended_watcher(handle).map_err(failed)?;
    watcher.watch(root, RecursiveMode::Recursive).map_err(failed)?;
    let (root, sender) = (root.to_owned(), sender.clone());
    thread::spawn(move || {
        // A watch follows the folder, not its name. A branch switch may remove the folder and create another one with the same name.
        while losses.recv().is_ok() {
            let _ = watcher.unwatch(&root);
            while watcher.watch(&root, RecursiveMode::Recursive).is_err() {
                thread::sleep(RETRY);
            }
            let _ = sender.send(Message::Changed(vec![PathBuf::new()]));
        }
    });
    Ok(())
}

/// What to do if a folder cannot be watched.
const HELP: &str = "on Linux, fs.inotify.max_user_watches may be too small for the folder";

/// Whether an event is the end of the folder itself under its name.
fn has_gone(event: &Event, root: &Path) -> bool {
    let is_end = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    is_end && event.paths.iter().any(|path| path == root)
}

/// The paths below `root` that an event is about. The empty path is the whole folder.
fn changed(event: Event, root: &Path) -> Vec<PathBuf> {
    if event.need_rescan() {
        return vec![PathBuf::new()];
    }
    // Reading a file is no change, and press reads them all.
    if matches!(event.kind, EventKind::Access(_)) {
        return Vec::new();
    }
    let below = |path: PathBuf| path.strip_prefix(root).map(Path::to_owned).ok();
    event.paths.into_iter().filter_map(below).collect()
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, Flag, RenameMode};

    use super::*;

    #[test]
    fn an_event_names_the_paths_to_read_again() {
        let event = |kind, paths: &[&str]| {
            paths.iter().fold(Event::new(kind), |event, path| event.add_path(PathBuf::from(path)))
        };
        let whole = || vec![PathBuf::new()];
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::Both));
        for (event, expected) in [
            (event(EventKind::Create(CreateKind::File), &["/s/posts/a.md"]), vec![PathBuf::from("posts/a.md")]),
            (event(renamed, &["/s/posts/a", "/s/posts/b"]), vec!["posts/a".into(), "posts/b".into()]),
            (event(EventKind::Access(AccessKind::Read), &["/s/posts/a.md"]), vec![]),
            (event(EventKind::Any, &["/elsewhere/a.md"]), vec![]),
            (event(EventKind::Any, &["/s"]), whole()),
            (event(EventKind::Other, &[]).set_flag(Flag::Rescan), whole()),
        ] {
            assert_eq!(changed(event.clone(), Path::new("/s")), expected, "{event:?}");
        }
    }
}
