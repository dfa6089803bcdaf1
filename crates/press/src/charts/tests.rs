//! Charts as a whole: whatever the data, a chart is well-formed, within its frame, and no label covers another.

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::svg::{SIZE, WIDTH, width};
use super::*;
use crate::languages::english;

/// Draws a chart from its keys and inline data. The cells have no quotes.
fn draw_text(text: &str) -> (Option<Chart>, Vec<Problem>) {
    let mut problems = Vec::new();
    let Some(keys) = read(text, &mut problems) else { return (None, problems) };
    let mut lines = text[keys.data.expect("the data are inline")..].lines();
    let columns = lines.next().map(|line| line.split(',').collect()).unwrap_or_default();
    let table = Table { columns, rows: lines.map(|line| line.split(',').collect()).collect() };
    let chart = draw(&keys, &table, &english(), &mut problems);
    (chart, problems)
}

fn drawn(text: &str) -> Chart {
    let (chart, problems) = draw_text(text);
    assert_eq!(problems, [], "{text}");
    chart.expect("without a problem, there is a chart")
}

/// A text of a drawing: what it says, and its left, top, right and bottom.
type Label = (String, [f64; 4]);

/// The texts of a drawing, and its height.
fn labels(svg: &str) -> (Vec<Label>, f64) {
    let mut reader = Reader::from_str(svg);
    let (mut labels, mut height, mut open) = (Vec::new(), 0.0, None);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => return (labels, height),
            Event::Start(element) if element.name().0 == "svg" => {
                let view = value(&element, "viewBox");
                height = view.rsplit(' ').next().and_then(|height| height.parse().ok()).expect("a height");
            }
            Event::Start(element) if element.name().0 == "text" => {
                let number = |name| value(&element, name).parse::<f64>().expect("a number");
                open = Some((number("x"), number("y"), value(&element, "text-anchor")));
                labels.push((String::new(), [0.0; 4]));
            }
            Event::Text(part) if open.is_some() => labels.last_mut().expect("open").0.push_str(&part),
            Event::GeneralRef(_) if open.is_some() => labels.last_mut().expect("open").0.push('&'),
            Event::End(_) => {
                if let (Some((x, y, anchor)), Some(label)) = (open.take(), labels.last_mut()) {
                    let wide = width(&label.0);
                    let left = x - match anchor.as_str() {
                        "end" => wide,
                        "middle" => wide / 2.0,
                        _ => 0.0,
                    };
                    label.1 = [left, y - SIZE * 0.75, left + wide, y + SIZE * 0.2];
                }
            }
            _ => {}
        }
    }
}

fn value(element: &BytesStart, name: &str) -> String {
    element.try_get_attribute(name).ok().flatten().map(|attribute| attribute.value.into_owned()).unwrap_or_default()
}

/// The first fault of a drawing: a label outside, or one over another.
fn fault(svg: &str) -> Option<String> {
    let (labels, height) = labels(svg);
    for (index, (text, [left, top, right, bottom])) in labels.iter().enumerate() {
        if *left < -0.6 || *top < -0.6 || *right > WIDTH + 0.6 || *bottom > height + 0.6 {
            return Some(format!("`{text}` is outside"));
        }
        for (other, [l, t, r, b]) in &labels[..index] {
            // Words next to each other need a space.
            if *left < r + 3.0 && *l < right + 3.0 && top + 0.3 < *b && t + 0.3 < *bottom {
                return Some(format!("`{text}` covers `{other}`"));
            }
        }
    }
    None
}

#[test]
fn what_cannot_be_drawn_is_reported_at_its_cell() {
    for (text, row, column, message) in [
        ("x: a\ny: b\n---\na,b\n1,2\n2,x", 1, 1, "`x` is not a number"),
        ("x: a\ny: b\n---\na,b\n1,NaN", 0, 1, "`NaN` cannot be drawn"),
        ("x: a\ny: b\n---\na,b\n-inf,1", 0, 0, "`-inf` cannot be drawn"),
        ("x: a\ny: b\n---\na,b\n1,1e308", 0, 1, "`1e308` is too large"),
        ("x: a\ny: b log\n---\na,b\n1,2\n2,0", 1, 1, "`0` cannot be on a logarithmic axis"),
        ("x: a log\ny: b\n---\na,b\n-1,2", 0, 0, "`-1` cannot be on a logarithmic axis"),
        ("kind: band\nx: a\nband: b..c\n---\na,b,c\n1,5,4", 0, 1, "the lower edge of the band, 5, is above"),
        ("kind: bar\nx: a\ny: b\n---\na,b\nn,1\nm,1\nn,2", 2, 0, "a second bar for `n`"),
    ] {
        let (chart, problems) = draw_text(text);
        assert_eq!(chart, None, "{text:?}");
        assert_eq!(problems.len(), 1, "{text:?}: {problems:?}");
        assert_eq!(problems[0].place, Place::Cell { row, column }, "{text:?}");
        assert!(problems[0].message.starts_with(message), "{text:?}: {problems:?}");
    }
}

