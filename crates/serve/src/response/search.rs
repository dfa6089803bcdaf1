//! Composes the answer to a search: the one content that is made at run time. The page around the hits comes from the pack.
//!
//! There is no validator: the content follows from the pack and the query, and computing a hash of it costs what sending it costs. So preconditions and
//! ranges do not apply (RFC 9110 §13.1 and §14.2 allow it).

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::Write as _;

use graven_pack::Source;
use graven_search::answers::{Answers, push_filled};
use graven_search::{Hit, Query, Results, markup};

use super::body::Body;
use crate::request::query::{MAX_PAGE, SearchQuery};
use crate::site::Site;
use crate::site::page::PreparedPage;
use crate::site::search::Search;

/// Hits on a page: so many that it is within a reader's first view, ten segments, without a coding.
const HITS: usize = 7;

/// A search to be answered.
#[derive(Debug)]
pub(crate) struct Searching<'a> {
    pub(crate) site: &'a Site,
    pub(crate) now: i64,
    pub(crate) search: Search<'a>,
    /// The search page, whose fields the answer has.
    pub(crate) page: &'a PreparedPage,
    pub(crate) query: SearchQuery,
    pub(crate) form: Form,
    /// How many bytes may still be inflated for snippets.
    pub(crate) inflatable: Cell<usize>,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The search page with hits.
    Html,
    /// For the script that shows hits while somebody types.
    Json,
}

impl Searching<'_> {
    /// Returns the content. A page after the last is the last.
    pub(crate) fn content(&self) -> String {
        let query = Query::parse(&self.query.words);
        let search = |page: usize| self.search.index.search(&query, (page - 1) * HITS, HITS);
        let (mut page, mut results) = (self.query.page, search(self.query.page));
        if results.hits.is_empty() && results.total > 0 {
            page = results.total.div_ceil(HITS).min(MAX_PAGE);
            results = search(page);
        }
        match self.form {
            Form::Html => self.page(|words| self.hits_in_html(&results, words, page)),
            Form::Json => self.json(&results, (page - 1) * HITS),
        }
    }

    /// Returns the content of a refusal, which keeps what was typed.
    pub(crate) fn refusal(&self) -> String {
        match self.form {
            Form::Html => self.page(|_| {
                let mut html = String::new();
                push_line(self.answers().refused, &[], &mut html);
                html
            }),
            // For programs, in English: the theme's script says it in the language of its page.
            Form::Json => format!("{{\"error\":\"{}\"}}\n", Answers::ENGLISH.refused),
        }
    }

    fn answers(&self) -> &Answers<'static> {
        self.search.frame.answers()
    }

    /// Returns the search page with the results that `write` makes from the escaped query.
    fn page(&self, write: impl FnOnce(&str) -> String) -> String {
        let mut words = String::new();
        escape(&self.query.words, &mut words);
        let title = if words.is_empty() { String::new() } else { format!("{words} · ") };
        self.search.frame.fill([&title, &words, &write(&words)])
    }

    fn hits_in_html(&self, results: &Results<'_>, words: &str, page: usize) -> String {
        let mut html = String::new();
        push_summary(self.answers(), results, words, &mut html);
        if results.hits.is_empty() {
            html.push_str(self.search.frame.help());
        } else {
            html.push_str("<ol class=\"hits\">");
            results.hits.iter().for_each(|hit| self.push_hit(hit, results, &mut html));
            html.push_str("</ol>");
        }
        self.push_pages(results.total, page, &mut html);
        html
    }

    fn push_hit(&self, hit: &Hit<'_>, results: &Results<'_>, html: &mut String) {
        html.push_str("<li><h2><a href=\"");
        escape(&url(hit), html);
        html.push_str("\">");
        escape(hit.title, html);
        html.push_str("</a></h2><p class=\"place\">");
        escape(hit.heading, html);
        if !hit.date.is_empty() {
            html.push_str(if hit.heading.is_empty() { "" } else { " · " });
            html.push_str("<span class=\"date\">");
            escape(hit.date, html);
            html.push_str("</span>");
        }
        html.push_str("</p><p>");
        for (is_marked, text) in self.snippet(hit, results) {
            html.push_str(if is_marked { "<mark>" } else { "" });
            escape(&text, html);
            html.push_str(if is_marked { "</mark>" } else { "" });
        }
        html.push_str("</p></li>");
    }

    fn push_pages(&self, total: usize, page: usize, html: &mut String) {
        let has_next = page < MAX_PAGE && page * HITS < total;
        if page == 1 && !has_next {
            return;
        }
        let Answers { pages, previous, next, .. } = self.answers();
        html.extend(["<nav class=\"pages\" aria-label=\"", pages, "\">"]);
        let mut link = |rel: &str, page: usize, text: &str| {
            write!(html, "<a rel=\"{rel}\" href=\"").expect("writing to a string cannot fail");
            escape(&self.query.target(self.site.search_path(), page), html);
            html.extend(["\">", text, "</a>"]);
        };
        if page > 1 {
            link("prev", page - 1, previous);
        }
        if has_next {
            link("next", page + 1, next);
        }
        html.push_str("</nav>");
    }

    fn json(&self, results: &Results<'_>, first: usize) -> String {
        let mut json = String::from("{\"query\":");
        push_string(&self.query.words, &mut json);
        let Results { total, complete, .. } = results;
        write!(json, ",\"total\":{total},\"complete\":{complete},\"first\":{first},\"count\":{HITS},\"corrections\":[")
            .expect("writing to a string cannot fail");
        push_list(&results.corrections, &mut json, |(typed, used), json| {
            json.push('[');
            push_string(typed, json);
            json.push(',');
            push_string(used, json);
            json.push(']');
        });
        json.push_str("],\"hits\":[");
        push_list(&results.hits, &mut json, |hit, json| {
            for (name, value) in [
                ("{\"url", url(hit).as_str()),
                (",\"title", hit.title),
                (",\"heading", hit.heading),
                (",\"date", hit.date),
            ] {
                json.extend([name, "\":"]);
                push_string(value, json);
            }
            json.push_str(",\"snippet\":[");
            push_list(&alternating(self.snippet(hit, results)), json, |text, json| push_string(text, json));
            json.push_str("]}");
        });
        json + "]}\n"
    }

    /// The part of a hit's section with the most matches: texts, and whether each is a match.
    fn snippet(&self, hit: &Hit<'_>, results: &Results<'_>) -> Vec<(bool, String)> {
        let text = self.text_of(hit).map(|html| markup::text(&html)).unwrap_or_default();
        results.snippet(&text).parts
    }

    /// The HTML of a hit's section, in the page. `None` if it has to be inflated and enough was inflated for this search already.
    fn text_of(&self, hit: &Hit<'_>) -> Option<Cow<'static, str>> {
        let page = self.site.page_at(hit.route, self.now)?;
        let (start, length) = (usize::try_from(hit.start).ok()?, usize::try_from(hit.length).ok()?);
        let section = start..start.checked_add(length)?;
        match page.identity()?.source {
            Source::Stored(bytes) => std::str::from_utf8(bytes.get(section)?).ok().map(Cow::Borrowed),
            page @ Source::Inflated(_) => {
                self.inflatable.set(self.inflatable.get().checked_sub(section.end)?);
                let bytes = Body::part(page, section)?.into_content();
                String::from_utf8(bytes.into()).ok().map(Cow::Owned)
            }
        }
    }
}

