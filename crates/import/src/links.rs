//! Makes the links of all texts lead to the new site. A link that leads nowhere becomes its text, and is listed: Graven builds no site with dead links.
//!
//! 1. [`convert`] resolves the references of each text.
//! 2. Headings get the ids by which the other site linked to them, where Graven's own differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::body::{self, Edit, Heading};
use crate::collect::{Found, Origin};
use crate::convert::references::{self, Reference};
use crate::markup;
use crate::names::{decoded, folder_of, github_id, join, slug};
use crate::note::Notes;
use crate::targets::{SOURCE, Target, Targets};
use crate::text::Text;
use crate::value::Value;

/// The headings and ids of a text.
struct Anchors {
    headings: Vec<Heading>,
    ids: BTreeSet<String>,
}

impl Anchors {
    fn of(text: &Text) -> Self {
        let headings = body::headings(&text.body.text);
        let mut ids: BTreeSet<String> = headings.iter().map(id_of).collect();
        let tags = markup::tags(&text.body.text);
        ids.extend(tags.iter().filter_map(|tag| Some(tag.attribute("id")?.value.clone())));
        Self { headings, ids }
    }

    /// The id that a fragment means, and the heading that has to be given it, if it has another one.
    fn find(&self, fragment: &str) -> Option<(String, Option<usize>)> {
        if self.ids.contains(fragment) {
            return Some((fragment.to_owned(), None));
        }
        let lower = fragment.to_lowercase();
        let by_text = self
            .headings
            .iter()
            .find(|heading| slug(fragment) == id_of(heading) || github_id(&heading.text) == github_id(fragment));
        let by_text = by_text.filter(|_| fragment.contains(' ') || lower != fragment);
        if let Some(heading) = by_text {
            return Some((id_of(heading), None));
        }
        let spelt = |heading: &Heading| [github_id(&heading.text), kramdown_id(&heading.text)].contains(&lower);
        let heading = self.headings.iter().find(|heading| heading.id.is_none() && spelt(heading))?;
        Some((fragment.to_owned(), Some(heading.end)))
    }
}

fn id_of(heading: &Heading) -> String {
    heading.id.clone().unwrap_or_else(|| slug(&heading.text))
}

/// The id that Kramdown gives a heading: as GitHub's, from the first letter on.
fn kramdown_id(heading: &str) -> String {
    let start = heading.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(0);
    github_id(&heading[start..])
}

/// What the texts of a site need to be linked.
struct Linker<'a> {
    origin: &'a Origin<'a>,
    targets: &'a Targets,
    texts: &'a [Text],
    linkable: &'a BTreeSet<String>,
    anchors: Vec<Anchors>,
    /// The ids that headings have to get: by the text and the place.
    wanted: BTreeMap<(usize, usize), String>,
}

/// What becomes of a reference.
enum Fate {
    Kept,
    /// A new destination.
    To(String),
    /// A file that moves into the folder of the text, and the fragment.
    File(String, String),
    /// Nothing is there, for this reason.
    Dead(String),
}

/// Converts the links, pictures and images of all texts.
pub(crate) fn convert(found: &mut Found, targets: &Targets, origin: &Origin<'_>, notes: &mut Notes) {
    let anchors = found.texts.iter().map(Anchors::of).collect();
    let (texts, linkable) = (&found.texts, &found.linkable);
    let mut linker = Linker { origin, targets, texts, linkable, anchors, wanted: BTreeMap::new() };
    let fates: Vec<Vec<(Reference, Fate)>> = (0..found.texts.len())
        .map(|index| {
            let references = references::of(&found.texts[index].body.text);
            references
                .into_iter()
                .map(|reference| {
                    let fate = linker.fate(&reference, index, &found.files);
                    (reference, fate)
                })
                .collect()
        })
        .collect();
    let wanted = linker.wanted;
    for (index, fates) in fates.into_iter().enumerate() {
        let text = &mut found.texts[index];
        let mut edits: Vec<Edit> = Vec::new();
        for (reference, fate) in fates {
            apply(reference, fate, text, notes, &mut edits);
        }
        let ids = wanted.range((index, 0)..(index + 1, 0));
        edits.extend(ids.map(|((_, at), id)| (*at..*at, format!(" {{#{id}}}"))));
        text.body.edit(edits);
        // What is left is in comments, and in definitions that nothing refers to.
        let rest =
            text.body.text.match_indices(SOURCE).map(|(at, mark)| (at..at + mark.len(), String::new())).collect();
        text.body.edit(rest);
    }
    for index in 0..found.texts.len() {
        image(&mut found.texts[index], targets, (&found.files, &found.linkable), notes);
    }
}

