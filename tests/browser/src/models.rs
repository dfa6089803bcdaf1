//! The figures that run, each driven by the keyboard through every control, part and preset, broken, and set back. Chromium alone: it can be slowed down,
//! and says what a screen reader is told.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::chromium::{Chromium, ChromiumTab};
use crate::findings::Findings;
use crate::site::{Outcome, Site};
use crate::tab::{Scheme, Tab, View};

/// A model that does not run after this time does not run.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a model may take to break, and how long frames are counted.
const WHILE: Duration = Duration::from_secs(3);
/// A phone is this much slower than the machine.
const SLOWER: u32 = 4;
/// Parts of a drawing that are touched: more of the same kind show nothing new.
const MOST_PARTS: u64 = 12;
const PHONE: View = View { font: 16, width: 320, scheme: Scheme::Dark };

/// A model: its page and its id.
struct Model {
    path: String,
    id: String,
}

/// Drives every model that `/models` lists. Prints a table of them.
pub fn all(chromium: &Chromium, site: &Site) -> Outcome<Findings> {
    let begin = Instant::now();
    let mut findings = Findings::default();
    let models = list(&mut chromium.tab()?, site)?;
    println!(
        "| model | started, ms | controls | parts | presets | broken by | median frame, ms | longest of 95 % | longest |"
    );
    println!("|:--|--:|--:|--:|--:|:--|--:|--:|--:|");
    for model in &models {
        let mut tab = chromium.tab()?;
        match drive(&mut tab, site, model, &mut findings) {
            Ok(row) => println!("| {} | {row} |", model.id),
            Err(error) => {
                findings.add(&model.path, "a model cannot be driven", &format!("{}: {error}", model.id), None);
            }
        }
        for complaint in tab.complaints()? {
            findings.add(&model.path, "the browser complains about a model", &complaint, None);
        }
        without_scripts(&mut chromium.tab()?, site, model, &mut findings)?;
    }
    println!("browser: {} models were driven in {} s", models.len(), begin.elapsed().as_secs());
    Ok(findings)
}

/// The models of the site. None if it has no page of them.
fn list(tab: &mut ChromiumTab, site: &Site) -> Outcome<Vec<Model>> {
    tab.look(PHONE)?;
    tab.open(&format!("{}/models", site.base))?;
    let links = tab.ask(
        "[...new Set([...document.querySelectorAll('main a[href*=\"#\"]')].map(link => link.getAttribute('href')))]",
    )?;
    let links = links.as_array().cloned().unwrap_or_default();
    let model = |link: &Value| {
        link.as_str()?.split_once('#').map(|(path, id)| Model { path: path.to_owned(), id: id.to_owned() })
    };
    Ok(links.iter().filter_map(model).filter(|model| model.path.starts_with('/')).collect())
}

/// Starts a model and does everything with it. Returns the cells of its row.
fn drive(tab: &mut ChromiumTab, site: &Site, model: &Model, findings: &mut Findings) -> Outcome<String> {
    let Model { path, id } = model;
    let mut find =
        |what: &str, detail: &str| findings.add(path, &format!("model: {what}"), &format!("{id}: {detail}"), None);
    tab.look(PHONE)?;
    tab.open(&format!("{}{path}", site.base))?;
    tab.ask(&TOOLS.replace("ID", id))?;
    let begin = Instant::now();
    tab.ask("model().scrollIntoView({ block: 'start' })")?;
    if !wait(tab, "!!drawing()")? {
        find("it does not start", "");
        return Ok("never |  |  |  |  |  |  | ".to_owned());
    }
    let started = begin.elapsed().as_millis();
    if tab.ask("shift()")?.as_f64().unwrap_or_default() > 0.01 {
        find("the page moves when it starts", &tab.ask("shift()")?.to_string());
    }
    let frames = frame_times(tab)?;
    let controls = controls(tab, &mut find)?;
    let parts = parts(tab, &mut find)?;
    let presets = tab.ask("presets().length")?.as_u64().unwrap_or_default();
    let mut broken = Vec::new();
    for index in 0..presets {
        if preset(tab, index, &mut find)? {
            broken.push((index + 1).to_string());
        }
    }
    set_back(tab, &mut find)?;
    for fault in told(tab)? {
        find("a screen reader is told something else than what is shown", &fault);
    }
    let broken = if broken.is_empty() { "no preset".to_owned() } else { format!("preset {}", broken.join(", ")) };
    Ok(format!("{started} | {controls} | {parts} | {presets} | {broken} | {frames}"))
}

