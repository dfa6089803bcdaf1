"""Chromium, by its DevTools protocol: one tab, whose pages say when they have drawn a text."""

import contextlib
import importlib
import itertools
import json
import re
import shutil
import subprocess
import sys
import time

import peers
from common import CACHE, START_LIMIT, Failure, say, stop_child

WEBSOCKET_CLIENT = "websocket-client==1.9.2"

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-dev-shm-usage",
    "--disable-extensions", "--disable-sync", "--no-first-run", "--remote-debugging-port=0"]  # fmt: skip

# Runs before the scripts of each page. A frame in which the last paragraph is a new one has been drawn when the frame after it begins.
WATCH = """(() => {
  let last
  const look = () => {
    const text = document.querySelector('MARKED')?.textContent
    if (text !== undefined && text !== last) {
      last = text
      requestAnimationFrame(() => requestAnimationFrame(() => drawn(text)))
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
})()"""


def library():
    """The WebSocket client, from PyPI into the cache."""
    folder = CACHE / "websocket"
    if not folder.exists():
        say(f"installing {WEBSOCKET_CLIENT} from PyPI")
        peers.run_quietly([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), WEBSOCKET_CLIENT])
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return importlib.import_module("websocket")


class Tab:
    """The one tab of a browser."""

    def __init__(self, address):
        websocket = library()
        self.numbers, self.drawn = itertools.count(1), []
        self.timed_out = websocket.WebSocketTimeoutException
        browser = websocket.create_connection(address, timeout=START_LIMIT, suppress_origin=True)
        browser.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
        target = json.loads(browser.recv())["result"]["targetId"]
        browser.close()
        host = address.partition("/devtools/")[0]
        self.socket = websocket.create_connection(f"{host}/devtools/page/{target}", timeout=START_LIMIT, suppress_origin=True)
        for method, params in [("Page.enable", {}), ("Runtime.enable", {}), ("Runtime.addBinding", {"name": "drawn"}), ("Emulation.setFocusEmulationEnabled", {"enabled": True})]:
            self.call(method, **params)

    def call(self, method, **params):
        """Calls a method and gives its result. What pages say in the meantime is kept."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (message := self.receive()).get("id") != number:
            pass
        if "error" in message:
            raise Failure(f"{method}: {message['error']['message']}")
        return message["result"]

    def receive(self):
        """The next message."""
        message = json.loads(self.socket.recv())
        if message.get("method") == "Runtime.bindingCalled":
            self.drawn.append((time.monotonic(), message["params"]["payload"]))
        return message

    def open(self, url, selector):
        """Opens a page, in which the text of the last element that `selector` gives is watched."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH.replace("MARKED", selector))
        self.call("Page.navigate", url=url)

    def wait_until_drawn(self, text, seconds):
        """When the text had been drawn, on the clock of `time.monotonic`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for moment, payload in self.drawn:
                if text in payload:
                    self.drawn.clear()
                    return moment
            with contextlib.suppress(self.timed_out):
                self.receive()
        raise Failure(f"the browser did not draw {text!r} in {seconds:.0f} s, but {self.drawn}")


@contextlib.contextmanager
def chromium(folder):
    """A tab of a Chromium that runs as long as the block lasts."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        raise Failure("chromium is not installed")
    log = folder / "chromium.log"
    with log.open("wb") as said:
        child = subprocess.Popen([program, *FLAGS, f"--user-data-dir={folder / 'profile'}"], stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
    try:
        deadline = time.monotonic() + START_LIMIT
        while not (found := re.search(r"DevTools listening on (\S+)", log.read_text(errors="replace"))):
            if time.monotonic() > deadline or child.poll() is not None:
                raise Failure(f"chromium does not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield Tab(found.group(1))
    finally:
        if child.returncode is None:
            child.returncode = stop_child(child.pid)
