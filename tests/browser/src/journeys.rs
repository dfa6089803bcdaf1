//! What readers do, step by step: with the keyboard alone, searching, choosing a theme, going back and forward. For every browser.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::findings::Findings;
use crate::site::{Outcome, Site};
use crate::tab::{Scheme, Tab, View};

/// A page that has not reacted after this time does not react.
const PATIENCE: Duration = Duration::from_secs(3);
/// More stops than any page has: a reader who has not come round by then is caught.
const MOST_STOPS: usize = 400;
const DESKTOP: View = View { font: 16, width: 1440, scheme: Scheme::Light };

/// A journey through the site in one tab.
pub struct Journey<'a, T> {
    /// Where the reader is.
    pub tab: &'a mut T,
    /// The site.
    pub site: &'a Site,
    /// What the reader stumbled over.
    pub findings: Findings,
}

/// All journeys that every browser can make.
pub fn all<T: Tab>(tab: &mut T, site: &Site, paths: &[String]) -> Outcome<Findings> {
    let mut journey = Journey { tab, site, findings: Findings::default() };
    journey.tab.look(DESKTOP)?;
    let post = paths.iter().find(|path| path.starts_with("/blog/")).map_or("/", String::as_str);
    let has_search = paths.iter().any(|path| path == "/search");
    // On /search itself the field has the focus at once.
    for path in ["/", "/notes", "/search?q=redis", post] {
        if !path.starts_with("/search") || has_search {
            journey.keyboard(path)?;
        }
    }
    if has_search {
        journey.search()?;
    } else {
        journey.stumble("/search", "there is no search", "404");
    }
    journey.theme(post)?;
    journey.back_and_forward(post)?;
    Ok(journey.findings)
}

impl<T: Tab> Journey<'_, T> {
    /// Opens a path of the site.
    pub fn open(&mut self, path: &str) -> Outcome<()> {
        self.tab.open(&format!("{}{path}", self.site.base))
    }

    /// Notes what is wrong.
    pub fn stumble(&mut self, path: &str, what: &str, detail: &str) {
        self.findings.add(path, what, detail, None);
    }

    /// Notes what is wrong unless the expression becomes true in time.
    pub fn expect(&mut self, path: &str, what: &str, expression: &str) -> Outcome<bool> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // While a page gives way to the next one, it cannot be asked.
            let value = self.tab.ask(expression).unwrap_or(Value::Null);
            if value == true {
                return Ok(true);
            }
            if Instant::now() > deadline {
                let page = self.tab.ask(
                    "location.pathname + location.search + ' at ' + document.activeElement?.outerHTML.slice(0, 80)",
                )?;
                self.stumble(path, what, &format!("{value} on {page}"));
                return Ok(false);
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn text_of(&mut self, expression: &str) -> Outcome<String> {
        Ok(self.tab.ask(expression)?.as_str().unwrap_or_default().to_owned())
    }

    /// Tab from the address bar to the end of the page: the skip link first, each stop seen, nothing left out, no trap.
    fn keyboard(&mut self, path: &str) -> Outcome<()> {
        self.open(path)?;
        self.tab.ask(KEYBOARD)?;
        let mut stops = 0;
        for _ in 0..MOST_STOPS {
            self.tab.press("Tab")?;
            let stop = self.tab.ask("stop()")?;
            let Some(place) = stop["place"].as_str() else { break };
            stops += 1;
            for fault in stop["faults"].as_array().into_iter().flatten() {
                self.stumble(path, &format!("keyboard: {}", fault.as_str().unwrap_or_default()), place);
            }
        }
        if stops == MOST_STOPS {
            let place = self.text_of("document.activeElement.outerHTML.slice(0, 80)")?;
            self.stumble(path, "keyboard: no way out", &place);
        }
        let missed = self.text_of("missed()")?;
        if !missed.is_empty() {
            self.stumble(path, "keyboard: never reached", &missed);
        }
        self.skip_link(path)
    }

    /// The skip link leads into the text: the next stop is in it.
    fn skip_link(&mut self, path: &str) -> Outcome<()> {
        self.open(path)?;
        self.tab.press("Tab")?;
        let is_skip_link = "document.activeElement.matches('a[href^=\"#\"]') && document.activeElement.getBoundingClientRect().top >= 0";
        if self.expect(path, "keyboard: the first stop is no skip link that can be seen", is_skip_link)? {
            self.tab.press("Enter")?;
            self.expect(path, "keyboard: the skip link leads nowhere", "location.hash.length > 1")?;
            self.tab.press("Tab")?;
            self.expect(
                path,
                "keyboard: the skip link does not lead into <main>",
                "!!document.activeElement.closest('main')",
            )?;
        }
        Ok(())
    }

    /// `/` leads to search, hits appear while typing, arrows and Enter lead to one, and back leads to the hits again.
    fn search(&mut self) -> Outcome<()> {
        self.open("/about")?;
        self.tab.press("/")?;
        let is_field = "document.activeElement.matches('input[name=q]')";
        if !self.expect("/search", "search: the key / does not lead to a search field", is_field)? {
            self.open("/search")?;
            self.tab.ask("document.querySelector('input[name=q]').focus()")?;
        }
        self.write("kafka")?;
        let has_hits = "!!document.querySelector('main a[href*=\"kafka\"]')";
        if !self.expect("/search", "search: no hits while typing", has_hits)? {
            self.tab.press("Enter")?;
            self.expect("/search", "search: no hits after Enter", has_hits)?;
            return Ok(());
        }
        self.tab.press("ArrowDown")?;
        if self.expect(
            "/search",
            "search: an arrow does not lead to a hit",
            "document.activeElement.matches('main a')",
        )? {
            self.tab.press("Enter")?;
            self.expect("/search", "search: Enter does not open the hit", "location.pathname.startsWith('/blog/')")?;
            self.tab.ask("void history.back()")?;
            self.expect(
                "/search",
                "search: the hits are gone after going back",
                &format!("location.pathname === '/search' && {has_hits}"),
            )?;
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> Outcome<()> {
        text.chars().try_for_each(|letter| self.tab.press(&letter.to_string()))
    }

    /// A theme that was chosen is there on the next page and after a reload, from the first frame.
    fn theme(&mut self, post: &str) -> Outcome<()> {
        self.open(post)?;
        if !self.expect(post, "theme: there is no choice", "!!document.querySelector('#scheme')")? {
            return Ok(());
        }
        self.tab.before_each_page(&FIRST_FRAME.replace("IS_DARK", IS_DARK))?;
        self.choose("dark")?;
        self.expect(post, "theme: dark is not dark", IS_DARK)?;
        self.open(post)?;
        self.expect(
            post,
            "theme: forgotten after a reload",
            &format!("{IS_DARK} && document.querySelector('#scheme').value === 'dark'"),
        )?;
        self.expect(post, "theme: it flashes", "globalThis.firstFrameIsDark === true")?;
        self.open("/notes")?;
        self.expect("/notes", "theme: forgotten on the next page", IS_DARK)?;
        self.choose("")?;
        self.expect("/notes", "theme: the system's scheme does not return", &format!("!({IS_DARK})"))?;
        Ok(())
    }

    fn choose(&mut self, scheme: &str) -> Outcome<()> {
        let choose = format!(
            "{{ const field = document.querySelector('#scheme'); field.value = '{scheme}'; field.dispatchEvent(new Event('change', {{ bubbles: true }})) }}"
        );
        self.tab.ask(&choose)?;
        Ok(())
    }

    /// Back leads to where the reader was, down to the line.
    fn back_and_forward(&mut self, post: &str) -> Outcome<()> {
        self.open("/notes")?;
        self.tab.ask(
            "new Promise(done => { scrollTo(0, 700); requestAnimationFrame(() => requestAnimationFrame(done)) })",
        )?;
        self.tab.ask("document.querySelector('main a[href^=\"/blog/\"]').click()")?;
        self.expect(
            post,
            "back and forward: a link does not lead to a post",
            "location.pathname.startsWith('/blog/')",
        )?;
        self.tab.ask("void history.back()")?;
        self.expect(
            "/notes",
            "back and forward: back is elsewhere",
            "location.pathname === '/notes' && Math.abs(scrollY - 700) < 3",
        )?;
        self.tab.ask("void history.forward()")?;
        self.expect(post, "back and forward: forward is elsewhere", "location.pathname.startsWith('/blog/')")?;
        Ok(())
    }
}

/// The ground of the page is darker than a middle grey. The browser turns any notation of a colour into one.
const IS_DARK: &str = "(() => {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const ground = [document.body, document.documentElement].map(element => getComputedStyle(element).backgroundColor);
    context.fillStyle = ground.find(colour => !/, 0\\)$|transparent/.test(colour)) ?? 'white';
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data[1] < 128;
})()";

