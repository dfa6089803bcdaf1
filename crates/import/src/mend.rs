//! Has press judge the new site, and mends what it finds: nothing that a build would refuse is left.
//!
//! An error at a link, a picture or an attribute removes that; one in the front matter or in the settings removes the key; one in another file removes the
//! file. A text with any other error becomes a draft, and is left out if a draft is refused too. What is left then is counted.

use std::collections::BTreeMap;
use std::ops::Range;

use graven_press::cache::Cache;
use graven_press::diagnostic::{Diagnostic, Severity};
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pulldown_cmark::Event;

use crate::body::{self, Edit};
use crate::collect::Found;
use crate::convert::references;
use crate::links::removed;
use crate::markup;
use crate::note::Notes;
use crate::text::Text;
use crate::write;

/// Each round can reveal what the errors of the last one hid; after these, texts with errors become drafts.
const MOST_ROUNDS: usize = 6;

/// After the last round of mending, one leaves out the drafts that are refused too, and one finds nothing.
const ROUNDS: usize = MOST_ROUNDS + 3;

/// Presses and mends until nothing is wrong, on this day. `tree` has all files but the texts. Returns the number of errors that are left.
pub(crate) fn mend(
    found: &mut Found,
    tree: &mut SourceTree,
    (today, cache): (Date, Cache),
    notes: &mut Notes,
) -> usize {
    let clock = today.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp().as_second());
    let options = Options { codings: Codings::Identity, clock, ..Options::default() };
    for text in &found.texts {
        tree.insert(text.path(), write::text(text));
    }
    let mut press = Incremental::new(options, cache);
    let errors = rounds((found, tree), &mut press, Mended::All, notes);
    for error in &errors {
        notes.add(&error.path, None, format!("a build refuses this file of the new site: {}", error.message));
    }
    // A preview shows drafts too. Only now, since a link to one is right there alone.
    if found.texts.iter().any(|text| !text.draft.is_empty()) {
        press.change_options(|options| options.drafts = true);
        rounds((found, tree), &mut press, Mended::Drafts, notes);
    }
    errors.len()
}

/// What is mended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mended {
    All,
    Drafts,
}

/// Returns the errors that are left.
fn rounds(
    (found, tree): (&mut Found, &mut SourceTree),
    press: &mut Incremental,
    mended: Mended,
    notes: &mut Notes,
) -> Vec<Diagnostic> {
    let mut left = Vec::new();
    for round in 0..ROUNDS {
        let report = press.press(tree, |preview| preview.report().clone()).unwrap_or_else(|report| report);
        left = report.diagnostics().iter().filter(|found| found.severity == Severity::Error).cloned().collect();
        let mut errors: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
        for found in &left {
            errors.entry(&found.path).or_default().push(found);
        }
        let mut is_changed = false;
        let mut refused: Vec<usize> = Vec::new();
        for (path, errors) in errors {
            match found.texts.iter().position(|text| text.path() == path) {
                Some(index) if mended == Mended::All || !found.texts[index].draft.is_empty() => {
                    let text = &mut found.texts[index];
                    let file = write::text(text);
                    let mend = mend_text(text, &file, &errors, round >= MOST_ROUNDS, notes);
                    let new = write::text(text);
                    is_changed |= new != file;
                    tree.insert(path, new);
                    if let (Mend::Refused { line, reason }, Mended::All) = (mend, mended) {
                        note_refused(text, line, &reason, notes);
                        refused.push(index);
                    }
                }
                None if mended == Mended::All => {
                    is_changed |= show_from_outside(path, (&mut found.texts, tree))
                        || drop_keys(path, &errors, tree, notes)
                        || drop_file(path, &errors, (found, tree), notes);
                }
                _ => {}
            }
        }
        is_changed |= !refused.is_empty();
        refused.sort_unstable();
        for index in refused.into_iter().rev() {
            drop_text(&found.texts.remove(index), tree);
        }
        if !is_changed {
            break;
        }
    }
    left
}

/// Says that a text is left out, and no more that it is a draft.
fn note_refused(text: &Text, line: Option<usize>, reason: &str, notes: &mut Notes) {
    notes.0.retain(|note| note.path != text.source || !note.message.starts_with(REFUSED));
    notes.add(&text.source, line, format!("the text was left out, since Graven refuses it as a draft, too: {reason}"));
}

/// Removes a text that Graven refuses as a draft, too, and the files in its folder.
fn drop_text(text: &Text, tree: &mut SourceTree) {
    tree.remove(&text.path());
    for name in text.files.values() {
        tree.remove(&format!("{}/{name}", text.folder()));
    }
}

