//! Tests of the link check, on outputs.

use super::{Inspections, check};
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::markdown::{Link, Rendered};
use crate::output::{Document, Output, Outputs};
use crate::source::{self, SettingsRedirect};
use crate::test_site::{Fixture, post};
use crate::tree::SourceTree;

fn page(html: &str) -> Document<'static> {
    let html = html.to_owned();
    Document::page(move || html.clone())
}

/// A site of two pages, a file and two redirects, whose page `/blog/p` has `html` in it.
fn site(html: &str) -> (Fixture, Outputs<'static>) {
    let fixture = Fixture::of(vec![post("p", "2025-01-02")]);
    let mut outputs = Outputs::new();
    outputs.insert("/".to_owned(), Output::Document(page("<main id=main></main>")));
    outputs.insert("/blog/p".to_owned(), Output::Document(page(html).with_source("posts/p.md")));
    let notes = page(r#"<h2 id="fintech">F</h2><a name="old"></a><b id="ä"></b>"#);
    outputs.insert("/notes".to_owned(), Output::Document(notes));
    outputs.insert("/a b.png".to_owned(), Output::Document(Document::file("a b.png", &[][..])));
    outputs.insert("/old".to_owned(), Output::Redirect("/notes#fintech".to_owned()));
    outputs.insert("/repo".to_owned(), Output::Redirect("https://code.example/".to_owned()));
    (fixture, outputs)
}

fn checked(fixture: &Fixture, outputs: &Outputs) -> Vec<Diagnostic> {
    let mut report = Report::default();
    check((fixture.context(), &SourceTree::default()), (outputs, &[]), &Inspections::default(), &mut report);
    report.diagnostics().to_vec()
}

#[test]
fn a_link_with_a_target_is_not_reported() {
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

/// The only diagnostic on a page: severity, message, first line of help.
fn reported(html: &str) -> (Severity, String, String) {
    let (fixture, outputs) = site(html);
    let mut found = checked(&fixture, &outputs);
    assert_eq!(found.len(), 1, "{html}: {found:?}");
    let found = found.remove(0);
    (found.severity, found.message, found.help[0].clone())
}

#[test]
fn a_broken_reference_is_reported_in_every_attribute() {
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
        let (severity, message, _) = reported(html);
        assert_eq!((severity, message), (Severity::Error, format!("broken link {target:?}")), "{html}");
    }
}

#[test]
fn the_nearest_route_is_offered() {
    for (target, help) in [
        ("/note", r#"did you mean "/notes"?"#),
        ("/Notes", r#"did you mean "/notes"?"#),
        ("notes", r#"did you mean "/notes"?"#),
        ("https://example.org/note", r#"did you mean "/notes"?"#),
        ("/a.png", r#"did you mean "/a b.png"?"#),
        ("/elsewhere/entirely/p", r#"did you mean "/blog/p"?"#),
        ("/zzzzzzzz", "link to a page such as \"/blog/SLUG\", a file in static/, or a full URL"),
    ] {
        assert_eq!(reported(&format!("<a href='{target}'>")).2, help, "{target}");
    }
}

#[test]
fn a_missing_id_is_reported_with_the_nearest() {
    for (html, target, help) in [
        (r##"<a href="#intr"><p id=intro>"##, "#intr", r##"did you mean "#intro"?"##),
        (r#"<a href="/notes#fintec">"#, "/notes#fintec", r##"did you mean "#fintech"?"##),
        (r#"<a href="/notes/#fintec">"#, "/notes/#fintec", r##"did you mean "#fintech"?"##),
        (r#"<a href="/notes#zzz">"#, "/notes#zzz", "the ids of the page are fintech, ä"),
        (r#"<svg><path fill="url(#g)"/></svg>"#, "#g", "the page has no ids"),
    ] {
        let message = format!("broken link {target:?}");
        assert_eq!(reported(html), (Severity::Error, message, help.to_owned()), "{html}");
    }
}

#[test]
fn a_redirected_link_is_reported_with_its_final_url() {
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
            format!("the link {target:?} is redirected"),
            format!("link to the final URL: {canonical:?}"),
        );
        assert_eq!(reported(&format!("<a href='{target}'>")), expected);
    }
}

#[test]
fn a_script_is_not_a_link() {
    let expected =
        (Severity::Error, r#"the link "JavaScript:void(0)" is a script"#.to_owned(), "link to a page".to_owned());
    assert_eq!(reported(r#"<a href="JavaScript:void(0)">"#), expected);
}

#[test]
fn a_place_that_an_earlier_step_reported_is_not_reported_again() {
    let (mut fixture, outputs) = site("");
    fixture.text(0).links = vec![Link { target: "nope.png".to_owned(), span: 3..9 }];
    let mut report = Report::default();
    report.push(Diagnostic::error("posts/p.md", 3..9, "there is no file `posts/nope.png`"));
    check((fixture.context(), &SourceTree::default()), (&outputs, &[]), &Inspections::default(), &mut report);
    assert_eq!(report.diagnostics().len(), 1, "{report:?}");
}

#[test]
fn a_link_of_the_markdown_is_reported_at_each_of_its_places_and_not_from_the_page() {
    let html = r#"<a href="/x y">1</a><a href="/x%20y">2</a>"#;
    let page = format!("<header>{html}</header>{html}");
    let link = |target: &str, span| Link { target: target.to_owned(), span };
    let links = || vec![link("/x y", 3..9), link("/notes", 10..12), link("/x%20y", 20..30)];
    let text = |html: &str| Rendered { html: html.to_owned(), links: links(), ..Rendered::default() };
    let (end, whole) = (text("</header>"), text(&page));
    let (mut fixture, mut outputs) = site(html);
    fixture.text(0).links = links();
    let document = |text| Output::Document(Document::page_of("posts/p.md", text, || page.clone()));
    outputs.insert("/blog/p".to_owned(), document(&end));
    let of_view = |found: &&Diagnostic| found.path.is_empty();
    assert_eq!(checked(&fixture, &outputs).iter().filter(of_view).count(), 2, "the header is a view's");
    outputs.insert("/blog/p".to_owned(), document(&whole));
    let found = checked(&fixture, &outputs);
    let places: Vec<_> = found.iter().map(|found| (found.path.as_str(), found.span.clone())).collect();
    assert_eq!(places, [("posts/p.md", Some(3..9)), ("posts/p.md", Some(20..30))]);
}

#[test]
fn a_link_of_the_navigation_is_reported_once_in_the_settings() {
    let html = r#"<a href="/abuot">"#;
    let (mut fixture, mut outputs) = site(html);
    outputs.insert("/about".to_owned(), Output::Document(page(html)));
    fixture.site.settings.navigation =
        vec![source::Link { label: "About".to_owned(), path: "/abuot".to_owned(), rel: None, span: Some(40..48) }];
    let found = checked(&fixture, &outputs);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].path.as_str(), found[0].span.clone()), ("site.toml", Some(40..48)));
    assert_eq!(found[0].help, [r#"did you mean "/about"?"#]);
}

#[test]
fn a_link_of_a_view_is_reported_once_with_its_pages() {
    let html = r#"<a href="/x">"#;
    let (fixture, mut outputs) = site(html);
    let found = checked(&fixture, &outputs);
    assert_eq!((found[0].path.as_str(), found[0].help[1].as_str()), ("", "the link is on /blog/p"));
    for path in ["/blog/q", "404"] {
        outputs.insert(path.to_owned(), Output::Document(page(html)));
    }
    let found = checked(&fixture, &outputs);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].help[1], "the link is on /blog/p and 2 other pages");
}

#[test]
fn a_link_of_a_copied_page_is_reported_with_its_file() {
    let html = r#"<a href="/x">"#;
    let (fixture, mut outputs) = site(html);
    for name in ["a.html", "b.html"] {
        let file = Document::file(name, html.as_bytes()).with_source(&format!("static/{name}"));
        outputs.insert(format!("/{name}"), Output::Document(file));
    }
    let found: Vec<_> = checked(&fixture, &outputs).into_iter().map(|found| found.path).collect();
    assert_eq!(found, ["", "static/a.html", "static/b.html"]);
}

#[test]
fn a_redirect_points_to_the_final_page() {
    for (to, severity, message) in [
        ("/nots", Severity::Error, r#"broken link "/nots""#),
        ("/notes#no", Severity::Error, r#"broken link "/notes#no""#),
        ("/old", Severity::Warning, "is redirected"),
        ("/notes/", Severity::Warning, "is redirected"),
        ("/from", Severity::Error, r#"the link "/from" ends in a redirect loop"#),
    ] {
        let (mut fixture, mut outputs) = site("");
        outputs.insert("/from".to_owned(), Output::Redirect(to.to_owned()));
        fixture.site.settings.redirects =
            vec![SettingsRedirect { from: "/from".to_owned(), to: to.to_owned(), span: 5..9, to_span: 12..19 }];
        let found = checked(&fixture, &outputs);
        assert_eq!(found.len(), 1, "{to}: {found:?}");
        assert_eq!(
            (found[0].severity, found[0].path.as_str(), found[0].span.clone()),
            (severity, "site.toml", Some(12..19)),
            "{to}"
        );
        assert!(found[0].message.contains(message), "{to}: {}", found[0].message);
    }
}

#[test]
fn a_link_to_a_broken_redirect_is_not_reported_twice() {
    let (mut fixture, mut outputs) = site(r#"<a href="/from">"#);
    outputs.insert("/from".to_owned(), Output::Redirect("/zzzzz".to_owned()));
    fixture.site.settings.redirects =
        vec![SettingsRedirect { from: "/from".to_owned(), to: "/zzzzz".to_owned(), span: 5..9, to_span: 12..19 }];
    let found = checked(&fixture, &outputs);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.contains("/zzzzz"));
}

#[test]
fn an_id_is_unique_on_its_page() {
    let (fixture, outputs) = site("<p id=a><p id=b><p id=a><p id=a>");
    let found = checked(&fixture, &outputs);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].path.as_str(), found[0].message.as_str()),
        ("posts/p.md", "the id \"a\" occurs twice on /blog/p")
    );
}

#[test]
fn the_404_page_is_checked_by_its_own_ids() {
    let (fixture, mut outputs) = site("");
    let html = r##"<a href="#main"><p id=main><a href="#mian">"##;
    outputs.insert("404".to_owned(), Output::Document(page(html)));
    let found = checked(&fixture, &outputs);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].help, [r##"did you mean "#main"?"##, "the link is on 404"]);
}
