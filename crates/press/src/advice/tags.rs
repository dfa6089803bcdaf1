//! Tags that a single post has: a misspelling of another, or one too many.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Report, certain};
use crate::source::{Sources, tag_slug, usual_spelling};

/// With more tags than that, nobody reads the list of all, and a tag that leads to no other post is of no use. Young sites have few tags, which grow.
const MANY: usize = 50;

/// Warns of tags of a single post: of each that is a misspelling of another, and of all if the site has many.
pub(super) fn warn_of_lonely(sources: &Sources, report: &mut Report) {
    let mut spelt: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    let tags = sources.posts.iter().flat_map(|post| post.matter.tags.iter().map(move |tag| (post, tag)));
    for (post, tag) in tags.clone() {
        spelt.entry(tag_slug(&tag.value)).or_default().push((&post.body.path, &tag.value));
    }
    let common = spelt.values().filter(|spelt| spelt.len() > 1);
    let common: Vec<&str> = common.filter_map(|spelt| Some(usual_spelling(spelt.iter().copied())?.1)).collect();
    for (post, tag) in tags {
        if spelt.get(&tag_slug(&tag.value)).is_none_or(|spelt| spelt.len() > 1) {
            continue;
        }
        let warning = |message: String| {
            Diagnostic::warning(post.body.path.as_str(), tag.span.clone(), message).code("lonely-tag")
        };
        if let Some(meant) = certain(&tag.value, common.iter().copied()) {
            let warning = warning(format!("no other post has the tag {:?}", tag.value));
            report.push(warning.help(format!("did you mean {meant:?}?")));
        } else if spelt.len() > MANY {
            let warning = warning("no other post has this tag".to_owned());
            report.push(warning.help("use a tag of other posts, or remove it"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::source;
    use crate::tree::SourceTree;

    /// The marked texts and the helps, of a site whose posts have these tags.
    fn warned(posts: &[&[&str]]) -> Vec<(String, String)> {
        let mut tree = SourceTree::default();
        tree.insert("site.toml", "title = \"A\"\ndescription = \"B.\"\n");
        for (number, tags) in posts.iter().enumerate() {
            let head = "+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = 2025-11-28\n";
            tree.insert(format!("posts/p{number}.md"), format!("{head}tags = {tags:?}\n+++\n"));
        }
        let mut report = Report::default();
        let sources = source::read(&tree, &Options::default(), &mut report).expect("a site");
        warn_of_lonely(&sources, &mut report);
        let marked = |found: &Diagnostic| {
            let file = tree.get(&found.path).expect("the file");
            String::from_utf8_lossy(&file[found.span.clone().expect("a place")]).into_owned()
        };
        report.diagnostics().iter().map(|found| (marked(found), found.help.concat())).collect()
    }

    #[test]
    fn a_misspelt_tag_is_warned_of_and_a_new_one_is_not() {
        let mut posts: Vec<&[&str]> =
            vec![&["Kubernetes", "web2"], &["kubernetes", "web2"], &["kuberentes", "Linux", "web3"]];
        let found = [("\"kuberentes\"".to_owned(), "did you mean \"Kubernetes\"?".to_owned())];
        assert_eq!(warned(&posts), found);
        posts.push(&["kubernetes"]);
        let found = [("\"kuberentes\"".to_owned(), "did you mean \"kubernetes\"?".to_owned())];
        assert_eq!(warned(&posts), found);
    }

    #[test]
    fn of_many_tags_those_of_one_post_are_warned_of() {
        let names: Vec<String> = (0..=MANY).map(|number| format!("tag {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(warned(&[&names[..MANY]]), []);
        assert_eq!(
            warned(&[&names, &names[1..]]),
            [("\"tag 0\"".to_owned(), "use a tag of other posts, or remove it".to_owned())]
        );
    }
}
