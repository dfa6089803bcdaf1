//! Names in addresses: slugs as Graven writes them, and as other generators do.

use percent_encoding::percent_decode_str;

/// The slug of a name for Graven: lower-case letters, digits and hyphens.
pub(crate) fn slug(name: &str) -> String {
    slug::slugify(name)
}

/// The id that GitHub, Hugo, Astro and others give a heading: letters, digits, hyphens and underscores stay, spaces become hyphens, the rest goes.
pub(crate) fn github_id(heading: &str) -> String {
    let mut id = String::new();
    for char in heading.trim().chars().flat_map(char::to_lowercase) {
        match char {
            ' ' => id.push('-'),
            '-' | '_' => id.push(char),
            _ if char.is_alphanumeric() => id.push(char),
            _ => {}
        }
    }
    id
}

/// The last part of an address as Hugo and Jekyll make it of a name: letters, digits and a few signs stay, spaces become hyphens.
pub(crate) fn url_name(name: &str) -> String {
    let mut url = String::new();
    for char in name.trim().chars().flat_map(char::to_lowercase) {
        match char {
            ' ' if !url.ends_with('-') => url.push('-'),
            '-' | '_' | '.' => url.push(char),
            _ if char.is_alphanumeric() => url.push(char),
            _ => {}
        }
    }
    url
}

/// A slug of words: `Getting started` of `getting-started`.
pub(crate) fn title_of(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut chars = words.trim().chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A path without percent-encoding. Invalid encoding stays.
pub(crate) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8().map_or_else(|_| path.to_owned(), Into::into)
}

/// A path without a slash, `index.html` or `.html` at its end: Graven answers these by itself.
pub(crate) fn canonical(path: &str) -> String {
    let path = path.strip_suffix("index.html").filter(|rest| rest.ends_with('/')).unwrap_or(path);
    let path = path.strip_suffix(".html").unwrap_or(path).trim_end_matches('/');
    if path.is_empty() { "/".to_owned() } else { path.to_owned() }
}

/// Joins a relative path to a folder: `posts/a` and `../b.png` is `posts/b.png`. `None` if it leads out of the root.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a path: `a/b` of `a/b/c.md`, nothing of `c.md`.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |end| &path[..end])
}

/// The name of a file without its folder.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The name of a file without folder and extension.
pub(crate) fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.rfind('.').filter(|at| *at > 0).map_or(name, |end| &name[..end])
}

/// The extension of a file in lower case.
pub(crate) fn extension(path: &str) -> String {
    file_name(path).rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// Whether a file is a text.
pub(crate) fn is_markdown(path: &str) -> bool {
    matches!(extension(path).as_str(), "md" | "markdown" | "mdx" | "mkd" | "mdown")
}

/// Whether a file is a picture that an `<img>` can show.
pub(crate) fn is_picture(path: &str) -> bool {
    matches!(extension(path).as_str(), "png" | "jpg" | "jpeg" | "gif" | "webp" | "svg" | "avif" | "bmp" | "ico")
}

/// Whether a file can have this address: it has no characters that mean something else there.
pub(crate) fn is_address(path: &str) -> bool {
    !path.contains(['\\', '%', '?', '#']) && !path.contains(char::is_control) && !path.contains("//")
}

/// Whether a file is a picture, a film or a sound.
pub(crate) fn is_media(path: &str) -> bool {
    let is_played = |extension: &str| {
        matches!(
            extension,
            "mp4" | "m4v" | "mov" | "webm" | "ogv" | "mp3" | "m4a" | "ogg" | "oga" | "opus" | "wav" | "flac" | "vtt"
        )
    };
    is_picture(path) || is_played(&extension(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_shortened() {
        for (folder, path, expected) in
            [("posts/a", "../b.png", Some("posts/b.png")), ("", "./b.png", Some("b.png")), ("a", "../../b", None)]
        {
            assert_eq!(join(folder, path).as_deref(), expected, "{folder} {path}");
        }
        for (path, expected) in
            [("/a/", "/a"), ("/a/index.html", "/a"), ("/a.html", "/a"), ("/", "/"), ("/index.html", "/"), ("/a", "/a")]
        {
            assert_eq!(canonical(path), expected);
        }
    }

    #[test]
    fn ids_and_names_are_those_of_other_generators() {
        assert_eq!(github_id("What's new in `1.0.2`?"), "whats-new-in-102");
        assert_eq!(url_name("My First Post!"), "my-first-post");
        assert_eq!(title_of("getting-started"), "Getting started");
    }
}
