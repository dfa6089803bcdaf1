//! The state that the passes share.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use super::alert::Alert;
use super::destinations::Destinations;
use super::ids::Ids;
use super::missing;
use super::models::presets::Presets;
use super::rendered::{Link, Rendered};
use crate::assets::Asset;
use crate::diagnostic::{Diagnostic, Report, Severity, certain};
use crate::languages::Words;
use crate::model::{Meant, Named};
use crate::scripts::{self, Bundle, External};
use crate::security_policy::{Hosts, allows};
use crate::source::{self, Body};
use crate::span::trim_end;
use crate::tree::SourceTree;
use crate::url::{BaseUrl, ReferenceKind, references_in, relative, split_path};

/// The surroundings of a text: the files of the content and the routes of the other texts.
pub struct Context<'a> {
    /// The files of the content.
    pub tree: &'a SourceTree,
    /// The route of the post or page with this path in the tree: `/blog/hello` for `posts/hello/index.md`.
    pub route_of: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// What a name in `[[NAME]]` means.
    pub named: &'a (dyn Fn(&str) -> Named + Sync),
    /// What may be meant by a name that means nothing.
    pub meant_by: &'a (dyn Fn(&str) -> Meant + Sync),
    /// The other hosts that pages may load from.
    pub hosts: &'a Hosts,
    /// Where the site is: what the page contains to lead to a route depends on it.
    pub base_url: &'a BaseUrl,
    /// The script that all models share.
    pub kit: Kit<'a>,
    /// The words of the theme.
    pub words: &'a Words,
    /// The still of a model as a file with its own ink: from the path of the text in the tree, and the SVG. `None` if it is no SVG with a size.
    pub still: &'a (dyn Fn(&str, &str) -> Option<String> + Sync),
}

/// The name by which modules import the kit.
const KIT: &str = "graven";

/// The script that all models share.
#[derive(Clone, Copy, Debug)]
pub struct Kit<'a> {
    /// Its href.
    pub href: &'a str,
    /// The names that it exports.
    pub exports: &'a [String],
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Context").field("tree", &self.tree).finish_non_exhaustive()
    }
}

/// The text that the passes work on, and their findings.
pub(super) struct Page<'p> {
    pub(super) body: &'p Body,
    /// Only [`Page::file`], [`Page::route_of`] and [`Page::named`] ask it: what a text is made from is noted.
    context: &'p Context<'p>,
    pub(super) report: &'p mut Report,
    pub(super) ids: Ids,
    pub(super) destinations: Destinations,
    /// The files of the images, by the spans of their events.
    pub(super) images: HashMap<Range<usize>, File<'p>>,
    /// The alerts, by the spans of their events.
    pub(super) alerts: HashMap<Range<usize>, Alert>,
    /// The names of the tables with a caption, by the spans of their events.
    pub(super) table_names: HashMap<Range<usize>, String>,
    /// The links and images that are written `[[NAME]]`, by their spans: the text of each as Markdown.
    pub(super) wikilinks: HashMap<Range<usize>, String>,
    /// The widths of images that the author chose, by their spans, in pixels.
    pub(super) widths: HashMap<Range<usize>, u32>,
    /// The models of the text, for links to their presets.
    pub(super) models: Vec<Presets>,
    pub(super) rendered: Rendered,
}

/// A file of the source tree.
pub(super) struct File<'p> {
    pub(super) path: String,
    pub(super) bytes: &'p [u8],
}

impl<'p> Page<'p> {
    /// A page on which nothing is rendered yet.
    pub(super) fn new(
        body: &'p Body,
        context: &'p Context<'p>,
        destinations: Destinations,
        report: &'p mut Report,
    ) -> Self {
        Self {
            body,
            context,
            report,
            ids: Ids::default(),
            destinations,
            images: HashMap::new(),
            alerts: HashMap::new(),
            table_names: HashMap::new(),
            wikilinks: HashMap::new(),
            widths: HashMap::new(),
            models: Vec::new(),
            rendered: Rendered::default(),
        }
    }

