//! What a page costs a phone: bytes and requests of a first and a second view, and when and how steadily it shows. For `bench/pages`.

use serde_json::{Value, json};

use crate::chromium::{Chromium, ChromiumTab};
use crate::site::Outcome;
use crate::tab::{Scheme, Tab, View};

/// Each page is opened this often with an empty cache. The median counts.
const ROUNDS: usize = 5;
const PHONE: View = View { font: 16, width: 390, scheme: Scheme::Light };
/// How much slower the phone's processor is than this machine's.
const SLOWER: u32 = 4;

/// Opens each page several times, first with an empty cache and then again. `pages` are `KIND=PATH`.
pub fn all(chromium: &Chromium, base: &str, pages: &[&str]) -> Outcome<Value> {
    let mut rows = Vec::new();
    for page in pages {
        let (kind, path) = page.split_once('=').ok_or_else(|| format!("expected KIND=PATH, found {page}"))?;
        let mut views: Vec<(Value, Value)> = Vec::new();
        for _ in 0..ROUNDS {
            let mut tab = chromium.tab()?;
            slow_down(&mut tab)?;
            views.push((view(&mut tab, &format!("{base}{path}"))?, view(&mut tab, &format!("{base}{path}"))?));
            tab.call("Page.close", &json!({}))?;
        }
        views.sort_by_key(|(first, _)| first["lcp"].as_u64());
        let (first, second) = views.swap_remove(ROUNDS / 2);
        rows.push(json!({ "kind": kind, "path": path, "first": first, "second": second }));
    }
    Ok(rows.into())
}

/// A phone on a slow fourth-generation network, as Lighthouse defines them.
fn slow_down(tab: &mut ChromiumTab) -> Outcome<()> {
    tab.look(PHONE)?;
    tab.call("Emulation.setCPUThrottlingRate", &json!({ "rate": SLOWER }))?;
    let network = json!({ "offline": false, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 768_000 / 8 });
    tab.call("Network.emulateNetworkConditions", &network)?;
    tab.before_each_page(OBSERVE)
}

fn view(tab: &mut ChromiumTab, url: &str) -> Outcome<Value> {
    tab.forget_events();
    tab.open(url)?;
    let mut shown = tab.ask(SHOWN)?;
    let (requests, bytes) = tab.traffic();
    shown["requests"] = requests.into();
    shown["bytes"] = bytes.into();
    Ok(shown)
}

const OBSERVE: &str = "{
    globalThis.shown = { lcp: 0, cls: 0 };
    new PerformanceObserver(list => list.getEntries().forEach(entry => { shown.lcp = Math.round(entry.startTime) }))
        .observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver(list => list.getEntries().forEach(entry => { shown.cls += entry.value }))
        .observe({ type: 'layout-shift', buffered: true });
}";

/// What was observed a second after the load, when late scripts and pictures have arrived.
const SHOWN: &str =
    "new Promise(done => setTimeout(() => done({ lcp: shown.lcp, cls: Math.round(shown.cls * 1000) / 1000 }), 1000))";
