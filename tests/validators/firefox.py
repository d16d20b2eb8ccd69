"""Debian's Firefox over WebDriver BiDi, because Playwright drives only a Firefox of its own."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

COMMAND = "firefox-esr --headless --no-remote --remote-debugging-port=0 --profile".split()
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "ArrowRight": "\ue014", "ArrowDown": "\ue015"}


class Firefox:
    """A page, without a network, with those methods of Playwright's page that the tests call."""

    def __init__(self, socket: ClientConnection, url: str) -> None:
        self.socket, self.keyboard = socket, self
        self.events: list[str] = []  # what the page logs and requests
        self.send("session.new", capabilities={})
        # In the first tab the address bar has the focus.
        self.target = self.send("browsingContext.create", type="tab")
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.send("emulation.setNetworkConditions", networkConditions={"type": "offline"})
        self.send("browsingContext.navigate", **self.target, url=url, wait="complete")

    def send(self, method: str, **params: Any) -> Any:
        self.socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        while "id" not in (message := json.loads(self.socket.recv(timeout=120))):
            event = message["params"]
            self.events.append(event["text"] if "text" in event else event["request"]["url"])
        assert message["type"] == "success", message
        return message["result"]

    def evaluate(self, expression: str) -> Any:
        code = f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))"
        do = {"expression": code, "target": self.target, "awaitPromise": True}
        return json.loads(self.send("script.evaluate", **do)["result"]["value"])

    def press(self, key: str) -> None:
        value = KEYS.get(key, key)
        self._act("key", {"type": "keyDown", "value": value}, {"type": "keyUp", "value": value})

    def click(self, selector: str) -> None:
        element = f"document.querySelector('{selector}')"
        self.evaluate(f"{element}.scrollIntoView({{ block: 'center', behavior: 'instant' }})")
        box = self.evaluate(f"{element}.getBoundingClientRect()")
        middle = {"x": int(box["x"] + box["width"] / 2), "y": int(box["y"] + box["height"] / 2)}
        press = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        self._act("pointer", {"type": "pointerMove", **middle}, *press)

    def _act(self, kind: str, *actions: dict[str, Any]) -> None:
        device = {"type": kind, "id": kind, "actions": actions}
        self.send("input.performActions", **self.target, actions=[device])


@contextmanager
def firefox(profile: Path, url: str) -> Iterator[Firefox]:
    """Start Firefox with a new profile, and stop it at the end."""
    process = subprocess.Popen([*COMMAND, profile], stderr=subprocess.DEVNULL)
    try:
        file = profile / "WebDriverBiDiServer.json"
        for _ in range(600):
            if file.exists() and file.read_text():
                break
            time.sleep(0.1)
        address = f"ws://127.0.0.1:{json.loads(file.read_text())['ws_port']}/session"
        with connect(address, proxy=None, max_size=None) as socket:
            yield Firefox(socket, url)
    finally:
        process.terminate()
        process.wait()
