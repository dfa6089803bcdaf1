//! JSON messages over a WebSocket: calls with numbered answers, and events between them. Chromium's `DevTools` protocol and `WebDriver` `BiDi` both have
//! this form.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::site::Outcome;

/// A browser that says nothing for this long is stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a browser, or to one tab of it.
pub struct Socket {
    stream: WebSocket<TcpStream>,
    last_call: u64,
    events: Vec<Value>,
}

impl Socket {
    /// Connects to `ws://HOST:PORT/PATH`.
    pub fn connect(url: &str) -> Outcome<Self> {
        let authority = url.trim_start_matches("ws://").split('/').next().unwrap_or_default();
        let tcp = TcpStream::connect(authority)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        let (stream, _) = tungstenite::client(url, tcp).map_err(|error| format!("{url}: {error}"))?;
        Ok(Self { stream, last_call: 0, events: Vec::new() })
    }

    /// Calls a method and waits for its result. Events that arrive first are kept for [`Self::events`].
    pub fn call(&mut self, method: &str, params: &Value) -> Outcome<Value> {
        self.last_call += 1;
        let id = self.last_call;
        let text = json!({ "id": id, "method": method, "params": params }).to_string();
        self.stream.send(Message::text(text))?;
        loop {
            let mut message = self.read().map_err(|error| format!("{method}: {error}"))?;
            if message["id"] != id {
                self.events.push(message);
            } else if message["error"].is_null() {
                return Ok(message["result"].take());
            } else {
                return Err(format!("{method}: {} {}", message["error"], message["message"]).into());
            }
        }
    }

    /// Waits for an event that `is_wanted` accepts, received since the last [`Self::events`].
    pub fn wait_for(&mut self, what: &str, is_wanted: impl Fn(&Value) -> bool) -> Outcome<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = 0;
        while !self.events[seen..].iter().any(&is_wanted) {
            seen = self.events.len();
            if Instant::now() > deadline {
                return Err(format!("{what} did not happen").into());
            }
            let message = self.read().map_err(|error| format!("{what}: {error}"))?;
            self.events.push(message);
        }
        Ok(())
    }

    /// The events since the last call of this function.
    pub fn events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    fn read(&mut self) -> Outcome<Value> {
        loop {
            match self.stream.read()? {
                Message::Text(text) => return Ok(serde_json::from_str(text.as_str())?),
                Message::Close(_) => return Err("the browser closed the connection".into()),
                _ => {}
            }
        }
    }
}