impl Linker<'_> {
    fn fate(&mut self, reference: &Reference, index: usize, files: &BTreeMap<String, String>) -> Fate {
        let text = &self.texts[index];
        let value = reference.value.trim();
        let (path, fragment) = value.split_once('#').unwrap_or((value, ""));
        let (path, _) = path.split_once('?').filter(|_| !path.contains("://")).unwrap_or((path, ""));
        let fragment = decoded(fragment);
        if value == "#" {
            return Fate::Kept;
        }
        if path.is_empty() && !fragment.is_empty() {
            return self.within(&fragment, index);
        }
        let has = |path: &str| self.linkable.contains(path) || text.files.contains_key(path);
        match self.targets.resolve(path, text, has) {
            Target::Elsewhere => Fate::Kept,
            Target::Text(target) => self.other(target, index, &fragment),
            Target::Path(path) => Fate::To(path),
            Target::File(source) => match files.get(&source) {
                Some(address) => Fate::To(address.clone()),
                None => Fate::File(source, fragment),
            },
            Target::Missing => match self.picture(path).filter(|_| reference.is_picture) {
                Some(source) => Fate::File(source, String::new()),
                None if self.is_there(path, text) => Fate::Dead("the other site does not publish the file".to_owned()),
                None if reference.is_picture => Fate::Dead("there is no such file".to_owned()),
                None => Fate::Dead("nothing is there".to_owned()),
            },
        }
    }

    /// A picture that templates of the other site find elsewhere.
    fn picture(&self, path: &str) -> Option<String> {
        let path = decoded(path.trim_start_matches('/'));
        let places = [path.clone(), format!("assets/{path}"), format!("static/{path}"), format!("src/{path}")];
        places.into_iter().find(|path| self.linkable.contains(path))
    }

    /// Whether a destination is a file of the other site's folder, which need not be published.
    fn is_there(&self, path: &str, text: &Text) -> bool {
        let path = decoded(path.strip_prefix(SOURCE).unwrap_or(path));
        let near = join(folder_of(&text.source), &path).filter(|_| !path.starts_with('/'));
        [near, join("", &path)].into_iter().flatten().any(|path| self.origin.folder.has(&path))
    }

    fn within(&mut self, fragment: &str, index: usize) -> Fate {
        if fragment == "top" || fragment.starts_with("fn") {
            return Fate::Kept;
        }
        match self.id(fragment, index) {
            Some(id) => Fate::To(format!("#{id}")),
            None => Fate::Dead("the text has no such heading".to_owned()),
        }
    }

    fn other(&mut self, target: usize, index: usize, fragment: &str) -> Fate {
        let other = &self.texts[target];
        if !other.draft.is_empty() && self.texts[index].draft.is_empty() {
            return Fate::Dead("the text is a draft".to_owned());
        }
        let id = if fragment.is_empty() { None } else { self.id(fragment, target) };
        let id = id.map_or_else(String::new, |id| format!("#{id}"));
        if target == index && !id.is_empty() {
            return Fate::To(id);
        }
        Fate::To(format!("{}{id}", other.route()))
    }

    /// The id of a fragment of a text, which a heading may have to be given.
    fn id(&mut self, fragment: &str, index: usize) -> Option<String> {
        let (id, heading) = self.anchors[index].find(fragment)?;
        if let Some(at) = heading {
            let is_plain = id.chars().all(|char| char.is_alphanumeric() || matches!(char, '-' | '_'));
            // A heading has one id.
            let given = self.wanted.entry((index, at)).or_insert_with(|| id.clone());
            return (is_plain && *given == id).then_some(id);
        }
        Some(id)
    }
}

