//! Parsing: a text becomes a list of events.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Parser, Tag};

use super::destinations::{self, Destinations};
use super::dollars;
use super::events::SpannedEvent;
use crate::diagnostic::{Diagnostic, Report};
use crate::dialect::DIALECT;
use crate::source::Body;

/// A reference without a definition: its place, its kind and its label.
type Broken = (Range<usize>, LinkType, String);

/// Parses a text into its events and the places of its destinations. Warns of undefined references.
pub(super) fn parse<'p>(body: &'p Body, report: &mut Report) -> (Vec<SpannedEvent<'p>>, Destinations) {
    let base = body.range.start;
    let mut broken = Vec::new();
    let (events, definitions) = match dollars::hide(body.text()) {
        None => events_of(body.text(), base, &mut broken),
        Some(hidden) => {
            let (events, definitions) = events_of(&hidden.text, base, &mut broken);
            for (_, _, label) in &mut broken {
                *label = hidden.with_dollars(label).into_string();
            }
            (events.into_iter().map(|(event, span)| (hidden.restore(event), span)).collect(), definitions)
        }
    };
    for (span, kind, reference) in broken {
        warn_of_broken_reference(span, kind, &reference, body, report);
    }
    let destinations = destinations::locate(&events, &definitions, &body.file);
    (events, destinations)
}

/// The events of `text`, which begins at `base` of its file, and the places of the definitions that its links and images refer to.
fn events_of<'t>(text: &'t str, base: usize, broken: &mut Vec<Broken>) -> (Vec<SpannedEvent<'t>>, Destinations) {
    let in_file = |span: Range<usize>| span.start + base..span.end + base;
    let note = |link: BrokenLink| {
        broken.push((in_file(link.span), link.link_type, link.reference.into_string()));
        None::<(CowStr, CowStr)>
    };
    let mut parser = Parser::new_with_broken_link_callback(text, DIALECT, Some(note)).into_offset_iter();
    let mut events = Vec::new();
    let mut definitions = Destinations::new();
    while let Some((event, span)) = parser.next() {
        let span = in_file(span);
        if let Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) = &event
            && let Some(definition) = parser.reference_definitions().get(id)
        {
            definitions.insert(span.clone(), in_file(definition.span.clone()));
        }
        events.push((event, span));
    }
    (events, definitions)
}

/// Warns of `[text][label]` without a definition. In `CommonMark` it is plain text, which no author intends.
fn warn_of_broken_reference(span: Range<usize>, kind: LinkType, label: &str, body: &Body, report: &mut Report) {
    if kind == LinkType::Reference {
        let message = format!("the link reference \"{label}\" is not defined");
        let warning = Diagnostic::warning(body.path.as_str(), span, message);
        report.push(
            warning.label("shown as written").help(format!("define it on a separate line: `[{label}]: https://…`")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_destination_is_found_in_links_and_definitions() {
        for (text, expected) in [
            ("[a](b.md)", vec!["b.md"]),
            ("[a](b.md \"see b.md\")", vec!["b.md"]),
            ("![a](b.png 'b.png')", vec!["b.png"]),
            ("[](b.md)", vec!["b.md"]),
            ("[a]( <b c.md> )", vec!["b c.md"]),
            ("[a](<b\\>c.md>)", vec!["b\\>c.md"]),
            ("[a](b\\(c.md)", vec!["b\\(c.md"]),
            ("[a](b(c)d.md)", vec!["b(c)d.md"]),
            ("[a](b&amp;c.md)", vec!["b&amp;c.md"]),
            ("[*a*](b.md) [`](`](c.md)", vec!["b.md", "c.md"]),
            ("[a\\](x](b.md)", vec!["b.md"]),
            ("[![a](b.png)](c.md)", vec!["c.md", "b.png"]),
            ("> [a\n> b](\n> c.md)", vec!["c.md"]),
            ("[a][r] [r][] [r] ![a][r]\n\n[r]: b.md 'b.md'", vec!["b.md"; 4]),
            ("[a][R]\n\n[r\\]]: x.md\n[r]:\n  <b.md>", vec!["b.md"]),
            ("> [a]\n>\n> [a]:\n> b.md", vec!["b.md"]),
            ("<https://example.org/> <a@example.org>", vec!["https://example.org/", "a@example.org"]),
            ("| [a](b.md) |\n|-|\n| ![c](d.png) |", vec!["b.md", "d.png"]),
            ("[a](b.md)[^n]\n\n[^n]: [c](d.md)", vec!["b.md", "d.md"]),
            ("é [ü](ä.md)", vec!["ä.md"]),
        ] {
            let body = Body { path: "posts/a.md".to_owned(), file: text.into(), range: 0..text.len() };
            let (events, destinations) = parse(&body, &mut Report::default());
            let starts =
                events.iter().filter(|(event, _)| matches!(event, Event::Start(Tag::Link { .. } | Tag::Image { .. })));
            let found: Vec<_> = starts.map(|(_, span)| &text[destinations[span].clone()]).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
