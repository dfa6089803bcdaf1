//! What the suites found, kept so that the same thing on many views of a page is one line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::tab::View;

/// What was found, by page and sentence.
#[derive(Default)]
pub struct Findings {
    rows: BTreeMap<(String, String), Row>,
}

#[derive(Default)]
struct Row {
    detail: String,
    views: BTreeSet<View>,
}

impl Findings {
    /// Adds one: `what` is the same for each view, `detail` need not be.
    pub fn add(&mut self, page: &str, what: &str, detail: &str, view: Option<View>) {
        let row = self.rows.entry((page.to_owned(), what.to_owned())).or_default();
        if row.detail.is_empty() {
            detail.clone_into(&mut row.detail);
        }
        row.views.extend(view);
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: Self) {
        for ((page, what), row) in other.rows {
            let mine = self.rows.entry((page, what)).or_default();
            if mine.detail.is_empty() {
                mine.detail = row.detail;
            }
            mine.views.extend(row.views);
        }
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

    /// A Markdown table, a line for each page and sentence.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = "| page | views | what | for example |\n|:--|:--|:--|:--|\n".to_owned();
        for ((page, what), row) in &self.rows {
            let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
            let (views, what, detail) = (views(&row.views), cell(what), cell(&row.detail));
            writeln!(text, "| {page} | {views} | {what} | {detail} |").expect("a string takes everything");
        }
        text
    }
}

/// The widths, schemes and font sizes that occur, each once.
fn views(views: &BTreeSet<View>) -> String {
    if views.is_empty() {
        return "all".to_owned();
    }
    let list = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>().join(" ");
    let widths: BTreeSet<u32> = views.iter().map(|view| view.width).collect();
    let widths = widths.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    let schemes = list(views.iter().map(|view| view.scheme.to_string()).collect());
    let fonts = list(views.iter().map(|view| view.font.to_string()).collect());
    format!("{widths} px, {schemes}, font {fonts}")
}
