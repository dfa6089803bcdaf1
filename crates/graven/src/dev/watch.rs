//! Watches a folder, and tells the desk which paths changed.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::Message;
use crate::error::Error;

/// Watches `root` and all folders below it, as long as the result lives.
pub(super) fn start(root: &Path, sender: Sender<Message>) -> Result<RecommendedWatcher, Error> {
    let folder = root.to_owned();
    let tell = move |event: notify::Result<Event>| {
        let paths = match event {
            Ok(event) => changed(event, &folder),
            // Something was missed.
            Err(_) => vec![PathBuf::new()],
        };
        if !paths.is_empty() {
            // Nobody listens when the command ends.
            let _ = sender.send(Message::Changed(paths));
        }
    };
    let watcher = notify::recommended_watcher(tell).and_then(|mut watcher| {
        watcher.watch(root, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    watcher.map_err(|error| {
        let help = "on Linux, fs.inotify.max_user_watches may be too small for the folder";
        Error::new(format!("cannot watch {}: {error}; {help}", root.display()))
    })
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
    use notify::event::{AccessKind, CreateKind, Flag, ModifyKind, RenameMode};

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