/// Keeps what the first frame that has a body looks like.
const FIRST_FRAME: &str = "{
    const look = () => {
        if (document.body) globalThis.firstFrameIsDark = IS_DARK;
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}";

/// Defines `stop()`, which says where the focus is and what is wrong with that, and `missed()`, which says what it never reached.
const KEYBOARD: &str = r#"{
    const seen = new Set();
    const say = element => element.localName + " " + (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\s+/g, " ").slice(0, 40) + (element.id && " #" + element.id) + (element.className && " ." + element.className) + " in " + element.parentElement.localName;
    const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
    const faultsOf = element => {
        const faults = [];
        const style = getComputedStyle(element);
        const isMarked = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        if (!isMarked) faults.push("the focus cannot be seen");
        const boxes = [...element.getClientRects()];
        if (!boxes.some(box => box.width > 1 && box.height > 1)) return [...faults, "the focus marks a box without a size"];
        const isShown = boxes.some(box => box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth);
        if (!isShown) faults.push("the focus is where nothing is shown");
        const box = boxes[0];
        const top = box && document.elementFromPoint(box.left + Math.min(box.width / 2, 8), box.top + Math.min(box.height / 2, 8));
        if (isShown && top && !element.contains(top) && !top.contains(element)) faults.push("the focus is covered by " + say(top));
        return faults;
    };
    globalThis.stop = async () => {
        const element = document.activeElement;
        if (!element || element === document.body || element === document.documentElement || seen.has(element)) return {};
        seen.add(element);
        let faults = faultsOf(element);
        // The browser may still be scrolling to it, and the style may have a transition.
        for (let tries = 0; faults.length && tries < 10; tries += 1) {
            await new Promise(done => setTimeout(done, 30));
            faults = faultsOf(element);
        }
        return { place: say(element), faults };
    };
    // A model may start when the reader has passed it; `models` reaches each of its controls and parts.
    globalThis.missed = () => [...document.querySelectorAll(wanted)]
        .filter(element => !seen.has(element) && !element.closest("graven-model") && element.tabIndex >= 0 && !(element.type === "radio" && !element.checked) && element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
        .map(say).join("; ").slice(0, 300);
}"#;
