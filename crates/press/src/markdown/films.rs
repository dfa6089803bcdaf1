//! Films: a picture that links to one is its still. Which links lead to a film follows from the address, since press looks nothing up.

use std::path::Path;

use crate::url::{is_external, split_path};

/// The hosts of films, and how the path of one begins.
const PAGES: [(&str, &[&str]); 8] = [
    ("youtube.com", &["watch", "shorts/", "live/", "embed/"]),
    ("youtube-nocookie.com", &["embed/"]),
    ("youtu.be", &[""]),
    ("vimeo.com", &[""]),
    ("player.vimeo.com", &["video/"]),
    ("dailymotion.com", &["video/"]),
    ("dai.ly", &[""]),
    ("media.ccc.de", &["v/"]),
];

/// The extensions of films.
const FILES: [&str; 6] = ["m4v", "mkv", "mov", "mp4", "ogv", "webm"];

/// Whether a link leads to a film: a file, or a page that shows one.
pub(super) fn is_film(target: &str) -> bool {
    let (path, _) = split_path(target);
    let is_file = Path::new(path)
        .extension()
        .is_some_and(|extension| FILES.iter().any(|known| extension.eq_ignore_ascii_case(known)));
    if is_file || !is_external(target) {
        return is_file;
    }
    let address = target.split_once("//").map_or(target, |(_, address)| address);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let host = host.to_ascii_lowercase();
    let host = ["www.", "m."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(&host);
    let is_page = |(known, begins): &(&str, &[&str])| {
        host == *known && path.len() > 1 && begins.iter().any(|begin| path.starts_with(begin))
    };
    PAGES.iter().any(is_page) || is_of_peertube(path)
}

/// The lengths of a UUID, and of its short form in the links that readers share.
const UUID: [usize; 2] = [36, 22];

/// Whether a path is that of a film where many hosts have the same program: `videos/watch/ID`, or `w/ID`, which its readers share.
fn is_of_peertube(path: &str) -> bool {
    let id = path.strip_prefix("w/").map(|rest| rest.split(['/', '?', '#', ';']).next().unwrap_or_default());
    let is_id =
        |id: &str| UUID.contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    path.starts_with("videos/watch/") || id.is_some_and(is_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_known_by_its_address() {
        for film in [
            "https://www.youtube.com/watch?v=abc",
            "https://m.youtube.com/shorts/abc",
            "https://youtu.be/abc?t=3",
            "http://Vimeo.com/123",
            "https://media.ccc.de/v/talk",
            "https://tube.example.org/videos/watch/abc",
            "https://tube.example.org/w/kkGMgK9ZtnKfYAgnEtQxbv?start=1m",
            "https://tube.example.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d",
            "https://example.org/a.MP4?x#t=3",
            "/assets/demo.0a1b.webm",
        ] {
            assert!(is_film(film), "{film}");
        }
        for other in [
            "https://www.youtube.com/@channel",
            "https://vimeo.com/",
            "https://example.org/watch",
            "https://en.wikipedia.example/w/index.php",
            "https://example.org/w/kkGMgK9ZtnKf",
            "/blog/mp4",
            "/a.png",
        ] {
            assert!(!is_film(other), "{other}");
        }
    }
}
