//! The link check: every reference inside the site leads to a route, and every fragment to an id of its page.
//!
//! 1. Every HTML output is tokenised once, over all cores: its ids, and the references that lead inside the site. The Markdown of a post is read as
//!    its readers read it: rendered, and its HTML tokenised.
//! 2. Each reference is judged against the routes and the ids.
//! 3. Each fault is told where its author can mend it: in the Markdown, in the settings, or, for what a view wrote, at the pages that have it.

pub(crate) mod reference;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use html5gum::emitters::callback::CallbackEvent;
use rayon::prelude::*;

use self::reference::{Destination, Holds, resolve, walk};
use crate::diagnostic::{Diagnostic, Report, Severity, nearest};
use crate::markdown::{Rendered, plain_html};
use crate::output::{Document, Output, Outputs};
use crate::url::decoded;
use crate::views::Context;

/// The file of the settings, in which navigation and redirects stand.
const SETTINGS: &str = "site.toml";

/// How many ids are listed where none is near the one that is missing: what an author takes in at a glance.
const LISTED_IDS: usize = 8;

/// How many redirects in a row are followed before they are taken for a circle.
const MAX_HOPS: usize = 8;

/// Checks every reference of every page, and every redirect; what is wrong goes to `report`. To be called when `outputs` is whole.
pub fn check(context: Context, outputs: &Outputs, report: &mut Report) {
    let base_url = context.site.settings.base_url.as_str();
    let pages: BTreeMap<&str, Page> = outputs
        .par_iter()
        .filter_map(|(path, output)| match output {
            Output::Document(document) => Some((path.as_str(), Page::of(path, document, base_url)?)),
            Output::Redirect(_) => None,
        })
        .collect();
    let routes = Routes { base_url, outputs, pages: &pages };
    let on_pages: Vec<Fault> = pages.par_iter().flat_map_iter(|(path, page)| routes.faults_of(path, page)).collect();
    let on_redirects = routes.faults_of_redirects();
    let faults = on_pages.into_iter().chain(on_redirects).collect();
    tell(faults, &Places::of(context), report);
    for (path, page) in &pages {
        page.tell_of_duplicates(path, report);
    }
}

/// Tells each fault at each place at which it is written, once.
fn tell(faults: Vec<Fault>, places: &Places, report: &mut Report) {
    let place = |file: &str, span: &Range<usize>| (file.to_owned(), span.start, span.end);
    // A place that an earlier step has found wrong need not be told again: an image that does not exist.
    let errors = report.diagnostics().iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let mut told: BTreeSet<_> =
        errors.filter_map(|error| error.span.as_ref().map(|span| place(&error.path, span))).collect();
    let mut by_views: BTreeMap<(String, Verdict), Vec<&str>> = BTreeMap::new();
    for fault in faults {
        let places = places.of_fault(&fault);
        for (file, span) in &places {
            if told.insert(place(file, span)) {
                report.push(fault.verdict.diagnostic(&fault.target, file, Some(span.clone())));
            }
        }
        if places.is_empty() {
            by_views.entry((fault.target, fault.verdict)).or_default().push(fault.path);
        }
    }
    for ((target, verdict), paths) in by_views {
        report.push(verdict.diagnostic(&target, "", None).help(found_on(&paths)));
    }
}

/// What one page refers to, and what can be referred to in it.
#[derive(Debug)]
struct Page {
    /// The Markdown file that it was made from.
    source: Option<String>,
    ids: BTreeSet<String>,
    /// The ids that stand more than once.
    duplicates: BTreeSet<String>,
    /// The names of the anchors of old, `<a name>`: places to go to, but no ids.
    names: BTreeSet<String>,
    /// As they are written, but for character references; none that leads outside the site.
    references: BTreeSet<String>,
}

impl Page {
    /// None where the document is neither a page nor the Markdown of one.
    fn of(path: &str, document: &Document, base_url: &str) -> Option<Self> {
        let text = String::from_utf8_lossy(&document.body);
        let source = document.source.clone();
        if document.is_html() {
            return Some(Self { source, ..Self::read(path, &text, base_url) });
        }
        // The ids of Markdown are its reader's own: two notes may be called like a heading.
        let page = document.is_markdown().then(|| Self::read(path, &plain_html(&text), base_url))?;
        Some(Self { source, duplicates: BTreeSet::new(), ..page })
    }