/// Shows a drawing as a file, by raw HTML, since it cannot be a part of the page. Returns whether a text shows it.
fn show_from_outside(path: &str, (texts, tree): (&mut [Text], &mut SourceTree)) -> bool {
    let mut is_shown = false;
    for text in texts {
        let Some(name) = path.strip_prefix("static").or_else(|| path.strip_prefix(&text.folder())?.strip_prefix('/'))
        else {
            continue;
        };
        let pictures = references::of(&text.body.text).into_iter();
        let pictures =
            pictures.filter(|found| found.is_picture && !found.is_html && crate::names::decoded(&found.value) == name);
        let edits: Vec<Edit> = pictures.map(|found| (found.range, found.as_html)).collect();
        if !edits.is_empty() {
            is_shown = true;
            text.body.edit(edits);
            tree.insert(text.path(), write::text(text));
        }
    }
    is_shown
}

/// Removes the keys of `site.toml` that press refuses. Returns whether there is one that a site can do without.
fn drop_keys(path: &str, errors: &[&Diagnostic], tree: &mut SourceTree, notes: &mut Notes) -> bool {
    let Some(file) = tree.get(path).filter(|_| path == "site.toml") else { return false };
    let file = String::from_utf8_lossy(file).into_owned();
    let mut kept = String::new();
    let mut at = 0;
    // Each key is on a line.
    for line in file.split_inclusive('\n') {
        let place = at..at + line.len();
        at = place.end;
        let is_at = |error: &&&Diagnostic| error.span.as_ref().is_some_and(|span| place.contains(&span.start));
        let key = line.split('=').next().unwrap_or_default().trim();
        match errors.iter().find(is_at) {
            Some(error) if line.contains('=') && !matches!(key, "title" | "description") => {
                notes.add("", None, format!("`{key}` was left out of site.toml: {}", error.message));
            }
            _ => kept.push_str(line),
        }
    }
    let is_changed = kept != file;
    tree.insert(path, kept);
    is_changed
}

/// Removes a file that is no text. Returns whether it is one that a site can do without.
fn drop_file(path: &str, errors: &[&Diagnostic], (found, tree): (&Found, &mut SourceTree), notes: &mut Notes) -> bool {
    let copied = found.files.iter().find(|(_, address)| path.strip_prefix("static") == Some(address));
    let beside = || {
        found.texts.iter().find_map(|text| {
            let name = path.strip_prefix(&text.folder())?.strip_prefix('/')?;
            text.files.iter().find(|(_, own)| *own == name)
        })
    };
    let Some((source, _)) = copied.or_else(beside) else { return false };
    let message = errors.first().map(|error| error.message.as_str()).unwrap_or_default();
    notes.add(source, None, format!("the file was left out of the new site: {message}"));
    tree.remove(path)
}

/// What became of a text with errors.
enum Mend {
    /// It is right now, or a draft.
    Done,
    /// It was a draft already, so that it has to be left out: for this reason, at this line of its source.
    Refused { line: Option<usize>, reason: String },
}

/// How the note on a text begins that became a draft.
const REFUSED: &str = "a draft, since Graven would refuse it";

fn mend_text(text: &mut Text, file: &str, errors: &[&Diagnostic], is_last: bool, notes: &mut Notes) -> Mend {
    let was_draft = !text.draft.is_empty();
    let mut mend = Mend::Done;
    let start = file.len() - file[body_start(file)..].len();
    let offset = text.body.text.len() - text.body.text.trim_start_matches('\n').len();
    let mut edits: Vec<Edit> = Vec::new();
    for error in errors {
        let place = error.span.as_ref().filter(|span| span.start >= start);
        let place = place.map(|span| span.start - start + offset..span.end - start + offset);
        let edit = place.as_ref().and_then(|place| {
            let menders = [at_reference, at_attribute, at_brackets, at_formula];
            menders.iter().find_map(|mend| mend(text, place, error, notes))
        });
        match edit {
            Some(more) if !is_last => edits.extend(more),
            _ if place.is_none() && !is_last && drop_key(text, file, error, notes) => {}
            _ => {
                let line = place.map(|place| text.body.line(place.start));
                let reason = error.message.clone();
                if text.draft.is_empty() {
                    notes.add(&text.source, line, format!("{REFUSED}: {reason}"));
                }
                if was_draft {
                    mend = Mend::Refused { line, reason: reason.clone() };
                }
                text.draft.push(reason);
            }
        }
    }
    text.body.edit(edits);
    mend
}

/// Where the body begins in a file that [`write::text`] made: after the closing fence and an empty line.
fn body_start(file: &str) -> usize {
    file.find("\n+++\n\n").map_or(0, |at| at + "\n+++\n\n".len())
}

