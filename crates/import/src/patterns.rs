//! Patterns of paths, as the settings of other sites have them: globs and regular expressions.

use regex_lite::Regex;

/// What `*` in a glob stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Star {
    /// Anything: Jekyll and Zola.
    Anything,
    /// A part of one name: Hugo. `**` stands for anything.
    InName,
}

/// Patterns of paths. A pattern that matches a folder matches all that is in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns(Vec<Regex>);

impl Patterns {
    /// Globs, which match whole paths, and those of them that cannot be read.
    pub(crate) fn globs(globs: &[String], star: Star) -> (Self, Vec<String>) {
        Self::read(globs, |glob| format!("(?s)^(?:{})$", expression(glob, star)))
    }

    /// Regular expressions, which match parts of paths, and those of them that cannot be read.
    pub(crate) fn expressions(expressions: &[String]) -> (Self, Vec<String>) {
        Self::read(expressions, str::to_owned)
    }

    fn read(texts: &[String], expression: impl Fn(&str) -> String) -> (Self, Vec<String>) {
        let mut read = Self::default();
        let mut unread = Vec::new();
        for text in texts {
            match Regex::new(&expression(text)) {
                Ok(pattern) => read.0.push(pattern),
                Err(_) => unread.push(text.clone()),
            }
        }
        (read, unread)
    }

    /// Whether a pattern matches a path, or one of the folders that it is in.
    pub(crate) fn match_path(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]).filter(|folder| !folder.is_empty());
        self.0.iter().any(|pattern| folders.clone().chain([path]).any(|path| pattern.is_match(path)))
    }

    /// Whether a pattern matches the end of a path that begins with a name, or a folder that ends so.
    pub(crate) fn match_end(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| &path[at + 1..]);
        [path].into_iter().chain(ends).any(|end| self.match_path(end))
    }
}

/// A glob as a regular expression.
fn expression(glob: &str, star: Star) -> String {
    let mut expression = String::new();
    let mut rest = glob;
    let mut depth = 0;
    while let Some(char) = rest.chars().next() {
        let (taken, part) = match char {
            _ if rest.starts_with("**/") => (3, "(?:.*/)?".to_owned()),
            _ if rest.starts_with("**") => (2, ".*".to_owned()),
            '*' if star == Star::Anything => (1, ".*".to_owned()),
            '*' => (1, "[^/]*".to_owned()),
            '?' => (1, ".".to_owned()),
            '{' => {
                depth += 1;
                (1, "(?:".to_owned())
            }
            ',' if depth > 0 => (1, "|".to_owned()),
            '}' if depth > 0 => {
                depth -= 1;
                (1, ")".to_owned())
            }
            '[' => set(rest),
            '\\' => {
                let escaped = rest[1..].chars().next().map_or(String::new(), String::from);
                (1 + escaped.len(), regex_lite::escape(&escaped))
            }
            char => (char.len_utf8(), regex_lite::escape(&rest[..char.len_utf8()])),
        };
        expression.push_str(&part);
        rest = &rest[taken..];
    }
    expression
}

/// A set of characters, `[a-z]` or `[!a-z]`, and its length in the glob.
fn set(rest: &str) -> (usize, String) {
    let inner = rest[1..].strip_prefix(['!', '^']);
    let from = if inner.is_some() { 2 } else { 1 };
    // A bracket that comes first is one of the characters.
    let first = usize::from(rest[from..].starts_with(']'));
    let Some(length) = rest[from + first..].find(']').map(|length| first + length) else {
        return (1, "\\[".to_owned());
    };
    let characters = rest[from..from + length].replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    let not = if inner.is_some() { "^" } else { "" };
    (from + length + 1, format!("[{not}{}]", characters.replace('&', "\\&").replace('~', "\\~")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_paths_and_what_is_below_them() {
        for (glob, star, path, expected) in [
            ("private*", Star::Anything, "private-notes.md", true),
            ("private*", Star::Anything, "private/a.txt", true),
            ("private*", Star::Anything, "a/private.txt", false),
            ("tmp/**", Star::Anything, "tmp/a/b.txt", true),
            ("**/tmp", Star::InName, "tmp/a", true),
            ("**/tmp", Star::InName, "a/b/tmp/c", true),
            ("/s/*", Star::InName, "/s/a", true),
            ("/s/*.md", Star::InName, "/s/a/b.md", false),
            ("/s/*.md", Star::Anything, "/s/a/b.md", true),
            ("*.{txt,csv}", Star::Anything, "a/b.csv", true),
            ("*.{txt,csv}", Star::Anything, "a/b.css", false),
            ("[ab]?.t", Star::Anything, "bc.t", true),
            ("[!ab]?.t", Star::Anything, "bc.t", false),
            ("[]a].t", Star::Anything, "].t", true),
            ("a[b", Star::Anything, "a[b", true),
            ("a\\*.t", Star::Anything, "a*.t", true),
            ("a+(b).t", Star::Anything, "a+(b).t", true),
        ] {
            let (patterns, unread) = Patterns::globs(&[glob.to_owned()], star);
            assert!(unread.is_empty(), "{glob}");
            assert_eq!(patterns.match_path(path), expected, "{glob} {path}");
        }
    }

    #[test]
    fn an_expression_matches_a_part_and_one_that_is_wrong_is_named() {
        let (patterns, unread) = Patterns::expressions(&["\\.foo$".to_owned(), "(".to_owned()]);
        assert_eq!(unread, ["("]);
        assert!(
            patterns.match_path("/a/b.foo") && patterns.match_path("/a.foo/b") && !patterns.match_path("/a/b.food")
        );
        let (patterns, _) = Patterns::globs(&["b/*.t".to_owned()], Star::InName);
        assert!(patterns.match_end("a/b/c.t") && !patterns.match_end("ab/c.t"));
    }
}
