//! What the name of a text says: the date that it begins with, and its slug.

use super::date::{self, WrittenDate};
use super::files::{PAGES, stem};
use crate::diagnostic::{Diagnostic, Report};

/// The date at the start of the name of a file, or of the folder of an `index.md`: `posts/2013-05-06-name.md`.
pub(super) fn date(path: &str) -> Option<WrittenDate> {
    dated(name(path)).0
}

/// The slug of a text that sets none: its name without a date at the start.
pub(super) fn slug(path: &str, report: &mut Report) -> String {
    part(dated(name(path)).1, path, report)
}

/// The folders of a page below `pages/`, as the beginning of its slug: `a/b/` of `pages/a/b/c.md`.
pub(super) fn folders(path: &str, report: &mut Report) -> String {
    let stem = stem(path);
    let folders = stem.strip_prefix(PAGES).and_then(|rest| rest.rsplit_once('/')).map_or("", |(folders, _)| folders);
    let parts = folders.split('/').filter(|folder| !folder.is_empty());
    parts.map(|folder| part(folder, path, report) + "/").collect()
}

fn name(path: &str) -> &str {
    let stem = stem(path);
    stem.rsplit('/').next().unwrap_or(stem)
}

/// A name as a part of a URL.
fn part(name: &str, path: &str, report: &mut Report) -> String {
    let slug = slug::slugify(name);
    if slug.is_empty() {
        report.push(
            Diagnostic::error(path, None, format!("the name \"{name}\" has no letter or digit for a slug"))
                .help("rename the file, or add a line: slug = \"…\""),
        );
    }
    slug
}

/// The date at the start of a name, and the rest. A name that is only a date is kept.
fn dated(name: &str) -> (Option<WrittenDate>, &str) {
    let Some((Ok(date), rest)) = name.split_at_checked(10).map(|(day, rest)| (date::parse(day), rest)) else {
        return (None, name);
    };
    match rest.strip_prefix(['-', '_', ' ']) {
        Some(rest) => (Some(date), rest),
        None if rest.is_empty() => (Some(date), name),
        None => (None, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_a_date_and_a_slug() {
        for (path, date_of_it, slug_of_it) in [
            ("posts/hello.md", None, "hello"),
            ("posts/2013-05-06-name.md", Some("2013-05-06"), "name"),
            ("posts/2013-05-06-name/index.md", Some("2013-05-06"), "name"),
            ("posts/2013/2013-05-06_Näme.markdown", Some("2013-05-06"), "name"),
            ("posts/2013-05-06 A name.md", Some("2013-05-06"), "a-name"),
            ("posts/2013-05-06.md", Some("2013-05-06"), "2013-05-06"),
            ("posts/2013-05-0612.md", None, "2013-05-0612"),
            ("posts/2013-13-06-name.md", None, "2013-13-06-name"),
            ("posts/2013-05-é.md", None, "2013-05-e"),
        ] {
            let mut report = Report::default();
            assert_eq!(date(path).map(|date| date.day.to_string()).as_deref(), date_of_it, "{path}");
            assert_eq!(slug(path, &mut report), slug_of_it, "{path}");
            assert!(report.is_empty(), "{path}");
        }
    }

    #[test]
    fn the_folders_of_a_page_are_in_its_slug() {
        for (path, expected) in [
            ("pages/about.md", ""),
            ("pages/about/index.md", ""),
            ("pages/A guide/first.md", "a-guide/"),
            ("pages/a/b/index.markdown", "a/"),
            ("pages/a/b/c.md", "a/b/"),
        ] {
            assert_eq!(folders(path, &mut Report::default()), expected, "{path}");
        }
    }
}