fn apply(reference: Reference, fate: Fate, text: &mut Text, notes: &mut Notes, edits: &mut Vec<Edit>) {
    let line = text.body.line(reference.range.start);
    let new = match fate {
        Fate::Kept => None,
        Fate::To(address) => Some(address),
        Fate::File(source, fragment) => {
            let hash = if fragment.is_empty() { "" } else { "#" };
            Some(format!("{}{hash}{fragment}", text.take_file(&source)))
        }
        Fate::Dead(reason) => {
            notes.add(&text.source, line, removed(&reference, &reason));
            edits.extend(reference.removal);
            return;
        }
    };
    if let Some(at) = reference.missing_alt {
        let shown = reference.value.strip_prefix(SOURCE).unwrap_or(&reference.value);
        notes.add(&text.source, line, format!("a picture without a text alternative counts as decoration: {shown}"));
        edits.push((at..at, " ".to_owned()));
    }
    if let Some(new) = new.filter(|new| *new != reference.value) {
        edits.push((reference.destination, encoded(&new, reference.is_html)));
    }
}

/// The note for a reference that was removed.
pub(crate) fn removed(reference: &Reference, reason: &str) -> String {
    let what = if reference.is_picture { "a picture was left out" } else { "a link became text" };
    let shown = reference.value.strip_prefix(SOURCE).unwrap_or(&reference.value);
    format!("{what}, since {reason}: {shown}")
}

/// A destination as it is written.
fn encoded(path: &str, is_html: bool) -> String {
    let path = path.replace(' ', "%20").replace('(', "%28").replace(')', "%29").replace('<', "%3C").replace('>', "%3E");
    if is_html { path.replace('&', "&amp;").replace('"', "%22").replace('\'', "%27") } else { path }
}

/// The picture of a text: a file in its folder or in `static/`. Another one is kept under `extra`.
fn image(
    text: &mut Text,
    targets: &Targets,
    (files, linkable): (&BTreeMap<String, String>, &BTreeSet<String>),
    notes: &mut Notes,
) {
    let Some(image) = text.head.image.take() else { return };
    let path = image.trim_start_matches("[[").trim_end_matches("]]").split(['?', '#']).next().unwrap_or_default();
    let own: BTreeSet<String> = text.files.keys().cloned().collect();
    let has = |path: &str| linkable.contains(path) || own.contains(path);
    let file = match targets.resolve(path, text, has) {
        Target::Path(path) => Some(path),
        Target::File(source) => Some(files.get(&source).cloned().unwrap_or_else(|| text.take_file(&source))),
        Target::Missing => {
            let at_root = path.trim_start_matches('/');
            let address = files.values().find(|address| address.trim_start_matches('/') == at_root).cloned();
            let source = [at_root.to_owned(), format!("assets/{at_root}")].into_iter().find(|path| has(path));
            address.or_else(|| source.map(|source| text.take_file(&source)))
        }
        Target::Text(_) | Target::Elsewhere => None,
    };
    let is_file = file.as_ref().is_some_and(|path| path.rsplit('/').next().is_some_and(|name| name.contains('.')));
    if is_file && text.kind == crate::text::Kind::Post {
        text.head.image = file;
        return;
    }
    if !image.contains("://") && text.kind == crate::text::Kind::Post {
        notes.add(&text.source, None, format!("the image of the text is not there, kept under `extra`: {image}"));
    }
    text.head.extra.0.push(("image".to_owned(), Value::Text(image)));
}
