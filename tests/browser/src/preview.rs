//! The preview, as an author sees it in an open page: what a saved file changes there, without a reload where none is needed.

use std::fs;
use std::path::Path;

use crate::findings::Findings;
use crate::journeys::Journey;
use crate::site::{Outcome, Site};
use crate::tab::Tab;

/// The page that stays open, and its file in the folder of the site.
const PAGE: &str = "/blog/preview";
const FILE: &str = "posts/preview.md";

/// A step: the text that is saved, what the page must become, and whether it is the same page, without a reload. A wrong text is an overlay.
type Step = (&'static str, &'static str, bool);

const STEPS: [Step; 8] = [
    ("One.\n\nTwo changed.\n", "has('Two changed.') && !has('Three')", true),
    ("One.\n\nBetween.\n\nTwo changed.\n\nThree.\n", "has('Between.') && has('Three.')", true),
    ("One.\n\n- a *b* c\n- d\n", "has('a b c') && !has('Between')", true),
    (
        "One.\n\n[x](/nowhere)\n",
        "document.querySelector('[role=alert]')?.textContent.includes('/nowhere') && has('a b c')",
        true,
    ),
    ("One.\n\n- a *b* c\n- e\n", "has('e') && !document.querySelector('[role=alert]:not(.spoken)')", true),
    ("One.\n\n```rust\nfn two() {}\n```\n", "document.querySelectorAll('.code .tools').length === 1", false),
    (
        "Changed.\n\n```rust\nfn two() {}\n```\n",
        "has('Changed.') && document.querySelectorAll('.code .tools').length === 1",
        true,
    ),
    ("Changed.\n\n## Heading\n", "document.querySelector('h2')?.textContent === 'Heading'", false),
];

/// A picture of another site needs another policy.
const FOREIGN: Step = (
    "Changed.\n\n## Heading\n\n![A](https://127.0.0.1:1/a.png)\n",
    "document.querySelector('main img[src=\"https://127.0.0.1:1/a.png\"]')",
    false,
);

/// Everything, in a tab that shows the preview of the site in `folder`.
pub fn all<T: Tab>(tab: &mut T, site: &Site, folder: &Path) -> Outcome<Findings> {
    let mut journey = Journey { tab, site, findings: Findings::default() };
    journey.open(PAGE)?;
    save(folder, "One.\n\nTwo.\n\nThree.\n")?;
    journey.expect(
        PAGE,
        "preview: a page that was not there before",
        "document.querySelector('main').innerText.includes('Three.')",
    )?;
    // That it was not there is one.
    journey.tab.complaints()?;
    for each in STEPS {
        step(&mut journey, folder, each)?;
    }
    for complaint in journey.tab.complaints()? {
        journey.stumble(PAGE, "preview: the browser complains", &complaint);
    }
    step(&mut journey, folder, FOREIGN)?;
    // That nobody answers there is one.
    journey.tab.complaints()?;
    Ok(journey.findings)
}

fn step<T: Tab>(journey: &mut Journey<T>, folder: &Path, (text, expected, is_same_page): Step) -> Outcome<()> {
    journey.tab.ask("globalThis.isSamePage = true")?;
    save(folder, text)?;
    let state = format!(
        "(() => {{ const has = text => document.querySelector('main').innerText.includes(text); return Boolean({expected}) }})()"
    );
    if journey.expect(PAGE, &format!("preview: after a save: {expected}"), &state)?
        && is_same_page != (journey.tab.ask("globalThis.isSamePage === true")? == true)
    {
        journey.stumble(PAGE, "preview: a reload is where none is expected, or missing", expected);
    }
    Ok(())
}

fn save(folder: &Path, text: &str) -> Outcome<()> {
    let front_matter = "+++\ntitle = \"Preview\"\ndescription = \"A page that changes.\"\ndate = 2025-01-01\n+++\n";
    Ok(fs::write(folder.join(FILE), format!("{front_matter}{text}"))?)
}
