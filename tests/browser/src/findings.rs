//! What the suites found, kept so that the same thing on many pages and in many views is one line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::tab::View;

/// What was found, by its sentence.
#[derive(Default)]
pub struct Findings {
    rows: BTreeMap<String, Row>,
}

#[derive(Default)]
struct Row {
    example: String,
    pages: BTreeSet<String>,
    views: BTreeSet<View>,
}

impl Findings {
    /// Adds one: `what` is the same for each page and view, `example` need not be.
    pub fn add(&mut self, page: &str, what: &str, example: &str, view: Option<View>) {
        let row = self.rows.entry(what.to_owned()).or_default();
        if row.pages.is_empty() {
            let view = view.map(|view| format!(" at {view}")).unwrap_or_default();
            row.example = format!("{page}{view}: {example}");
        }
        row.pages.insert(page.to_owned());
        row.views.extend(view);
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: Self) {
        for (what, row) in other.rows {
            let mine = self.rows.entry(what).or_default();
            if mine.pages.is_empty() {
                mine.example = row.example;
            }
            mine.pages.extend(row.pages);
            mine.views.extend(row.views);
        }
    }

    /// The same, each with the browser's name in front.
    #[must_use]
    pub fn in_browser(self, browser: &str) -> Self {
        Self { rows: self.rows.into_iter().map(|(what, row)| (format!("{browser}: {what}"), row)).collect() }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// A Markdown table.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = "| what | pages | views | for example |\n|:--|:--|:--|:--|\n".to_owned();
        for (what, row) in &self.rows {
            let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
            let pages: Vec<_> = row.pages.iter().map(String::as_str).collect();
            let (what, views, example) = (cell(what), views(&row.views), cell(&row.example));
            writeln!(text, "| {what} | {} | {views} | {example} |", pages.join(" "))
                .expect("a string takes everything");
        }
        text
    }
}

/// The widths, schemes and font sizes that occur, each once.
fn views(views: &BTreeSet<View>) -> String {
    if views.is_empty() {
        return String::new();
    }
    let list = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>().join(" ");
    let widths: BTreeSet<u32> = views.iter().map(|view| view.width).collect();
    let widths = widths.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    let schemes = list(views.iter().map(|view| view.scheme.to_string()).collect());
    let fonts = list(views.iter().map(|view| view.font.to_string()).collect());
    format!("{widths} px, {schemes}, font {fonts}")
}