/// Waits until an expression is true.
fn wait(tab: &mut ChromiumTab, expression: &str) -> Outcome<bool> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if tab.ask(expression)? == true {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
        sleep(Duration::from_millis(20));
    }
}

/// Every control by the keyboard: each changes what it should, and the model goes on.
fn controls(tab: &mut ChromiumTab, find: &mut impl FnMut(&str, &str)) -> Outcome<u64> {
    let count = tab.ask("controls().length")?.as_u64().unwrap_or_default();
    if !(3..=6).contains(&tab.ask("settings()")?.as_u64().unwrap_or_default()) {
        find("it does not show three to six controls", &tab.ask("settings()")?.to_string());
    }
    tab.ask("unfold()")?;
    for index in 0..count {
        let control = tab.ask(&format!("controls()[{index}].focus(), kindOf(controls()[{index}])"))?;
        let name = tab.ask(&format!("nameOf(controls()[{index}])"))?;
        if name == "" {
            find("a control has no name", &control.to_string());
        }
        let before = tab.ask("answers()")?;
        match control.as_str().unwrap_or_default() {
            "range" => {
                tab.ask(&format!("leaveRoom(controls()[{index}])"))?;
                let before = tab.ask("answers()")?;
                tab.press("ArrowRight")?;
                if tab.ask("answers()")? == before {
                    find("a slider does not move by an arrow key", &name.to_string());
                }
            }
            "checkbox" => {
                tab.press(" ")?;
                if tab.ask("answers()")? == before {
                    find("a switch does not react to the space bar", &name.to_string());
                }
            }
            "radio" => {
                tab.press("ArrowDown")?;
                if tab.ask("answers()")? == before {
                    find("a choice does not change by an arrow key", &name.to_string());
                }
            }
            _ => tab.press("Enter")?,
        }
        stopped(tab, &name.to_string(), find)?;
    }
    Ok(count)
}

/// Every part of the drawing that can be touched, by the keyboard.
fn parts(tab: &mut ChromiumTab, find: &mut impl FnMut(&str, &str)) -> Outcome<u64> {
    let count = tab.ask("parts().length")?.as_u64().unwrap_or_default();
    for index in 0..count.min(MOST_PARTS) {
        // A part may be gone by now.
        let name =
            tab.ask(&format!("parts()[{index}] ? (parts()[{index}].focus(), nameOf(parts()[{index}])) : null"))?;
        if name == "" {
            find("a part that can be touched has no name", &index.to_string());
        }
        tab.press("Enter")?;
        stopped(tab, &name.to_string(), find)?;
    }
    Ok(count)
}

/// A preset by the keyboard, at four times the speed. Returns whether something that must hold was broken.
fn preset(tab: &mut ChromiumTab, index: u64, find: &mut impl FnMut(&str, &str)) -> Outcome<bool> {
    let name = tab.ask(&format!("presets()[{index}].focus(), presets()[{index}].textContent"))?;
    tab.press("Enter")?;
    if !wait(tab, &format!("isSet(presets()[{index}])"))? {
        find("a preset does not set what it says", &format!("{name}: {}", tab.ask("answers()")?));
    }
    tab.ask("hurry()")?;
    let deadline = Instant::now() + WHILE;
    let mut is_broken = false;
    while !is_broken && Instant::now() < deadline {
        is_broken = tab.ask("lamps().some(text => text.startsWith('✕'))")? == true;
        sleep(Duration::from_millis(50));
    }
    stopped(tab, &name.to_string(), find)?;
    Ok(is_broken)
}

/// Back to the defaults: nothing is broken there at first.
fn set_back(tab: &mut ChromiumTab, find: &mut impl FnMut(&str, &str)) -> Outcome<()> {
    tab.ask("button('Defaults').focus()")?;
    tab.press("Enter")?;
    if !wait(tab, "answers() === defaults()")? {
        find("Defaults does not set the defaults", &tab.ask("answers()")?.to_string());
    }
    Ok(())
}

/// Notes whether the model has stopped with an error.
fn stopped(tab: &mut ChromiumTab, after: &str, find: &mut impl FnMut(&str, &str)) -> Outcome<()> {
    let alert = tab.ask("model().querySelector('[role=alert]')?.textContent ?? ''")?;
    if alert != "" {
        find("it has stopped", &format!("after {after}: {alert}"));
        tab.ask("button('Restart').click()")?;
    }
    Ok(())
}

