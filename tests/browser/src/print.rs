//! Pages on paper: how many sheets, and whether one is empty. For every browser.

use crate::findings::Findings;
use crate::site::{Outcome, Site};
use crate::tab::{Scheme, Tab, View};

/// The drawing of a sheet with less than this many bytes, compressed, shows nothing but a margin.
const EMPTY: usize = 160;
/// A last sheet with less than this part of the others is a few lines that would have found room.
const FEW_LINES: usize = 12;

/// Prints every page, and says how many sheets that takes.
pub fn all<T: Tab>(tab: &mut T, site: &Site, paths: &[String]) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let mut counts = Vec::new();
    // Paper is white whatever the scheme.
    tab.look(View { font: 16, width: 1440, scheme: Scheme::Dark })?;
    for path in paths {
        tab.open(&format!("{}{path}", site.base))?;
        let sheets = sheets(&tab.print()?);
        counts.push(format!("{path} {}", sheets.len()));
        let drawn = sheets.iter().sum::<usize>() / sheets.len().max(1);
        if sheets.is_empty() {
            findings.add(path, "print: nothing is printed", "", None);
        }
        for (number, _) in sheets.iter().enumerate().filter(|(_, size)| **size < EMPTY) {
            findings.add(path, "print: an empty sheet", &format!("sheet {} of {}", number + 1, sheets.len()), None);
        }
        if let [.., last] = sheets.as_slice()
            && sheets.len() > 1
            && (EMPTY..drawn / FEW_LINES).contains(last)
        {
            findings.add(path, "print: a last sheet with a few lines", &format!("{sheets:?}"), None);
        }
    }
    println!("browser: sheets of paper: {}", counts.join(", "));
    Ok(findings)
}

/// The size of the drawing of each sheet of a PDF, in bytes. A sheet is an object of the type `Page`, which names its drawing in `Contents`.
fn sheets(pdf: &[u8]) -> Vec<usize> {
    let text: String = pdf.iter().map(|byte| char::from(*byte)).collect();
    let objects: Vec<(&str, &str)> =
        text.split("endobj").filter_map(|object| object.trim().split_once(" 0 obj")).collect();
    let find = |number: &str| objects.iter().find(|(name, _)| *name == number).map(|(_, object)| *object);
    let value = |object: &str, key: &str| -> Option<String> {
        let rest = object.split_once(key)?.1.trim_start();
        Some(rest.chars().take_while(char::is_ascii_digit).collect())
    };
    objects
        .iter()
        .filter(|(_, object)| {
            let head = object.split("stream").next().unwrap_or_default();
            head.contains("/Type /Page") && !head.contains("/Type /Pages")
        })
        .filter_map(|(_, object)| value(object, "/Contents").as_deref().and_then(find))
        .filter_map(|drawing| value(drawing, "/Length")?.parse().ok())
        .collect()
}
