//! Chromium, by its `DevTools` protocol.

use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::process::Process;
use crate::site::Outcome;
use crate::socket::Socket;
use crate::tab::{Tab, View};

/// Everything that has Chromium do work of its own, or talk to others, is off.
const FLAGS: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
];

/// A running Chromium.
pub struct Chromium {
    address: String,
    _process: Process,
}

impl Chromium {
    /// Starts Chromium with a new profile.
    pub fn start(profile: &Path) -> Outcome<Self> {
        Self::start_with(profile, &[])
    }

    /// The same, trusting every certificate with this public key: its digest (SHA-256) in Base64.
    pub fn start_trusting(profile: &Path, key: &str) -> Outcome<Self> {
        Self::start_with(profile, &[format!("--ignore-certificate-errors-spki-list={key}")])
    }

    fn start_with(profile: &Path, more: &[String]) -> Outcome<Self> {
        let mut arguments: Vec<_> = FLAGS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        arguments.extend_from_slice(more);
        let (process, address) = Process::start("chromium", &arguments, "DevTools listening on ")?;
        Ok(Self { address, _process: process })
    }

    /// Opens a tab with storage of its own.
    pub fn tab(&self) -> Outcome<ChromiumTab> {
        let mut browser = Socket::connect(&self.address)?;
        let context = browser.call("Target.createBrowserContext", &json!({}))?["browserContextId"].take();
        let target = json!({ "url": "about:blank", "browserContextId": context, "newWindow": true });
        let created = browser.call("Target.createTarget", &target)?;
        let id = created["targetId"].as_str().ok_or("no target")?;
        let (host, _) = self.address.split_once("/devtools/").ok_or("not an address of DevTools")?;
        let mut socket = Socket::connect(&format!("{host}/devtools/page/{id}"))?;
        for domain in ["Page", "Runtime", "Log", "Network", "Audits"] {
            socket.call(&format!("{domain}.enable"), &json!({}))?;
        }
        socket.call("Page.setLifecycleEventsEnabled", &json!({ "enabled": true }))?;
        // Each tab behaves as if it were the one in front.
        socket.call("Emulation.setFocusEmulationEnabled", &json!({ "enabled": true }))?;
        socket.events();
        Ok(ChromiumTab { socket, address: String::new() })
    }
}

/// A tab of Chromium.
pub struct ChromiumTab {
    socket: Socket,
    address: String,
}

impl ChromiumTab {
    /// Calls a method of the `DevTools` protocol.
    pub fn call(&mut self, method: &str, params: &Value) -> Outcome<Value> {
        self.socket.call(method, params)
    }

    /// Forgets what has happened until now.
    pub fn forget_events(&mut self) {
        self.socket.events();
    }

    /// Requests that went over the network since events were last forgotten, and the bytes that they brought, with their fields.
    pub fn traffic(&mut self) -> (usize, u64) {
        let events = self.socket.events();
        let text = |event: &Value| event["params"]["requestId"].as_str().map(str::to_owned);
        let named = |method: &str, event: &&Value| event["method"] == method;
        let is_kept = |event: &&Value| event["params"]["response"]["fromDiskCache"] == true;
        let is_local =
            |event: &&Value| !event["params"]["response"]["url"].as_str().is_some_and(|url| url.starts_with("http"));
        let free: Vec<_> = events
            .iter()
            .filter(|event| {
                named("Network.requestServedFromCache", event)
                    || (named("Network.responseReceived", event) && (is_kept(event) || is_local(event)))
            })
            .filter_map(text)
            .collect();
        let sent = |event: &&Value| {
            named("Network.loadingFinished", event) && text(event).is_none_or(|id| !free.contains(&id))
        };
        let lengths = events.iter().filter(sent).filter_map(|event| event["params"]["encodedDataLength"].as_f64());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "bytes, which DevTools writes as floating point"
        )]
        let lengths: Vec<_> = lengths.map(|length| length as u64).collect();
        (lengths.len(), lengths.iter().sum())
    }
}

impl Tab for ChromiumTab {
    const IS_PICTURED: bool = true;