    /// The bytes of a file of the tree.
    pub(super) fn file(&mut self, path: &str) -> Option<&'p [u8]> {
        self.rendered.inputs.files.insert(path.to_owned());
        self.context.tree.get(path)
    }

    /// The route of the text with this path in the tree.
    pub(super) fn route_of(&mut self, path: &str) -> Option<String> {
        self.rendered.inputs.routes.insert(path.to_owned());
        (self.context.route_of)(path)
    }

    /// What a name in `[[NAME]]` means.
    pub(super) fn named(&mut self, name: &str) -> Named {
        self.rendered.inputs.names.insert(name.to_owned());
        (self.context.named)(name)
    }

    /// What may be meant by a name that means nothing, for a diagnostic. It is no input: a text with a diagnostic is rendered again each time.
    pub(super) fn meant_by(&self, name: &str) -> Meant {
        (self.context.meant_by)(name)
    }

    /// Whether a page may show the page at `url` in a frame.
    pub(super) fn allows_frame(&self, url: &str) -> bool {
        allows(&self.context.hosts.frames, url)
    }

    /// The paths of all files of the tree, to suggest one in a diagnostic. They are no input: a text with a diagnostic is rendered again each time.
    pub(super) fn paths(&self) -> impl Iterator<Item = &'p str> {
        self.context.tree.paths("")
    }

    /// A module and all that it imports as one file, which loads the kit.
    pub(super) fn bundle(&mut self, module: &str) -> Result<Bundle, Report> {
        let Kit { href, exports } = self.kit();
        let bundle = scripts::bundle(module, self.context.tree, &[External { name: KIT, url: href, exports }])?;
        self.rendered.inputs.files.extend(bundle.modules.iter().cloned());
        Ok(bundle)
    }

    /// The script that all models share.
    pub(super) fn kit(&self) -> Kit<'p> {
        self.context.kit
    }

    /// Where the site is.
    pub(super) fn base_url(&self) -> &'p BaseUrl {
        self.context.base_url
    }

    /// What the page contains to lead to `reference`, a route or what the author wrote.
    pub(super) fn href<'r>(&self, reference: &'r str) -> Cow<'r, str> {
        self.context.base_url.href(reference)
    }

    /// The words of the theme.
    pub(super) fn words(&self) -> &'p Words {
        self.context.words
    }

    /// The still of a model as a file with its own ink.
    pub(super) fn still(&self, svg: &str) -> Option<String> {
        (self.context.still)(&self.body.path, svg)
    }

    pub(super) fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.body.path.as_str(), span, message)
    }

    pub(super) fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.body.path.as_str(), span, message)
    }

    /// Claims an id that the author chose. Reports it if it is taken.
    pub(super) fn claim(&mut self, id: &str, span: Range<usize>) {
        if !self.ids.claim(id) {
            let error = self.error(span, format!("the id \"{id}\" is taken"));
            self.report
                .push(error.label("a second element of the page with this id").help("choose another, or remove it"));
        }
    }

    /// Reports an attribute that the page's security policy blocks.
    pub(super) fn report_blocked(&mut self, attribute: &str, span: Range<usize>) {
        let is_style = attribute.eq_ignore_ascii_case("style");
        let help =
            if is_style { "use a class, and style it in the theme" } else { "remove it: the site needs no script" };
        let message = format!("the attribute `{attribute}` is blocked by the page's security policy");
        self.report.push(self.error(span, message).help(help));
    }

    /// Whether an error at a place that contains `span` has been reported.
    pub(super) fn is_reported(&self, span: &Range<usize>) -> bool {
        let contains = |place: &Range<usize>| place.start <= span.start && span.end <= place.end;
        self.report.diagnostics().iter().any(|found| {
            found.severity == Severity::Error
                && found.path == self.body.path
                && found.span.as_ref().is_some_and(contains)
        })
    }

    /// Lists a reference of the page, or of its Markdown, for the link check.
    pub(super) fn record(&mut self, target: &str, span: Range<usize>) {
        self.rendered.links.push(Link { target: target.to_owned(), span });
    }

    /// Lists the references of an attribute that are checked, but not resolved.
    pub(super) fn record_references(&mut self, attribute: &str, value: &str, span: &Range<usize>) {
        for reference in references_in(attribute, value) {
            self.record(reference, span.clone());
        }
    }

    /// The span of the destination of the link or image at `span`. The whole link if it has none.
    pub(super) fn destination_span(&self, span: &Range<usize>) -> Range<usize> {
        let destination = self.destinations.get(span).filter(|destination| !destination.is_empty());
        destination.cloned().unwrap_or_else(|| trim_end(span, &self.body.file))
    }

    /// The route of a file of the tree, published as an asset.
    pub(super) fn add_asset(&mut self, source: &str, bytes: &[u8]) -> String {
        self.publish(Asset::new(source, bytes))
    }

    /// The route of a text file of the tree, published as plain text.
    pub(super) fn add_plain_text(&mut self, source: &str, bytes: &[u8]) -> String {
        self.publish(Asset::plain_text(source, bytes))
    }

    fn publish(&mut self, asset: Asset) -> String {
        let route = asset.route.clone();
        if !self.rendered.assets.contains(&asset) {
            self.rendered.assets.push(asset);
        }
        route
    }

    /// Whether a folder of the tree has this path.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.paths().any(|file| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Whether the text with this path in the tree is a draft.
    pub(super) fn is_draft(&self, path: &str) -> bool {
        source::is_draft(self.context.tree, path)
    }

    /// Reports that `destination` leads out of the tree.
    pub(super) fn report_outside(&mut self, destination: &str, span: &Range<usize>) {
        let error = self.error(span.clone(), format!("`{destination}` is outside the content folder"));
        self.report.push(error.help(format!("a path is relative to the folder of the text, `{}`", self.body.folder())));
    }

    /// Reports that the file `path` of the tree, which `destination` leads to, is missing. Suggests the file that may be meant.
    pub(super) fn report_missing(&mut self, path: &str, destination: &str, span: &Range<usize>) {
        let written = split_path(destination).0;
        let error = self.error(span.clone(), format!("there is no file `{written}`")).code("missing-file");
        let error = if path == written { error } else { error.label(format!("no `{path}` in the content folder")) };
        let folder = self.body.folder();
        let meant = certain(path, self.paths())
            .filter(|_| ReferenceKind::of(destination) == ReferenceKind::RelativePath)
            .or_else(|| missing::with_its_folder(path, self.paths()))
            .map(|meant| relative(folder, meant) + split_path(destination).1);
        let error = match meant.filter(|meant| is_plain(meant)) {
            Some(meant) => error.suggest(destination, meant),
            None => error,
        };
        let help = missing::help((path, destination), folder, &self.paths().collect::<Vec<_>>());
        self.report.push(help.into_iter().fold(error, Diagnostic::help));
    }
}

/// Whether a destination can be written anywhere without escapes.
fn is_plain(destination: &str) -> bool {
    destination.chars().all(|char| char.is_ascii_alphanumeric() || "/-._~#?=".contains(char))
}