/// Removes the link or picture at a place. A link to a missing part of a page leads to the page instead.
fn at_reference(text: &Text, place: &Range<usize>, error: &Diagnostic, notes: &mut Notes) -> Option<Vec<Edit>> {
    let references = references::of(&text.body.text);
    let covers = |range: &Range<usize>| range.start <= place.start && place.end <= range.end;
    let hit =
        references.iter().filter(|found| covers(&found.range) || covers(&found.destination) || place == &found.range);
    let reference = hit.min_by_key(|found| found.range.len())?;
    let line = text.body.line(reference.range.start);
    if let Some((page, fragment)) =
        reference.value.split_once('#').filter(|(page, fragment)| !page.is_empty() && !fragment.is_empty())
    {
        notes.add(
            &text.source,
            line,
            format!("the page that a link leads to has no part `#{fragment}`: {}", reference.value),
        );
        return Some(vec![(reference.destination.clone(), page.to_owned())]);
    }
    let reason = if error.message.starts_with("broken link") { "nothing is published there" } else { &error.message };
    notes.add(&text.source, line, removed(reference, reason));
    // All uses of one definition lead to the same place.
    let same = references.iter().filter(|other| other.destination == reference.destination);
    Some(same.flat_map(|other| other.removal.clone()).collect())
}

/// Removes the attribute of raw HTML at a place.
fn at_attribute(text: &Text, place: &Range<usize>, error: &Diagnostic, notes: &mut Notes) -> Option<Vec<Edit>> {
    let tags = markup::tags(&text.body.text);
    let mut attributes = tags.iter().flat_map(|tag| &tag.attributes);
    let attribute =
        attributes.find(|attribute| attribute.range.start <= place.start && place.end <= attribute.range.end)?;
    let line = text.body.line(attribute.range.start);
    notes.add(&text.source, line, format!("the attribute `{}` was removed: {}", attribute.name, error.message));
    Some(vec![(attribute.range.clone(), String::new())])
}

/// Double brackets that name nothing are shown as they are.
fn at_brackets(text: &Text, place: &Range<usize>, error: &Diagnostic, notes: &mut Notes) -> Option<Vec<Edit>> {
    let source = text.body.text.as_str();
    let start = source.get(..place.end)?.rfind("[[")?;
    let length = source[start..].find("]]").filter(|length| start + length + 2 >= place.end)?;
    notes.add(&text.source, text.body.line(start), format!("double brackets became text: {}", error.message));
    Some(vec![(start..start, "\\".to_owned()), (start + length..start + length, "\\".to_owned())])
}

/// A formula that Graven cannot show is code in a draft, so that a preview can show the others. Only a draft: a reader should not get that.
fn at_formula(text: &Text, place: &Range<usize>, error: &Diagnostic, notes: &mut Notes) -> Option<Vec<Edit>> {
    if text.draft.is_empty() {
        return None;
    }
    let formulas = body::events(&text.body.text).filter_map(|(event, range)| match event {
        Event::InlineMath(formula) | Event::DisplayMath(formula) if !formula.contains('`') => Some((formula, range)),
        _ => None,
    });
    let mut hits = formulas.filter(|(_, range)| range.start <= place.start && place.start < range.end);
    let (formula, range) = hits.next()?;
    notes.add(&text.source, text.body.line(range.start), format!("a formula became code: {}", error.message));
    let formula: Vec<&str> = formula.split_whitespace().collect();
    Some(vec![(range, format!("`{}`", formula.join(" ")))])
}

/// Removes the key of the front matter that an error is about. Returns whether there is one that a text can do without.
fn drop_key(text: &mut Text, file: &str, error: &Diagnostic, notes: &mut Notes) -> bool {
    let Some(span) = &error.span else { return false };
    let start = file[..span.start.min(file.len())].rfind('\n').map_or(0, |newline| newline + 1);
    let line = file[start..].lines().next().unwrap_or_default();
    let key = line.split('=').next().unwrap_or_default().trim();
    let value = file.get(span.clone()).unwrap_or_default().trim_matches('"').to_owned();
    match key {
        "image" => text.head.image = None,
        "updated" => text.head.updated = None,
        "aliases" => text.aliases.retain(|alias| *alias != value),
        "tags" => text.tags.retain(|tag| *tag != value),
        "topics" => text.topics.retain(|topic| *topic != value),
        "series" => text.head.series = None,
        _ => return false,
    }
    notes.add(&text.source, None, format!("`{key}` without {value}: {}", error.message));
    true
}
