//! Charts: a fence `chart` with its keys and its data becomes a drawing.

use std::fmt::Write as _;

use super::generated::{Drawn, Source};
use super::page::Page;

/// Draws the chart of a fence. `None` if it cannot be drawn, which is reported.
pub(super) fn draw(source: &Source, page: &mut Page) -> Option<Drawn> {
    let text = &source.fence.text;
    let Some((_, data)) = text.split_once("---\n") else {
        let place = source.fence.place(&(0..text.lines().next().map_or(0, str::len)));
        page.report.push(page.error(place, "a chart without data").help("write `---` on a line, and CSV below it"));
        return None;
    };
    let mut points = String::new();
    for line in data.lines().skip(1) {
        if let Some((x, y)) = line.split_once(',')
            && let (Ok(x), Ok(y)) = (x.parse::<f64>(), y.parse::<f64>())
        {
            write!(points, " {x},{}", 100.0 - y).expect("writing to a string cannot fail");
        }
    }
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 340 100\" width=\"408\" height=\"120\"><polyline class=\"hue\" fill=\"none\" stroke=\"currentColor\" points=\"{}\"/></svg>",
        points.trim_start()
    );
    Some(Drawn { svg, alt: "A line chart.".to_owned(), source: String::new() })
}
