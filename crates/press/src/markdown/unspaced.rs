//! What looks like a heading and is none, because no space follows its `#`. In `CommonMark` it is plain text.

use super::page::Page;
use super::prose::Prose;

/// The most `#` of a heading.
const MOST_MARKS: usize = 6;

/// The longest line that may be meant as a heading, in bytes.
const LONGEST: usize = 100;

/// Warns of lines that may be meant as headings.
pub(super) fn warn(prose: &Prose, page: &mut Page) {
    let mut start = page.body.range.start;
    let mut is_after_blank = true;
    let text = &prose.text()[start..];
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let content = line.trim_end();
        let is_before_blank = lines.peek().is_none_or(|next| next.trim().is_empty());
        if is_after_blank && is_before_blank && is_meant_as_heading(content) {
            let marks = content.len() - content.trim_start_matches('#').len();
            let (marks, words) = page.body.file[start..start + content.len()].split_at(marks);
            let help = format!("write `{marks} {words}`; for a `#` in the text, write `\\#`");
            let place = start..start + content.len();
            let warning = page.warning(place, format!("not a heading: there is no space after `{marks}`"));
            page.report.push(warning.label("shown as written").help(help));
        }
        is_after_blank = content.trim().is_empty();
        start += line.len();
    }
}

/// Whether a line that stands alone is rather a heading than tags, as of social networks: `#rust #web`.
fn is_meant_as_heading(line: &str) -> bool {
    let words = line.trim_start_matches('#');
    let marks = line.len() - words.len();
    let begins = if marks == 1 { char::is_uppercase } else { char::is_alphabetic };
    (1..=MOST_MARKS).contains(&marks) && line.len() <= LONGEST && words.starts_with(begins) && !words.contains('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_space_after_its_marks_may_be_a_heading_and_tags_are_none() {
        for line in ["#NoSpace heading", "##Setup", "###what else", "#Über"] {
            assert!(is_meant_as_heading(line), "{line}");
        }
        for line in
            ["# A", "#rust", "#rust #web", "#Rust #Web", "#123 is fixed", "#!/bin/sh", "#######Seven", "#", "A", ""]
        {
            assert!(!is_meant_as_heading(line), "{line}");
        }
    }
}