    fn read(path: &str, html: &str, base_url: &str) -> Self {
        let mut page = Self {
            source: None,
            ids: BTreeSet::new(),
            duplicates: BTreeSet::new(),
            names: BTreeSet::new(),
            references: BTreeSet::new(),
        };
        let (mut element, mut attribute) = (Vec::new(), Vec::new());
        walk(html, |event, _| match event {
            CallbackEvent::OpenStartTag { name } => element = name.to_vec(),
            CallbackEvent::AttributeName { name } => attribute = name.to_vec(),
            CallbackEvent::AttributeValue { value } => {
                page.attribute(&element, &attribute, &String::from_utf8_lossy(value));
            }
            _ => {}
        });
        page.references.retain(|reference| resolve(path, within(reference, base_url)) != Destination::External);
        page
    }

    fn attribute(&mut self, element: &[u8], attribute: &[u8], value: &str) {
        if let Some(holds) = Holds::of(attribute) {
            self.references.extend(holds.urls(value).into_iter().map(|url| value[url].to_owned()));
            return;
        }
        match (element, attribute) {
            (_, b"id") if self.ids.contains(value) => self.duplicates.extend([value.to_owned()]),
            (_, b"id") => self.ids.extend([value.to_owned()]),
            (b"a", b"name") => self.names.extend([value.to_owned()]),
            // OpenGraph's URLs: absolute, so only those of this site are kept. What goes on behind a space is a text that begins with one.
            (b"meta", b"content") if value.starts_with("http") && !value.contains(' ') => {
                self.references.extend([value.to_owned()]);
            }
            // SVG's references to gradients, markers, clip paths.
            _ => self.references.extend(functional(value).map(str::to_owned)),
        }
    }

    fn has(&self, id: &str) -> bool {
        self.ids.contains(id) || self.names.contains(id)
    }

    fn tell_of_duplicates(&self, path: &str, report: &mut Report) {
        for id in &self.duplicates {
            let error = Diagnostic::error(
                self.source.as_deref().unwrap_or_default(),
                None,
                format!("the id {id:?} stands twice on {path}"),
            );
            report.push(error.help("an id names one place of a page: give one of the elements another"));
        }
    }
}

/// The reference of `url(#id)`.
fn functional(value: &str) -> Option<&str> {
    let inside = value.trim().strip_prefix("url(")?.split_once(')')?.0;
    Some(inside.trim_matches(['"', '\'', ' '])).filter(|reference| reference.starts_with('#'))
}

/// The reference without the site's own scheme and host.
fn within<'a>(reference: &'a str, base_url: &str) -> &'a str {
    match reference.strip_prefix(base_url) {
        Some("") => "/",
        Some(rest) if rest.starts_with(['/', '?', '#']) => rest,
        _ => reference,
    }
}

/// A reference that does not lead where it should.
#[derive(Debug)]
struct Fault<'a> {
    /// The output that has it.
    path: &'a str,
    /// The Markdown file of that output.
    source: Option<&'a str>,
    /// As it is written there.
    target: String,
    verdict: Verdict,
}

/// What is wrong with a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// There is no such route.
    NoRoute { path: String, nearest: Option<String> },
    /// The route is an HTML page without this id.
    NoId { path: String, id: String, help: String },
    /// The route leads on to another.
    NotCanonical { canonical: String },
    /// The route leads on to itself.
    Circle { path: String },
    /// It is no address but a script.
    Script,
}

