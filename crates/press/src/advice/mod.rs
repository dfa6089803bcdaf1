//! What is worth a second look although a site can be built and is right as it is: warnings of `graven check` alone.
//!
//! `tags` finds tags of a single post, `prose` slips of the pen.

mod prose;
mod tags;

use crate::diagnostic::{Diagnostic, Report};
use crate::options::Options;
use crate::source;
use crate::tree::SourceTree;

/// What to look at.
///
/// ```
/// use graven_press::advice::Advice;
/// use graven_press::diagnostic::Report;
/// use graven_press::tree::SourceTree;
/// use graven_press::Options;
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
/// tree.insert("pages/about.md", "+++\ntitle = \"About\"\ndescription = \"TODO\"\n+++\nThis is the\nthe page.\n");
/// let mut report = Report::default();
/// Advice { prose: true, placeholder: Some("TODO") }.give(&tree, &Options::default(), &mut report);
/// let codes: Vec<_> = report.diagnostics().iter().map(|found| found.code).collect();
/// assert_eq!(codes, ["placeholder", "doubled-word"]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Advice<'a> {
    /// Whether to look at the texts: doubled words, skipped levels of headings, very long sentences.
    pub prose: bool,
    /// What takes the place of a description that is still to be written.
    pub placeholder: Option<&'a str>,
}

impl Advice<'_> {
    /// Adds the warnings on a site. Nothing is said about what cannot be read.
    pub fn give(self, tree: &SourceTree, options: &Options, report: &mut Report) {
        let Some(sources) = source::read(tree, options, &mut Report::default()) else { return };
        let texts = || sources.posts.iter().chain(&sources.pages);
        for text in texts().filter(|text| !text.matter.draft) {
            let head = &text.body.file[..text.body.range.start];
            let placeholder =
                self.placeholder.filter(|placeholder| text.matter.description.as_deref() == Some(*placeholder));
            if let Some((placeholder, at)) = placeholder.and_then(|text| Some((text, head.find(text)?))) {
                let message = "the description is still to be written";
                let warning = Diagnostic::warning(text.body.path.as_str(), at..at + placeholder.len(), message);
                report.push(warning.help("say in one sentence what the text is about").code("placeholder"));
            }
        }
        for post in sources.posts.iter().filter(|post| !post.matter.draft) {
            // What cannot be read may hide the text.
            let is_read = || !report.diagnostics().iter().any(|found| found.path == post.body.path);
            if post.body.text().trim().is_empty() && is_read() {
                let warning = Diagnostic::warning(post.body.path.as_str(), None, "this post has no text");
                report.push(warning.help("write it, or mark it as a draft: draft = true").code("no-text"));
            }
        }
        tags::warn_of_lonely(&sources, report);
        if self.prose {
            texts().for_each(|text| prose::warn(&text.body, &sources.settings.language, report));
        }
    }
}
