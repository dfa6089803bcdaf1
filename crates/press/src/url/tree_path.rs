//! Paths of the source tree as an author writes them: relative to the folder of a text.

/// The path in the tree of `relative`, as written in `folder`. `None` if it leaves the tree.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in relative.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// The reference to the path `target` of the tree, as a text in `folder` writes it. The inverse of [`join`].
pub(crate) fn relative(folder: &str, target: &str) -> String {
    if let Some(path) = target.strip_prefix("static/") {
        return format!("/{path}");
    }
    let common =
        folder.split_inclusive('/').zip(target.split_inclusive('/')).take_while(|(ours, theirs)| ours == theirs);
    let shared: usize = common.map(|(name, _)| name.len()).sum();
    "../".repeat(folder[shared..].matches('/').count()) + &target[shared..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_join_to_the_folder() {
        for (folder, relative, path) in [
            ("posts/a/", "b.png", Some("posts/a/b.png")),
            ("posts/a/", "../b/index.md", Some("posts/b/index.md")),
            ("posts/a/", "./x//y", Some("posts/a/x/y")),
            ("posts/a/", "../../../etc/passwd", None),
            ("", "b.png", Some("b.png")),
        ] {
            assert_eq!(join(folder, relative).as_deref(), path, "{folder} {relative}");
        }
    }

    #[test]
    fn a_path_is_written_as_its_text_would() {
        for (folder, target, written) in [
            ("posts/a/", "posts/a/b.png", "b.png"),
            ("posts/a/", "posts/b/index.md", "../b/index.md"),
            ("posts/a/", "static/b.png", "/b.png"),
            ("posts/ab/", "posts/a.png", "../a.png"),
            ("pages/", "posts/a.md", "../posts/a.md"),
        ] {
            assert_eq!(relative(folder, target), written, "{folder} {target}");
        }
    }
}
