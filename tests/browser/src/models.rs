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
        "| model | started, ms | longest task | controls | parts | presets | broken by | median frame, ms | longest of 95 % | longest |"
    );
    println!("|:--|--:|--:|:--|:--|--:|:--|--:|--:|--:|");
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
    tab.call("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER }))?;
    let begin = Instant::now();
    tab.ask("model().scrollIntoView({ block: 'start' })")?;
    if !wait(tab, "!!drawing()")? {
        find("it does not start", "");
        return Ok("never |  |  |  |  |  |  |  | ".to_owned());
    }
    let started = begin.elapsed().as_millis();
    let broken_at_first = tab.ask("broken()")?;
    let task = tab.ask("longestTask()")?.as_f64().unwrap_or_default();
    if tab.ask("shift()")?.as_f64().unwrap_or_default() > 0.01 {
        find("the page moves when it starts", &tab.ask("shift()")?.to_string());
    }
    let frames = frame_times(tab)?;
    tab.call("Emulation.setCPUThrottlingRate", &json!({ "rate": 1 }))?;
    repeated(tab, &mut find)?;
    let controls = controls(tab, &mut find)?;
    let parts = parts(tab, &mut find)?;
    let presets = tab.ask("presets().length")?.as_u64().unwrap_or_default();
    let mut broken = Vec::new();
    for index in 0..presets {
        if preset(tab, index, &mut find)? {
            broken.push((index + 1).to_string());
        }
    }
    set_back(tab, &broken_at_first, &mut find)?;
    for fault in told(tab)? {
        find("a screen reader does not hear what the page shows", &fault);
    }
    let broken = if broken.is_empty() { "no preset".to_owned() } else { format!("preset {}", broken.join(", ")) };
    Ok(format!("{started} | {task:.0} | {controls} | {parts} | {presets} | {broken} | {frames}"))
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

/// The same seed is the same run, and a real key on the clock's own setting changes nothing in it. What follows compares runs.
fn repeated(tab: &mut ChromiumTab, find: &mut impl FnMut(&str, &str)) -> Outcome<()> {
    tab.ask("setStage()")?;
    tab.ask("rehearse(speed)")?;
    if tab.ask("difference()")?.is_u64() {
        find("two runs with the same seed differ", "");
    }
    tab.ask("rehearse(speed)")?;
    let before = tab.ask("speed().value")?;
    tab.press("ArrowDown")?;
    if tab.ask("speed().value")? == before {
        find("the speed does not change by an arrow key", &before.to_string());
    }
    if let Some(step) = tab.ask("difference()")?.as_u64() {
        find("the speed changes what happens", &format!("after {step} steps"));
    }
    stopped(tab, "the speed", find)
}

/// Every control by the keyboard: each changes its setting, and what is shown.
fn controls(tab: &mut ChromiumTab, find: &mut impl FnMut(&str, &str)) -> Outcome<String> {
    let count = tab.ask("controls().length")?.as_u64().unwrap_or_default();
    if !(3..=6).contains(&tab.ask("settings()")?.as_u64().unwrap_or_default()) {
        find("it does not show three to six controls", &tab.ask("settings()")?.to_string());
    }
    tab.ask("unfold()")?;
    act_on_all(tab, (0..count).map(|index| format!("() => controls()[{index}]")).collect(), find)
}

/// Every part of the drawing that can be touched, by the keyboard: each changes what is shown.
fn parts(tab: &mut ChromiumTab, find: &mut impl FnMut(&str, &str)) -> Outcome<String> {
    tab.ask("setStage()")?;
    let names =
        tab.ask(&format!("rehearse(drawing), parts().slice(0, {MOST_PARTS}).map(part => part.dataset.touch)"))?;
    let names = names.as_array().cloned().unwrap_or_default();
    act_on_all(tab, names.iter().map(|name| format!("() => part({name})")).collect(), find)
}

/// Uses each element. Some act only when something fails, so the settings of each preset are tried, and what it does after the key, until one shows that.
/// Returns how many there are, and which need a preset.
fn act_on_all(tab: &mut ChromiumTab, elements: Vec<String>, find: &mut impl FnMut(&str, &str)) -> Outcome<String> {
    let mut report = vec![elements.len().to_string()];
    let presets = tab.ask("presets().length")?.as_u64().unwrap_or_default();
    let mut left = elements;
    for stage in [None].into_iter().chain((0..presets).map(Some)) {
        let mut idle = Vec::new();
        for element in left {
            if !act(tab, stage, &element, find)? {
                idle.push(element);
            } else if let Some(preset) = stage {
                let name = tab.ask(&format!("nameOf(({element})())"))?;
                report.push(format!("{} with preset {}", name.as_str().unwrap_or("one that is gone"), preset + 1));
            }
        }
        left = idle;
    }
    for element in left {
        tab.ask("setStage()")?;
        tab.ask(&format!("rehearse({element})"))?;
        let name = tab.ask(&format!("nameOf(({element})())"))?;
        find("neither the drawing nor a number changes", &name.to_string());
    }
    Ok(report.join("; "))
}

/// Presses the key that an element reacts to, with the clock paused. Returns whether the same run without the key shows something else, now or some
/// steps later. A run that only goes on is no effect.
fn act(tab: &mut ChromiumTab, stage: Option<u64>, element: &str, find: &mut impl FnMut(&str, &str)) -> Outcome<bool> {
    tab.ask(&format!("setStage({})", json!(stage)))?;
    if tab.ask(&format!("rehearse({element})"))? == false {
        return Ok(false);
    }
    let name = tab.ask(&format!("nameOf(({element})())"))?;
    if name == "" {
        find("what can be used has no name", element);
    }
    let kind = tab.ask(&format!("kindOf(({element})())"))?;
    let (key, is_setting) = match kind.as_str().unwrap_or_default() {
        "range" => ("ArrowRight", true),
        "checkbox" => (" ", true),
        "radio" => ("ArrowDown", true),
        _ => ("Enter", false),
    };
    let before = tab.ask("answers()")?;
    tab.press(key)?;
    if is_setting && tab.ask("answers()")? == before {
        find("a setting does not change by its key", &format!("{name}: {key}"));
    }
    let is_effective = tab.ask("difference()")?.is_u64();
    stopped(tab, &name.to_string(), find)?;
    Ok(is_effective)
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

/// Back to the defaults: nothing is broken there that was not broken at first. Some models are broken on purpose.
fn set_back(tab: &mut ChromiumTab, broken_at_first: &Value, find: &mut impl FnMut(&str, &str)) -> Outcome<()> {
    tab.ask("pause(), button('Defaults').focus()")?;
    tab.press("Enter")?;
    if !wait(tab, "answers() === defaults()")? {
        find("Defaults does not set the defaults", &tab.ask("answers()")?.to_string());
    }
    let new = tab.ask(&format!("broken().filter(name => !{broken_at_first}.includes(name))"))?;
    if new.as_array().is_some_and(|names| !names.is_empty()) {
        find("something is broken with the defaults", &new.to_string());
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

/// The times between frames: median, 95th percentile and longest, in milliseconds. A report, no finding: machines differ.
fn frame_times(tab: &mut ChromiumTab) -> Outcome<String> {
    let times = tab.ask(&format!("frames({})", WHILE.as_millis()))?;
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
    const settingsOf = form => new URLSearchParams(new FormData(form)).toString();
    let moved = 0;
    new PerformanceObserver(list => { for (const entry of list.getEntries()) moved += entry.value; }).observe({ type: "layout-shift" });
    const asked = performance.now();
    let mounted = 0;
    const tasks = [];
    new PerformanceObserver(list => tasks.push(...list.getEntries())).observe({ type: "longtask", buffered: true });
    new MutationObserver(() => {
        if (!mounted && drawing()) mounted = performance.now();
    }).observe(document.getElementById("ID"), { childList: true });
    // The steps within which what is done must have an effect.
    const steps = 100;
    const step = () => button("Step").click();
    const shown = () => drawing().outerHTML + lamps().join();
    // What a preset does after it is set.
    let events = [];
    const begin = () => {
        button("Restart").click();
        for (let done = 0; done < 8; done += 1) step();
    };
    // A fault shows what was set before it.
    const goOn = done => {
        if (done === 1) {
            for (const name of events) {
                if (name.includes(":")) part(name)?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
                else model().querySelector(`button[name="${name}"]`)?.click();
            }
        }
        step();
    };
    let course = [];
    Object.assign(globalThis, {
        model: () => document.getElementById("ID"),
        drawing: () => model().querySelector(":scope > svg"),
        shift: () => moved,
        controls: () => all("form :is(input, button[name])").filter(element => element.type !== "radio" || element.checked),
        settings: () => new Set(all("form :is(input, button[name])").filter(element => !element.closest("details")).map(element => element.name)).size,
        unfold: () => all("details").forEach(details => { details.open = true; }),
        parts: () => all("svg [tabindex='0']"),
        part: name => parts().find(part => part.dataset.touch === name),
        speed: () => model().querySelector(".clock select"),
        // The longest task that began before the model was drawn.
        longestTask: async () => {
            await new Promise(done => setTimeout(done, 300));
            const during = tasks.filter(task => task.startTime + task.duration > asked && task.startTime < mounted);
            return Math.max(0, ...during.map(task => task.duration));
        },
        broken: () => all("output[name]").filter(output => output.value.startsWith("✕")).map(output => output.name),
        // The settings of a preset, or the defaults, with the clock paused.
        setStage: async preset => {
            const link = presets()[preset ?? -1];
            (link ?? button("Defaults")).click();
            events = (link && new URLSearchParams(link.dataset.set).get("do"))?.split(",") ?? [];
            // The address is followed by an event of its own.
            await new Promise(done => setTimeout(done, 50));
            pause();
        },
        // Records a run in which nothing is done, begins it again, and focuses the element. A slider goes to one end, and a key away from the other:
        // its whole way must show. False if there is no such element.
        rehearse: find => {
            const slider = find()?.type === "range" && find();
            if (slider) leaveRoom(slider);
            begin();
            course = [shown()];
            for (let done = 1; done <= steps; done += 1) {
                goOn(done);
                course.push(shown());
            }
            begin();
            if (slider) slider.value = Number(slider.max) - Number(slider.step);
            find()?.focus();
            return Boolean(find());
        },
        // The steps after which the run that goes on from here shows something else than the recorded one. Null if it never does.
        difference: () => {
            for (const [done, recorded] of course.entries()) {
                if (done) goOn(done);
                if (shown() !== recorded) return done;
            }
            return null;
        },
        presets: () => all(".presets a"),
        lamps: () => all("output[name]").map(output => output.value),
        button: name => all("button").find(button => button.textContent === name),
        kindOf: element => element.localName === "button" ? "button" : element.type,
        nameOf: element => element && (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent).trim(),
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
            speed().selectedIndex = speed().length - 1;
            speed().dispatchEvent(new Event("change", { bubbles: true }));
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
