//! Models: a fence `model from=FILE id=NAME` names an ES module in the folder of the text, and declares its controls. The page gets a still and a form; the theme's
//! script loads the module, in one file with what it imports, when a reader comes near.
//!
//! [`find`] reads the fences first, because links of the text refer to their presets: `[make two sales race](#ledger:race)`. [`draw`] makes the figure.

mod controls;
mod html;
pub(super) mod presets;
mod read;

use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use self::controls::Control;
use self::html::{Frame, Still};
use self::presets::Presets;
use super::drawn::{ALT, CAPTION, Drawn, Source};
use super::events::{SpannedEvent, end_of};
use super::fence::Fence;
use super::page::{File, Page};
use super::rendered::{Made, ShownModel};
use super::{files, info_string, svg};
use crate::assets::fingerprint;
use crate::diagnostic::{Diagnostic, nearest};

/// The first word of the fence.
pub(super) const MODEL: &str = "model";

/// The key of the module.
const FROM: &str = "from";

/// The key of the name.
const ID: &str = "id";

/// The keys of the info string.
pub(super) const KEYS: [&str; 2] = [FROM, ID];

/// Finds the models of a text and their presets. What is wrong with their lines is reported when they are drawn.
pub(super) fn find(events: &[SpannedEvent], page: &mut Page) {
    for (start, (event, _)) in events.iter().enumerate() {
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { continue };
        if info.split_whitespace().next() != Some(MODEL) {
            continue;
        }
        let (words, _) = info_string::parse(info, 0);
        let Some(id) = words.iter().find(|word| word.key == ID).and_then(|word| word.value) else { continue };
        let fence = Fence::at(events, start);
        let controls = read::read(&fence.text, &mut Vec::new());
        let presets = controls.iter().filter_map(|control| Some((control.name.to_owned(), control.set()?))).collect();
        page.models.push(Presets { id: id.to_owned(), presets });
    }
}

/// Makes links to presets start tags that apply them: `#ledger:race`. Reports those that no model has.
pub(super) fn link(events: &mut [SpannedEvent], page: &mut Page) {
    for start in 0..events.len() {
        let (Event::Start(Tag::Link { dest_url, .. }), span) = &events[start] else { continue };
        let Some((id, name)) = dest_url.strip_prefix('#').and_then(|fragment| fragment.split_once(':')) else {
            continue;
        };
        let place = page.destination_span(span);
        let Some(model) = page.models.iter().find(|model| model.id == id) else {
            if let Some(near) = nearest(id, page.models.iter().map(|model| model.id.as_str())) {
                let (error, near) = (page.error(place, format!("there is no model `{id}`")), format!("#{near}"));
                page.report.push(error.help(format!("did you mean `{near}:{name}`?")));
                replace_destination(&mut events[start].0, near);
            }
            continue;
        };
        let Some((_, set)) = model.presets.iter().find(|(preset, _)| preset == name) else {
            let message = format!("the model `{id}` has no preset `{name}`");
            let near = nearest(name, model.presets.iter().map(|(name, _)| name.as_str()));
            let help = near.map_or_else(
                || format!("add a line such as `{name}: preset \"What it shows\"` to the model"),
                |near| format!("did you mean `#{id}:{near}`?"),
            );
            page.report.push(page.error(place, message).help(help));
            continue;
        };
        let (tag, target) = (html::link(id, set), format!("#{id}"));
        super::representation::note_link(span, dest_url, &target, page);
        page.record(&target, place);
        let end = end_of(events, start);
        events[start].0 = Event::InlineHtml(tag.into());
        events[end].0 = Event::InlineHtml("</a>".into());
    }
}

/// Gives a link another destination, so that it is not reported again.
fn replace_destination(event: &mut Event, destination: String) {
    if let Event::Start(Tag::Link { dest_url, .. }) = event {
        *dest_url = destination.into();
    }
}

/// Makes the figure of a fence. `None` if something is wrong, which is reported.
pub(super) fn draw(source: &Source, page: &mut Page) -> Option<Drawn> {
    let mut problems = Vec::new();
    let controls = read::read(&source.fence.text, &mut problems);
    let has_problems = !problems.is_empty();
    for problem in problems {
        let place = source.fence.place(&problem.place);
        page.report.push(page.error(place, problem.message).help(problem.help));
    }
    let id = id(source, page)?;
    let module = module(source, page)?;
    let still = still(&module.path, source, page)?;
    let script = script(&module, id, page)?;
    (!has_problems).then(|| figure((id, &controls), still, script, source, page))
}

