//! The routes of the site, and what is wrong with a reference to them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use jiff::Timestamp;

use super::inspections::Inspections;
use super::page::{CheckedPage, without_text_directive};
use crate::assets::STATIC;
use crate::diagnostic::{Diagnostic, certain, nearest};
use crate::output::{Output, Outputs};
use crate::source;
use crate::tree::SourceTree;
use crate::url::{BaseUrl, Target, decoded, resolve, split_path};

/// How many ids are listed if none is near the missing one: what an author takes in at a glance.
const LISTED_IDS: usize = 8;

/// How many redirects in a row are followed before they count as a loop.
const MAX_REDIRECTS: usize = 8;

/// What is wrong with a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// No such route exists.
    NoRoute { path: String },
    /// The route is an HTML page without this id.
    NoId { path: String, id: String, help: String },
    /// The route is a redirect, to this URL in the end.
    NotCanonical { canonical: String },
    /// The redirects never end.
    Loop { path: String },
    /// The path is one of the host, but not of the site.
    Outside { path: String },
    /// A `javascript:` URL.
    Script,
}

impl Verdict {
    /// The diagnostic on the reference `target`. Only here the nearest route is looked for, which takes a while.
    pub(super) fn diagnostic(
        &self,
        target: &str,
        (file, span): (&str, Option<Range<usize>>),
        routes: Routes,
    ) -> Diagnostic {
        // What has no place in a file is in a page, which has hrefs.
        let has_hrefs = span.is_none();
        let shown = |route: &str| if has_hrefs { routes.base_url.href(route).into_owned() } else { route.to_owned() };
        match self {
            Self::NoRoute { path } => no_route(target, (file, span), path, (routes, &shown)),
            Self::NoId { path, id, help } => {
                let error = Diagnostic::error(file, span, format!("broken link {target:?}")).code("broken-link");
                let error = error.label(format!("{path} has no element with the id {id:?}")).help(help);
                let meant =
                    routes.inspections.page(path).and_then(|page| certain(id, page.ids.iter().map(String::as_str)));
                let near = meant.zip(target.split_once('#')).map(|(near, (page, _))| format!("{page}#{near}"));
                replaced(error, target, near)
            }
            Self::NotCanonical { canonical } => {
                let warning = Diagnostic::warning(file, span, format!("the link {target:?} is redirected"));
                let warning = warning.label("points to a redirect").code("redirected-link");
                let warning = warning.help(format!("link to the final URL: {:?}", shown(canonical)));
                // With the address of the site if the link has it: in `<https://…>` there is no link without.
                let has_address = routes.base_url.without(target) != target;
                let new = if has_address { format!("{}{canonical}", routes.base_url) } else { shown(canonical) };
                replaced(warning, target, Some(new))
            }
            Self::Loop { path } => {
                let error = Diagnostic::error(file, span, format!("the link {target:?} ends in a redirect loop"));
                error.label(format!("the redirects of {path} form a loop")).help("redirect one of them to a page")
            }
            Self::Outside { path } => outside(target, (file, span), path, routes.base_url),
            Self::Script => Diagnostic::error(file, span, format!("the link {target:?} is a script"))
                .label("blocked by the page's security policy")
                .help("link to a page"),
        }
    }
}