/// What must hold, from the accessibility tree: the same text as the page shows. The clock is stopped, so that it stays.
fn told(tab: &mut ChromiumTab) -> Outcome<Vec<String>> {
    tab.ask("pause()")?;
    let shown = tab.ask("lamps()")?;
    let tree = tab.call("Accessibility.getFullAXTree", &json!({}))?;
    let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<&str> = nodes.iter().filter_map(|node| node["name"]["value"].as_str()).collect();
    names.sort_unstable();
    let texts: Vec<&str> = shown.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    Ok(texts.into_iter().filter(|text| names.binary_search(text).is_err()).map(str::to_owned).collect())
}

/// The times between frames with a slow processor: median, 95th percentile and longest, in milliseconds. A report, no finding: machines differ.
fn frame_times(tab: &mut ChromiumTab) -> Outcome<String> {
    tab.call("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER }))?;
    let times = tab.ask(&format!("frames({})", WHILE.as_millis()))?;
    tab.call("Emulation.setCPUThrottlingRate", &json!({ "rate": 1 }))?;
    let mut times: Vec<f64> = times.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied();
    let shown = [50, 95, 100].map(|share| at(share).map_or_else(String::new, |time| format!("{time:.1}")));
    Ok(shown.join(" | "))
}

/// Without scripts there is the still, and no form.
fn without_scripts(tab: &mut ChromiumTab, site: &Site, model: &Model, findings: &mut Findings) -> Outcome<()> {
    tab.look(PHONE)?;
    tab.call("Emulation.setScriptExecutionDisabled", &json!({ "value": true }))?;
    tab.open(&format!("{}{}", site.base, model.path))?;
    tab.ask(&TOOLS.replace("ID", &model.id))?;
    tab.ask("model().scrollIntoView()")?;
    if !wait(tab, "(still => still?.complete && still.naturalWidth > 0)(model().querySelector('.still'))")? {
        findings.add(&model.path, "model: no still without scripts", &model.id, None);
    }
    if tab.ask("model().querySelector('form').checkVisibility()")? == true {
        findings.add(&model.path, "model: a dead form without scripts", &model.id, None);
    }
    Ok(())
}

/// Defines what the suite asks of a model.
const TOOLS: &str = r#"{
    const all = (selector) => [...model().querySelectorAll(selector)];
    const settingsOf = form => {
        const settings = new URLSearchParams(new FormData(form));
        // The clock's own.
        settings.delete("speed");
        return settings.toString();
    };
    let moved = 0;
    new PerformanceObserver(list => { for (const entry of list.getEntries()) moved += entry.value; }).observe({ type: "layout-shift" });
    Object.assign(globalThis, {
        model: () => document.getElementById("ID"),
        drawing: () => model().querySelector(":scope > svg"),
        shift: () => moved,
        controls: () => all("form :is(input, button[name])").filter(element => element.type !== "radio" || element.checked),
        settings: () => new Set(all("form :is(input, button[name])").filter(element => !element.closest("details")).map(element => element.name)).size,
        unfold: () => all("details").forEach(details => { details.open = true; }),
        parts: () => all("svg [tabindex='0']"),
        presets: () => all(".presets a"),
        lamps: () => all("output[name]").map(output => output.value),
        button: name => all("button").find(button => button.textContent === name),
        kindOf: element => element.localName === "button" ? "button" : element.type,
        nameOf: element => (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent).trim(),
        answers: () => settingsOf(model().querySelector("form")),
        defaults: () => {
            const copy = model().querySelector("form").cloneNode(true);
            copy.reset();
            return settingsOf(copy);
        },
        leaveRoom: slider => {
            slider.value = slider.min;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        },
        isSet: link => [...new URLSearchParams(link.dataset.set)].every(([name, value]) => {
            const [input] = all(`input[name="${name}"]`);
            if (!input) return true;
            if (input.type === "checkbox") return input.checked === (value === "on");
            return input.type === "range" ? Number(input.value) === Number(value) : all(`input[name="${name}"]:checked`)[0]?.value === value;
        }),
        hurry: () => {
            const speed = model().querySelector(".clock select");
            speed.selectedIndex = speed.length - 1;
            speed.dispatchEvent(new Event("change", { bubbles: true }));
            button("Run")?.click();
        },
        pause: () => button("Pause")?.click(),
        frames: during => new Promise(done => {
            const times = [];
            let last = performance.now();
            const end = last + during;
            const next = now => {
                times.push(now - last);
                last = now;
                if (now < end) requestAnimationFrame(next);
                else done(times.slice(1));
            };
            requestAnimationFrame(next);
        }),
    });
    void 0;
}"#;
