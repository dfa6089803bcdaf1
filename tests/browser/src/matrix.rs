//! Every page in every view: widths, colour schemes, font sizes.

use std::sync::Mutex;

use serde_json::Value;

use crate::findings::Findings;
use crate::tab::{FONTS, SCHEMES, Tab, View, WIDTHS};
use crate::{Outcome, Site};

const SURVEY: &str = include_str!("survey.js");

/// Looks at pages until the queue is empty.
pub fn survey_all<T: Tab>(tab: &mut T, site: &Site, queue: &Mutex<Vec<String>>) -> Outcome<Findings> {
    let mut findings = Findings::default();
    loop {
        let Some(path) = queue.lock().ok().and_then(|mut queue| queue.pop()) else { return Ok(findings) };
        for font in FONTS {
            survey_page(tab, site, &path, font, &mut findings)?;
        }
    }
}

/// Opens a page with one font size and looks at it in all widths and schemes.
pub fn survey_page<T: Tab>(
    tab: &mut T,
    site: &Site,
    path: &str,
    font: u32,
    findings: &mut Findings,
) -> Outcome<()> {
    let first = View { font, width: WIDTHS[0], scheme: SCHEMES[0] };
    tab.look(first)?;
    tab.open(&format!("{}{path}", site.base))?;
    for width in WIDTHS {
        for scheme in SCHEMES {
            let view = View { font, width, scheme };
            tab.look(view)?;
            record(&tab.ask(&format!("{SURVEY}({width})"))?, path, view, findings);
            if site.is_pictured(view) {
                let name = format!("{}-{view}.png", path.trim_matches('/').replace(['/', '?', '='], "-"));
                std::fs::write(site.output.join(name.trim_start_matches('-')), tab.picture()?)?;
            }
        }
    }
    for complaint in tab.complaints()? {
        findings.add(path, "the browser complains", &complaint, Some(first));
    }
    Ok(())
}

fn record(found: &Value, path: &str, view: View, findings: &mut Findings) {
    for finding in found.as_array().into_iter().flatten() {
        let text = |key: &str| finding[key].as_str().unwrap_or_default();
        findings.add(path, &format!("{}: {}", text("kind"), text("where")), text("detail"), Some(view));
    }
}
