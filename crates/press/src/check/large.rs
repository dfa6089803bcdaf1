//! Files of the content that are so large that readers and the executable suffer.

use crate::diagnostic::{Diagnostic, Report};
use crate::output::{Document, Output, Outputs};

/// The most bytes of a picture. A page shows a smaller one, but links to the file, which takes a phone (10 Mbit/s) four seconds.
const MOST_OF_PICTURE: usize = 5 * MEBIBYTE;

/// The most bytes of another file. What readers download may take them longer, but all files are in the executable, which is copied with each change.
const MOST_OF_FILE: usize = 20 * MEBIBYTE;

const MEBIBYTE: usize = 1024 * 1024;

/// Warns of each large file.
pub(super) fn warn(outputs: &Outputs, report: &mut Report) {
    for output in outputs.values() {
        if let Output::Document(document) = output
            && let Some(path) = document.source.as_deref().filter(|_| !document.is_pressed())
        {
            report.extend(warning(path, document).map(Report::from).unwrap_or_default());
        }
    }
}

fn warning(path: &str, document: &Document) -> Option<Diagnostic> {
    let is_picture = document.media_type.starts_with("image/");
    let most = if is_picture { MOST_OF_PICTURE } else { MOST_OF_FILE };
    let length = document.kept_length();
    if length <= most {
        return None;
    }
    let help = if is_picture {
        "save it in a size that a screen can show (2,000 pixels wide), as JPEG or WebP if it is a photograph"
    } else {
        "make it smaller, or publish it where large files are kept, and link to it"
    };
    let tenths = length * 10 / MEBIBYTE;
    let message = format!("a file of {}.{} MiB, more than {} MiB", tenths / 10, tenths % 10, most / MEBIBYTE);
    Some(Diagnostic::warning(path, None, message).label("it is a part of the executable").help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_may_have_5_mib_and_another_file_20() {
        for (name, length, expected) in [
            ("a.png", MOST_OF_PICTURE, None),
            ("a.png", MOST_OF_PICTURE + 1, Some("a file of 5.0 MiB, more than 5 MiB")),
            ("a.zip", MOST_OF_FILE, None),
            ("a.zip", 18 * MEBIBYTE * 2, Some("a file of 36.0 MiB, more than 20 MiB")),
        ] {
            let mut outputs = Outputs::new();
            let document = Document::asset(name, vec![0; length]).with_source("posts/a/file");
            outputs.insert("/assets/a".to_owned(), Output::Document(document));
            let mut report = Report::default();
            warn(&outputs, &mut report);
            let messages: Vec<_> = report.diagnostics().iter().map(|found| found.message.as_str()).collect();
            assert_eq!(messages, expected.into_iter().collect::<Vec<_>>(), "{name} {length}");
        }
    }
}