#[test]
fn a_column_of_text_is_reported_once_for_some_cells() {
    let rows: String = (0..1000).map(|row| format!("{row},word\n")).collect::<Vec<_>>().concat();
    let (_, problems) = draw_text(&format!("x: a\ny: b\n---\na,b\n{rows}"));
    assert_eq!(problems.len(), 5);
    assert!(problems[4].message.ends_with("(and 995 more cells like this)"), "{problems:?}");
}

#[test]
fn what_would_not_be_a_chart_is_reported_at_its_key() {
    let series = |count: usize| (0..count).map(|number| format!("1,{number},s{number}\n")).collect::<Vec<_>>().concat();
    let bars: String = (0..61).map(|bar| format!("{bar},1\n")).collect::<Vec<_>>().concat();
    for (text, place, message) in [
        ("x: c\ny: b\n---\na,b\n1,2".to_owned(), "c", "no column `c`"),
        ("x: a\ny: b\n---\na,b\n".to_owned(), "x: a", "a chart without data"),
        ("x: a\ny: b\n---\na,b\n1,\n2,".to_owned(), "x: a", "a chart without data"),
        (format!("x: a\ny: b\nseries: c\n---\na,b,c\n{}", series(7)), "c", "7 series: a reader can tell at most 6"),
        (format!("kind: bar\nx: a\ny: b\n---\na,b\n{bars}"), "kind: bar", "61 bars: a reader can compare at most 60"),
        ("x: a\ny: b to=9\nmark: y=10\n---\na,b\n1,2".to_owned(), "y=10", "this line is outside"),
        ("x: a\ny: b log\nmark: y=-1\n---\na,b\n1,2".to_owned(), "y=-1", "a logarithmic axis"),
        ("kind: bar\nx: a\ny: b to=9\n---\na,b\n1,2\n2,10".to_owned(), "b to=9", "a bar of 10 would be cut off"),
        ("kind: bar\nx: a\ny: b\nmark: x=1\n---\na,b\n1,2".to_owned(), "x=1", "the categories of bars"),
    ] {
        let (chart, problems) = draw_text(&text);
        assert_eq!((chart, problems.len()), (None, 1), "{text:?}");
        assert_eq!(
            problems[0].place,
            Place::Keys(text.find(place).map_or(0..0, |at| at..at + place.len())),
            "{text:?}"
        );
        assert!(problems[0].message.starts_with(message), "{text:?}: {problems:?}");
    }
}

#[test]
fn several_values_at_one_place_are_mostly_several_lines() {
    let (chart, problems) = draw_text("x: a\ny: b\n---\na,b,c\n1,2,p\n2,3,p\n1,4,q\n2,5,q");
    assert!(chart.is_some());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.starts_with("one line has several values at a = 1"), "{problems:?}");
}

#[test]
fn six_lines_differ_without_colour() {
    let rows: String =
        (0..6).flat_map(|line| (0..20).map(move |x| format!("{x},{},line {line}\n", x * line))).collect();
    let svg = drawn(&format!("x: a\ny: b\nseries: c\n---\na,b,c\n{rows}")).svg;
    let strokes: std::collections::BTreeSet<&str> = svg
        .split("<path")
        .filter(|path| path.contains("stroke-width") && !path.contains("faint"))
        .map(|path| path.split(" d=").next().unwrap_or(""))
        .collect();
    let without_class = |path: &&str| path.replace(" class=\"hue\"", "").replace(" class=\"soft\"", "");
    let distinct: std::collections::BTreeSet<String> = strokes.iter().map(without_class).collect();
    assert_eq!(distinct.len(), 6, "{strokes:?}");
    assert_eq!(fault(&svg), None);
}

#[test]
fn ten_thousand_points_stay_small() {
    let mut state = 1u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 20
    };
    let rows: String = (0..10_000).map(|x| format!("{x},{}\n", random())).collect::<Vec<_>>().concat();
    let line = drawn(&format!("x: a\ny: b\n---\na,b\n{rows}")).svg;
    assert!(line.len() < 8 * 1024, "{}", line.len());
    let (scatter, problems) = draw_text(&format!("kind: scatter\nx: a\ny: b\n---\na,b\n{rows}"));
    assert!(scatter.is_some_and(|chart| chart.svg.len() < 10 * 1024));
    assert!(problems[0].message.starts_with("10000 points of one series"), "{problems:?}");
}