/// Says what was found; `words` is the query, escaped.
fn push_summary(answers: &Answers, results: &Results<'_>, words: &str, html: &mut String) {
    if words.is_empty() {
        return push_line(answers.empty, &[], html);
    }
    for (typed, used) in &results.corrections {
        let [mut escaped, mut bold] = [String::new(), String::from("<b>")];
        escape(typed, &mut escaped);
        escape(used, &mut bold);
        bold.push_str("</b>");
        push_line(answers.corrected, &[("typed", &escaped), ("used", &bold)], html);
    }
    let total = results.total.to_string();
    let places = [("query", words), ("total", total.as_str())];
    let line = match results.total {
        0 => answers.none,
        _ if !results.complete => answers.partial,
        1 => answers.one,
        _ => answers.other,
    };
    push_line(line, &places, html);
    if results.total == 0 {
        html.extend(["<p>", answers.advice, "</p>"]);
    }
}

fn push_line(answer: &str, places: &[(&str, &str)], html: &mut String) {
    html.push_str("<p class=\"count\">");
    push_filled(answer, places, html);
    html.push_str("</p>");
}

fn url(hit: &Hit<'_>) -> String {
    let mut url = String::with_capacity(hit.route.len() + hit.anchor.len() + 1);
    crate::request::target::encode(hit.route, &mut url);
    if !hit.anchor.is_empty() {
        url.push('#');
        url.push_str(hit.anchor);
    }
    url
}

/// Texts of which the first, the third and so on are not marked.
fn alternating(parts: Vec<(bool, String)>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::with_capacity(parts.len() + 1);
    for (is_marked, text) in parts {
        let is_next_marked = texts.len() % 2 == 1;
        match texts.last_mut() {
            Some(last) if is_marked != is_next_marked => last.push_str(&text),
            None if is_marked => texts.extend([String::new(), text]),
            _ => texts.push(text),
        }
    }
    texts
}

fn push_list<T>(items: &[T], json: &mut String, mut push: impl FnMut(&T, &mut String)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        push(item, json);
    }
}

/// Appends a JSON string (RFC 8259 §7).
fn push_string(text: &str, json: &mut String) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            control if control < ' ' => {
                write!(json, "\\u{:04x}", u32::from(control)).expect("writing to a string cannot fail");
            }
            _ => json.push(character),
        }
    }
    json.push('"');
}

