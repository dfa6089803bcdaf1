//! Every page in every view: widths, colour schemes, font sizes.

use std::fs;

use serde_json::Value;

use crate::findings::Findings;
use crate::site::{Outcome, Site};
use crate::tab::{Tab, View};

const SURVEY: &str = include_str!("survey.js");
/// Goes to each model, which then starts, and back. One that does not start in time keeps its still. Ends at once without scripts.
const START_MODELS: &str = r#"(async () => {
    const [left, top] = [scrollX, scrollY];
    const began = performance.now();
    if (!matchMedia("(scripting: enabled)").matches) return;
    for (const model of document.querySelectorAll("graven-model:has(.still)")) {
        model.scrollIntoView({ behavior: "instant" });
        while (model.querySelector(".still") && performance.now() - began < 10_000) await new Promise(done => setTimeout(done, 20));
    }
    scrollTo({ left, top, behavior: "instant" });
})()"#;

/// Opens a page and looks at it in some views, which have the same font size: it is the browser's when the page is opened.
pub fn survey_page<T: Tab>(
    tab: &mut T,
    site: &Site,
    path: &str,
    views: &[View],
    findings: &mut Findings,
) -> Outcome<()> {
    tab.look(views[0])?;
    tab.open(&format!("{}{path}", site.base))?;
    for view in views {
        tab.look(*view)?;
        for (what, detail) in survey(tab, view.width)? {
            findings.add(path, &what, &detail, Some(*view));
        }
        if T::IS_PICTURED && is_pictured(*view) {
            let name = if path == "/" { "home" } else { path.trim_start_matches('/') };
            let name = format!("{name}-{view}.png").replace(['/', '?', '='], "-");
            fs::write(site.output.join(name), tab.picture()?)?;
        }
    }
    for complaint in tab.complaints()? {
        findings.add(path, "the browser complains", &complaint, Some(views[0]));
    }
    Ok(())
}

/// Views of which a picture is kept: a phone and a desktop, and the hardest of all.
fn is_pictured(view: View) -> bool {
    (view.font == 16 && [390, 1440].contains(&view.width)) || (view.font == 24 && view.width == 320)
}

/// Starts the models of the page. Without that it depends on the machine's speed which of them run, and a browser complains about one that loads when the page is left.
pub fn start_models<T: Tab>(tab: &mut T) -> Outcome<()> {
    tab.ask(START_MODELS)?;
    Ok(())
}

/// What `survey.js` finds on the page with its models running: what it is, which is the same in all views, and an example.
pub fn survey<T: Tab>(tab: &mut T, width: u32) -> Outcome<Vec<(String, String)>> {
    start_models(tab)?;
    let found = tab.ask(&format!("{SURVEY}({width})"))?;
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let sentence =
        |finding| (format!("{}: {}", text(finding, "kind"), text(finding, "where")), text(finding, "detail"));
    Ok(found.as_array().into_iter().flatten().map(sentence).collect())
}
