//! What may be meant by a link to a file that does not exist.

use crate::assets::STATIC;
use crate::diagnostic::nearest;
use crate::url::{ReferenceKind, relative, split_path};

/// Ends of the names of sites. A path that begins with such a name lacks its `https://`.
const DOMAINS: [&str; 8] = [".com", ".dev", ".edu", ".gov", ".io", ".me", ".net", ".org"];

/// The help for a link in a text of `folder` to `destination`, which leads to `path` of the tree, where only `paths` are.
pub(super) fn help((path, destination): (&str, &str), folder: &str, paths: &[&str]) -> Option<String> {
    let first = destination.split(['/', '?', '#']).next().unwrap_or_default();
    if first.starts_with("www.") || DOMAINS.iter().any(|domain| first.ends_with(domain)) || first.starts_with("http") {
        let address = destination.trim_start_matches("https").trim_start_matches("http").trim_start_matches(['/', ':']);
        return Some(format!("for another site, write `https://{address}`"));
    }
    // Zola's name for the content folder.
    let path = destination.strip_prefix("@/").map_or(path, |rest| split_path(rest).0);
    if let Some(file) = with_its_folder(path, paths.iter().copied()) {
        return Some(format!("did you mean `{}`?", relative(folder, file)));
    }
    // A long path is near to others in the same folder, whatever its last name is.
    let has_near_name = |other: &&str| nearest(name(path), [name(other)]).is_some();
    let near = nearest(path, paths.iter().copied()).filter(has_near_name);
    if let Some(near) = near.or_else(|| moved(path, paths)) {
        return Some(format!("did you mean `{}`?", relative(folder, near)));
    }
    (ReferenceKind::of(destination) == ReferenceKind::RelativePath).then(|| {
        format!("a path is relative to the folder of the text, `{folder}`; link to a page of the site as `/blog/…`")
    })
}

/// The file of `static/` that was named with that folder: `/static/a.png`, which is `static/static/a.png` in the tree.
pub(super) fn with_its_folder<'p>(path: &str, mut paths: impl Iterator<Item = &'p str>) -> Option<&'p str> {
    let file = path.strip_prefix(STATIC).filter(|file| file.starts_with(STATIC))?;
    paths.find(|other| *other == file)
}

/// The only file with the same name in another folder. An `index.md` has the name of its folder.
fn moved<'p>(path: &str, paths: &[&'p str]) -> Option<&'p str> {
    let mut with_name = paths.iter().copied().filter(|other| name(other).eq_ignore_ascii_case(name(path)));
    with_name.next().filter(|_| with_name.next().is_none())
}

fn name(path: &str) -> &str {
    let stem = path.trim_end_matches('/').trim_end_matches("/index.md");
    stem.rsplit('/').next().unwrap_or(stem)
}