/// The name, which is the element's id.
fn id<'p>(source: &Source<'p>, page: &mut Page) -> Option<&'p str> {
    let Some((word, id)) =
        source.word(ID).and_then(|word| Some((word, word.value.filter(|id| controls::is_name(id))?)))
    else {
        let place = source.word(ID).map_or_else(|| source.fence.opening(&page.body.file), |word| word.place.clone());
        page.report.push(
            page.error(place, "a model needs a name").help("write `id=NAME`, in small letters: links lead to `#NAME`"),
        );
        return None;
    };
    page.claim(id, word.value_place.clone());
    Some(id)
}

fn module<'p>(source: &Source, page: &mut Page<'p>) -> Option<File<'p>> {
    let Some(word) = source.word(FROM) else {
        let place = source.fence.opening(&page.body.file);
        page.report.push(page.error(place, "a model needs a module").help("name an ES module: `model from=model.js`"));
        return None;
    };
    let path = word.value.unwrap_or_default();
    let is_module = Path::new(path).extension().is_some_and(|extension| extension == "js" || extension == "mjs");
    if !is_module {
        let error = page.error(word.value_place.clone(), format!("`{path}` is no ES module"));
        page.report.push(error.help("name a file that ends with `.js` or `.mjs`"));
        return None;
    }
    files::find(path, &word.value_place, page)
}

/// The text of the still: the SVG file with the name of the module.
fn still<'p>(module: &str, source: &Source, page: &mut Page<'p>) -> Option<&'p str> {
    let path = format!("{}.svg", module.rsplit_once('.').map_or(module, |(stem, _)| stem));
    let text = page.file(&path).and_then(|bytes| std::str::from_utf8(bytes).ok());
    if text.is_none() {
        let place = source.word(FROM).map_or_else(|| source.fence.block.clone(), |word| word.value_place.clone());
        page.report.push(
            page.error(place, "a model without a still")
                .label(format!("there is no file `{path}`"))
                .help("draw what it shows where it cannot run: on paper, in feeds, without scripts")
                .help("`tests/models/run --bless SLUG` has the model draw it"),
        );
    }
    text
}

/// The module and all that it imports, as one file. `None` if it cannot be one, which is reported in the file that is wrong.
fn script(module: &File, id: &str, page: &mut Page) -> Option<Made> {
    match page.bundle(&module.path) {
        Ok(bundle) if bundle.exports.iter().any(|name| name == "default") => Some(Made::new(id, "js", bundle.text)),
        Ok(_) => {
            let error = Diagnostic::error(module.path.as_str(), 0..0, "this module exports no model");
            page.report.push(error.help("add `export default { tick, initial, step, view, still }`"));
            None
        }
        Err(found) => {
            page.report.extend(found);
            None
        }
    }
}

fn figure((id, controls): (&str, &[Control]), still: &str, script: Made, source: &Source, page: &mut Page) -> Drawn {
    let alt = source.value(ALT);
    let drawn = page.still(still);
    let size = svg::dimensions(still);
    let (Some(drawn), Some(size)) = (drawn, size) else {
        let place = source.fence.opening(&page.body.file);
        let help = "it needs `width` and `height`, and every element closed";
        page.report.push(page.error(place, "the still of this model is no SVG file with a size").help(help));
        return Drawn::default();
    };
    let picture = Made::new(id, "svg", drawn);
    let still_href = page.href(&picture.route).into_owned();
    let frame = Frame {
        id,
        script: &page.href(&script.route),
        kit: page.kit().href,
        still: Still { href: &still_href, size, alt },
        controls,
        more: &page.words().text.more,
    };
    let html = html::element(&frame);
    let route = page.route_of(&page.body.path).unwrap_or_default();
    let itself = page.href(&route);
    let markdown = vec![
        format!("![{}]({})", files::escaped(alt), still_href),
        format!("[{}]({itself}#{id})", files::escaped(&page.words().text.elsewhere)),
    ];
    let shown = ShownModel {
        id: id.to_owned(),
        still: picture.route.clone(),
        size,
        alt: alt.to_owned(),
        caption: source.value(CAPTION).to_owned(),
    };
    page.rendered.models.push(shown);
    page.rendered.made.extend([picture, script]);
    Drawn { svg: still.to_owned(), html: Some(html), alt: alt.to_owned(), markdown, ..Drawn::default() }
}

impl Made {
    /// A file that press makes for the model `id`.
    fn new(id: &str, extension: &str, text: String) -> Self {
        Self { route: format!("/assets/{id}.{}.{extension}", fingerprint([text.as_bytes()])), text }
    }
}