impl Verdict {
    fn diagnostic(&self, target: &str, file: &str, span: Option<Range<usize>>) -> Diagnostic {
        match self {
            Self::NoRoute { path, nearest } => {
                Diagnostic::error(file, span, format!("the link {target:?} leads nowhere"))
                    .label(format!("no page or file stands at {path}"))
                    .help(match nearest {
                        Some(route) => format!("did you mean {route:?}?"),
                        None => {
                            "link to a page such as \"/blog/SLUG\", a file of content/static, or a full URL".to_owned()
                        }
                    })
            }
            Self::NoId { path, id, help } => {
                Diagnostic::error(file, span, format!("the link {target:?} leads to no place of its page"))
                    .label(format!("no element of {path} has the id {id:?}"))
                    .help(help)
            }
            Self::NotCanonical { canonical } => {
                Diagnostic::warning(file, span, format!("the link {target:?} goes a roundabout way"))
                    .label("leads there over a redirect")
                    .help(format!("write {canonical:?}"))
            }
            Self::Circle { path } => Diagnostic::error(file, span, format!("the link {target:?} leads in a circle"))
                .label(format!("the redirects of {path} end nowhere"))
                .help("let one of them lead to a page"),
            Self::Script => Diagnostic::error(file, span, format!("the link {target:?} is a script"))
                .label("the page's security policy lets no script run")
                .help("link to a page"),
        }
    }
}

/// `it stands on /notes and on 2 other pages`.
fn found_on(paths: &[&str]) -> String {
    match paths {
        [] => String::new(),
        [path] => format!("it stands on {path}"),
        [path, _] => format!("it stands on {path} and on one other page"),
        [path, rest @ ..] => format!("it stands on {path} and on {} other pages", rest.len()),
    }
}

/// Where a path leads in the end.
#[derive(Debug, PartialEq, Eq)]
enum Lookup<'a> {
    /// A document stands there, or a redirect to another site.
    Exact,
    /// It leads to another path.
    Via(&'a str),
    /// Nothing stands there.
    Missing,
    /// Its redirects end nowhere.
    Circle,
}

/// All that can be referred to.
#[derive(Clone, Copy)]
struct Routes<'a> {
    base_url: &'a str,
    outputs: &'a Outputs,
    pages: &'a BTreeMap<&'a str, Page>,
}

impl<'a> Routes<'a> {
    fn faults_of<'p>(self, path: &'p str, page: &'p Page) -> impl Iterator<Item = Fault<'p>> + use<'a, 'p> {
        let fault = move |target: &String| {
            let verdict = self.judge(path, target)?;
            Some(Fault { path, source: page.source.as_deref(), target: target.clone(), verdict })
        };
        page.references.iter().filter_map(fault)
    }