/// The error on a reference to `path`, where there is nothing. `shown` is how a route is written in its place.
fn no_route(
    target: &str,
    (file, span): (&str, Option<Range<usize>>),
    path: &str,
    (routes, shown): (Routes, &dyn Fn(&str) -> String),
) -> Diagnostic {
    if let Some(time) = routes.first_time(path) {
        return too_early(target, (file, span), path, time);
    }
    let has_place = span.is_some();
    let error = Diagnostic::error(file, span, format!("broken link {target:?}")).code("broken-link");
    if let Some(draft) = routes.drafts.at(path) {
        let label = format!("the page of a draft, {draft}");
        return error.label(label).help("remove `draft = true` there when it is finished, or remove this link");
    }
    let error = error.label(format!("no page or file at {path}"));
    if let Some(route) = routes.written_as_href(path).filter(|_| has_place) {
        let help = format!("write {route:?}: paths begin at the root of the site, which is {}/", routes.base_url);
        return replaced(error.help(help), target, Some(route.to_owned()));
    }
    let in_static = routes.with_its_folder(path);
    let help = match in_static.map(str::to_owned).or_else(|| routes.nearest_route(path, file)) {
        Some(route) => format!("did you mean {:?}?", shown(&route)),
        None => "link to a page such as \"/blog/SLUG\", a file in static/, or a full URL".to_owned(),
    };
    let meant = in_static.or_else(|| certain(path, routes.routes())).filter(|_| decoded(target) == *path);
    replaced(error.help(help), target, meant.map(str::to_owned))
}

/// The error on a reference to `path`, which is one of the host, but not of the site.
fn outside(target: &str, (file, span): (&str, Option<Range<usize>>), path: &str, base_url: &BaseUrl) -> Diagnostic {
    let error = Diagnostic::error(file, span, format!("the link {target:?} leads out of the site"));
    let (href, origin) = (base_url.href(path), base_url.origin());
    let help = format!("write {href:?}, or the whole URL if something else on the host is meant: \"{origin}{path}\"");
    error.label(format!("the pages of the site begin with {}/", base_url.path())).help(help)
}

/// The diagnostic with the suggestion to write `link` instead of `target`, if that can be written anywhere without escapes.
fn replaced(diagnostic: Diagnostic, target: &str, link: Option<String>) -> Diagnostic {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "/-._~#?=%:".contains(char);
    match link.filter(|link| link.chars().all(is_plain)) {
        Some(link) => diagnostic.suggest(target, link),
        None => diagnostic,
    }
}

/// The error on a reference to something that is published later than the text with the reference.
pub(super) fn too_early(
    target: &str,
    (file, span): (&str, Option<Range<usize>>),
    path: &str,
    time: Timestamp,
) -> Diagnostic {
    let error = Diagnostic::error(file, span, format!("the link {target:?} is too early"));
    error
        .label(format!("there is no {path} before {time}"))
        .help("link to it in a text that is published then or later")
}

/// The result of following the redirects from a path.
#[derive(Debug, PartialEq, Eq)]
enum Lookup<'a> {
    /// The path is a document, or a redirect to another site.
    Exact,
    /// The path redirects to another path.
    Via(&'a str),
    /// The path does not exist.
    Missing,
    /// The redirects never end.
    Loop,
}

/// The outputs of the site at each later time, the earliest first.
pub(crate) type Later<'a> = &'a [(Timestamp, &'a Outputs<'a>)];

/// Everything that can be referred to.
#[derive(Clone, Copy)]
pub(super) struct Routes<'a> {
    pub(super) base_url: &'a BaseUrl,
    pub(super) outputs: &'a Outputs<'a>,
    pub(super) later: Later<'a>,
    pub(super) inspections: &'a Inspections,
    pub(super) drafts: &'a Drafts<'a>,
}

/// What is certain about a reference before the other pages are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It is right, whatever the other pages are.
    Right,
    /// It is right as long as there is a document at this path.
    RightWith(String),
    /// It has to be judged when all pages are known.
    Unknown,
}

/// The path of a reference within the site, decoded, its query and its fragment.
fn parts(internal: &str) -> (Cow<'_, str>, &str, &str) {
    let (rest, fragment) = internal.split_once('#').unwrap_or((internal, ""));
    let (path, query) = split_path(rest);
    (decoded(path), query, fragment)
}

impl<'a> Routes<'a> {
    /// The target of a reference that an author wrote for the page `on`.
    pub(super) fn of_author(self, on: &str, reference: &str) -> Target {
        resolve(on, self.base_url.without(reference))
    }

