//! The texts of the site, rendered over all cores. A text is taken over from the press before if it would be the same: its file, what it asked for and the
//! theme did not change, and there is nothing to report about it again.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diagnostic::Report;
use crate::drawing;
use crate::markdown::{self, Context, Rendered};
use crate::model::Named;
use crate::source::Body;
use crate::tree::Contents;

/// A rendered text, and what it was made from.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) rendered: Arc<Rendered>,
    /// Its thumbnail: of its first drawing, or else of the still of its model.
    pub(crate) face: Option<Arc<str>>,
    /// The number of the press that rendered it. A text with the same path and number is the same.
    pub(crate) revision: u64,
    inputs: Inputs,
    /// Whether there is something to report about it: each press does.
    has_findings: bool,
}

/// All that a text is made from.
#[derive(Debug, PartialEq)]
struct Inputs {
    body: Body,
    look: u64,
    /// The files that it asked for.
    files: Vec<(String, Option<Contents>)>,
    /// The texts whose routes it asked for.
    routes: Vec<(String, Option<String>)>,
    /// The names whose meaning it asked for.
    names: Vec<(String, Named)>,
}

impl Text {
    /// The path of its file.
    pub(crate) fn path(&self) -> &str {
        &self.inputs.body.path
    }
}

#[cfg(test)]
impl Text {
    /// A text that no press takes over.
    pub(crate) fn of(rendered: Rendered, body: &Body) -> Arc<Self> {
        let inputs = Inputs { body: body.clone(), look: 0, files: Vec::new(), routes: Vec::new(), names: Vec::new() };
        Arc::new(Self { rendered: Arc::new(rendered), face: None, revision: 0, inputs, has_findings: true })
    }
}

/// The texts of a press by the paths of their files.
pub(crate) type Texts = HashMap<String, Arc<Text>>;

/// What texts are rendered with.
pub(crate) struct Renderer<'a> {
    pub(crate) context: Context<'a>,
    /// A number for the theme and the topic of a text, after which its models look, and for the hosts that it may load from.
    pub(crate) look_of: &'a (dyn Fn(&Body) -> u64 + Sync),
    /// The texts of the press before.
    pub(crate) before: &'a Texts,
    /// The number of this press.
    pub(crate) revision: u64,
}

impl Renderer<'_> {
    /// Renders texts. The results and the report are in their order.
    pub(crate) fn render<'b>(&self, bodies: impl Iterator<Item = &'b Body>, report: &mut Report) -> Vec<Arc<Text>> {
        let bodies: Vec<&Body> = bodies.collect();
        let (texts, reports): (Vec<_>, Vec<_>) = bodies.into_par_iter().map(|body| self.text(body)).unzip();
        for found in reports {
            report.extend(found);
        }
        texts
    }

    fn text(&self, body: &Body) -> (Arc<Text>, Report) {
        let look = (self.look_of)(body);
        if let Some(before) = self.before.get(&body.path).filter(|before| self.is_unchanged(before, body, look)) {
            return (Arc::clone(before), Report::default());
        }
        let mut report = Report::default();
        let rendered = markdown::render(body, &self.context, &mut report);
        let text = Text {
            face: face(&rendered).map(Arc::from),
            revision: self.revision,
            inputs: self.inputs(&rendered, body, look),
            has_findings: !report.is_empty(),
            rendered: Arc::new(rendered),
        };
        (Arc::new(text), report)
    }

    fn inputs(&self, rendered: &Rendered, body: &Body, look: u64) -> Inputs {
        let Context { tree, route_of, named, .. } = self.context;
        let asked = &rendered.inputs;
        Inputs {
            body: body.clone(),
            look,
            files: asked.files.iter().map(|path| (path.clone(), tree.contents(path).cloned())).collect(),
            routes: asked.routes.iter().map(|path| (path.clone(), route_of(path))).collect(),
            names: asked.names.iter().map(|name| (name.clone(), named(name))).collect(),
        }
    }

    fn is_unchanged(&self, before: &Text, body: &Body, look: u64) -> bool {
        let Context { tree, route_of, named, .. } = self.context;
        let inputs = &before.inputs;
        !before.has_findings
            && inputs.look == look
            && inputs.body == *body
            && inputs.files.iter().all(|(path, contents)| tree.contents(path) == contents.as_ref())
            && inputs.routes.iter().all(|(path, route)| route_of(path) == *route)
            && inputs.names.iter().all(|(name, meaning)| named(name) == *meaning)
    }
}

/// The thumbnail of a text: of its first drawing, or else of the still of its model.
fn face(rendered: &Rendered) -> Option<String> {
    let still = || drawing::first(&rendered.drawing.as_ref()?.svg);
    drawing::face(drawing::first(&rendered.html).or_else(still)?)
}