    fn faults_of_redirects(self) -> Vec<Fault<'a>> {
        let fault = |(from, output): (&'a String, &'a Output)| match output {
            Output::Document(_) => None,
            Output::Redirect(to) => {
                let verdict = self.judge(from, to)?;
                Some(Fault { path: from, source: None, target: to.clone(), verdict })
            }
        };
        self.outputs.iter().filter_map(fault).collect()
    }

    /// What is wrong with the reference `target` on the page `on`, if anything is.
    fn judge(self, on: &str, target: &str) -> Option<Verdict> {
        let internal = match resolve(on, within(target, self.base_url)) {
            Destination::Internal(internal) => internal,
            Destination::External => return None,
            Destination::Script => return Some(Verdict::Script),
        };
        let (rest, fragment) = internal.split_once('#').unwrap_or((&internal, ""));
        let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        let path = decoded(path);
        // The page for what is not found has no path of its own, but ids.
        if path == on && self.pages.contains_key(on) {
            return self.judge_fragment(on, fragment);
        }
        match self.lookup(&path) {
            Lookup::Exact => self.judge_fragment(&path, fragment),
            Lookup::Via(canonical) => Some(self.judge_detour(canonical, query, fragment)),
            Lookup::Missing => Some(Verdict::NoRoute { nearest: self.nearest_route(&path), path: path.into_owned() }),
            Lookup::Circle => Some(Verdict::Circle { path: path.into_owned() }),
        }
    }

    /// A reference with this query and fragment leads to `canonical` over a redirect, whose own fragment goes before (RFC 9110 §10.2.2).
    fn judge_detour(self, canonical: &str, query: &str, fragment: &str) -> Verdict {
        let (page, fragment) = canonical.split_once('#').unwrap_or((canonical, fragment));
        let (path, own_query) = page.split_at(page.find('?').unwrap_or(page.len()));
        let query = if own_query.is_empty() { query } else { own_query };
        let hash = if fragment.is_empty() { "" } else { "#" };
        let roundabout = || Verdict::NotCanonical { canonical: format!("{path}{query}{hash}{fragment}") };
        self.judge_fragment(&decoded(path), fragment).unwrap_or_else(roundabout)
    }

    /// Follows redirects, those of the settings and those that every page has: from its path with a slash, `.html` or `index.html` behind it.
    fn lookup(self, path: &str) -> Lookup<'a> {
        let mut path = Cow::Borrowed(path);
        let mut via = None;
        for _ in 0..MAX_HOPS {
            match self.outputs.get(&*path) {
                Some(Output::Document(_)) => return via.map_or(Lookup::Exact, Lookup::Via),
                Some(Output::Redirect(to)) => {
                    let Some(inside) = self.inside(to) else { return via.map_or(Lookup::Exact, Lookup::Via) };
                    via = Some(inside);
                    path = decoded(inside.split(['?', '#']).next().unwrap_or_default());
                }
                None => match self.without_suffix(&path) {
                    Some(canonical) => {
                        via = Some(canonical);
                        path = canonical.into();
                    }
                    // Of a redirect that leads nowhere it is told where it is written.
                    None => return via.map_or(Lookup::Missing, |_| Lookup::Exact),
                },
            }
        }
        Lookup::Circle
    }

    /// The path of this site to which a redirect leads. One that leaves the site is there to be linked to: a short name for what is elsewhere.
    fn inside(self, to: &'a str) -> Option<&'a str> {
        Some(within(to, self.base_url)).filter(|path| path.starts_with('/') && !path.starts_with("//"))
    }

    /// The route of which `path` is another way to write it.
    fn without_suffix(self, path: &str) -> Option<&'a str> {
        let is_route = |path: &str| {
            self.outputs.get_key_value(if path.is_empty() { "/" } else { path }).map(|(path, _)| path.as_str())
        };
        ["/index.html", ".html", "/"].iter().filter_map(|suffix| path.strip_suffix(suffix)).find_map(is_route)
    }

    fn judge_fragment(self, path: &str, fragment: &str) -> Option<Verdict> {
        // A text fragment (`#:~:text=…`) is no part of what names an id.
        let fragment = fragment.split(":~:").next().unwrap_or_default();
        let page = self.pages.get(path)?;
        let id = decoded(fragment);
        // Both lead to the top of every page (HTML §7.4.6.4).
        if fragment.is_empty() || id.eq_ignore_ascii_case("top") || page.has(fragment) || page.has(&id) {
            return None;
        }
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

    /// The route that is written most like `path`; else one with the same last name, in another place.
    fn nearest_route(self, path: &str) -> Option<String> {
        let routes = || self.outputs.keys().map(String::as_str).filter(|route| route.starts_with('/'));
        let name = |path: &str| path.rsplit('/').find(|name| !name.is_empty()).map(str::to_owned);
        let moved = || routes().find(|route| name(route).is_some() && name(route) == name(path));
        nearest(path, routes()).or_else(moved).map(str::to_owned)
    }
}

/// Where the authors of the site wrote its links.
struct Places<'a> {
    context: Context<'a>,
    /// The links of each Markdown file, by its path.
    markdown: BTreeMap<&'a str, &'a Rendered>,
}

impl<'a> Places<'a> {
    fn of(context: Context<'a>) -> Self {
        let posts = context.site.posts.iter().map(|post| post.body.path.as_str()).zip(context.posts);
        let pages = context.site.pages.iter().map(|page| page.body.path.as_str()).zip(context.pages);
        Self { context, markdown: posts.chain(pages).collect() }
    }

    /// The places at which the reference of a fault is written; none where a view wrote it.
    fn of_fault(&self, fault: &Fault) -> Vec<(&'a str, Range<usize>)> {
        let in_markdown = self.in_markdown(fault);
        if in_markdown.is_empty() { self.in_settings(fault) } else { in_markdown }
    }

    fn in_markdown(&self, fault: &Fault) -> Vec<(&'a str, Range<usize>)> {
        let Some((file, rendered)) = fault.source.and_then(|source| self.markdown.get_key_value(source)) else {
            return Vec::new();
        };
        let is_it = |target: &str| target == fault.target || plain(target) == plain(&fault.target);
        rendered.links.iter().filter(|link| is_it(&link.target)).map(|link| (*file, link.span.clone())).collect()
    }