    /// The target of a reference that the page `on` contains.
    pub(super) fn of_page(self, on: &str, reference: &str) -> Target {
        self.base_url.resolve(on, reference)
    }

    /// What is certain about a reference to `target` on the page `on`, which is `page`.
    pub(super) fn certainty(self, on: &str, target: Target, page: &CheckedPage) -> Certainty {
        let internal = match target {
            Target::Internal(internal) => internal,
            Target::External => return Certainty::Right,
            Target::Outside(_) | Target::Script => return Certainty::Unknown,
        };
        let (path, _, fragment) = parts(&internal);
        if path == on {
            return if page.has_target(fragment) { Certainty::Right } else { Certainty::Unknown };
        }
        match self.outputs.get(&*path) {
            Some(Output::Document(_)) if fragment.is_empty() => Certainty::RightWith(path.into_owned()),
            _ => Certainty::Unknown,
        }
    }

    /// The path on this site that the reference `target` of an author on the page `on` leads to.
    pub(super) fn path(self, on: &str, target: &str) -> Option<String> {
        match self.of_author(on, target) {
            Target::Internal(internal) => Some(parts(&internal).0.into_owned()),
            Target::External | Target::Outside(_) | Target::Script => None,
        }
    }

    /// What is wrong with a reference to `target` on the page `on`, if anything.
    pub(super) fn judge(self, on: &str, target: Target) -> Option<Verdict> {
        let internal = match target {
            Target::Internal(internal) => internal,
            Target::External => return None,
            Target::Outside(path) => return Some(Verdict::Outside { path }),
            Target::Script => return Some(Verdict::Script),
        };
        let (path, query, fragment) = parts(&internal);
        // The 404 page has ids, but no path.
        if path == on && self.inspections.page(on).is_some() {
            return self.judge_fragment(on, fragment);
        }
        match self.lookup(&path) {
            Lookup::Exact => self.judge_fragment(&path, fragment),
            Lookup::Via(canonical) => Some(self.judge_detour(canonical, query, fragment)),
            Lookup::Missing => Some(Verdict::NoRoute { path: path.into_owned() }),
            Lookup::Loop => Some(Verdict::Loop { path: path.into_owned() }),
        }
    }

    /// The verdict on a reference with this query and fragment that is redirected to `canonical`. The fragment of the redirect wins (RFC 9110 §10.2.2).
    fn judge_detour(self, canonical: &str, query: &str, fragment: &str) -> Verdict {
        let (page, fragment) = canonical.split_once('#').unwrap_or((canonical, fragment));
        let (path, own_query) = split_path(page);
        let query = if own_query.is_empty() { query } else { own_query };
        let hash = if fragment.is_empty() { "" } else { "#" };
        let roundabout = || Verdict::NotCanonical { canonical: format!("{path}{query}{hash}{fragment}") };
        self.judge_fragment(&decoded(path), fragment).unwrap_or_else(roundabout)
    }