#[test]
fn a_description_has_the_axes_and_the_ends_of_each_line() {
    for (text, words) in [
        (
            "x: n \"Consumers\"\ny: r \"Records/s\" log\nmark: y=600 \"limit\"\nseries: s\n---\nn,r,s\n1,300,a\n2,5000,a\n4,900,a\n1,7,b",
            "Line chart: Records/s from 7 to 5,000 on a logarithmic axis by Consumers from 1 to 4. a: first 300 at 1, last 900 at 4, highest 5,000 at 2. b: 7 at 1. Line at y = 600: limit.",
        ),
        (
            "kind: bar\nx: n\ny: r \"Keys\"\n---\nn,r\none,1\ntwo,-2",
            "Bar chart: Keys from \u{2212}2 to 1. one 1, two \u{2212}2.",
        ),
        (
            "kind: band\nx: n\nband: l..h \"Wait\" unit=s\n---\nn,l,h\n1,2,3\n2,4,6",
            "Chart of a range: Wait, s from 2 to 6 by n from 1 to 2. first 2 to 3 at 1, last 4 to 6 at 2.",
        ),
    ] {
        assert_eq!(drawn(text).alt, words);
    }
}

/// Positive numbers, as authors have them and as nobody does.
const NUMBERS: &str = "[1-9][0-9]{0,3}(\\.[0-9]{1,2})?|[1-9][0-9]{4,7}|0\\.0[1-9]|[1-9]e-?[0-9]|1e-?[12][0-9]{2}";

/// The names of series and of bars.
const NAMES: [&str; 6] = ["un", "deux", "trois et quatre", "cinq", "the sixth of them", "seven-and-a-half"];

/// The text of a chart of any kind. `ends` say how its axes are, `signs` whether some of the numbers are negative.
fn chart_of(
    kind: &str,
    (ends, signs, mark): (&str, &str, &str),
    rows: &[(String, String, usize)],
    series: usize,
) -> String {
    let (log, from) = ends.split_once('|').unwrap_or((ends, ""));
    let log = if kind == "bar" { "" } else { log };
    let from = if kind == "bar" { "" } else { from };
    let sign = |index: usize| if log.is_empty() && signs.len() > 1 && index % signs.len() == 1 { "-" } else { "" };
    let rows = rows.iter().enumerate().map(|(index, (x, y, name))| {
        let name = NAMES[name % series];
        // Each bar has its own name: of the list, or a number.
        let x = match (kind, signs.len() % 2) {
            ("bar", 0) => format!("{} {index}", NAMES[index % 6]),
            ("bar", _) => index.to_string(),
            _ => x.clone(),
        };
        format!("{x},{}{y},{name}\n", sign(index))
    });
    let rows: String = rows.collect();
    let named = if series > 1 { "series: s\n" } else { "" };
    let band = if kind == "band" { "band: y..y\n" } else { "" };
    format!("kind: {kind}\nx: x{log}\ny: y \"Value of all\"{log}{from}\n{named}{band}{mark}---\nx,y,s\n{rows}")
}

proptest! {
    /// Whatever the data, a chart is within its frame, and its labels are apart.
    #[test]
    fn labels_do_not_cover_each_other(
        kind in "line|step|band|scatter|bar",
        ends in "| log|| log\\| from=1|\\| from=1 to=2000",
        signs in "|--|---",
        mark in "||mark: y=5 \"five\"\n|mark: y=800 \"a label of some length\"\nmark: y=900 \"another\"\n",
        rows in prop::collection::vec((NUMBERS, NUMBERS, 0..6usize), 1..40),
        series in 1..=6usize,
    ) {
        let text = chart_of(&kind, (&ends, &signs, &mark), &rows, series);
        let (chart, problems) = draw_text(&text);
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        prop_assert_eq!(errors, Vec::<&Problem>::new(), "{}", text);
        prop_assert_eq!(fault(&chart.expect("there is no error").svg), None, "{}", text);
    }

    /// Whatever the author writes, nothing panics.
    #[test]
    fn any_keys_are_read(text in "((kind|x|y|series|band|mark|z)?:? ?(line|bar|a|b|a\\.\\.b|y=1|x=é|\"a b|\"é\"|log|from=1|to=|unit=\"a b\"|#)? ?){0,12}\n?(---\na,b\n(1|é|),2\n)?") {
        let text = text.replace(" kind", "\nkind").replace(" x:", "\nx:").replace(" y:", "\ny:");
        let mut problems = Vec::new();
        if let Some(keys) = read(&text, &mut problems) {
            let table = Table { columns: vec!["a", "b"], rows: vec![vec!["1", "2"], vec!["é", ""]] };
            draw(&keys, &table, &english(), &mut problems);
        }
        for problem in problems {
            if let Place::Keys(place) = problem.place {
                prop_assert!(text.get(place).is_some());
            }
        }
    }
}