/// Appends text as HTML, for content and for attributes in double quotes.
fn escape(text: &str, html: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::thread;
    use std::time::Duration;

    use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
    use graven_pack::{ALWAYS, Class, Coding, Pack, SEARCH_INDEX};
    use graven_search::write::Builder;
    use http::Request;

    use super::*;
    use crate::limits::allowance::SearchAllowance;
    use crate::response::respond_to;

    /// A site with a search page in English and an empty index.
    fn site() -> Site {
        site_with("")
    }

    /// A site whose search page carries these answers.
    fn site_with(answers: &str) -> Site {
        let page = |content_type: &str, bytes: &[u8]| {
            let variant = VariantSpec { coding: Coding::Identity, etag: "\"1\"".to_owned(), bytes: bytes.to_vec() };
            let page = PageSpec {
                content_type: content_type.to_owned(),
                cache_control: "no-cache".to_owned(),
                security_policy: String::new(),
                class: Class::Page,
                alternate: None,
                variants: vec![variant],
            };
            vec![EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) }]
        };
        let html =
            format!("<title>Search</title><input value=\"\"><div id=\"results\"></div><!--results-->{answers}<p>");
        let index = Builder::new("en").finish();
        let routes = BTreeMap::from([
            ("/search".to_owned(), page("text/html", html.as_bytes())),
            (SEARCH_INDEX.to_owned(), page("application/octet-stream", &index)),
        ]);
        let bytes = Image { time: 0, routes }.write().expect("a sound image");
        Site::new(Pack::open(bytes.leak()).expect("a sound pack"))
    }

    #[test]
    fn searches_beyond_their_share_are_refused_and_keep_what_was_typed() {
        let (site, allowance) = (site(), SearchAllowance::new());
        let ask = |accept: &str| {
            let request = Request::get("/search?q=a%26b").header("host", "a").header("accept", accept).body(());
            respond_to(&site, 0, request.expect("a request").into_parts().0, Some(allowance.of(1_u8))).0
        };
        assert_eq!(ask("text/html").status(), 200);
        allowance.of(1_u8).charge(|| thread::sleep(Duration::from_millis(150)));
        for (accept, expected) in [
            ("text/html", "value=\"a&amp;b\"><div id=\"results\"><p class=\"count\">Too many searches at once."),
            ("application/json", "{\"error\":\"Too many searches at once. Try again in a second.\"}\n"),
        ] {
            let response = ask(accept);
            assert_eq!(
                (response.status().as_u16(), &response.headers()["retry-after"]),
                (503, &"1".parse().expect("a value"))
            );
            assert_eq!(response.headers()["cache-control"], "no-store");
            let content = String::from_utf8_lossy(&response.body().content()).into_owned();
            assert!(content.contains(expected), "{content}");
        }
    }

    #[test]
    fn a_page_in_another_language_is_answered_in_that() {
        let german = Answers {
            empty: "Mindestens ein Wort eingeben.",
            none: "Kein Beitrag passt zu „{query}“.",
            advice: "<a href=\"/tags\">Schlagwörter</a>",
            ..Answers::ENGLISH
        };
        let site = site_with(&german.comment());
        let ask = |query: &str| {
            let request =
                Request::get(format!("/search?q={query}")).header("host", "a").header("accept", "text/html").body(());
            let response = respond_to(&site, 0, request.expect("a request").into_parts().0, None).0;
            String::from_utf8_lossy(&response.body().content()).into_owned()
        };
        for (query, expected) in [
            ("", "<p class=\"count\">Mindestens ein Wort eingeben.</p>"),
            (
                "a%26b",
                "<p class=\"count\">Kein Beitrag passt zu „a&amp;b“.</p><p><a href=\"/tags\">Schlagwörter</a></p>",
            ),
        ] {
            let content = ask(query);
            assert!(content.ends_with(&format!("<div id=\"results\">{expected}</div><!--results--><p>")), "{content}");
        }
    }

    #[test]
    fn text_is_escaped_for_content_and_attributes() {
        let mut html = String::new();
        escape("a<b> & \"c\" é", &mut html);
        assert_eq!(html, "a&lt;b&gt; &amp; &quot;c&quot; é");
    }

    #[test]
    fn a_string_is_escaped_for_json() {
        let mut json = String::new();
        push_string("a\"b\\c\nd\u{1}é", &mut json);
        assert_eq!(json, "\"a\\\"b\\\\c\\nd\\u0001é\"");
    }

    #[test]
    fn marked_and_other_texts_alternate() {
        let part = |is_marked, text: &str| (is_marked, text.to_owned());
        for (parts, expected) in [
            (vec![], vec![]),
            (vec![part(false, "a")], vec!["a"]),
            (vec![part(true, "a"), part(false, "b")], vec!["", "a", "b"]),
            (vec![part(false, "a"), part(false, "b"), part(true, "c"), part(true, "d")], vec!["ab", "cd"]),
        ] {
            assert_eq!(alternating(parts), expected);
        }
    }
}
