//! Every page under the conditions that some readers have: more contrast, forced colours, less motion, large text, much zoom, no JavaScript. Only
//! Chromium can be put into all of them.

use serde_json::{Value, json};

use crate::chromium::ChromiumTab;
use crate::findings::Findings;
use crate::matrix;
use crate::site::{Outcome, Site};
use crate::tab::{Scheme, Tab, View};

/// A reader's condition.
struct Condition {
    name: &'static str,
    view: View,
    /// Media features beyond the scheme.
    features: &'static [(&'static str, &'static str)],
    /// An expression whose value is a list of faults, beyond those of `survey.js`.
    check: &'static str,
}

const PHONE: View = View { font: 16, width: 390, scheme: Scheme::Light };
const DESKTOP: View = View { font: 16, width: 1440, scheme: Scheme::Light };
const NIGHT: View = View { scheme: Scheme::Dark, ..DESKTOP };
/// A window of 1,280 × 1,024 px at 400 %: WCAG 2.2, 1.4.10.
const ZOOMED: (u32, u32) = (320, 256);

const CONDITIONS: [Condition; 7] = [
    Condition {
        name: "forced colours",
        view: DESKTOP,
        features: &[("forced-colors", "active")],
        check: FORCED_COLOURS,
    },
    Condition { name: "forced colours on a phone", view: PHONE, features: &[("forced-colors", "active")], check: "[]" },
    Condition { name: "less motion", view: PHONE, features: &[("prefers-reduced-motion", "reduce")], check: MOTION },
    Condition {
        name: "more contrast by day",
        view: DESKTOP,
        features: &[("prefers-contrast", "more")],
        check: CONTRAST,
    },
    Condition {
        name: "more contrast by night",
        view: NIGHT,
        features: &[("prefers-contrast", "more")],
        check: CONTRAST,
    },
    Condition { name: "200 % text", view: View { font: 32, width: 320, ..PHONE }, features: &[], check: "[]" },
    Condition { name: "200 % text on a desktop", view: View { font: 32, ..DESKTOP }, features: &[], check: "[]" },
];

/// Looks at a page under every condition.
pub fn all(tab: &mut ChromiumTab, site: &Site, path: &str, findings: &mut Findings) -> Outcome<()> {
    for condition in &CONDITIONS {
        tab.look(condition.view)?;
        tab.open(&format!("{}{path}", site.base))?;
        let scheme = json!({ "name": "prefers-color-scheme", "value": condition.view.scheme.to_string() });
        let more = condition.features.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        let features: Vec<_> = more.chain([scheme]).collect();
        tab.call("Emulation.setEmulatedMedia", &json!({ "features": features }))?;
        inspect(tab, path, condition.name, condition.view.width, findings)?;
        let faults = tab.ask(condition.check)?;
        for fault in faults.as_array().into_iter().flatten() {
            let text = |index: usize| fault[index].as_str().unwrap_or_default();
            findings.add(path, &format!("with {}: {}", condition.name, text(0)), text(1), None);
        }
    }
    zoomed(tab, site, path, findings)?;
    without_scripts(tab, site, path, findings)?;
    for complaint in tab.complaints()? {
        findings.add(path, "the browser complains", &complaint, None);
    }
    Ok(())
}

fn inspect(tab: &mut ChromiumTab, path: &str, name: &str, width: u32, findings: &mut Findings) -> Outcome<()> {
    for (what, detail) in matrix::survey(tab, width)? {
        findings.add(path, &format!("with {name}: {what}"), &detail, None);
    }
    Ok(())
}

fn zoomed(tab: &mut ChromiumTab, site: &Site, path: &str, findings: &mut Findings) -> Outcome<()> {
    tab.look(DESKTOP)?;
    let (width, height) = ZOOMED;
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 4, "mobile": false });
    tab.call("Emulation.setDeviceMetricsOverride", &metrics)?;
    // The page is enlarged, its scrollbar is not: it takes a few pixels of the page.
    tab.call("Emulation.setScrollbarsHidden", &json!({ "hidden": true }))?;
    tab.open(&format!("{}{path}", site.base))?;
    tab.ask("new Promise(done => { scrollTo(0, 600); requestAnimationFrame(() => requestAnimationFrame(done)) })")?;
    inspect(tab, path, "400 % zoom", width, findings)?;
    tab.call("Emulation.setScrollbarsHidden", &json!({ "hidden": false }))?;
    let covered = tab.ask(COVERED)?;
    if covered.as_u64().is_some_and(|percent| percent > 25) {
        findings.add(path, "with 400 % zoom: what stays in place covers the window", &format!("{covered} %"), None);
    }
    Ok(())
}

