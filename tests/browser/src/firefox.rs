//! Firefox, by `WebDriver` `BiDi`.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::chromium::decode;
use crate::process::Process;
use crate::site::Outcome;
use crate::socket::Socket;
use crate::tab::{Scheme, Tab, View};

/// Preferences beyond those that Firefox sets when it is driven: it looks for no updates and sends nothing, and a
/// window that no screen shows has the focus nevertheless. As on a phone, scrollbars take no room from the page.
const PREFERENCES: &str = r#"user_pref("focusmanager.testmode", true);
user_pref("ui.useOverlayScrollbars", 1);
user_pref("widget.gtk.overlay-scrollbars.enabled", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.newtabpage.enabled", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("browser.startup.page", 0);
user_pref("startup.homepage_welcome_url", "about:blank");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.server", "data:,");
"#;

/// How often a tab asks for the focus until it has it.
const MOST_TRIES: usize = 20;

/// A running Firefox and a tab of it.
pub struct Firefox {
    socket: Socket,
    context: String,
    address: String,
    view: View,
    /// Another tab, to come from when this one is chosen.
    other: String,
    _process: Process,
}

impl Firefox {
    /// Starts Firefox with a new profile, which has the view's font size and colour scheme: they are preferences, read at the start.
    pub fn start(profile: &Path, view: View) -> Outcome<Self> {
        std::fs::create_dir_all(profile)?;
        let font = view.font;
        let scheme = u32::from(view.scheme == Scheme::Light);
        let preferences = format!(
            "{PREFERENCES}user_pref(\"font.size.variable.x-western\", {font});\nuser_pref(\"layout.css.prefers-color-scheme.content-override\", {scheme});\n"
        );
        std::fs::write(profile.join("user.js"), preferences)?;
        let profile = profile.display().to_string();
        let arguments =
            ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", &profile].map(str::to_owned);
        let (process, address) = Process::start("firefox-esr", &arguments, "WebDriver BiDi listening on ")?;
        let mut socket = Socket::connect(&format!("{address}/session"))?;
        // The certificate of a test for HTTPS is one of its own, which nobody has signed.
        socket.call("session.new", &json!({ "capabilities": { "alwaysMatch": { "acceptInsecureCerts": true } } }))?;
        let events = ["log.entryAdded", "network.fetchError", "network.responseCompleted"];
        socket.call("session.subscribe", &json!({ "events": events }))?;
        let tree = socket.call("browsingContext.getTree", &json!({}))?;
        let other = tree["contexts"][0]["context"].as_str().ok_or("no tab")?.to_owned();
        // The tab that is there has a page of the browser's own, and later no focus.
        let created = socket.call("browsingContext.create", &json!({ "type": "tab" }))?;
        let context = created["context"].as_str().ok_or("no tab")?.to_owned();
        Ok(Self { socket, context, address: String::new(), view, other, _process: process })
    }

    fn call(&mut self, method: &str, mut params: Value) -> Outcome<Value> {
        params["context"] = self.context.clone().into();
        self.socket.call(method, &params)
    }
}

impl Tab for Firefox {
    fn look(&mut self, view: View) -> Outcome<()> {
        let wanted = View { width: self.view.width, ..view };
        if wanted != self.view {
            return Err(format!("{view} needs another profile").into());
        }
        let viewport = json!({ "width": view.width, "height": view.height() });
        self.call("browsingContext.setViewport", json!({ "viewport": viewport }))?;
        Ok(())
    }

    fn open(&mut self, url: &str) -> Outcome<()> {
        url.clone_into(&mut self.address);
        self.call("browsingContext.navigate", json!({ "url": url, "wait": "complete" }))?;
        // A page whose opener policy moves it to a process of its own has lost the focus, until its tab is chosen again.
        for _ in 0..MOST_TRIES {
            if self.ask("document.hasFocus()")? == true {
                return Ok(());
            }
            self.socket.call("browsingContext.activate", &json!({ "context": self.other }))?;
            self.call("browsingContext.activate", json!({}))?;
            sleep(Duration::from_millis(50));
        }
        Err(format!("{url} never has the focus").into())
    }

    fn ask(&mut self, expression: &str) -> Outcome<Value> {
        let target = json!({ "context": self.context });
        let params = json!({ "expression": expression, "target": target, "awaitPromise": true });
        let answer = self.socket.call("script.evaluate", &params)?;
        match answer["type"].as_str() {
            Some("success") => Ok(plain(&answer["result"])),
            _ => Err(format!("in the page: {}", answer["exceptionDetails"]["text"]).into()),
        }
    }

    fn before_each_page(&mut self, script: &str) -> Outcome<()> {
        let function = format!("() => {script}");
        self.socket.call("script.addPreloadScript", &json!({ "functionDeclaration": function }))?;
        Ok(())
    }

    fn press(&mut self, key: &str) -> Outcome<()> {
        let value = match key {
            "Tab" => "\u{E004}",
            "Enter" => "\u{E007}",
            "Escape" => "\u{E00C}",
            "ArrowUp" => "\u{E013}",
            "ArrowDown" => "\u{E015}",
            other => other,
        };
        let strokes = ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": value }));
        self.call("input.performActions", json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] }))?;
        Ok(())
    }

    fn picture(&mut self) -> Outcome<Vec<u8>> {
        decode(&self.call("browsingContext.captureScreenshot", json!({}))?)
    }

    fn print(&mut self) -> Outcome<Vec<u8>> {
        decode(&self.call("browsingContext.print", json!({ "page": { "width": 21.0, "height": 29.7 } }))?)
    }

    fn complaints(&mut self) -> Outcome<Vec<String>> {
        self.ask("0")?;
        Ok(self.socket.events().iter().filter_map(|event| complaint(event, &self.address)).collect())
    }
}

/// What an event says is wrong. A page that answers with 404 when it is itself asked for is not.
fn complaint(event: &Value, address: &str) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "log.entryAdded" => Some(format!("{}: {}", params["level"], params["text"])),
        "network.fetchError" => Some(format!("failed request: {} {}", params["request"]["url"], params["errorText"])),
        "network.responseCompleted" if params["response"]["status"].as_u64()? >= 400 => {
            let url = params["response"]["url"].as_str()?;
            (url != address || params["response"]["status"] != 404)
                .then(|| format!("{} for {url}", params["response"]["status"]))
        }
        _ => None,
    }
}

/// A value as `BiDi` writes it, with its type, as plain JSON.
fn plain(remote: &Value) -> Value {
    let value = &remote["value"];
    match remote["type"].as_str() {
        Some("array") => value.as_array().into_iter().flatten().map(plain).collect(),
        Some("object") => {
            let entries = value.as_array().into_iter().flatten();
            let entry = |entry: &Value| Some((entry[0].as_str()?.to_owned(), plain(&entry[1])));
            Value::Object(entries.filter_map(entry).collect::<Map<_, _>>())
        }
        _ => value.clone(),
    }
}