    fn look(&mut self, view: View) -> Outcome<()> {
        let (width, height, is_touched) = (view.width, view.height(), view.is_touched());
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_touched });
        self.call("Emulation.setDeviceMetricsOverride", &metrics)?;
        self.call("Emulation.setTouchEmulationEnabled", &json!({ "enabled": is_touched }))?;
        let scheme = json!([{ "name": "prefers-color-scheme", "value": view.scheme.to_string() }]);
        self.call("Emulation.setEmulatedMedia", &json!({ "features": scheme }))?;
        // What a reader sets as "Font size" in the settings; text in a fixed font is 13/16 of it there as well.
        let sizes = json!({ "fontSizes": { "standard": view.font, "fixed": view.font * 13 / 16 } });
        self.call("Page.setFontSizes", &sizes)?;
        Ok(())
    }

    fn open(&mut self, url: &str) -> Outcome<()> {
        url.clone_into(&mut self.address);
        let answer = self.call("Page.navigate", &json!({ "url": url }))?;
        if let Some(error) = answer["errorText"].as_str() {
            return Err(format!("{url}: {error}").into());
        }
        let loader = &answer["loaderId"];
        self.socket.wait_for("the load of a page", |event| {
            event["params"]["name"] == "load" && &event["params"]["loaderId"] == loader
        })
    }

    fn ask(&mut self, expression: &str) -> Outcome<Value> {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.call("Runtime.evaluate", &params)?;
        match answer.get("exceptionDetails") {
            Some(exception) => Err(format!("in the page: {exception}").into()),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    fn before_each_page(&mut self, script: &str) -> Outcome<()> {
        self.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }))?;
        Ok(())
    }

    fn press(&mut self, key: &str) -> Outcome<()> {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            "Escape" => ("Escape", 27, ""),
            "ArrowDown" => ("ArrowDown", 40, ""),
            "ArrowUp" => ("ArrowUp", 38, ""),
            "ArrowRight" => ("ArrowRight", 39, ""),
            " " => ("Space", 32, " "),
            other => ("", 0, other),
        };
        let params = |kind: &str| json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text });
        self.call("Input.dispatchKeyEvent", &params(if text.is_empty() { "rawKeyDown" } else { "keyDown" }))?;
        self.call(
            "Input.dispatchKeyEvent",
            &json!({ "type": "keyUp", "key": key, "code": code, "windowsVirtualKeyCode": number }),
        )?;
        Ok(())
    }

    fn picture(&mut self) -> Outcome<Vec<u8>> {
        let answer = self.call("Page.captureScreenshot", &json!({ "format": "png" }))?;
        decode(&answer)
    }

    fn print(&mut self) -> Outcome<Vec<u8>> {
        let answer = self.call("Page.printToPDF", &json!({ "paperWidth": 8.27, "paperHeight": 11.69 }))?;
        decode(&answer)
    }

    fn complaints(&mut self) -> Outcome<Vec<String>> {
        // A call, so that what was said before its answer has arrived.
        self.ask("0")?;
        let address = self.address.clone();
        Ok(self.socket.events().iter().filter_map(|event| complaint(event, &address)).collect())
    }
}

/// The bytes of an answer's `data`.
pub fn decode(answer: &Value) -> Outcome<Vec<u8>> {
    Ok(base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().unwrap_or_default())?)
}

/// What an event says is wrong. A page that answers with 404 when it is itself asked for is not.
fn complaint(event: &Value, address: &str) -> Option<String> {
    let params = &event["params"];
    match event["method"].as_str()? {
        "Runtime.consoleAPICalled" => Some(format!("console.{}: {}", params["type"], params["args"])),
        "Runtime.exceptionThrown" => {
            Some(format!("exception: {}", params["exceptionDetails"]["exception"]["description"]))
        }
        "Log.entryAdded" if params["entry"]["url"] == address && params["entry"]["source"] == "network" => None,
        "Log.entryAdded" => Some(format!("log: {} {}", params["entry"]["text"], params["entry"]["url"])),
        // The still of a model that starts meanwhile is not needed any more, and its request ends without a reason.
        "Network.loadingFailed" if params["canceled"] != true && params["errorText"] != "" => {
            Some(format!("failed request: {}", params["errorText"]))
        }
        "Network.responseReceived" if params["response"]["status"].as_u64()? >= 400 => {
            let url = params["response"]["url"].as_str()?;
            (url != address || params["response"]["status"] != 404)
                .then(|| format!("{} for {url}", params["response"]["status"]))
        }
        // It says that an image with `loading="lazy"` was not loaded at once.
        "Audits.issueAdded" if params["issue"]["code"] == "LazyLoadImageIssue" => None,
        "Audits.issueAdded" => Some(format!("issue: {}", params["issue"])),
        _ => None,
    }
}