/// Without JavaScript the text is the same, and no control is dead.
fn without_scripts(tab: &mut ChromiumTab, site: &Site, path: &str, findings: &mut Findings) -> Outcome<()> {
    tab.look(PHONE)?;
    tab.open(&format!("{}{path}", site.base))?;
    matrix::start_models(tab)?;
    let with = tab.ask(TEXT)?;
    tab.call("Emulation.setScriptExecutionDisabled", &json!({ "value": true }))?;
    tab.open(&format!("{}{path}", site.base))?;
    inspect(tab, path, "JavaScript off", PHONE.width, findings)?;
    let without = tab.ask(TEXT)?;
    if with != without {
        findings.add(path, "with JavaScript off: the text is another", &first_difference(&with, &without), None);
    }
    let dead = tab.ask(DEAD)?;
    if dead != "" {
        findings.add(path, "with JavaScript off: a control that does nothing", &dead.to_string(), None);
    }
    tab.call("Emulation.setScriptExecutionDisabled", &json!({ "value": false }))?;
    Ok(())
}

fn first_difference(with: &Value, without: &Value) -> String {
    let (with, without) = (with.as_str().unwrap_or_default(), without.as_str().unwrap_or_default());
    let same = with.chars().zip(without.chars()).take_while(|(one, other)| one == other).count();
    let part = |text: &str| text.chars().skip(same.saturating_sub(10)).take(50).collect::<String>();
    format!("“{}” and without “{}”", part(with), part(without))
}

/// The text of the page without what the script adds: controls, what they announce, and figures that run.
const TEXT: &str = "(() => {
    const copy = document.querySelector('main').cloneNode(true);
    copy.querySelectorAll('button, label, select, [role=status], [aria-live], graven-model').forEach(element => element.remove());
    return copy.textContent.replace(/\\s+/g, ' ').trim();
})()";

/// Controls without a form work by script, or not at all.
const DEAD: &str = "[...document.querySelectorAll('button, select, input')]
    .filter(element => !element.form && !element.hasAttribute('popovertarget') && !element.hasAttribute('commandfor') && element.checkVisibility())
    .map(element => element.outerHTML.slice(0, 60)).join('; ')";

/// How much of the window is covered by what does not scroll, in percent.
const COVERED: &str = "Math.round(100 * [...document.querySelectorAll('body *')]
    .filter(element => ['fixed', 'sticky'].includes(getComputedStyle(element).position) && element.checkVisibility())
    .map(element => element.getBoundingClientRect())
    .filter(box => box.top < innerHeight && box.bottom > 0 && box.width > innerWidth / 2)
    .reduce((sum, box) => sum + Math.min(box.bottom, innerHeight) - Math.max(box.top, 0), 0) / innerHeight)";

/// Colours are gone: the current item of the menu and marked lines must differ by something else.
const FORCED_COLOURS: &str = "(() => {
    const faults = [];
    const shape = element => {
        const style = getComputedStyle(element);
        return [style.outlineStyle, style.borderBlockStart, style.borderBlockEnd, style.borderInlineStart, style.textDecorationLine,
            style.textDecorationThickness, style.fontWeight, style.fontStyle, style.backgroundColor, style.color, style.forcedColorAdjust].join();
    };
    const current = document.querySelector('header nav [aria-current]');
    const other = document.querySelector('header nav a:not([aria-current])');
    if (current && other && shape(current) === shape(other)) faults.push(['the current item of the menu looks like the others', current.textContent]);
    const marked = document.querySelector('pre mark, pre .mark, pre .marked');
    if (marked && shape(marked) === shape(marked.parentElement)) faults.push(['a marked line looks like the others', marked.textContent.slice(0, 40)]);
    return faults;
})()";

/// Nothing moves, not even the page to a heading.
const MOTION: &str = "(() => {
    // What follows the reader's own scrolling is no motion.
    const moving = document.getAnimations().filter(animation => animation.timeline instanceof DocumentTimeline && animation.playState === 'running');
    const faults = moving.slice(0, 1).map(animation => ['something moves', animation.animationName ?? 'a transition']);
    if (getComputedStyle(document.documentElement).scrollBehavior === 'smooth') faults.push(['the page scrolls smoothly', '']);
    return faults;
})()";

/// WCAG 2.2, 1.4.6: 7:1 for all text that is not large.
const CONTRAST: &str = r"(() => {
    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const paint = (...colours) => {
        context.clearRect(0, 0, 1, 1);
        for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
        return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = colour => {
        const [red, green, blue] = colour.map(part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const known = new Map();
    const ratio = (ink, grounds) => {
        const key = [ink, ...grounds].join();
        if (!known.has(key)) {
            const [one, other] = [luminance(paint('white', ...grounds, ink)), luminance(paint('white', ...grounds))];
            known.set(key, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05));
        }
        return known.get(key);
    };
    const faults = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        // Letters in the colour of paper are on a shape of the drawing, which has no background.
        if (!node.data.trim() || !element.checkVisibility() || element.matches('svg .paper') || /^(script|style|title|desc|annotation)$/.test(element.localName)) continue;
        const style = getComputedStyle(element);
        const grounds = [];
        for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
        const found = ratio(element instanceof SVGElement ? style.fill : style.color, grounds);
        const place = element.parentElement.localName + ' > ' + element.localName + (element.classList[0] ? '.' + element.classList[0] : '');
        if (found < 6.95 && !faults.has(place)) faults.set(place, found.toFixed(1) + ' ' + place);
    }
    return faults.size ? [['contrast below 7', [...faults.values()].sort().slice(0, 6).join(', ')]] : [];
})()";