    fn in_settings(&self, fault: &Fault) -> Vec<(&'a str, Range<usize>)> {
        let settings = &self.context.site.settings;
        let items =
            settings.navigation.iter().filter(|item| item.path == fault.target).filter_map(|item| item.span.clone());
        let redirects =
            settings.redirects.iter().filter(|redirect| redirect.from == fault.path && redirect.to == fault.target);
        items.chain(redirects.map(|redirect| redirect.span.clone())).map(|span| (SETTINGS, span)).collect()
    }
}

/// A target without what HTML and URLs escape in it: the two ends of a comparison may be escaped to different degrees.
fn plain(target: &str) -> String {
    decoded(target).replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::fixture::{Fixture, post};
    use crate::markdown::Link;
    use crate::model::{NavigationItem, SettingsRedirect};

    /// A site of two pages, a file and two redirects, whose page `/blog/p` has `html` in it.
    fn site(html: &str) -> (Fixture, Outputs) {
        let fixture = Fixture::of(vec![post("p", "2025-01-02")]);
        let mut outputs = Outputs::new();
        let page = |html: &str, source| Output::Document(Document::page(html.to_owned(), source));
        outputs.insert("/".to_owned(), page("<main id=main></main>", None));
        outputs.insert("/blog/p".to_owned(), page(html, Some("posts/p.md")));
        outputs.insert("/notes".to_owned(), page(r#"<h2 id="fintech">F</h2><a name="old"></a><b id="ä"></b>"#, None));
        outputs.insert("/a b.png".to_owned(), Output::Document(Document::file("a b.png", b"")));
        outputs.insert("/old".to_owned(), Output::Redirect("/notes#fintech".to_owned()));
        outputs.insert("/repo".to_owned(), Output::Redirect("https://code.example/".to_owned()));
        (fixture, outputs)
    }

    fn checked(fixture: &Fixture, outputs: &Outputs) -> Vec<Diagnostic> {
        let mut report = Report::default();
        check(fixture.context(), outputs, &mut report);
        report.diagnostics().to_vec()
    }

    #[test]
    fn what_leads_somewhere_is_left_alone() {
        for html in [
            r#"<a href="/notes">"#,
            r#"<a href="/">"#,
            r#"<a href="/notes?q=1">"#,
            r#"<a href="/notes#fintech">"#,
            r#"<a href="/notes#old">"#,
            r#"<a href="/notes#%C3%A4">"#,
            r#"<a href="/notes#ä">"#,
            r#"<a href="/notes#">"#,
            r#"<a href="/notes#top">"#,
            r#"<a href="/notes#:~:text=word">"#,
            r#"<a href="/notes#fintech:~:text=word">"#,
            r##"<a href="#x"><p id=x>"##,
            r#"<a href="">"#,
            r#"<a href="p">"#,
            r#"<a href="../notes">"#,
            r#"<img src="/a%20b.png" srcset="/a%20b.png 1x, /a%20b.png#x 2x">"#,
            r#"<a href="/repo">"#,
            r#"<a href="https://example.org/notes#fintech">"#,
            r#"<link rel=canonical href="https://example.org">"#,
            r#"<meta property="og:url" content="https://example.org/blog/p">"#,
            r#"<meta property="og:title" content="https://example.org/x is gone">"#,
            r#"<a href="https://example.org.evil.example/x">"#,
            r#"<a href="https://elsewhere.example/x">"#,
            r#"<a href="mailto:a@example.org"><a href="tel:+1"><a href="http://localhost/x"><img src="data:,x">"#,
            r#"<code>&lt;a href="/x"&gt;</code><!-- <a href="/x"> --><style>a[href="/x"]{}</style>"#,
            r##"<svg><linearGradient id="g"/><use href="#g"/><path fill="url(#g)" stroke="url('#g')"/></svg>"##,
        ] {
            let (fixture, outputs) = site(html);
            assert_eq!(checked(&fixture, &outputs), [], "{html}");
        }
    }

    /// The one thing that is told of a page: how grave it is, the message, the cure.
    fn told_of(html: &str) -> (Severity, String, String) {
        let (fixture, outputs) = site(html);
        let mut told = checked(&fixture, &outputs);
        assert_eq!(told.len(), 1, "{html}: {told:?}");
        let told = told.remove(0);
        (told.severity, told.message, told.help[0].clone())
    }

    #[test]
    fn what_stands_nowhere_is_told_wherever_it_is_referred_to() {
        for (html, target) in [
            (r#"<a href="/404">"#, "/404"),
            (r#"<img src="/a.png">"#, "/a.png"),
            (r#"<img srcset="/a%20b.png 1x, /x.png 2x">"#, "/x.png"),
            (r#"<video poster="/x.png">"#, "/x.png"),
            (r#"<form action="/find">"#, "/find"),
            (r#"<svg><image href="/x.png"/></svg>"#, "/x.png"),
            (r#"<svg><a xlink:href="/x"/></svg>"#, "/x"),
            (r#"<link rel=icon href="/x.ico">"#, "/x.ico"),
            (r#"<meta property="og:image" content="https://example.org/x.png">"#, "https://example.org/x.png"),
        ] {
            let (severity, message, _) = told_of(html);
            assert_eq!((severity, message), (Severity::Error, format!("the link {target:?} leads nowhere")), "{html}");
        }
    }

    #[test]
    fn the_nearest_route_is_offered() {
        for (target, cure) in [
            ("/note", r#"did you mean "/notes"?"#),
            ("/Notes", r#"did you mean "/notes"?"#),
            ("notes", r#"did you mean "/notes"?"#),
            ("https://example.org/note", r#"did you mean "/notes"?"#),
            ("/a.png", r#"did you mean "/a b.png"?"#),
            ("/elsewhere/entirely/p", r#"did you mean "/blog/p"?"#),
            ("/zzzzzzzz", "link to a page such as \"/blog/SLUG\", a file of content/static, or a full URL"),
        ] {
            assert_eq!(told_of(&format!("<a href='{target}'>")).2, cure, "{target}");
        }
    }

    #[test]
    fn an_id_that_is_missing_is_told_with_the_nearest() {
        for (html, target, cure) in [
            (r##"<a href="#intr"><p id=intro>"##, "#intr", r##"did you mean "#intro"?"##),
            (r#"<a href="/notes#fintec">"#, "/notes#fintec", r##"did you mean "#fintech"?"##),
            (r#"<a href="/notes/#fintec">"#, "/notes/#fintec", r##"did you mean "#fintech"?"##),
            (r#"<a href="/notes#zzz">"#, "/notes#zzz", "the ids of the page are fintech, ä"),
            (r#"<svg><path fill="url(#g)"/></svg>"#, "#g", "the page has no ids"),
        ] {
            let message = format!("the link {target:?} leads to no place of its page");
            assert_eq!(told_of(html), (Severity::Error, message, cure.to_owned()), "{html}");
        }
    }

    #[test]
    fn a_roundabout_way_is_told_with_the_straight_one() {
        for (target, canonical) in [
            ("/notes/", "/notes"),
            ("/notes.html", "/notes"),
            ("/index.html", "/"),
            ("/notes/index.html?a#fintech", "/notes?a#fintech"),
            ("/old", "/notes#fintech"),
            ("/old/", "/notes#fintech"),
        ] {
            let expected = (
                Severity::Warning,
                format!("the link {target:?} goes a roundabout way"),
                format!("write {canonical:?}"),
            );
            assert_eq!(told_of(&format!("<a href='{target}'>")), expected);
        }
    }

    #[test]
    fn a_script_is_no_address() {
        let expected =
            (Severity::Error, r#"the link "JavaScript:void(0)" is a script"#.to_owned(), "link to a page".to_owned());
        assert_eq!(told_of(r#"<a href="JavaScript:void(0)">"#), expected);
    }

    #[test]
    fn what_an_earlier_step_told_at_that_place_is_not_told_again() {
        let (mut fixture, outputs) = site(r#"<img src="nope.png">"#);
        fixture.posts[0].links = vec![Link { target: "nope.png".to_owned(), span: 3..9 }];
        let mut report = Report::default();
        report.push(Diagnostic::error("posts/p.md", 3..9, "there is no file `posts/nope.png`"));
        check(fixture.context(), &outputs, &mut report);
        assert_eq!(report.diagnostics().len(), 1, "{report:?}");
    }

    #[test]
    fn a_link_of_the_markdown_is_told_at_each_of_its_places() {
        let (mut fixture, outputs) = site(r#"<a href="/x%20y?a&amp;b">1</a><a href="/x%20y?a&amp;b">2</a>"#);
        let link = |target: &str, span| Link { target: target.to_owned(), span };
        fixture.posts[0].links = vec![link("/x y?a&b", 3..9), link("/notes", 10..12), link("/x%20y?a&amp;b", 20..30)];
        let told = checked(&fixture, &outputs);
        let places: Vec<_> =
            told.iter().map(|diagnostic| (diagnostic.path.as_str(), diagnostic.span.clone())).collect();
        assert_eq!(places, [("posts/p.md", Some(3..9)), ("posts/p.md", Some(20..30))]);
    }

    #[test]
    fn a_link_of_the_navigation_is_told_once_in_the_settings() {
        let (mut fixture, mut outputs) = site(r#"<a href="/abuot">"#);
        outputs.insert("/about".to_owned(), outputs["/blog/p"].clone());
        fixture.site.settings.navigation =
            vec![NavigationItem { label: "About".to_owned(), path: "/abuot".to_owned(), span: Some(40..48) }];
        let told = checked(&fixture, &outputs);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].path.as_str(), told[0].span.clone()), ("site.toml", Some(40..48)));
        assert_eq!(told[0].help, [r#"did you mean "/about"?"#]);
    }

    #[test]
    fn a_link_of_a_view_is_told_once_with_its_pages() {
        let (fixture, mut outputs) = site(r#"<a href="/x">"#);
        let told = checked(&fixture, &outputs);
        assert_eq!((told[0].path.as_str(), told[0].help[1].as_str()), ("", "it stands on /blog/p"));
        for path in ["/blog/q", "404"] {
            outputs.insert(path.to_owned(), outputs["/blog/p"].clone());
        }
        let told = checked(&fixture, &outputs);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].help[1], "it stands on /blog/p and on 2 other pages");
    }

    #[test]
    fn a_redirect_leads_to_a_page_and_at_once() {
        for (to, severity, message) in [
            ("/nots", Severity::Error, r#"the link "/nots" leads nowhere"#),
            ("/notes#no", Severity::Error, "leads to no place of its page"),
            ("/old", Severity::Warning, "goes a roundabout way"),
            ("/notes/", Severity::Warning, "goes a roundabout way"),
            ("/from", Severity::Error, r#"the link "/from" leads in a circle"#),
        ] {
            let (mut fixture, mut outputs) = site("");
            outputs.insert("/from".to_owned(), Output::Redirect(to.to_owned()));
            fixture.site.settings.redirects =
                vec![SettingsRedirect { from: "/from".to_owned(), to: to.to_owned(), span: 5..9 }];
            let told = checked(&fixture, &outputs);
            assert_eq!(told.len(), 1, "{to}: {told:?}");
            assert_eq!(
                (told[0].severity, told[0].path.as_str(), told[0].span.clone()),
                (severity, "site.toml", Some(5..9)),
                "{to}"
            );
            assert!(told[0].message.contains(message), "{to}: {}", told[0].message);
        }
    }

    #[test]
    fn a_link_over_a_broken_redirect_is_not_told_twice() {
        let (fixture, mut outputs) = site(r#"<a href="/from">"#);
        outputs.insert("/from".to_owned(), Output::Redirect("/zzzzz".to_owned()));
        let told = checked(&fixture, &outputs);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].message.contains("/zzzzz"));
    }

    #[test]
    fn an_id_stands_once_on_a_page() {
        let (fixture, outputs) = site("<p id=a><p id=b><p id=a><p id=a>");
        let told = checked(&fixture, &outputs);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(
            (told[0].path.as_str(), told[0].message.as_str()),
            ("posts/p.md", "the id \"a\" stands twice on /blog/p")
        );
    }

    #[test]
    fn the_page_for_what_is_not_found_is_checked_by_its_own_ids() {
        let (fixture, mut outputs) = site("");
        outputs.insert(
            "404".to_owned(),
            Output::Document(Document::page(r##"<a href="#main"><p id=main><a href="#mian">"##.to_owned(), None)),
        );
        let told = checked(&fixture, &outputs);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].help, [r##"did you mean "#main"?"##, "it stands on 404"]);
    }
}