    /// Follows redirects: those of the settings, and those of every page from its path with `/`, `.html` or `/index.html` appended.
    fn lookup(self, path: &str) -> Lookup<'a> {
        let mut path = Cow::Borrowed(path);
        let mut via = None;
        for _ in 0..MAX_REDIRECTS {
            match self.outputs.get(&*path) {
                Some(Output::Document(_)) => return via.map_or(Lookup::Exact, Lookup::Via),
                Some(Output::Redirect(to)) => {
                    let Some(inside) = self.inside(to) else { return via.map_or(Lookup::Exact, Lookup::Via) };
                    via = Some(inside);
                    path = decoded(split_path(inside).0);
                }
                None => match self.without_suffix(&path) {
                    Some(canonical) => {
                        via = Some(canonical);
                        path = canonical.into();
                    }
                    // A broken redirect is reported where it is written.
                    None => return via.map_or(Lookup::Missing, |_| Lookup::Exact),
                },
            }
        }
        Lookup::Loop
    }

    /// The path of this site that a redirect points to. A redirect to another site may be linked to: it is a short name.
    fn inside(self, to: &'a str) -> Option<&'a str> {
        Some(self.base_url.without(to)).filter(|path| path.starts_with('/') && !path.starts_with("//"))
    }

    /// The route that `path` is an alternative spelling of.
    fn without_suffix(self, path: &str) -> Option<&'a str> {
        let is_route = |path: &str| {
            self.outputs.get_key_value(if path.is_empty() { "/" } else { path }).map(|(path, _)| path.as_str())
        };
        ["/index.html", ".html", "/"].iter().filter_map(|suffix| path.strip_suffix(suffix)).find_map(is_route)
    }

    fn judge_fragment(self, path: &str, fragment: &str) -> Option<Verdict> {
        let page = self.inspections.page(path).filter(|page| !page.has_target(fragment))?;
        let id = decoded(without_text_directive(fragment));
        let ids = || page.ids.iter().map(String::as_str);
        let help = match nearest(&id, ids()) {
            Some(near) => format!("did you mean \"#{near}\"?"),
            None if page.ids.is_empty() => "the page has no ids".to_owned(),
            None => {
                let listed: Vec<&str> = ids().take(LISTED_IDS).collect();
                let more = if page.ids.len() > LISTED_IDS { ", …" } else { "" };
                format!("the ids of the page are {}{more}", listed.join(", "))
            }
        };
        Some(Verdict::NoId { path: path.to_owned(), id: id.into_owned(), help })
    }

    /// The route of which `path`, where there is none, is the href.
    fn written_as_href(self, path: &str) -> Option<&'a str> {
        let route = self.base_url.route(path).filter(|route| *route != path)?;
        self.outputs.get_key_value(route).map(|(route, _)| route.as_str())
    }

    /// The route of a file of `static/` that `path` names with that folder.
    fn with_its_folder(self, path: &str) -> Option<&'a str> {
        let route = path.strip_prefix('/')?.strip_prefix(STATIC.trim_end_matches('/'))?;
        self.outputs.get_key_value(route).filter(|(route, _)| route.len() > 1).map(|(route, _)| route.as_str())
    }

    fn routes(self) -> impl Iterator<Item = &'a str> {
        self.outputs.keys().map(String::as_str).filter(|route| route.starts_with('/'))
    }

    /// When there is something at `path`, if that is later.
    fn first_time(self, path: &str) -> Option<Timestamp> {
        self.later.iter().find(|(_, outputs)| outputs.contains_key(path)).map(|(time, _)| *time)
    }

    /// The route that is spelt most like `path`, or else one with the same last segment. A text does not mean its own page.
    fn nearest_route(self, path: &str, file: &str) -> Option<String> {
        let is_other = |output: &Output| match output {
            Output::Document(document) => file.is_empty() || document.source.as_deref() != Some(file),
            Output::Redirect(_) => true,
        };
        let routes = || self.routes().filter(|route| self.outputs.get(*route).is_some_and(is_other));
        let name = |path: &str| path.rsplit('/').find(|name| !name.is_empty()).map(str::to_owned);
        let moved = || routes().find(|route| name(route).is_some() && name(route) == name(path));
        nearest(path, routes()).or_else(moved).map(str::to_owned)
    }
}

/// The drafts of the content, which are only looked for when a link is broken.
pub(super) struct Drafts<'a> {
    tree: &'a SourceTree,
    found: OnceLock<BTreeMap<String, String>>,
}

impl<'a> Drafts<'a> {
    pub(super) fn of(tree: &'a SourceTree) -> Self {
        Self { tree, found: OnceLock::new() }
    }

    /// The file of the draft whose page would be at `path`.
    fn at(&self, path: &str) -> Option<&str> {
        self.found.get_or_init(|| source::drafts(self.tree)).get(path).map(String::as_str)
    }
}
