//! The button that copies a block of code. What it has copied is pasted, since the site's policy lets no page read the clipboard.

use serde_json::json;

use crate::chromium::ChromiumTab;
use crate::journeys::Journey;
use crate::site::Outcome;
use crate::tab::Tab;

/// The first block of code that is no session in a terminal: of one, only the commands are copied.
const BLOCK: &str = "[...document.querySelectorAll('pre')].find(block => !block.querySelector('.language-console'))";
/// The button of its figure.
const BUTTON: &str = "[...(BLOCK.closest('figure, .code') ?? document).querySelectorAll('button')].find(button => /copy/i.test(button.textContent + button.ariaLabel))";

/// A field to paste into.
const FIELD: &str = "document.body.appendChild(document.createElement('textarea')).focus()";

/// Copies a block of the first post that has one, and pastes it.
pub fn code(journey: &mut Journey<ChromiumTab>, paths: &[String]) -> Outcome<()> {
    for path in paths.iter().filter(|path| path.starts_with("/blog/")) {
        journey.open(path)?;
        if journey.tab.ask(&format!("!!{BLOCK}"))? != true {
            continue;
        }
        let button = BUTTON.replace("BLOCK", BLOCK);
        if journey.expect(path, "copy: a block of code has no button", &format!("!!{button}"))? {
            journey.tab.ask(&format!("{button}.scrollIntoView({{ block: 'center' }})"))?;
            journey.tab.ask(&format!("{button}.focus()"))?;
            journey.tab.press("Enter")?;
            journey.expect(
                path,
                "copy: the button does not say that it has copied",
                "/copied/i.test(document.activeElement.textContent)",
            )?;
            journey.tab.ask(FIELD)?;
            let paste = json!({ "type": "keyDown", "key": "v", "code": "KeyV", "modifiers": 2, "commands": ["paste"] });
            journey.tab.call("Input.dispatchKeyEvent", &paste)?;
            let is_copied = format!("document.activeElement.value.trim() === {BLOCK}.textContent.trim()");
            journey.expect(path, "copy: the clipboard has something else", &is_copied)?;
        }
        return Ok(());
    }
    Ok(())
}
